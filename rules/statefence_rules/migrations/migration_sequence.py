"""The migrations of a namespace do not make a sequence, or one of them is never applied.

## What it finds
Numbers that are missing or taken twice, names that are no migration's or that sort in another order than their numbers,
a file that takes back what is not there, migrations that come before ones that are locked, and migrations that the
project's registry lacks, or that it lists and that are not there. Of Alembic: revisions taken twice or not there, and
several ends. A gap between versions that are dates means nothing, and neither do two of one day. The registry is a
list or dict in their directory or the one above that has the first of them and lacks no more than it has; a module that
looks for the files itself has none.

## Why is this bad?
Which migrations a database has is told by the last number it has seen. One that comes before it later, or has the same
number, is never applied there; one that is not registered is applied nowhere.

## Example
A migration is added, and nobody adds it to the list.

## Fix safety
Safe: it adds the migration to the registry, at its place and written as the others are. Nothing else is repaired, since
a migration's number may be in databases already.

## Options
`stores.NAME.migrations` names the directory or module, or for several namespaces each of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from statefence.api import (
    LOCK_FILE,
    Bad,
    Edit,
    FileHit,
    Good,
    History,
    Hit,
    MigrationShape,
    Policy,
    Project,
    Rule,
    Safety,
    parse_lock,
    registration,
)


def check_project(project: Project, _policy: Policy) -> Iterator[FileHit]:
    """Report what keeps each declared directory from being a sequence, and what is added before locked migrations."""
    source = project.texts.get(LOCK_FILE)
    lock = parse_lock(source.text) if source else {}
    for history in project.migrations:
        for fault in history.faults:
            edits = _registered(history, fault.unregistered)
            yield FileHit(fault.place.path, Hit(fault.place.span, fault.message, edits=edits))
        yield from _before_locked(history, set(lock.get((history.store, history.namespace), ())))


def _registered(history: History, key: str) -> tuple[Edit, ...]:
    """The edit that adds a migration to the registry."""
    names = {migration.key: migration.name for migration in history.migrations}
    if history.registry is None or key not in names:
        return ()
    edit = registration(history.registry, key, names[key], tuple(names))
    return (edit,) if edit else ()


def _before_locked(history: History, locked: set[str]) -> Iterator[FileHit]:
    if history.shape is MigrationShape.ALEMBIC:
        return
    later = False
    for migration in reversed(history.migrations):
        later = later or migration.key in locked
        if later and migration.key not in locked:
            message = (
                f"{migration.key} comes before a locked migration: databases that have applied that never apply it"
            )
            yield FileHit(migration.place.path, Hit(migration.place.span, message))


POLICY = """
    [layers]
    storage = ["app.**"]

    [stores.main]
    path = "{home}/.app/main.db"
    owners = ["storage"]
    migrations = "app/migrations"
"""
LISTED = """
    up = ["CREATE TABLE notes (id INTEGER PRIMARY KEY)"]
    down = ["DROP TABLE notes"]
"""
LATER = """
    up = ["CREATE TABLE tags (id INTEGER PRIMARY KEY)"]
    down = ["DROP TABLE tags"]
"""
OBJECT = """
    from app.migrate import Migration

    add_notes = Migration(id="001", up=["CREATE TABLE notes (id INTEGER PRIMARY KEY)"], down=["DROP TABLE notes"])
"""
CLASS = """
    class CreateNotes:
        def up(self, connection):
            connection.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY)")

        def down(self, connection):
            connection.execute("DROP TABLE notes")
