"""The journal of repairs, from which one that was killed is taken up again; and the lock that keeps two apart.

One JSON object a line, each on disk before the step that follows it. A line cut off in the middle was never acted upon.
"""

# Paths are text here: names in any encoding.
# ruff: noqa: PTH118

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from statefence.errors import StatefenceError
from statefence.state.merging import TableMerge
from statefence.state.walk import ROOM


class Step(StrEnum):
    """What has been done, in this order; `ABANDONED` ends a repair that was refused, `DONE` any other."""

    BEGUN = "begun"
    SAVED = "saved"
    COUNTED = "counted"
    MERGED = "merged"
    MARKED = "marked"
    RETIRED = "retired"
    DONE = "done"
    ABANDONED = "abandoned"


class Registration(Struct, frozen=True):
    """Rows that a table should have for what is on disk, each as columns with their values."""

    table: str
    rows: tuple[dict[str, str], ...]


class Target(Struct, frozen=True):
    """A database that rows go into: which tables of the source, or which rows for what is on disk."""

    store: str
    path: str
    tables: tuple[str, ...] = ()
    registrations: tuple[Registration, ...] = ()


class Work(Struct, frozen=True):
    """One repair.

    Attributes:
        source: the database that is merged and retired; empty when rows are only registered.
        retired: what the source is renamed to.
    """

    source: str
    retired: str
    targets: tuple[Target, ...]


class Entry(Struct, frozen=True, omit_defaults=True):
    """A line of the journal: that a step of a repair has been done."""

    repair: int
    step: Step
    work: Work | None = None
    merges: dict[str, tuple[TableMerge, ...]] | None = None
    reason: str = ""


class Unfinished(Struct, frozen=True):
    """A repair that was begun and neither done nor abandoned, with the steps it got through."""

    repair: int
    work: Work
    steps: frozenset[Step]
    counted: dict[str, tuple[TableMerge, ...]]


def room_of(root: str, repair: int | None = None) -> str:
    """The directory in which repairs of a state directory keep their files, or one of them its own."""
    room = os.path.join(root, ROOM)
    return room if repair is None else os.path.join(room, f"{repair:04d}")


def read(root: str) -> tuple[Entry, ...]:
    """The journal of a state directory; raises StatefenceError when it cannot be used."""
    path = _path(root)
    try:
        lines = path.read_bytes().split(b"\n")[:-1]
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise StatefenceError(f"{path}: cannot be read: {error.strerror}") from error
    return tuple(_entry(path, number, line) for number, line in enumerate(lines, 1) if line)


def write(root: str, entry: Entry) -> None:
    """Adds a line, and has it on disk before it returns."""
    data = json.dumps(msgspec.to_builtins(entry)).encode() + b"\n"
    descriptor = os.open(_path(root), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.lseek(descriptor, _whole_lines(descriptor), os.SEEK_SET)
        os.truncate(descriptor, os.lseek(descriptor, 0, os.SEEK_CUR))
        os.write(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def unfinished(entries: tuple[Entry, ...]) -> tuple[Unfinished, ...]:
    """The repairs that were cut off, oldest first."""
    repairs: dict[int, list[Entry]] = {}
    for entry in entries:
        repairs.setdefault(entry.repair, []).append(entry)
    return tuple(
        Unfinished(number, work, steps, counted)
        for number, found in sorted(repairs.items())
        for steps in (frozenset(entry.step for entry in found),)
        for counted in ({store: merges for entry in found for store, merges in (entry.merges or {}).items()},)
        if not steps & {Step.DONE, Step.ABANDONED} and (work := found[0].work) is not None
    )


def next_number(entries: tuple[Entry, ...]) -> int:
    """The number of the next repair."""
    return max((entry.repair for entry in entries), default=0) + 1


@contextmanager
def locked(root: str) -> Iterator[None]:
    """Keeps every other repair of the same directory out; raises StatefenceError when one is going on."""
    room = Path(room_of(root))
    try:
        room.mkdir(mode=0o700, exist_ok=True)
        with (room / "lock").open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StatefenceError(f"{root}: another repair of it is going on: wait for its end") from None
            yield
    except OSError as error:
        raise StatefenceError(f"{room}: {error.strerror}: repairing needs to write there") from error


def _path(root: str) -> Path:
    return Path(room_of(root), "journal.jsonl")


def _entry(path: Path, number: int, line: bytes) -> Entry:
    try:
        fields: Any = json.loads(line)
        return msgspec.convert(fields, Entry)
    except (ValueError, msgspec.ValidationError) as error:
        message = f"{path}:{number}: not written by this version of statefence ({error}): finish with that, or move it"
        raise StatefenceError(message) from error


def _whole_lines(descriptor: int) -> int:
    """How many bytes of the journal are whole lines: what a kill cut off is overwritten."""
    size = os.fstat(descriptor).st_size
    data = os.pread(descriptor, size, 0)
    return data.rfind(b"\n") + 1
