"""A migration cannot be taken back: nothing does, or the schema is not what it was before.

## What it finds
Each migration is applied in memory, taken back, and applied again. Reported are those that change the schema and have
nothing that takes them back, those for which SQLite refuses that, those after which the schema is not what it was
(the order of columns and the way it is written apart), and those that then cannot be applied again. What is not known
(statements that the source does not decide) is not reported.

## Why is this bad?
A release that must be taken back finds a database that the older program cannot read, and what was written for that
moment is run for the first time when everything else has failed already.

## Example
A migration makes a table and an index, and nothing removes them.

## Fix safety
Unsafe: it drafts what takes the migration back, and offers only what was proven in memory to bring the schema back,
for migrations that are files of SQL, lists of statements or objects made with them; functions are written by hand.
Rows that were in dropped tables and columns do not come back.

## Options
`stores.NAME.migrations` names the directory or module, or for several namespaces each of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from statefence.api import (
    Bad,
    Edit,
    Ending,
    FileHit,
    Good,
    History,
    Hit,
    Policy,
    Project,
    Rule,
    Safety,
    Trial,
    down_edits,
    rehearsed,
    siblings,
)


def check_project(project: Project, _policy: Policy) -> Iterator[FileHit]:
    """Report each migration that is not taken back, or not wholly."""
    for history in project.migrations:
        if history.runs:
            for trial in rehearsed(history, siblings(history, project.migrations)).trials:
                yield from _hits(trial, history, project)


def _hits(trial: Trial, history: History, project: Project) -> Iterator[FileHit]:
    migration, down = trial.migration, trial.down
    edits: tuple[Edit, ...] = down_edits(history, migration, trial.draft, project.texts)
    if trial.up.ending is not Ending.DONE or migration.down_unknown:
        return
    place = migration.place
    if migration.down is None:
        if trial.changed:
            yield FileHit(place.path, Hit(place.span, f"nothing takes {migration.key} back", edits=edits))
    elif down is not None and down.ending is Ending.FAILED:
        at = down.at.place if down.at else place
        yield FileHit(at.path, Hit(at.span, f"{migration.key} cannot be taken back: {down.message}"))
    elif trial.left:
        message = f"{migration.key}, taken back, does not leave the schema as it was: {'; '.join(trial.left)}"
        yield FileHit(place.path, Hit(place.span, message, edits=edits))
    elif trial.again is not None and trial.again.ending is Ending.FAILED:
        message = f"{migration.key}, taken back, cannot be applied again: {trial.again.message}"
        yield FileHit(place.path, Hit(place.span, message))


POLICY = """
    [layers]
    storage = ["app.**"]

    [stores.main]
    path = "{home}/.app/main.db"
    owners = ["storage"]
    migrations = "app/migrations"
