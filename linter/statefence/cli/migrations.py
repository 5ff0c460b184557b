"""`statefence migrations`: compare, lock, add to and prove the migrations that the policy declares."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from statefence.cli.exit_codes import CLEAN, FINDINGS
from statefence.cli.output import write_lines
from statefence.cli.parsing import Parser, add_config, parser
from statefence.cli.project import policy_in_force
from statefence.engine import load
from statefence.errors import UsageError
from statefence.migrations.files import LOCK_FILE
from statefence.migrations.lock import Lock, locked, read_lock, unwritten, written
from statefence.migrations.model import History
from statefence.policy import Policy
from statefence.report.labels import counted
from statefence.report.style import visible

_ACTIONS = ("check", "lock", "new", "verify")


def run(arguments: Sequence[str]) -> int:
    """Run the command; returns the exit code."""
    action, *rest = arguments or ("--help",)
    if action in {"--help", "-h"}:
        sys.stdout.write(_USAGE)
        return CLEAN
    if action not in _ACTIONS:
        from difflib import get_close_matches

        close = get_close_matches(action, _ACTIONS, n=1)
        way_out = f"did you mean {close[0]}?" if close else f"there are {', '.join(_ACTIONS)}"
        raise UsageError(f"unknown action {action!r}: {way_out}")
    return {"check": _check, "lock": _lock, "new": _new, "verify": _verify}[action](rest)


_USAGE = """usage: statefence migrations ACTION [OPTIONS]

actions:
  check   report what is wrong with the migrations: the findings SF401 to SF406 of `statefence check`
  lock    write migrations.lock, which says what each released migration runs
  new     make the next migration in the right place, and register it
  verify  run them in memory: up, down, up, and up from every earlier version, with rows in the tables

`statefence migrations ACTION --help` shows the options of one.
"""


def _check(arguments: Sequence[str]) -> int:
    from statefence.cli.check import run as check

    return check(["--select", "SF4", *arguments])


def _parser(action: str, description: str) -> Parser:
    of = parser(f"migrations {action}", description)
    add_config(of)
    return of


def _add_choice(of: Parser) -> None:
    of.add_argument("--store", metavar="NAME", help="only the migrations of this store")
    of.add_argument("--namespace", metavar="NAME", help="only those of this namespace")


def _lock(arguments: Sequence[str]) -> int:
    of = _parser("lock", f"Write {LOCK_FILE}: what each migration runs, so that `check` tells when one is edited.")
    of.add_argument(
        "--force", action="store_true", help="also take over what was edited or removed since it was locked"
    )
    options = of.parse_args(arguments)
    policy = policy_in_force(options.config)
    histories = _declared(policy)
    path = Path(policy.root, LOCK_FILE)
    before = read_lock(policy.root)
    after = locked(histories)
    changes = list(_changes(before, after))
    if changes and not options.force:
        write_lines(changes)
        way_out = "make a new migration instead, or take it over with --force if no database has applied it"
        sys.stderr.write(f"Not locked: {counted(len(changes), 'locked migration')} changed: {way_out}.\n")
        return FINDINGS
    _write(path, written(after))
    new = sum(key not in before.get(sequence, {}) for sequence, entries in after.items() for key in entries)
    every = sum(map(len, after.values()))
    write_lines((f"Locked {counted(new, 'new migration')}, {every} in all, in {LOCK_FILE}.",))
    for history in histories:
        for migration in unwritten(history):
            place = visible(migration.place.path)
            sys.stderr.write(f"Not locked: {place} holds no statement yet: write it, and lock again.\n")
    return CLEAN


def _changes(before: Lock, after: Lock) -> Iterator[str]:
    for (store, namespace), entries in before.items():
        present = after.get((store, namespace), {})
        for key, digest in entries.items():
            if present.get(key) != digest:
                yield f"{visible(f'{store}.{namespace} {key}')}: {'edited' if key in present else 'removed'}"


def _write(path: Path, text: str) -> None:
    from statefence.fix import create_atomic, write_atomic

    if path.is_file():
        write_atomic(path, text.encode(), expected=path.read_bytes())
    else:
        create_atomic(path, text.encode())


def _declared(policy: Policy) -> tuple[History, ...]:
    """The declared sequences; raises UsageError when there is none."""
    if not any(store.migrations for store in policy.stores):
        raise UsageError('no store declares migrations: write migrations = "DIRECTORY" in its table of the policy')
    return load(policy).project.migrations


def _chosen(histories: Iterable[History], options: Namespace) -> list[History]:
    """The sequences that the options name; raises UsageError when there is none."""
    every = list(histories)
    found = [
        history
        for history in every
        if options.store in {None, history.store} and options.namespace in {None, history.namespace}
    ]
    if not found:
        raise UsageError(f"no such sequence of migrations: there are {_named(every)}")
    return found


def _named(histories: Iterable[History]) -> str:
    return ", ".join(f"{history.store}.{history.namespace}" for history in histories)


def _new(arguments: Sequence[str]) -> int:
    from statefence.cli.fixing import made
    from statefence.migrations.addition import added

    of = _parser("new", "Make the next migration of a sequence, and register it where the project lists them.")
    of.add_argument("name", metavar="NAME", help="what it does, in a few words")
    _add_choice(of)
    options = of.parse_args(arguments)
    policy = policy_in_force(options.config)
    chosen = _chosen(_declared_or_empty(policy), options)
    if len(chosen) > 1:
        raise UsageError(f"which sequence? Say --store and --namespace: there are {_named(chosen)}")
    for path in made(policy, added(chosen[0], options.name, version=_now(chosen[0]))):
        write_lines((f"Wrote {visible(path)}",))
    return CLEAN


def _now(history: History) -> str:
    """The time as a version, in a sequence whose versions are times; else empty."""
    from datetime import UTC, datetime

    from statefence.migrations.names import is_dated

    last = history.migrations[-1].version if history.migrations else ""
    return datetime.now(UTC).strftime("%Y%m%d%H%M%S")[: len(last)] if is_dated(last) else ""


def _declared_or_empty(policy: Policy) -> tuple[History, ...]:
    """The declared sequences; those whose directory is not there yet are given it."""
    for store in policy.stores:
        for path in store.migrations.values():
            if not path.endswith(".py"):
                Path(policy.root, path).mkdir(parents=True, exist_ok=True)
    return _declared(policy)


def _verify(arguments: Sequence[str]) -> int:
    from statefence.migrations.rehearse import siblings
    from statefence.migrations.verify import verified
    from statefence.report.migrations import verification_json, verification_lines

    of = _parser("verify", "Run the migrations on SQLite in memory, in every way, with rows in the tables.")
    _add_choice(of)
    of.add_argument("--output-format", choices=("text", "json"), default="text")
    options = of.parse_args(arguments)
    histories = _declared(policy_in_force(options.config))
    found = [verified(history, siblings(history, histories)) for history in _chosen(histories, options)]
    if options.output_format == "json":
        write_lines((json.dumps(verification_json(found), indent=2),))
    else:
        write_lines(line for each in found for line in verification_lines(each))
    return FINDINGS if any(each.failures for each in found) else CLEAN
