"""Work trees of a known size, made of given ones; those are only read."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path

POLICY = "benchmark-policy.toml"
"""The name it has in a tree, under which it is no policy unless it is asked for."""


def copied(tree: Path, to: Path) -> Path:
    """A copy of a tree's Python files, outside any repository, with a policy that gives every rule something to do."""
    for path in python_files(tree):
        target = to / path.relative_to(tree)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    return furnished(to)


def furnished(tree: Path) -> Path:
    """The tree with the files that decide what is analysed: all of it, by every tool."""
    shutil.copyfile(Path(__file__).with_name("policy.toml"), tree / POLICY)
    (tree / ".semgrepignore").touch()  # otherwise it leaves tests out
    return tree


def python_files(tree: Path) -> list[Path]:
    """Its Python files, sorted, but for those below hidden directories."""
    found = (path for path in tree.rglob("*.py") if path.is_file() and not path.is_symlink())
    return sorted(path for path in found if not any(part.startswith(".") for part in path.relative_to(tree).parts))


def grown(trees: Iterable[Path], to: Path, lines: int) -> int:
    """Fill a directory with copies of trees, each under top-level names of its own; gives the number of lines.

    Imports follow the new names, so that a copy is a program like the first and has nothing to do with the others.
    """
    written = 0
    for path, data in _copies([(tree, python_files(tree)) for tree in trees]):
        if written >= lines:
            break
        target = to / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        written += data.count(b"\n")
    furnished(to)
    return written


def _copies(trees: list[tuple[Path, list[Path]]]) -> Iterator[tuple[str, bytes]]:
    for number in count() if any(paths for _, paths in trees) else ():
        for which, (tree, paths) in enumerate(trees):
            ending = f"_{which}_{number}"
            names = sorted({path.relative_to(tree).parts[0].removesuffix(".py") for path in paths})
            for path in paths:
                yield renamed(path.relative_to(tree).as_posix(), ending), reimported(path.read_bytes(), names, ending)


def renamed(path: str, ending: str) -> str:
    """The path with the ending after its top-level name."""
    first, slash, rest = path.partition("/")
    return f"{first}{ending}/{rest}" if slash else f"{first.removesuffix('.py')}{ending}.py"


def reimported(data: bytes, names: Iterable[str], ending: str) -> bytes:
    """The program with the ending after these names, wherever a line imports one."""
    any_of = b"|".join(re.escape(name.encode()) for name in names)
    return re.sub(rb"(?m)^([ \t]*(?:from|import)[ \t]+)(%s)\b" % any_of, rb"\1\2" + ending.encode(), data)
