"""The migrations do not run from an empty database to the last of them, or fail where tables hold rows.

## What it finds
The first statement of a sequence that SQLite refuses when all migrations are run in memory, in order, and statements
that it refuses as soon as the tables they change hold rows. A statement that needs what only the program has (its own
function or module, a table that it makes itself), or that the source does not decide, is not judged;
`statefence migrations verify` says which.

## Why is this bad?
Whoever installs the program anew gets no database, or half a one. What works on the developer's empty tables stops
everybody else at their next start.

## Example
A column is added to a table that an earlier migration has renamed.

## Options
`stores.NAME.migrations` names the directory or module, or for several namespaces each of them. Only stores whose `kind`
is `sqlite` are run.
"""

from __future__ import annotations

from collections.abc import Iterator

from statefence.api import Bad, Ending, FileHit, Good, Hit, Policy, Project, Rule, Trial, rehearsed, siblings


def check_project(project: Project, _policy: Policy) -> Iterator[FileHit]:
    """Report the first statement of each sequence that fails, and those that fail on rows."""
    for history in project.migrations:
        if history.runs:
            for trial in rehearsed(history, siblings(history, project.migrations)).trials:
                yield from _failures(trial)


def _failures(trial: Trial) -> Iterator[FileHit]:
    for run, where in ((trial.up, "cannot be applied"), (trial.up_on_rows, "cannot be applied to tables with rows")):
        if run.ending is Ending.FAILED:
            place = run.at.place if run.at else trial.migration.place
            yield FileHit(place.path, Hit(place.span, f"{trial.migration.key} {where}: {run.message}"))
            return


POLICY = """
    [layers]
    storage = ["app.**"]

    [stores.main]
    path = "{home}/.app/main.db"
    owners = ["storage"]
    migrations = "app/migrations"
"""

RULE = Rule(
    code="SF405",
    check_project=check_project,
    cases=(
        Bad(
            "a table that is not there",
            {
                "app/storage.py": "",
                "app/migrations/001_notes.sql": "CREATE TABLE notes (id INTEGER PRIMARY KEY);\n",
                "app/migrations/002_rename.sql": "ALTER TABLE notes RENAME TO entries;\n",
                "app/migrations/003_title.sql": """
                -- titles for all
                ALTER TABLE notes ADD COLUMN title TEXT;  -- error: 003_title cannot be applied: no such table: notes
                """,
            },
            policy=POLICY,
        ),
        Bad(
            "a column that rows cannot have",
            {
                "app/storage.py": "",
                "app/migrations/001_notes.sql": "CREATE TABLE notes (id INTEGER PRIMARY KEY);\n",
                "app/migrations/002_title.sql": (
                    "ALTER TABLE notes ADD COLUMN title TEXT NOT NULL;  -- error: to tables with rows\n"
                ),
            },
            policy=POLICY,
        ),
        Bad(
            "bad syntax in a module",
            {
                "app/migrations/m001_notes.py": """
                up = [
                    "CREATE TABLE notes (id INTEGER PRIMARY KEY)",
                    "CREATE INDEX notes_by_id notes (id)",  # error: syntax error
                ]
                """
            },
            policy=POLICY,
        ),
        Bad(
            "inside of a text of many lines",
            {
                "app/migrations/m001_notes.py": """
                def up(connection):
                    connection.executescript(
                        '''
                        CREATE TABLE notes (id INTEGER PRIMARY KEY);
                        CREATE TABLE notes (id INTEGER PRIMARY KEY);  -- error: already exists
                        '''
                    )
                """
            },
            policy=POLICY,
        ),
        Bad(
            "by an operation of Alembic",
            {
                "app/migrations/a1_notes.py": """
                import sqlalchemy as sa
                from alembic import op

                revision = "a1"
                down_revision = None


                def upgrade():
                    op.create_table("notes", sa.Column("id", sa.Integer(), primary_key=True))
                    op.add_column("note", sa.Column("title", sa.String(40)))  # error: no such table: note
                """
            },
            policy=POLICY,
        ),
        Good(
            "a table of another namespace",
            {
                "app/jobs/001_jobs.sql": "CREATE TABLE jobs (id INTEGER PRIMARY KEY);\n",
                "app/runs/001_runs.sql": "CREATE INDEX jobs_by_id ON jobs (id);\n",
                "app/storage.py": "",
            },
            policy=POLICY.replace(
                'migrations = "app/migrations"', 'migrations = { runs = "app/runs", jobs = "app/jobs" }'
            ),
        ),
        Good(
            "tables that the program makes",
            {
                "app/storage.py": "SCHEMA = 'CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY)'\n",
                "app/migrations/001_title.sql": """
                INSERT INTO schema_migrations VALUES (1);
                ALTER TABLE notes ADD COLUMN title TEXT;
                """,
            },
            policy=POLICY,
        ),
        Good(
            "a function of the program",
            {
                "app/storage.py": "",
                "app/migrations/001_notes.sql": "CREATE TABLE notes (id TEXT); UPDATE notes SET id = new_id();\n",
            },
            policy=POLICY,
        ),
        Good(
            "decided when it runs",
            {
                "app/migrations/m001_notes.py": """
                def up(connection):
                    for table in tables(connection):
                        connection.execute(f"ALTER TABLE {table} ADD COLUMN changed TEXT")
                """
            },
            policy=POLICY,
        ),
    ),
)
