"""Databases that a test makes, beside the migrations and the lock: tables nobody owns, migrations nobody knows."""

from tests.pytest_plugin.conftest import RunProject

POLICY = """
state = "{env:APP_STATE|{home}/.app}"

[layers]
app = ["app.**"]

[stores.main]
path = "{state}/main.db"
owners = ["app"]
tables = ["notes"]
migrations = { notes = "app/notes", tags = "app/tags" }
"""
LOCK = """
[main.notes]
"001_notes" = "sha256:0"
"002_title" = "sha256:0"

[main.tags]
"001_tags" = "sha256:0"
"""
FILES = {
    "app/__init__.py": "",
    "app/notes/001_notes.sql": "CREATE TABLE notes (id);",
    "app/notes/002_title.sql": "ALTER TABLE notes ADD COLUMN title;",
    "app/notes/003_new.sql": "CREATE TABLE note_links (id);",
    "app/tags/001_tags.sql": "CREATE TABLE tags (id);",
    "migrations.lock": LOCK,
}
TEST = """
import os, pathlib, sqlite3


def test_it():
    directory = pathlib.Path(os.environ["HOME"]) / ".app"
    directory.mkdir(exist_ok=True)
    connection = sqlite3.connect(directory / "main.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE IF NOT EXISTS _migrations (namespace TEXT, version INTEGER, applied_at REAL)")
    connection.executescript('''{sql}''')
    connection.close()
"""


def said(run_project: RunProject, sql: str) -> tuple[str, ...]:
    """What is said of a test that runs the statements on the store's database."""
    ran = run_project({**FILES, "test_it.py": TEST.format(sql=sql)}, "--statefence=fail", policy=POLICY)
    return ran.tests["test_it"].said


def applied(*versions: tuple[str, int]) -> str:
    return "".join(f"INSERT INTO _migrations VALUES ('{name}', {version}, 0);" for name, version in versions)


def test_what_the_migrations_make_passes(run_project: RunProject) -> None:
    sql = "CREATE TABLE notes (id); CREATE TABLE tags (id); CREATE TABLE note_links (id);"
    assert said(run_project, sql + applied(("notes", 1), ("notes", 2), ("notes", 3), ("tags", 1))) == ()


def test_an_older_database_passes(run_project: RunProject) -> None:
    assert said(run_project, f"CREATE TABLE notes (id); {applied(('notes', 1))}") == ()


def test_a_table_that_nobody_owns_is_told(run_project: RunProject) -> None:
    (told,) = said(run_project, "CREATE TABLE notes (id); CREATE TABLE app_cache (id);")
    assert told.startswith("SF303 the table app_cache, which nobody owns, was made in the main database: ")


def test_the_shadows_of_a_virtual_table_are_nobodys_business(run_project: RunProject) -> None:
    assert said(run_project, "CREATE VIRTUAL TABLE tags USING fts5 (name);") == ()


def test_a_migration_without_file_and_lock_is_told(run_project: RunProject) -> None:
    (told,) = said(run_project, applied(("tags", 1), ("tags", 7)))
    assert told.startswith("SF401 the migration 7 of tags was applied, which has neither a file nor a lock: ")


def test_a_locked_migration_that_was_left_out_is_told(run_project: RunProject) -> None:
    (told,) = said(run_project, applied(("notes", 1), ("notes", 3)))
    assert told.startswith("SF402 the migration 3 of notes was applied without 2, which is locked: ")


def test_a_namespace_of_somebody_else_is_not_judged(run_project: RunProject) -> None:
    assert said(run_project, applied(("plugins", 9))) == ()


def test_migrations_are_known_by_their_names_too(run_project: RunProject) -> None:
    table = "CREATE TABLE schema_migrations (id INTEGER PRIMARY KEY, namespace TEXT, name TEXT);"
    rows = "(7, 'notes', '001_notes'), (8, 'notes', '002_title.sql'), (9, 'notes', '009_lost')"
    (only,) = said(run_project, f"{table} INSERT INTO schema_migrations VALUES {rows};")
    assert "SF401" in only
    assert "the migration 009_lost of notes was applied" in only
