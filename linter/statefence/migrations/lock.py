"""The lock: which migrations have been released, and what each of them ran then.

`migrations.lock` in the project's root is TOML: a table for each sequence, `[STORE.NAMESPACE]`, a line for each
migration, `"KEY" = "sha256:..."`, so that two branches that each add one are merged line by line.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import tomli

from statefence.errors import StatefenceError
from statefence.migrations.files import LOCK_FILE
from statefence.migrations.model import History, Migration, Shape

Lock = dict[tuple[str, str], dict[str, str]]
"""For each store and namespace, the digest of each migration by its key."""

_HEADER = (
    "# Written by `statefence migrations lock`: what each released migration runs. Keep it under version control.\n"
)
_ALGORITHM = "sha256:"


def digest(parts: Iterable[str]) -> str:
    """The SHA-256 of the texts, their line ends taken as LF."""
    normal = [part.replace("\r\n", "\n").replace("\r", "\n") for part in parts]
    return _ALGORITHM + hashlib.sha256(json.dumps(normal).encode()).hexdigest()


def parse_lock(text: str) -> Lock:
    """The lock in a text; raises StatefenceError when it is none."""
    try:
        content = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        way_out = "merge it line by line, or remove it and run `statefence migrations lock`"
        raise StatefenceError(f"{LOCK_FILE}:{error.lineno}: not valid TOML: {error.msg}: {way_out}") from error
    found: Lock = {}
    for store, namespaces in content.items():
        for namespace, entries in namespaces.items() if isinstance(namespaces, dict) else ((store, None),):
            if not isinstance(entries, dict) or not all(isinstance(value, str) for value in entries.values()):
                raise StatefenceError(
                    f'{LOCK_FILE}: [{store}.{namespace}] must hold lines `"KEY" = "sha256:..."`: '
                    "remove the file and run `statefence migrations lock`"
                )
            found[store, namespace] = dict(entries)
    return found


def read_lock(root: str) -> Lock:
    """The lock of the project in this directory, empty where there is none; raises StatefenceError."""
    path = Path(root, LOCK_FILE)
    try:
        return parse_lock(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise StatefenceError(f"{path}: cannot be read: {error}") from error


def locked(histories: Iterable[History]) -> Lock:
    """The lock of the migrations as they are now, but for those that are still to be written."""
    return {
        (history.store, history.namespace): {
            migration.key: migration.digest for migration in history.migrations if migration not in unwritten(history)
        }
        for history in histories
    }


def unwritten(history: History) -> tuple[Migration, ...]:
    """The migrations without a statement, as they are made; Alembic's may be so on purpose."""
    if history.shape is Shape.ALEMBIC:
        return ()
    return tuple(migration for migration in history.migrations if not migration.up and not migration.unknown)


def written(lock: Mapping[tuple[str, str], Mapping[str, str]]) -> str:
    """The lock as text."""
    sections = [_HEADER]
    for (store, namespace), entries in sorted(lock.items()):
        lines = [f"{_quoted(key)} = {_quoted(value)}\n" for key, value in entries.items()]
        sections.append(f"[{_quoted(store)}.{_quoted(namespace)}]\n{''.join(lines)}")
    return "\n".join(sections)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
