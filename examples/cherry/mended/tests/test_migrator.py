"""Migrations: applied once, in order, whole or not at all; taken back; and never changed afterwards."""

import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from cherry.database.migrations import MIGRATIONS
from cherry.database.migrations.migration import Migration
from cherry.database.migrator import initialise, migrate, roll_back_last, summary, validate
from cherry.errors import MigrationError
from cherry.services.agents import add_agent
from cherry.services.session_logs import add_log
from cherry.services.sessions import start_session

SOURCE_ROOT = Path(__file__).parents[1] / "src"
BAD = Migration("004", "Fail half-way", ("CREATE TABLE half (id INTEGER)", "CREATE TABLE half (id INTEGER)"), ())


def schema(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name")
    return [(row["name"], row["sql"]) for row in rows if row["name"] != "migrations"]


def ids(migrations: Sequence[Migration]) -> list[str]:
    return [migration.id for migration in migrations]


def test_what_is_pending_is_applied_once(empty: sqlite3.Connection) -> None:
    assert ids(migrate(empty, MIGRATIONS, limit=1)) == ["001"]
    assert ids(migrate(empty, MIGRATIONS)) == ["002", "003"]
    assert migrate(empty, MIGRATIONS) == []
    assert summary(empty, MIGRATIONS) == (["001", "002", "003"], [])


def test_a_dry_run_runs_everything_and_keeps_nothing(empty: sqlite3.Connection) -> None:
    assert ids(migrate(empty, MIGRATIONS, dry_run=True)) == ["001", "002", "003"]
    assert schema(empty) == []
    with pytest.raises(MigrationError, match="half already exists"):
        migrate(empty, [*MIGRATIONS, BAD], dry_run=True)
    assert summary(empty, MIGRATIONS) == ([], ["001", "002", "003"])


def test_a_migration_that_fails_leaves_nothing_of_itself(empty: sqlite3.Connection) -> None:
    with pytest.raises(MigrationError, match="004 failed and was taken back"):
        migrate(empty, [*MIGRATIONS, BAD])
    assert summary(empty, MIGRATIONS).applied == ["001", "002", "003"]
    assert "half" not in dict(schema(empty))
    assert not empty.in_transaction


def test_each_migration_is_taken_back_to_the_schema_before_it(empty: sqlite3.Connection) -> None:
    before = []
    for migration in MIGRATIONS:
        before.append(schema(empty))
        assert migrate(empty, MIGRATIONS, limit=1) == [migration]
    for migration in reversed(MIGRATIONS):
        assert roll_back_last(empty, MIGRATIONS) == migration
        assert schema(empty) == before.pop()
    assert roll_back_last(empty, MIGRATIONS) is None


def test_rows_survive_what_is_taken_back_and_applied_again(database: sqlite3.Connection) -> None:
    session = start_session(database, add_agent(database, "reviewer", "large").id, "review")
    add_log(database, session.id, "user", "message", {"text": "hello"})
    roll_back_last(database, MIGRATIONS)
    assert ids(migrate(database, MIGRATIONS)) == ["003"]
    assert database.execute("SELECT count(*) FROM session_logs").fetchone()[0] == 1


def test_a_migration_changed_after_it_was_applied_is_refused(database: sqlite3.Connection) -> None:
    edited = [MIGRATIONS[0], MIGRATIONS[1]._replace(up=(*MIGRATIONS[1].up, "CREATE TABLE extra (id)")), MIGRATIONS[2]]
    for use in (validate, migrate, roll_back_last):
        with pytest.raises(MigrationError, match="002 was changed after it was applied"):
            use(database, edited)


@pytest.mark.parametrize(
    ("migrations", "message"),
    [
        (MIGRATIONS[:2], "newer than this program: it has 003"),
        ((MIGRATIONS[0], BAD, MIGRATIONS[1]), "004 comes before"),
    ],
)
def test_a_database_of_another_history_is_refused(
    database: sqlite3.Connection, migrations: Sequence[Migration], message: str
) -> None:
    with pytest.raises(MigrationError, match=message):
        migrate(database, migrations)


def test_the_registry_counts_without_gaps() -> None:
    assert ids(MIGRATIONS) == [f"{number:03}" for number in range(1, len(MIGRATIONS) + 1)]


def test_every_foreign_key_has_an_index(database: sqlite3.Connection) -> None:
    for table in ("agents", "sessions", "session_logs"):
        keys = {row["from"] for row in database.execute("SELECT * FROM pragma_foreign_key_list(?)", (table,))}
        indexes = [row["name"] for row in database.execute("SELECT name FROM pragma_index_list(?)", (table,))]
        leading = {
            database.execute("SELECT name FROM pragma_index_info(?)", (index,)).fetchone()[0] for index in indexes
        }
        assert keys <= leading, table


def test_processes_that_start_together_apply_each_migration_once(empty: sqlite3.Connection, state: Path) -> None:
    command = [sys.executable, "-m", "cherry", "migrate"]
    environment = {
        "PATH": "",
        "PYTHONPATH": str(SOURCE_ROOT),
        "CHERRY_HOME": str(state),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    running = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    said = sorted(line[:3] for process in running for line in process.communicate()[0].splitlines())
    assert [process.returncode for process in running] == [0, 0, 0, 0]
    assert said == ["001", "002", "003"]
    initialise(empty)
    assert summary(empty, MIGRATIONS).pending == []
