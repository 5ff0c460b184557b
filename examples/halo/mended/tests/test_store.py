import sqlite3
from pathlib import Path

import pytest
from halo import app
from halo.apps import manager, runtime
from halo.platform import scheduler
from halo.platform.store import Namespace, applied_versions, apply_migrations, open_store, roll_back
from halo.platform.store.migrator import migrations_of

NAMESPACES = (scheduler.NAMESPACE, manager.NAMESPACE, runtime.NAMESPACE)


def tables(connection: sqlite3.Connection) -> set[str]:
    return {row["name"] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_every_namespace_has_its_tables(store: sqlite3.Connection) -> None:
    assert tables(store) == {
        "_migrations",
        "scheduler_jobs",
        "scheduler_run_log",
        "installed_apps",
        "automation_runs",
        "activity_entries",
    }


@pytest.mark.usefixtures("store")
def test_the_database_is_in_the_data_directory(data_dir: Path) -> None:
    assert (data_dir / "halo.db").is_file()


@pytest.mark.parametrize("namespace", NAMESPACES, ids=lambda namespace: namespace.name)
def test_what_is_applied_is_kept_by_namespace(store: sqlite3.Connection, namespace: Namespace) -> None:
    assert applied_versions(store, namespace.name) == set(range(1, len(migrations_of(namespace)) + 1))


def test_a_second_start_applies_nothing(store: sqlite3.Connection) -> None:
    assert [apply_migrations(store, namespace) for namespace in NAMESPACES] == [[], [], []]


@pytest.mark.parametrize("namespace", NAMESPACES, ids=lambda namespace: namespace.name)
def test_a_namespace_is_taken_back_and_applied_again(store: sqlite3.Connection, namespace: Namespace) -> None:
    before = tables(store)
    versions = [migration.version for migration in migrations_of(namespace)]
    assert [roll_back(store, namespace) for _ in (*versions, 0)] == [*reversed(versions), None]
    assert apply_migrations(store, namespace) == versions
    assert tables(store) == before


def test_a_migration_that_fails_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "001_half.sql").write_text("CREATE TABLE half (id TEXT);\nCREATE TABLE half (id TEXT);\n")
    connection = open_store()
    with pytest.raises(sqlite3.OperationalError):
        apply_migrations(connection, Namespace("half", tmp_path))
    assert applied_versions(connection, "half") == set()
    assert "half" not in tables(connection)


def test_an_older_database_keeps_its_rows(store: sqlite3.Connection) -> None:
    roll_back(store, manager.NAMESPACE)
    # as the program of that time wrote it
    store.execute(  # statefence: ignore[SF302] -- the manager writes rows of today only
        "INSERT INTO installed_apps (id, space_id, spec_json) VALUES ('gardener', 'garden', '{}')"
    )
    assert apply_migrations(store, manager.NAMESPACE) == [3]
    assert store.execute("SELECT id, author FROM installed_apps").fetchone()["author"] == "halo"


def test_two_starts_make_one_database(store: sqlite3.Connection) -> None:
    other = app.start()
    assert tables(other) == tables(store)
    other.close()
