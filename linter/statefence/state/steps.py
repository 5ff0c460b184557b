"""The steps of one repair. Each can be killed anywhere and done again; the journal says which are behind it.

Save copies; take the source for oneself; merge a copy of it into each target, in a transaction that commits only when
it verifies; write the report and the marker; rename the source; make sure that nobody opened it meanwhile.
"""

# Paths are text here: names in any encoding.
# ruff: noqa: PTH103, PTH104, PTH105, PTH108, PTH116, PTH118, PTH119, PTH120

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any
from urllib.parse import quote

import msgspec

from statefence.copies import SIDECARS, UnreadableError, copy_database
from statefence.state.headers import COMPANIONS
from statefence.state.history import shown
from statefence.state.holders import holders, holders_of_files
from statefence.state.journal import Entry, Step, Target, Unfinished, Work, room_of, write
from statefence.state.merging import SOURCE, RefusedError, TableMerge, merge
from statefence.state.registering import register
from statefence.state.retired import MARKER

_PATIENCE = 2.0
"""Seconds to wait for a lock."""

Merges = dict[str, tuple[TableMerge, ...]]
"""By the path of the target."""


def check_free(work: Work) -> tuple[str, ...]:
    """What cannot be known about who has the databases open; raises RefusedError when somebody has."""
    unknown: list[str] = []
    for path in (*([work.source] if work.source else ()), *(target.path for target in work.targets)):
        found = holders(path)
        if found.found:
            raise RefusedError(f"{shown(path)} is open: {', '.join(found.found)}")
        unknown.extend(found.unknown)
    return tuple(dict.fromkeys(unknown))


def carry_out(root: str, repair: Unfinished) -> Merges:
    """Does what is left of a repair; what it merged. Raises RefusedError, and then the source is where it was."""
    work, room = repair.work, room_of(root, repair.repair)
    merges = repair.counted
    if not work.source or not os.path.lexists(work.retired):
        if Step.SAVED not in repair.steps:
            save(work, room)
            write(root, Entry(repair.repair, Step.SAVED))
        merges = _merge_and_retire(root, repair, room) if work.source else _merge_all(root, repair, None)
    write(root, Entry(repair.repair, Step.DONE))
    return merges


def save(work: Work, room: str) -> None:
    """Copies of every database that will change, as they are; raises RefusedError when one cannot be copied."""
    saved, making = os.path.join(room, "saved"), os.path.join(room, "saving")
    if os.path.lexists(saved):
        return
    shutil.rmtree(making, ignore_errors=True)
    for number, path in enumerate((work.source, *(target.path for target in work.targets))):
        if path and os.path.lexists(path):
            place = os.path.join(making, f"{'source' if number == 0 else f'target{number}'}")
            os.makedirs(place, mode=0o700)
            try:
                copy = copy_database(path, place)
            except UnreadableError as error:
                raise RefusedError(f"{shown(path)}: {error}") from error
            for part in ("", *SIDECARS):
                if os.path.lexists(copy + part):
                    _sync(copy + part)
                    os.rename(copy + part, os.path.join(place, os.path.basename(path) + part))
    os.makedirs(making, mode=0o700, exist_ok=True)
    os.rename(making, saved)
    _sync(room)


def _merge_and_retire(root: str, repair: Unfinished, room: str) -> Merges:
    work = repair.work
    with taken(work.source) as source:
        copy = os.path.join(room, "merging.db")
        _discard(copy)
        with closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        merges = _merge_all(root, repair, copy)
        _discard(copy)
        _mark(work, repair.repair, merges, root)
        write(root, Entry(repair.repair, Step.MARKED))
        _retire(work)
    write(root, Entry(repair.repair, Step.RETIRED))
    return merges


