"""What the commands' parsers share."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from typing import NoReturn

from statefence.errors import UsageError


class Parser(ArgumentParser):
    """An argument parser whose complaints are UsageErrors, one line each."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError instead of printing the usage and exiting."""
        raise UsageError(f"{message}{self._meant(message)}: `{self.prog} --help` shows what there is")

    def _meant(self, message: str) -> str:
        from difflib import get_close_matches

        unknown = message.partition("unrecognized arguments: ")[2].split()
        options = [option for action in self._actions for option in action.option_strings]
        close = get_close_matches(unknown[0], options, n=1) if unknown else []
        return f" (did you mean {close[0]}?)" if close else ""


def parser(command: str, description: str) -> Parser:
    """An empty parser of one command; long options may not be shortened, so that new ones break nobody."""
    return Parser(prog=f"statefence {command}", description=description, allow_abbrev=False)


def add_paths(to: ArgumentParser) -> None:
    """Add PATHS and `--config`, which every command that analyses takes."""
    to.add_argument("paths", nargs="*", metavar="PATHS", help="report on these only; the whole project is analysed")
    add_config(to)


def add_resources(to: ArgumentParser) -> None:
    """Add the options that say what a run may use; none of them changes what it finds."""
    to.add_argument("--no-cache", action="store_true", help="neither use nor keep what an earlier run found")
    to.add_argument(
        "--cache-check", choices=("stamps", "hash"), default="stamps", help="hash: compare the content of every file"
    )
    to.add_argument("--jobs", type=_positive, metavar="N", help="read with so many processes (default: all processors)")
    to.add_argument("--cluster", metavar="ADDRESS", help="read with the workers of a Dask scheduler (tcp://host:port)")


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise ArgumentTypeError(f"{text!r} is no number of processes: write 1 or more")
    return int(text)


def add_config(to: ArgumentParser) -> None:
    """Add `--config`."""
    to.add_argument("--config", metavar="FILE", help="the policy; otherwise the nearest one above the directory")


def comma_separated(text: str) -> list[str]:
    """The parts of `SF101,SF2`, blanks removed, empty parts dropped."""
    return [part.strip() for part in text.split(",") if part.strip()]
