"""A migration that was released is not what it was when it was locked.

## What it finds
Migrations whose statements are not those that `statefence migrations lock` wrote down, and locked migrations that are
gone. What is compared is what applies the migration: of a `.sql` file the text, line ends and suppressions apart; of
Python the statements. What takes it back may change. A migration that is not locked yet may change too.

## Why is this bad?
Databases that have applied it never apply it again: they keep the old schema, new ones get another, and the program
meets both. Tools that keep checksums in the database refuse to start.

## Example
A column is added to the first migration, which users have applied.

## Options
`stores.NAME.migrations` names the directory or module, or for several namespaces each of them. The lock is
`migrations.lock` in the project's root; without it nothing is compared. `statefence check --since REV` compares with a
revision of git instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from statefence.api import (
    LOCK_FILE,
    Bad,
    FileHit,
    Good,
    History,
    Hit,
    Policy,
    Project,
    Rule,
    Span,
    parse_lock,
)


def check_project(project: Project, policy: Policy) -> Iterator[FileHit]:
    """Report each migration that is not as it was locked, and each locked one that is gone."""
    source = project.texts.get(LOCK_FILE)
    lock = parse_lock(source.text) if source else {}
    for history in project.migrations:
        entries = lock.get((history.store, history.namespace), {})
        earlier = _at_revision(history, project)
        yield from _edited(history, (("it was locked", entries), ("the revision it is compared with", earlier)))
        present = {migration.key for migration in history.migrations}
        yield from _gone_since(history, [key for key in earlier if key not in {*present, *entries}], policy)
        for key in entries:
            if key not in present:
                message = f"{key} of {history.path} is locked, and is not there any more: databases have applied it"
                yield FileHit(LOCK_FILE, Hit(_line_of(key, source.lines if source else ()), message))


def _gone_since(history: History, gone: Sequence[str], policy: Policy) -> Iterator[FileHit]:
    """What was there at the revision and is not any more, where the policy declares the sequence."""
    line = policy.lines.get(f"stores.{history.store}.migrations", 1)
    for key in gone if policy.source is not None else ():
        message = f"{key} of {history.path} was there at the revision it is compared with, and is not there any more"
        yield FileHit(policy.source or "", Hit(Span(line, 0, line, 0), message))


def _at_revision(history: History, project: Project) -> dict[str, str]:
    """The digests that the migrations had at the revision of `--since`."""
    return {
        migration.key: migration.digest
        for earlier in project.earlier
        if (earlier.store, earlier.namespace) == (history.store, history.namespace)
        for migration in earlier.migrations
    }


def _edited(history: History, known: Sequence[tuple[str, Mapping[str, str]]]) -> Iterator[FileHit]:
    """One hit for each migration that differs from one of the digests that are known of it."""
    for migration in history.migrations:
        differing = (
            when for when, digests in known if digests.get(migration.key, migration.digest) != migration.digest
        )
        moment = next(differing, None)
        if moment is not None:
            message = (
                f"{migration.key} was changed after {moment}: databases that have applied it do not get the change"
            )
            yield FileHit(migration.place.path, Hit(migration.place.span, message))


def _line_of(key: str, lines: tuple[str, ...]) -> Span:
    number = next((number for number, line in enumerate(lines, 1) if f'"{key}"' in line), 1)
    return Span(number, 0, number, 0)


POLICY = """
    [layers]
    storage = ["app.**"]

    [stores.main]
    path = "{home}/.app/main.db"
    owners = ["storage"]
    migrations = "app/migrations"
"""
FIRST = "CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT NOT NULL);\n"
LOCK = """
[main.main]
"001_notes" = "sha256:5d3ef239c78e6b1ecbc5c3eeb987982fb44a5f470aeb26c18ef6ba9f1abca569"
"""

RULE = Rule(
    code="SF401",
    check_project=check_project,
    cases=(
        Bad(
            "a column added to a released migration",
            {
                "app/migrations/001_notes.sql": (
                    "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT);  -- error: 001_notes was changed\n"
                ),
                "app/storage.py": "",
                LOCK_FILE: LOCK,
            },
            policy=POLICY,
        ),
        Good(
            "as it was locked", {"app/migrations/001_notes.sql": FIRST, "app/storage.py": "", LOCK_FILE: LOCK}, POLICY
        ),
    ),
)