@contextmanager
def taken(path: str) -> Iterator[sqlite3.Connection]:
    """A connection that nobody else can read or write beside, to a database whose log has been folded in.

    Raises RefusedError when somebody is using it.
    """
    location = f"file:{quote(os.fsencode(path))}?mode=rw"
    try:
        with closing(sqlite3.connect(location, uri=True, timeout=_PATIENCE, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE").fetchone()
        with closing(sqlite3.connect(location, uri=True, timeout=_PATIENCE, isolation_level=None)) as connection:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE").fetchone()
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")  # the lock stays, in this mode
            if connection.execute("PRAGMA journal_mode").fetchone() != ("delete",):
                raise RefusedError(f"{shown(path)} is being used: its log cannot be folded in")
            yield connection
    except sqlite3.Error as error:
        raise RefusedError(f"{shown(path)}: {error}") from error


def _merge_all(root: str, repair: Unfinished, copy: str | None) -> Merges:
    """Merges into every target; what was merged, also before a kill."""
    merges: Merges = {}
    for target in repair.work.targets:

        def counted(found: tuple[TableMerge, ...], path: str = target.path) -> None:
            write(root, Entry(repair.repair, Step.COUNTED, merges={path: found}))

        known = repair.counted.get(target.path)
        mode = _mode(repair.work.source)
        found = merge_into(target, copy, None if known is not None else counted, mode)
        was_done = known is not None and not any(table.inserted for table in found)
        merges[target.path] = known if known is not None and was_done else found
    write(root, Entry(repair.repair, Step.MERGED, merges=merges))
    _write_json(os.path.join(room_of(root, repair.repair), "report.json"), report_of(repair.work, merges))
    return merges


def merge_into(
    target: Target, copy: str | None, counted: Callable[[tuple[TableMerge, ...]], None] | None, mode: int
) -> tuple[TableMerge, ...]:
    """Merges the database `copy` into the target, and registers what it should know, in one transaction.

    `counted` is told what was merged, before that is final. A target that is not there is made, with this mode.
    Raises RefusedError; then the target is as it was.
    """
    is_new = not os.path.lexists(target.path)
    if is_new:
        os.makedirs(os.path.dirname(target.path), exist_ok=True)
        os.close(os.open(target.path, os.O_CREAT | os.O_EXCL, mode))
    try:
        with closing(sqlite3.connect(target.path, timeout=_PATIENCE, isolation_level=None)) as connection:
            found = _merged(connection, target, copy)
            if counted is not None:
                counted(found)
            connection.execute("COMMIT")
    except (RefusedError, sqlite3.Error) as error:
        if is_new:
            _discard(target.path)
        raise RefusedError(f"{shown(target.path)}: {error}") from error
    return found


def _merged(connection: sqlite3.Connection, target: Target, copy: str | None) -> tuple[TableMerge, ...]:
    connection.execute("PRAGMA synchronous = EXTRA")
    if copy is not None:
        _adopt_encoding(connection, copy)
        connection.execute(f"ATTACH ? AS {SOURCE}", (copy,))
    connection.execute("BEGIN EXCLUSIVE")
    merged = merge(connection, target.tables) if copy is not None else ()
    return (*merged, *(register(connection, registration) for registration in target.registrations))


def _adopt_encoding(connection: sqlite3.Connection, copy: str) -> None:
    """Gives a target without tables the encoding of the source; one with tables keeps its own."""
    with closing(sqlite3.connect(copy)) as source:
        (encoding,) = source.execute("PRAGMA encoding").fetchone()
    connection.execute(f"PRAGMA encoding = '{encoding}'")


def report_of(work: Work, merges: Merges) -> dict[str, Any]:
    """What was done, for the report beside the saved copies: every conflict of every table too."""
    return {
        "version": 1,
        "source": shown(work.source),
        "retired": shown(work.retired),
        "merges": {shown(path): msgspec.to_builtins(tables) for path, tables in merges.items()},
    }


def _mark(work: Work, repair: int, merges: Merges, root: str) -> None:
    marker = {
        "version": 1,
        "statefence": "merged",
        "source": shown(work.source),
        "into": [shown(path) for path in merges],
        "report": shown(os.path.join(room_of(root, repair), "report.json")),
    }
    _write_json(work.retired + MARKER, marker)


def _retire(work: Work) -> None:
    """Renames the source; undoes it and raises RefusedError when a process opened it before it had its new name."""
    if os.path.lexists(work.retired):
        raise RefusedError(f"{shown(work.retired)} is there meanwhile")
    os.rename(work.source, work.retired)
    _sync(os.path.dirname(work.source))
    found = holders_of_files([work.retired]).found
    if found and not os.path.lexists(work.source):
        os.rename(work.retired, work.source)
        _discard(work.retired + MARKER)
        raise RefusedError(f"{shown(work.source)} was opened meanwhile: {', '.join(found)}")


def _write_json(path: str, content: dict[str, Any]) -> None:
    temporary = f"{path}.tmp"
    with suppress(FileNotFoundError):
        os.unlink(temporary)
    with open(temporary, "w", encoding="utf-8", opener=_private) as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    _sync(os.path.dirname(path))


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def _mode(source: str) -> int:
    try:
        return stat.S_IMODE(os.stat(source).st_mode) if source else 0o600
    except FileNotFoundError:
        return 0o600


def _discard(path: str) -> None:
    for part in ("", *COMPANIONS):
        with suppress(FileNotFoundError):
            os.unlink(path + part)


def _sync(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