"""
NOTES = "CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT);\n"

RULE = Rule(
    code="SF403",
    check_project=check_project,
    fix=Safety.UNSAFE,
    cases=(
        Bad(
            "nothing takes it back",
            {
                "app/storage.py": "",
                "app/migrations/001_notes.sql": """
                CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT);  -- error: nothing takes 001_notes back
                CREATE INDEX notes_by_title ON notes (title);
                """,
            },
            fixed={"app/migrations/001_notes.down.sql": 'DROP TABLE "notes";\n'},
            policy=POLICY,
        ),
        Bad(
            "no section, where the others have one",
            {
                "app/storage.py": "",
                "app/migrations/001_notes.sql": f"{NOTES}-- down\nDROP TABLE notes;\n",
                "app/migrations/002_tag.sql": "ALTER TABLE notes ADD COLUMN tag TEXT;  -- error: nothing takes\n",
            },
            fixed={
                "app/migrations/002_tag.sql": (
                    'ALTER TABLE notes ADD COLUMN tag TEXT;\n\n-- down\nALTER TABLE "notes" DROP COLUMN "tag";\n'
                )
            },
            policy=POLICY,
        ),
        Bad(
            "a module without it",
            {
                "app/migrations/m001_notes.py": """
                up = ["CREATE TABLE notes (id INTEGER PRIMARY KEY)"]  # error: nothing takes m001_notes back
                """
            },
            fixed={
                "app/migrations/m001_notes.py": """
                up = ["CREATE TABLE notes (id INTEGER PRIMARY KEY)"]
                down = ['DROP TABLE "notes"']
                """
            },
            policy=POLICY,
        ),
        Bad(
            "a module with other names",
            {
                "app/migrations/m001_notes.py": """
                ups = ["CREATE TABLE notes (id INTEGER PRIMARY KEY)"]  # error: nothing takes m001_notes back
                """,
            },
            fixed={
                "app/migrations/m001_notes.py": """
                ups = ["CREATE TABLE notes (id INTEGER PRIMARY KEY)"]
                downs = ['DROP TABLE "notes"']
                """
            },
            policy=POLICY,
        ),
        Bad(
            "a function without it",
            {
                "app/migrations/m001_notes.py": """
                def upgrade(connection):  # error: nothing takes m001_notes back
                    connection.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY)")
                """
            },
            policy=POLICY,
        ),
        Bad(
            "an object without it",
            {
                "app/migrations/m001_notes.py": """
                from app.migrate import Migration

                MIGRATION = Migration(  # error: nothing takes m001_notes back
                    id="001",
                    up=["CREATE TABLE notes (id INTEGER PRIMARY KEY)"],
                )
                """
            },
            fixed={
                "app/migrations/m001_notes.py": """
                from app.migrate import Migration

                MIGRATION = Migration(
                    id="001",
                    up=["CREATE TABLE notes (id INTEGER PRIMARY KEY)"],
                    down=['DROP TABLE "notes"'],
                )
                """
            },
            policy=POLICY,
        ),
        Bad(
            "as Flyway names it",
            {
                "app/storage.py": "",
                "app/migrations/V1__notes.sql": NOTES,
                "app/migrations/U1__notes.sql": "DROP TABLE notes;\n",
                "app/migrations/V2__tags.sql": "CREATE TABLE tags (id);  -- error: nothing takes V2__tags back\n",
            },
            fixed={"app/migrations/U2__tags.sql": 'DROP TABLE "tags";\n'},
            policy=POLICY,
        ),
        Bad(
            "a step of yoyo's without it",
            {
                "app/migrations/0001.notes.py": """
                from yoyo import step

                steps = [step("CREATE TABLE notes (id)", "DROP TABLE notes"), step("CREATE TABLE t (id)")]  # error: t
                """
            },
            policy=POLICY,
        ),
        Bad(
            "what is left when it is taken back",
            {
                "app/storage.py": "",
                "app/migrations/001_notes.sql": f"{NOTES[:-1]}  -- error: + table tags\nCREATE TABLE tags (id);\n",
                "app/migrations/001_notes.down.sql": "DROP TABLE notes;\n",
            },
            policy=POLICY,
        ),
        Bad(
            "what is lost when it is taken back",
            {
                "app/storage.py": "",
                "app/migrations/001_notes.sql": NOTES,
                "app/migrations/001_notes.down.sql": "DROP TABLE notes;\n",
                "app/migrations/002_rebuild.sql": """
                CREATE TABLE copy (id INTEGER PRIMARY KEY, title TEXT NOT NULL);  -- error: - table notes: title text
                INSERT INTO copy SELECT id, coalesce(title, '') FROM notes;
                DROP TABLE notes;
                ALTER TABLE copy RENAME TO notes;
                """,
                "app/migrations/002_rebuild.down.sql": "-- nothing to do\n",
            },
            policy=POLICY,
        ),
        Bad(
            "an error when it is taken back",
            {
                "app/storage.py": "",
                "app/migrations/001_notes.sql": NOTES,
                "app/migrations/001_notes.down.sql": "DROP TABLE note;  -- error: no such table: note\n",
            },
            policy=POLICY,
        ),
        Bad(
            "an empty downgrade of Alembic",
            {
                "app/migrations/a1_notes.py": """
                import sqlalchemy as sa
                from alembic import op

                revision = "a1"
                down_revision = None


                def upgrade():  # error: + table notes
                    op.create_table("notes", sa.Column("id", sa.Integer(), primary_key=True))


                def downgrade():
                    pass
                """
            },
            policy=POLICY,
        ),
        Good(
            "taken back",
            {
                "app/storage.py": "",
                "app/migrations/001_notes.sql": NOTES,
                "app/migrations/001_notes.down.sql": "DROP TABLE notes;\n",
                "app/migrations/002_tag.sql": "ALTER TABLE notes ADD COLUMN tag TEXT;\n",
                "app/migrations/002_tag.down.sql": "ALTER TABLE notes DROP COLUMN tag;\n",
            },
            policy=POLICY,
        ),
        Good(
            "rows only",
            {
                "app/storage.py": "",
                "app/migrations/001_notes.sql": f"{NOTES}-- down\nDROP TABLE notes;\n",
                "app/migrations/002_titles.sql": "UPDATE notes SET title = 'untitled' WHERE title IS NULL;\n",
            },
            policy=POLICY,
        ),
        Good(
            "by a function",
            {
                "app/migrations/m001_notes.py": """
                def up(connection):
                    with connection:
                        for table in ("notes", "tags"):
                            connection.execute(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY)")


                def down(connection):
                    connection.execute("DROP TABLE tags")
                    connection.execute("DROP TABLE notes")
                """
            },
            policy=POLICY,
        ),
    ),
)
