"""The fix of SF303, run: the program and its new migrations make the schema that the program alone made."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

POLICY = """
[layers]
storage = ["app.**"]

[stores.chats]
path = "{home}/.app/chats.db"
owners = ["storage"]
migrations = "app/migrations"
"""
MIGRATE = '''
"""Apply the migrations that a database lacks."""

import sqlite3
from pathlib import Path


def migrated(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE IF NOT EXISTS _migrations (version TEXT PRIMARY KEY)")
    for file in sorted(Path(__file__).with_name("migrations").glob("*.sql")):
        known = db.execute("SELECT 1 FROM _migrations WHERE version = ?", (file.stem,)).fetchone()
        if not known and not file.name.endswith(".down.sql"):
            db.executescript(file.read_text())
            db.execute("INSERT INTO _migrations VALUES (?)", (file.stem,))
    db.commit()
    return db
'''
STORE = '''
import sqlite3
from pathlib import Path

from app.migrate import migrated


def open_chats() -> sqlite3.Connection:
    db = migrated(Path.home() / ".app" / "chats.db")
    try:
        db.execute("ALTER TABLE chats ADD COLUMN title TEXT NOT NULL DEFAULT ''")
    except sqlite3.OperationalError:
        pass
    db.executescript(
        """
        CREATE TABLE IF NOT EXISTS tags (  -- of chats
            chat INTEGER NOT NULL REFERENCES chats (id),
            name TEXT NOT NULL
        );
        CREATE INDEX IF NOT EXISTS tags_by_chat ON tags (chat);
        """
    )
    return db


def add(name: str) -> list[tuple[object, ...]]:
    db = open_chats()
    db.execute("INSERT INTO chats (title) VALUES (?)", (name,))
    db.execute("INSERT INTO tags VALUES (1, ?)", (name,))
    db.commit()
    return db.execute("SELECT title, name FROM chats JOIN tags ON chat = chats.id ORDER BY 1, 2").fetchall()


if __name__ == "__main__":
    print(add("a"))
'''


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in {
        "statefence.toml": POLICY,
        "app/__init__.py": "",
        "app/migrate.py": MIGRATE,
        "app/store.py": STORE,
        "app/migrations/001_chats.sql": "CREATE TABLE chats (id INTEGER PRIMARY KEY);\n",
        "app/migrations/001_chats.down.sql": "DROP TABLE chats;\n",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def run(project: Path, home: Path, *arguments: str) -> tuple[int, str]:
    """Run a module in the project, with a home of its own: its exit code, and what it said."""
    (home / ".app").mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "HOME": str(home), "USERPROFILE": str(home)}
    command = [sys.executable, "-m", *arguments]
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def schema(home: Path) -> set[tuple[str, ...]]:
    connection = sqlite3.connect(home / ".app" / "chats.db")
    columns = "SELECT t.name, c.name, c.type FROM sqlite_master AS t, pragma_table_info(t.name) AS c"
    indexes = "SELECT type, name, tbl_name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    found = {*connection.execute(columns), *connection.execute(indexes)}
    connection.close()
    return found


def test_what_the_program_made_its_migrations_make(project: Path, tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    said = run(project, before, "app.store")
    assert said == (0, "[('a', 'a')]\n")

    assert run(project, before, "statefence", "check", "--select", "SF303")[0] == 1
    code, fixed = run(project, before, "statefence", "check", "--fix", "--unsafe-fixes")
    assert code == 0, fixed

    assert run(project, before, "statefence", "migrations", "verify")[0] == 0
    assert run(project, before, "statefence", "check")[0] == 0
    assert "ALTER TABLE" not in (project / "app/store.py").read_text()
    assert run(project, after, "app.store") == said
    assert schema(after) == schema(before)


def test_the_text_of_a_statement_keeps_its_comments(project: Path, tmp_path: Path) -> None:
    run(project, tmp_path, "statefence", "check", "--fix", "--unsafe-fixes")
    assert (project / "app/migrations/003_moved_from_code.sql").read_text() == (
        "CREATE TABLE IF NOT EXISTS tags (  -- of chats\n"
        "    chat INTEGER NOT NULL REFERENCES chats (id),\n"
        "    name TEXT NOT NULL\n"
        ");\n"
        "CREATE INDEX IF NOT EXISTS tags_by_chat ON tags (chat);\n"
    )
