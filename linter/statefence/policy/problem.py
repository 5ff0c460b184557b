"""What can be wrong with a policy, before it has a file and a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

KeyPath = tuple[str, ...]
"""The keys from the policy's table down; an item of a list is its number from 0."""

PROJECT_FILE = "pyproject.toml"
POLICY_TABLE: KeyPath = ("tool", "statefence")
"""Where the policy stands in a `PROJECT_FILE`; in any other file it is the whole."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")


class Problem(Struct, frozen=True):
    """Something wrong at a key path, relative to the policy's table; the message is without a full stop."""

    path: KeyPath
    message: str


def rendered(problem: Problem, source: str, line: int) -> str:
    """The problem as `file:line: key.path: message`, with the key path from the top of the file."""
    prefix = POLICY_TABLE if source.endswith(PROJECT_FILE) else ()
    keys = dotted(prefix + problem.path)
    return f"{source}:{line}: {keys + ': ' if keys else ''}{problem.message}"


def dotted(path: KeyPath) -> str:
    """The key path as TOML writes it, with quotes where they are needed."""
    return ".".join(key if _BARE.fullmatch(key) else json.dumps(key, ensure_ascii=False) for key in path)


def line_of(path: KeyPath, lines: Mapping[KeyPath, int]) -> int:
    """The line of the key path, or of the nearest table around it that has one; 1 at the end."""
    while path not in lines and path:
        path = path[:-1]
    return lines.get(path, 1)


def suggestion(wrong: str, known: Iterable[str]) -> str:
    """The way out of a misspelt name: the nearest known one, else all of them; follows the complaint directly."""
    from difflib import get_close_matches

    names = list(known)
    close = get_close_matches(wrong, names, n=1)
    if close:
        return f', did you mean "{close[0]}"?'
    return f", known are {', '.join(names)}" if names else ": none is defined"
