"""Choose the command; only the chosen one's module is imported, and only its parser built."""

from __future__ import annotations

import sys

from statefence import __version__
from statefence.cache.replay import replayed
from statefence.cli.exit_codes import CLEAN, ERROR
from statefence.cli.question import question
from statefence.cli.said import said
from statefence.errors import PolicyError, StatefenceError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_COMMANDS = {
    "check": ("check", "find what breaks the policy, and repair it with --fix"),
    "map": ("inventory", "list every spawn, open and statement, and what each resolves to"),
    "migrations": ("migrations", "compare, lock, add to and prove the declared migrations"),
    "rules": ("rules", "list the rules"),
    "explain": ("explain", "show what a rule finds and how it is repaired, or what the sites at PATH:LINE resolve to"),
    "state": ("state", "scan a state directory for what does not belong there, and repair it"),
    "show-config": ("show_config", "show the policy in force, or the JSON Schema of policies"),
}


_NEVER_KEPT = frozenset({"--no-cache", "--fix", "--diff", "--help", "-h"})


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns 0 for clean, 1 for findings, 2 for an error, which is one line on standard error."""
    try:
        return _dispatch(arguments)
    except PolicyError as error:
        _complain(error.problems)
    except StatefenceError as error:
        _complain([str(error)])
    return ERROR


def _dispatch(arguments: Sequence[str]) -> int:
    if not arguments:
        sys.stderr.write(_help())
        return ERROR
    name, *rest = arguments
    if name in {"--version", "-V"}:
        sys.stdout.write(f"statefence {__version__}\n")
        return CLEAN
    if name in {"--help", "-h"}:
        sys.stdout.write(_help())
        return CLEAN
    module, _ = _COMMANDS.get(name) or _unknown(name)
    outcome = replayed(question(name, rest), by_content=_by_content(rest)) if _may_be_kept(name, rest) else None
    if outcome is not None:
        return said(outcome)
    from importlib import import_module

    code: int = import_module(f"statefence.cli.{module}").run(rest)
    return code


def _may_be_kept(name: str, arguments: Sequence[str]) -> bool:
    return name in {"check", "map"} and _NEVER_KEPT.isdisjoint(arguments)


def _by_content(arguments: Sequence[str]) -> bool:
    return "--cache-check=hash" in arguments or ("--cache-check" in arguments and "hash" in arguments)


def _help() -> str:
    width = max(map(len, _COMMANDS))
    lines = "".join(f"  {name:<{width}}  {summary}\n" for name, (_, summary) in _COMMANDS.items())
    return (
        "usage: statefence COMMAND [OPTIONS]\n\nKeeps an application's state where it belongs.\n\n"
        f"commands:\n{lines}\n`statefence COMMAND --help` shows the options of one.\n"
    )


def _unknown(name: str) -> tuple[str, str]:
    from difflib import get_close_matches

    close = get_close_matches(name, (*_COMMANDS, "--help", "--version"), n=1)
    way_out = f"did you mean {close[0]}?" if close else f"the commands are {', '.join(_COMMANDS)}"
    raise UsageError(f"unknown {'option' if name.startswith('-') else 'command'} {name!r}: {way_out}")


def _complain(problems: Sequence[str]) -> None:
    for problem in problems:
        sys.stderr.write(f"error: {problem}\n")