"""
NOTES = "CREATE TABLE notes (id INTEGER PRIMARY KEY);\n"
TAGS = "CREATE TABLE tags (id INTEGER PRIMARY KEY);\n"

RULE = Rule(
    code="SF402",
    check_project=check_project,
    fix=Safety.SAFE,
    cases=(
        Bad(
            "not registered",
            {
                "app/migrations/__init__.py": """
                from app.migrations import m001_notes

                MIGRATIONS = [m001_notes]  # error: m002_tags is not registered
                """,
                "app/migrations/m001_notes.py": LISTED,
                "app/migrations/m002_tags.py": LATER,
            },
            fixed={
                "app/migrations/__init__.py": """
                from app.migrations import m001_notes
                from app.migrations import m002_tags

                MIGRATIONS = [m001_notes, m002_tags]
                """
            },
            policy=POLICY,
        ),
        Bad(
            "an object that is not registered",
            {
                "app/migrations/__init__.py": """
                from app.migrations.m001_notes import add_notes

                MIGRATIONS = (  # error: m002_tags is not registered
                    add_notes,  # the first
                )
                """,
                "app/migrations/m001_notes.py": OBJECT,
                "app/migrations/m002_tags.py": OBJECT.replace("notes", "tags").replace("001", "002"),
                "app/migrate.py": "class Migration: ...\n",
            },
            fixed={
                "app/migrations/__init__.py": """
                from app.migrations.m001_notes import add_notes
                from app.migrations.m002_tags import add_tags

                MIGRATIONS = (
                    add_notes,  # the first
                    add_tags,
                )
                """
            },
            policy=POLICY,
        ),
        Bad(
            "a class that is not registered",
            {
                "app/migrations/__init__.py": """
                from app.migrations.m001_notes import CreateNotes

                MIGRATIONS = [CreateNotes()]  # error: m002_tags is not registered
                """,
                "app/migrations/m001_notes.py": CLASS,
                "app/migrations/m002_tags.py": CLASS.replace("notes", "tags").replace("Notes", "Tags"),
            },
            fixed={
                "app/migrations/__init__.py": """
                from app.migrations.m001_notes import CreateNotes
                from app.migrations.m002_tags import CreateTags

                MIGRATIONS = [CreateNotes(), CreateTags()]
                """
            },
            policy=POLICY,
        ),
        Bad(
            "functions with their versions",
            {
                "app/migrations/__init__.py": """
                from app.migrations import m001_notes
                from app.migrations.m002_tags import up as add_tags

                MIGRATIONS = {  # error: m003_more is not registered
                    1: m001_notes.up,
                    2: add_tags,
                }
                """,
                "app/migrations/m001_notes.py": LISTED,
                "app/migrations/m002_tags.py": LATER,
                "app/migrations/m003_more.py": LATER.replace("tags", "more"),
            },
            policy=POLICY,
        ),
        Bad(
            "returned by a function",
            {
                "app/migrations/__init__.py": """
                def migrations():
                    from app.migrations import m001_notes

                    return [m001_notes]  # error: m002_tags is not registered
                """,
                "app/migrations/m001_notes.py": LISTED,
                "app/migrations/m002_tags.py": LATER,
            },
            policy=POLICY,
        ),
        Bad(
            "in two lists, and one in neither",
            {
                "app/migrations/__init__.py": """
                from app.migrations import m001_notes, m002_tags, m003_more, m004_last

                CORE = [m001_notes, m002_tags]  # error: m004_last is not registered
                EXTRA = [m003_more]
                MIGRATIONS = CORE + EXTRA
                """,
                "app/migrations/m001_notes.py": LISTED,
                "app/migrations/m002_tags.py": LATER,
                "app/migrations/m003_more.py": LATER.replace("tags", "more"),
                "app/migrations/m004_last.py": LATER.replace("tags", "last"),
            },
            fixed={
                "app/migrations/__init__.py": """
                from app.migrations import m001_notes, m002_tags, m003_more, m004_last

                CORE = [m001_notes, m002_tags, m004_last]
                EXTRA = [m003_more]
                MIGRATIONS = CORE + EXTRA
                """
            },
            policy=POLICY,
        ),
        Bad(
            "not registered between others",
            {
                "app/migrations/__init__.py": """
                from app.migrations import m001_notes, m003_more

                MIGRATIONS = [  # error: m002_tags is not registered
                    m001_notes,
                    # the last one
                    m003_more,
                ]
                """,
                "app/migrations/m001_notes.py": LISTED,
                "app/migrations/m002_tags.py": LATER,
                "app/migrations/m003_more.py": LATER.replace("tags", "more"),
            },
            fixed={
                "app/migrations/__init__.py": """
                from app.migrations import m001_notes, m003_more
                from app.migrations import m002_tags

                MIGRATIONS = [
                    m001_notes,
                    # the last one
                    m002_tags,
                    m003_more,
                ]
                """
            },
            policy=POLICY,
        ),
        Bad(
            "a file name that is not listed",
            {
                "app/migrator.py": 'FILES = ["001_notes.sql"]  # error: 002_tags\n',
                "app/migrations/001_notes.sql": NOTES,
                "app/migrations/002_tags.sql": TAGS,
            },
            fixed={"app/migrator.py": 'FILES = ["001_notes.sql", "002_tags.sql"]\n'},
            policy=POLICY,
        ),
        Bad(
            "listed, and not there",
            {
                "app/migrations/__init__.py": 'ORDER = ["001_notes.sql", "002_tags.sql"]  # error: is listed\n',
                "app/migrations/001_notes.sql": NOTES,
            },
            policy=POLICY,
        ),
        Bad(
            "a gap",
            {
                "app/storage.py": "",
                "app/migrations/001_notes.sql": NOTES,
                "app/migrations/003_tags.sql": f"{TAGS[:-1]}  -- error: 002 is missing\n",
            },
            policy=POLICY,
        ),
        Bad(
            "a number taken twice",
            {
                "app/storage.py": "",
                "app/migrations/001_notes.sql": NOTES,
                "app/migrations/001_tags.sql": f"{TAGS[:-1]}  -- error: taken by 001_notes too\n",
            },
            policy=POLICY,
        ),
        Bad(
            "a name that is no migration's",
            {
                "app/storage.py": "",
                "app/migrations/001_notes.sql": NOTES,
                "app/migrations/tags.sql": f"{TAGS[:-1]}  -- error: NUMBER_name.sql\n",
            },
            policy=POLICY,
        ),
        Bad(
            "names that sort in another order",
            {
                "app/storage.py": "",
                **{
                    f"app/migrations/{number}_t.sql": f"CREATE TABLE t{number} (id INTEGER);\n"
                    for number in range(1, 10)
                },
                "app/migrations/10_t.sql": "CREATE TABLE t10 (id INTEGER);\n",
                "app/migrations/1_t.sql": "CREATE TABLE t1 (id INTEGER);  -- error: sorts after 10_t\n",
                **{
                    f"app/migrations/{number}_t.sql": f"CREATE TABLE t{number} (id);  -- error: sorts after 10_t\n"
                    for number in range(2, 10)
                },
            },
            policy=POLICY,
        ),
        Bad(
            "takes back what is not there",
            {
                "app/storage.py": "",
                "app/migrations/001_notes.sql": NOTES,
                "app/migrations/002_tags.down.sql": "DROP TABLE tags;  -- error: takes back 002_tags\n",
            },
            policy=POLICY,
        ),
        Bad(
            "before one that is locked",
            {
                "app/storage.py": "",
                "app/migrations/001_notes.sql": f"{NOTES[:-1]}  -- error: comes before a locked migration\n",
                "app/migrations/002_tags.sql": TAGS,
                LOCK_FILE: '[main.main]\n"002_tags" = "sha256:0"\n',
            },
            policy=POLICY,
        ),
        Bad(
            "a number twice in a list",
            {
                "app/migrations.py": """
                MIGRATIONS = [
                    (1, "CREATE TABLE notes (id INTEGER PRIMARY KEY)"),
                    (1, "CREATE TABLE tags (id INTEGER PRIMARY KEY)"),  # error: the number 1 is taken
                ]
                """
            },
            policy=POLICY.replace("app/migrations", "app/migrations.py"),
        ),
        Bad(
            "two ends of Alembic's versions",
            {
                "versions/a1_notes.py": """
                from alembic import op

                revision = "a1"
                down_revision = None


                def upgrade():
                    op.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY)")
                """,
                "versions/b2_tags.py": """
                from alembic import op

                revision = "b2"
                down_revision = "a1"


                def upgrade():
                    op.execute("CREATE TABLE tags (id INTEGER PRIMARY KEY)")
                """,
                "versions/c3_links.py": """
                from alembic import op

                revision = "c3"
                down_revision = "a1"


                def upgrade():  # error: c3 and b2 both end the sequence
                    op.execute("CREATE TABLE links (id INTEGER PRIMARY KEY)")
                """,
            },
            policy="""
            [layers]
            storage = ["versions.**"]

            [stores.main]
            path = "{home}/.app/main.db"
            owners = ["storage"]
            migrations = "versions"
            """,
        ),
        Good(
            "a sequence that is registered",
            {
                "app/migrations/__init__.py": """
                from . import m001_notes, m002_tags

                MIGRATIONS = [m001_notes, m002_tags]
                """,
                "app/migrations/m001_notes.py": LISTED,
                "app/migrations/m002_tags.py": LATER,
            },
            policy=POLICY,
        ),
        Good(
            "added to the list later",
            {
                "app/migrations/__init__.py": """
                from . import m001_notes, m002_tags

                MIGRATIONS = [m001_notes]
                MIGRATIONS.append(m002_tags)
                """,
                "app/migrations/m001_notes.py": LISTED,
                "app/migrations/m002_tags.py": LATER,
            },
            policy=POLICY,
        ),
        Good(
            "a list of some, where the files are looked for",
            {
                "app/migrator.py": """
                from pathlib import Path

                SLOW = ["001_notes.sql"]
                FILES = sorted(Path(__file__).with_name("migrations").glob("*.sql"))
                """,
                "app/migrations/001_notes.sql": NOTES,
                "app/migrations/002_tags.sql": TAGS,
            },
            policy=POLICY,
        ),
        Good(
            "what a package exports",
            {
                "app/migrations/__init__.py": """
                from app.migrations import m001_notes

                __all__ = ["m001_notes"]
                """,
                "app/migrations/m001_notes.py": LISTED,
                "app/migrations/m002_tags.py": LATER,
            },
            policy=POLICY,
        ),
        Good(
            "files of another kind beside the name of one",
            {
                "app/seed.py": """
                AFTER = "001_notes.sql"
                SEEDS = ["countries.sql", "demo.sql"]
                """,
                "app/migrations/001_notes.sql": NOTES,
            },
            policy=POLICY,
        ),
        Good(
            "several of one day",
            {
                "app/storage.py": "",
                "app/migrations/20240102_01_notes.sql": NOTES,
                "app/migrations/20240102_02_tags.sql": TAGS,
                "app/migrations/20240201-more.sql": TAGS.replace("tags", "more"),
                "app/migrations/20240201-others.sql": TAGS.replace("tags", "others"),
            },
            policy=POLICY,
        ),
        Good(
            "dates with gaps",
            {
                "app/storage.py": "",
                "app/migrations/20240102030405_notes.sql": NOTES,
                "app/migrations/20240601000000_tags.sql": TAGS,
            },
            policy=POLICY,
        ),
        Good(
            "no registry",
            {"app/storage.py": "", "app/migrations/001_notes.sql": NOTES, "app/migrations/002_tags.sql": TAGS},
            policy=POLICY,
        ),
    ),
)
