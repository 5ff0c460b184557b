"""The reader process: answers one JSON line per JSON line, until its input ends or its parent is gone.

Requests: `{"do": "capture", "path": P, "before": I}` keeps a private copy and answers its directory, which is I when
that copy still holds the same; `digest` says what is in one; `measure` is for files that are no databases;
`forget` drops some; `watch` and `made` are of files that may be gone again before anybody looks.
It is started without site and imports the standard library alone, so nothing of the project can run in it.
"""

# The reader process starts without site and in a few milliseconds: no pathlib.
# ruff: noqa: PTH102, PTH118

from __future__ import annotations

import json
import os
import select
import shutil
from typing import Any

from pytest_statefence.bookkeeping import bookkeeping
from pytest_statefence.copying import copy_database, holds_still
from pytest_statefence.extents import measure
from pytest_statefence.images import digest, fingerprint, lost_rows
from pytest_statefence.inotify import Notices
from pytest_statefence.suspects import suspects
from statefence.copies import UnreadableError

_PARENT_CHECK_MS = 1000

Message = dict[str, Any]


def main(directory: str) -> None:
    """Serves standard input until it ends; keeps copies in an empty `directory`, which it removes at the end."""
    try:
        _serve(directory)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _serve(directory: str) -> None:
    notices = Notices()
    parent = os.getppid()
    poll = select.poll()
    poll.register(0, select.POLLIN)
    if notices.descriptor >= 0:
        poll.register(notices.descriptor, select.POLLIN)
    pending = b""
    number = 0
    while os.getppid() == parent:
        ready = {descriptor for descriptor, _ in poll.poll(_PARENT_CHECK_MS)}
        if notices.descriptor in ready:
            notices.read()
        if 0 not in ready:
            continue
        data = os.read(0, 1 << 16)
        if not data:
            return
        *lines, pending = (pending + data).split(b"\n")
        for line in lines:
            number += 1
            try:
                answer = _answer(json.loads(line), os.path.join(directory, str(number)), notices)
            except Exception as error:
                _write(json.dumps({"fault": f"{type(error).__name__}: {error}"}).encode() + b"\n")
                raise
            _write(json.dumps(answer).encode() + b"\n")


def _answer(request: Message, room: str, notices: Notices) -> Message:
    match request["do"]:
        case "capture":
            return _capture(request["path"], request["before"], room, by_stamp=request["by_stamp"])
        case "measure":
            return {"extent": measure(request["path"], request["known"])}
        case "suspects":
            named = suspects(*(os.path.join(image, "database") for image in request["images"]))
            return {"tables": None if named is None else sorted(named)}
        case "lost":
            before, after = request["images"]
            return _lost(before, after, request["tables"])
        case "digest":
            return _digest(request["image"], request["tables"])
        case "bookkeeping":
            return _bookkeeping(request["image"])
        case "forget":
            for image in request["images"]:
                shutil.rmtree(image, ignore_errors=True)
        case "watch":
            notices.watch_only(dict(request["directories"]))
        case "made":
            made, unseen, lost = notices.take()
            return {"made": made, "unseen": unseen, "lost": lost}
        case other:
            raise ValueError(other)
    return {}


def _capture(path: str, before: str | None, room: str, *, by_stamp: bool) -> Message:
    try:
        if before is not None and holds_still(path, os.path.join(before, "database"), by_stamp=by_stamp):
            return {"image": before}
        os.mkdir(room)
        copy_database(path, room, None if before is None else os.path.join(before, "database"))
    except UnreadableError as error:
        shutil.rmtree(room, ignore_errors=True)
        return {"image": None, "reason": str(error)}
    return {"image": room}


def _digest(image: str, tables: list[str] | None) -> Message:
    copy = os.path.join(image, "database")
    try:
        return {"tables": digest(copy, tables)}
    except UnreadableError as error:
        return {"tables": None, "bytes": fingerprint(copy), "reason": str(error)}


def _lost(before: str, after: str, tables: list[str]) -> Message:
    try:
        return {"lost": lost_rows(os.path.join(before, "database"), os.path.join(after, "database"), tables)}
    except UnreadableError as error:
        return {"lost": None, "reason": str(error)}


def _bookkeeping(image: str) -> Message:
    try:
        tables, applied = bookkeeping(os.path.join(image, "database"))
    except UnreadableError:
        return {"tables": [], "applied": []}
    return {"tables": tables, "applied": applied}


def _write(data: bytes) -> None:
    while data:
        data = data[os.write(1, data) :]
