"""A guarded connection refuses what the policy forbids, by whatever statement, and nothing else."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DatabaseError

from statefence.errors import UsageError
from statefence.guard import Fence, GuardedConnection, GuardError, open_guarded

POLICY = """
[layers]
core = ["app"]
[stores.admin]
path = "/var/lib/admin.db"
owners = ["core"]
tables = ["models", "shared"]
[stores.journal]
path = "/var/lib/journal.db"
owners = ["core"]
tables = ["entries", "pairs", "shared"]
append-only = true
[stores.runtime]
path = "/var/lib/runtime.db"
owners = ["core"]
tables = ["chats"]
"""
TABLES = """
CREATE TABLE entries (id INTEGER PRIMARY KEY, text UNIQUE);
CREATE TABLE pairs (k TEXT PRIMARY KEY, v) WITHOUT ROWID;
CREATE TABLE models (name);
CREATE TABLE shared (a);
CREATE TABLE counts (n);
CREATE TABLE chats (id INTEGER PRIMARY KEY, text);
CREATE VIRTUAL TABLE words USING fts5 (text);
CREATE TRIGGER leak AFTER UPDATE OF id ON chats BEGIN INSERT INTO models VALUES (new.text); END;
INSERT INTO entries VALUES (1, 'one');
INSERT INTO pairs VALUES ('k', 1);
INSERT INTO chats VALUES (1, 'hello');
INSERT INTO counts VALUES (0);
"""


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    (tmp_path / "statefence.toml").write_text(POLICY)
    return tmp_path / "statefence.toml"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection:
        connection.executescript(TABLES)
    return tmp_path / "x.db"


@pytest.fixture
def runtime(database: Path, policy: Path) -> Iterator[GuardedConnection]:
    with closing(open_guarded(database, "runtime", policy)) as connection:
        yield connection


@pytest.fixture
def journal(database: Path, policy: Path) -> Iterator[GuardedConnection]:
    with closing(open_guarded(database, "journal", policy)) as connection:
        yield connection


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM models",
        "SELECT count(*) FROM main.MODELS",
        "INSERT INTO models VALUES ('x')",
        "UPDATE models SET name = 1",
        "DELETE FROM models",
        "INSERT INTO chats (text) SELECT name FROM models",
        "UPDATE chats SET id = 2",
        "WITH x AS (SELECT * FROM models) SELECT * FROM x",
    ],
)
def test_a_foreign_table_is_out_of_reach(runtime: GuardedConnection, statement: str) -> None:
    with pytest.raises(GuardError, match="the table models belongs to the store admin, not to runtime"):
        runtime.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE x (a)",
        "CREATE TABLE x AS SELECT 1",
        "CREATE INDEX x ON chats (text)",
        "CREATE VIEW x AS SELECT 1",
        "CREATE TRIGGER x AFTER INSERT ON chats BEGIN SELECT 1; END",
        "CREATE VIRTUAL TABLE x USING fts5 (a)",
        "ALTER TABLE chats ADD COLUMN x",
        "DROP TABLE chats",
        "DROP TRIGGER leak",
        "ATTACH ':memory:' AS x",
        "VACUUM",
        "VACUUM INTO 'x.db'",
        "PRAGMA writable_schema = ON",
    ],
)
def test_the_schema_stays(runtime: GuardedConnection, statement: str) -> None:
    with pytest.raises(GuardError):
        runtime.execute(statement)


def test_everything_else_goes(runtime: GuardedConnection) -> None:
    runtime.execute("INSERT OR REPLACE INTO chats VALUES (1, 'again')")
    runtime.execute("UPDATE chats SET text = 'and again'")
    runtime.execute("DELETE FROM chats")
    runtime.execute("UPDATE counts SET n = n + 1")
    runtime.execute("INSERT INTO words VALUES ('lark')")
    runtime.execute("CREATE TEMP TABLE models (a)")
    runtime.execute("INSERT INTO models VALUES (1)")
    assert runtime.execute("SELECT * FROM words WHERE words MATCH 'lark'").fetchall() == [("lark",)]
    assert runtime.execute("SELECT * FROM models").fetchall() == [(1,)]
    assert runtime.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    runtime.commit()
    runtime.executemany("INSERT INTO chats (text) VALUES (?)", [("a",), ("b",)])
    runtime.executescript("INSERT INTO chats (text) VALUES ('c'); SELECT 1;")
    assert runtime.execute("SELECT count(*) FROM chats").fetchone() == (3,)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET text = 'two'",
        "DELETE FROM entries",
        "DELETE FROM entries WHERE 0",
        "INSERT OR REPLACE INTO entries VALUES (1, 'two')",
        "REPLACE INTO entries (text) VALUES ('one')",
        "REPLACE INTO pairs VALUES ('k', 2)",
        "INSERT INTO entries VALUES (1, 'two') ON CONFLICT DO UPDATE SET text = excluded.text",
        "PRAGMA recursive_triggers = OFF",
        "PRAGMA main.recursive_triggers(0)",
        'DROP TRIGGER temp."statefence entries"',
        "DROP TABLE entries",
    ],
)
def test_an_append_only_store_keeps_what_it_has(journal: GuardedConnection, database: Path, statement: str) -> None:
    with pytest.raises(sqlite3.DatabaseError, match=r"append-only|PRAGMA|DROP"):
        journal.execute(statement)
    journal.commit()

    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT * FROM entries").fetchall() == [(1, "one")]
        assert connection.execute("SELECT * FROM pairs").fetchall() == [("k", 1)]


def test_an_append_only_store_takes_rows(journal: GuardedConnection) -> None:
    journal.execute("INSERT INTO entries (text) VALUES ('two')")
    journal.execute("INSERT OR IGNORE INTO entries VALUES (1, 'other')")
    journal.execute("INSERT INTO entries VALUES (1, 'other') ON CONFLICT DO NOTHING")
    journal.execute("INSERT OR REPLACE INTO entries VALUES (3, 'three')")
    journal.execute("INSERT INTO words VALUES ('lark')")
    journal.execute("UPDATE counts SET n = 1")
    assert journal.execute("SELECT text FROM entries").fetchall() == [("one",), ("two",), ("three",)]


def test_without_a_list_of_tables_every_table_is_append_only(database: Path) -> None:
    with closing(open_guarded(database, Fence("journal", append_only=True))) as connection:
        for statement in ("UPDATE counts SET n = 1", "REPLACE INTO chats VALUES (1, 'x')", "DELETE FROM words"):
            with pytest.raises(sqlite3.DatabaseError, match="append-only"):
                connection.execute(statement)
        connection.execute("INSERT INTO words VALUES ('lark')")


def test_the_triggers_outlive_a_rollback(journal: GuardedConnection) -> None:
    journal.execute("INSERT INTO entries (text) VALUES ('two')")
    journal.rollback()
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        journal.execute("REPLACE INTO entries VALUES (1, 'two')")


def test_a_blob_cannot_be_written_behind_the_fence(journal: GuardedConnection, runtime: GuardedConnection) -> None:
    with pytest.raises(GuardError, match="append-only"):
        journal.blobopen("entries", "text", 1)
    with pytest.raises(GuardError, match="belongs to the store admin"):
        runtime.blobopen("models", "name", 1)
    with journal.blobopen("entries", "text", 1, readonly=True) as blob:
        assert blob.read() == b"one"


def test_the_database_cannot_be_replaced(journal: GuardedConnection) -> None:
    with pytest.raises(GuardError, match="cannot be replaced"):
        journal.deserialize(b"")


def test_an_application_s_authorizer_is_asked_after_the_fence(runtime: GuardedConnection) -> None:
    asked: list[int] = []
    runtime.set_authorizer(lambda action, *_: asked.append(action) or sqlite3.SQLITE_OK)
    runtime.execute("SELECT text FROM chats")
    assert sqlite3.SQLITE_READ in asked
    runtime.set_authorizer(None)
    with pytest.raises(GuardError):
        runtime.execute("SELECT * FROM models")


def test_other_errors_stay_what_they_are(runtime: GuardedConnection) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        runtime.execute("SELECT * FROM nowhere")
    with pytest.raises(GuardError):
        runtime.execute("SELECT * FROM models")
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        runtime.execute("SELECT * FROM nowhere")


def test_sqlalchemy_is_guarded_by_its_creator(database: Path, policy: Path) -> None:
    engine = create_engine("sqlite://", creator=lambda: open_guarded(database, "runtime", policy))
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO chats (text) VALUES (:text)"), {"text": "by engine"})
        assert connection.execute(text("SELECT count(*) FROM chats")).scalar() == 2
    with engine.connect() as connection, pytest.raises(DatabaseError, match="belongs to the store admin"):
        connection.execute(text("SELECT * FROM models"))
    engine.dispose()


def test_the_nearest_policy_is_found(database: Path, policy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(policy.parent)
    with closing(open_guarded(database, "runtime")) as connection, pytest.raises(GuardError):
        connection.execute("SELECT * FROM models")


def test_a_store_that_is_not_there_is_said(database: Path, policy: Path) -> None:
    with pytest.raises(UsageError, match="no store 'chat'"):
        open_guarded(database, "chat", policy)


def test_importing_it_imports_nothing_else_of_statefence() -> None:
    program = "import sys, statefence.guard; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert [name for name in loaded if name.startswith("statefence")] == ["statefence", "statefence.guard"]
    assert not {"libcst", "rich", "msgspec", "tomli", "typing_extensions"} & {name.partition(".")[0] for name in loaded}
