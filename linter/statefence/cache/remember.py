"""Keep what a run said, with everything that it depends on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from statefence.cache.place import place, write
from statefence.cache.record import DATABASE, LISTING, PLAIN, UNKNOWN, Outcome, Record, encoded
from statefence.cache.stamps import digest, stamps
from statefence.database_file import is_database
from statefence.discover import NEVER_SOURCE, in_work_tree, listed_files, tracked_files

_WRITTEN = (
    ".c", ".cfg", ".cpp", ".css", ".csv", ".go", ".h", ".html", ".ini", ".ipynb", ".java", ".jpeg", ".jpg",
    ".js", ".json", ".jsx", ".lock", ".md", ".mdx", ".png", ".po", ".py", ".pyi", ".rs", ".rst", ".sh",
    ".sql", ".svg", ".toml", ".ts", ".tsx", ".txt", ".xml", ".yaml", ".yml",
)  # fmt: skip
"""A file with such an ending is not looked at for becoming a database: there are too many of them, and none does."""


class Reading(Struct, frozen=True):
    """What a run has read.

    Attributes:
        root: the project's root, absolute.
        started: when it began to read, in nanoseconds since the epoch.
        listing: what the list of the project's files was made from.
        contents: the bytes of the files it read, by path relative to the root.
        others: other files that decide its answer, absolute, there or not.
        packages: the top-level packages that did the work.
    """

    root: str
    started: int
    listing: bytes
    contents: Mapping[str, bytes]
    others: tuple[str, ...]
    packages: frozenset[str]


def remember(asked: bytes, outcome: Outcome, reading: Reading) -> None:
    """Keep the outcome of a run for the next time that the same is asked."""
    kept_at = place(asked)
    if kept_at is None:
        return
    depends = _dependencies(reading)
    paths = tuple(depends)
    digests = b"".join(depends.values())
    seen = stamps(paths)
    record = Record(asked, digest(reading.listing), paths, digests, outcome, started=reading.started, stamps=seen)
    write(kept_at, encoded(record))


def _dependencies(reading: Reading) -> dict[str, bytes]:
    """Every path that decides the answer, the root first, with the digest to compare it by."""
    depends = {reading.root: LISTING}
    files = listed_files(reading.listing)
    ignoring = in_work_tree(Path(reading.root).resolve())
    for directory in _directories(reading.root, files, ignoring=ignoring):
        depends[f"{reading.root}/{directory}"] = LISTING
    for path in _of_git(reading.root) if ignoring else ():
        depends[path] = LISTING
    for path in tracked_files(reading.listing) if ignoring else ():
        place = f"{reading.root}/{path}"
        database = is_database(place)
        if database or not path.endswith(_WRITTEN):
            depends[place] = DATABASE if database else PLAIN
    for path in files:
        if path.endswith((".py", ".gitignore")):
            depends[f"{reading.root}/{path}"] = UNKNOWN
    for path, data in reading.contents.items():
        depends[f"{reading.root}/{path}"] = digest(data)
    for path in (*reading.others, *_code(reading.packages)):
        depends[path] = UNKNOWN
    return depends


def _directories(root: str, files: Iterable[str], *, ignoring: bool) -> Iterator[str]:
    """The directories in which a new file would belong to the project, relative to the root."""
    holding: set[str] = set()
    for path in files:
        directory = path.rpartition("/")[0]
        while directory and directory not in holding:
            holding.add(directory)
            directory = directory.rpartition("/")[0]
    yield from holding
    below = [path for directory in ("", *holding) for path in _subdirectories(root, directory) if path not in holding]
    yield from _walked(root, _not_ignored(root, below) if ignoring else below)


def _walked(root: str, directories: Iterable[str]) -> Iterator[str]:
    for directory in directories:
        yield directory
        yield from _walked(root, _subdirectories(root, directory))


def _subdirectories(root: str, directory: str) -> list[str]:
    try:
        with os.scandir(f"{root}/{directory}") as scan:
            names = [entry.name for entry in scan if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []
    prefix = f"{directory}/" if directory else ""
    return [prefix + name for name in names if name not in NEVER_SOURCE]


def _not_ignored(root: str, directories: Sequence[str]) -> list[str]:
    if not directories:
        return []
    asked = b"\0".join(map(os.fsencode, directories))
    command = ["git", "-C", root, "check-ignore", "--stdin", "-z"]
    answer = subprocess.run(command, input=asked, capture_output=True, check=False).stdout
    ignored = set(map(os.fsdecode, answer.split(b"\0")))
    return [directory for directory in directories if directory not in ignored]


def _of_git(root: str) -> Iterator[str]:
    """The files by which git decides what it lists."""
    wanted = [argument for name in ("index", "info/exclude", "config") for argument in ("--git-path", name)]
    answer = subprocess.run(["git", "-C", root, "rev-parse", *wanted], capture_output=True, check=False).stdout
    for line in answer.splitlines():
        yield os.path.join(root, os.fsdecode(line))
    home = os.path.expanduser("~")
    settings = os.environ.get("XDG_CONFIG_HOME") or f"{home}/.config"
    yield from (f"{home}/.gitconfig", f"{settings}/git/config", f"{settings}/git/ignore", "/etc/gitconfig")
    asked = ["git", "-C", root, "config", "--get", "--path", "core.excludesFile"]
    excludes = subprocess.run(asked, capture_output=True, check=False).stdout.strip()
    if excludes:
        yield os.path.join(root, os.fsdecode(excludes))


def _code(packages: frozenset[str]) -> Iterator[str]:
    """The code that did the work, and the directories where more of it may be installed."""
    for name, module in tuple(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file is not None and name.partition(".")[0] in packages:
            yield from (file, os.path.dirname(file))
    yield from (entry for entry in sys.path if entry)
