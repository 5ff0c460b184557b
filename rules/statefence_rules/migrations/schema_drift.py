"""A type that describes a table's rows, or a mirror of it, differs from the schema that the migrations make.

## What it finds
Classes that the policy's `mirrors` name for a table (dataclasses, TypedDicts, NamedTuples, pydantic, msgspec and attrs
models) which lack a column of it, have a field that is no column, hold another simple type, or are never None where the
column may be NULL. A camel-case field is its snake-case column. Modules of mirrors that import, directly or through
others, a module of a layer that owns the table's store are found too; imports for type checkers alone do not count.

## Why is this bad?
A migration changes the table, and a row no longer fits the class that it is read into, or the copy that another process
was given: that is found by a user, at run time. A mirror that imports storage takes the database along wherever only
the shape of the rows was wanted.

## Example
A column is added, and the mirror of the type is forgotten.

## Options
`mirrors.TABLE.types` names the owner's classes and `mirrors.TABLE.mirrors` the copies, as `module:Class`; `omit` names
columns and fields that only one side has on purpose, `rename` says which field holds a column, `store` which store is
meant where several have the table.
"""

from __future__ import annotations

from collections.abc import Iterator

from statefence.api import Bad, FileHit, Good, Hit, Policy, Project, Rule, drifts, reaches


def check_project(project: Project, policy: Policy) -> Iterator[FileHit]:
    """Report each difference between a declared type and its table, and each mirror that imports storage."""
    if not policy.mirrors:
        return
    modules = {module.name: module.source for module in project.modules}
    for drift in drifts(policy, modules, project.migrations):
        yield FileHit(drift.place.path, Hit(drift.place.span, drift.message))
    for reach in reaches(policy, modules):
        message = f"the mirrors of {reach.module} import {reach.owner}, of the layer {reach.layer} that owns the store"
        yield FileHit(reach.place.path, Hit(reach.place.span, message, reach.trace))


POLICY = """
    [layers]
    storage = ["app.storage.**"]
    shared = ["app.shared"]

    [stores.main]
    path = "{home}/.app/main.db"
    owners = ["storage"]
    migrations = "app/storage/migrations"

    [mirrors.notes]
    types = ["app.storage.types:Note"]
    mirrors = ["app.shared:Note"]
"""
NOTES = "CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT NOT NULL, note_size INTEGER, made DATETIME NOT NULL);\n"
TYPES = """
    from dataclasses import dataclass
    from datetime import datetime


    @dataclass(frozen=True)
    class Note:
        id: int
        title: str
        note_size: int | None
        made: datetime
"""
SHARED = """
    from typing import TypedDict


    class Note(TypedDict):
        id: int
        title: str
        noteSize: "int | None"
        made: str
"""


def _files(shared: str = SHARED, types: str = TYPES) -> dict[str, str]:
    return {
        "app/__init__.py": "",
        "app/storage/__init__.py": "",
        "app/storage/migrations/001_notes.sql": NOTES,
        "app/storage/types.py": types,
        "app/shared.py": shared,
    }


RULE = Rule(
    code="SF406",
    check_project=check_project,
    cases=(
        Bad(
            "a mirror that was forgotten",
            _files(
                """
                from typing import TypedDict


                class Note(TypedDict):  # error: Note lacks the column note_size of notes
                    id: int
                    title: str
                    made: str
                """
            ),
            policy=POLICY,
        ),
        Bad(
            "a field without a column",
            _files(types=f"{TYPES}        tag: str = ''  # error: the field tag of Note is no column of notes\n"),
            policy=POLICY,
        ),
        Bad(
            "another type",
            _files(types=TYPES.replace("title: str", "title: int  # error: is int, and the column of notes is TEXT")),
            policy=POLICY,
        ),
        Bad(
            "never None",
            _files(types=TYPES.replace("int | None", "int  # error: note_size of notes may be NULL")),
            policy=POLICY,
        ),
        Bad(
            "a table that no migration makes",
            _files(types=TYPES.replace("class Note:", "class Note:  # error: describes the table entries"))
            | {"app/shared.py": SHARED.replace("(TypedDict):", "(TypedDict):  # error: which no migration makes")},
            policy=POLICY.replace("mirrors.notes", "mirrors.entries"),
        ),
        Bad(
            "a mirror that imports storage",
            _files(f"    from app import ids  # error: import app.storage, of the layer storage\n{SHARED}")
            | {"app/ids.py": "from app.storage import database\n", "app/storage/database.py": ""},
            policy=POLICY,
        ),
        Good("the same on all sides", _files(), policy=POLICY),
        Good(
            "by pydantic, with a base of the project",
            _files(
                """
                from typing import TYPE_CHECKING, Optional

                from pydantic import BaseModel

                if TYPE_CHECKING:
                    from app.storage.types import Note as Row


                class Titled(BaseModel):
                    id: int
                    title: str


                class Note(Titled):
                    note_size: Optional[int] = None
                    made: "datetime"
                """
            ),
            policy=POLICY,
        ),
        Good(
            "left out and renamed on purpose",
            _files(types=TYPES.replace("note_size", "length").replace("        made: datetime\n", "        tag: str\n"))
            | {"app/shared.py": SHARED.replace("noteSize", "length")},
            policy=f'{POLICY}    omit = ["made", "tag"]\n    rename = {{ note_size = "length" }}\n',
        ),
        Good(
            "a base that is not known may have the rest",
            _files(types="from elsewhere import Row\n\n\nclass Note(Row):\n    id: int\n"),
            policy=POLICY,
        ),
    ),
)
