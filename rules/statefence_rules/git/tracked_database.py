"""A database, or a file of a store, is tracked by git.

## What it finds
Files that git tracks, staged ones among them, and that are SQLite databases by their header, whatever their name; the
write-ahead logs and journals beside them; and files on the path of a store of the policy. Databases in directories of
tests and fixtures are data of the tests, unless they are a store. What only keeps a directory (`.gitkeep`) is none.

## Why is this bad?
Every commit carries what users have written to whoever clones the repository, for good, since history keeps it. A
checkout puts an older state in the place of the present one, and two branches can never be merged.

## Example
The database of the development server was committed with the code.

## Options
`stores.NAME.path` says where stores lie. To untrack a file and keep it: `git rm --cached`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from statefence.api import Bad, FileHit, Good, Hit, Policy, Repository, Rule, Span

_TEST_DATA = re.compile(r"(?:^|[/_.-])(?:tests?|testing|testdata|fixtures?)(?:[_.-][^/]*)?/", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"(?:^|/)\.(?:git\w+|\w*keep|placeholder|empty)$")
_WHOLE_FILE = Span(1, 0, 1, 0)


def check(repository: Repository, _policy: Policy) -> Iterator[FileHit]:
    """Report each tracked file that is a database or a store's."""
    for path, names in repository.kept.items():
        if not _PLACEHOLDER.search(path):
            yield FileHit(path, Hit(_WHOLE_FILE, f"this file of {' and '.join(names)} is tracked by git"))
    for path in repository.databases:
        if path not in repository.kept and not _TEST_DATA.search(path):
            yield FileHit(path, Hit(_WHOLE_FILE, "this database is tracked by git"))


DATABASE = "SQLite format 3\0".ljust(512, "\0")

RULE = Rule(
    code="SF601",
    check_repository=check,
    cases=(
        Bad(
            "a database by its header",
            {
                "app.py": "import sqlite3\n",
                "data/app.db": f"{DATABASE}  # error: this database is tracked",
                "data/cache.bin": f"{DATABASE}  # error: this database is tracked",
                "data/cache.bin-shm": "index  # error: this database is tracked",
                "contest/app.db": f"{DATABASE}  # error: this database is tracked",
            },
        ),
        Bad(
            "a store by its path",
            {
                "statefence.toml": """
                [layers]
                storage = ["app"]
                [stores.notes]
                path = "{repo}/data/users/{user_id}"
                kind = "tree"
                owners = ["storage"]
                """,
                "app.py": "import json\n",
                "data/users/ann/notes.json": "{}  # error: this file of notes is tracked",
                "data/users/ann/.gitkeep": "",
                "data/users/README.md": "One directory for each user.",
            },
        ),
        Good(
            "ignored, of tests, and no database",
            {
                ".gitignore": "*.db\n",
                "app.py": "import sqlite3\n",
                "data/app.db": DATABASE,
                "tests/data/small.sqlite": DATABASE,
                "unit_tests/small.sqlite": DATABASE,
                "integration-tests/data/small.sqlite": DATABASE,
                "data/notes.txt": "SQLite format 3\n",
            },
        ),
    ),
)
