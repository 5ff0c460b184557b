"""The migrations that a database lists, beside those that were released."""

from __future__ import annotations

from pathlib import Path

import pytest

from statefence.errors import StatefenceError
from statefence.state.applied import Applied, compare, locked_keys
from statefence.state.scan import scan

from .databases import make, policy, state_environment

KEYS = (("001_init", "002_users", "003_notes"),)
LOCK = '[admin.main]\n"001_init" = "sha256:1"\n"002_users" = "sha256:2"\n'


def database(path: Path, table: str, *values: str) -> str:
    return str(make(path / "x.db", table, *(f"INSERT INTO {table.split()[2]} VALUES ({value})" for value in values)))


@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("CREATE TABLE schema_migrations (version TEXT)", ["'001_init'", "'002_users'"]),
        ("CREATE TABLE schema_migrations (version INTEGER)", ["1", "2"]),
        (
            "CREATE TABLE migrations (id INTEGER PRIMARY KEY, filename TEXT)",
            ["1, '001_init.sql'", "2, '002_users.sql'"],
        ),
        ("CREATE TABLE app_migrations (name TEXT)", ["'001'"]),
        ("CREATE TABLE alembic_version (version_num TEXT)", ["'003_notes'"]),
        ("CREATE TABLE t (a)", ["1"]),
    ],
)
def test_applied_in_order_is_right_whatever_lists_them(tmp_path: Path, table: str, values: list[str]) -> None:
    path = database(tmp_path, table, *values)
    make(Path(path), "PRAGMA user_version = 3")
    assert compare(path, KEYS) == Applied()


def test_a_migration_that_was_never_released_is_told(tmp_path: Path) -> None:
    path = database(tmp_path, "CREATE TABLE migrations (name)", "'001_init'", "'002_other'")
    assert compare(path, KEYS).faults == ("the migration 002_other was applied, and is not in the lock",)


def test_a_migration_that_was_left_out_is_told(tmp_path: Path) -> None:
    path = database(tmp_path, "CREATE TABLE migrations (version)", "1", "3")
    assert compare(path, KEYS).faults == ("the migration 002_users was not applied, but 003_notes after it was",)


def test_a_database_that_lists_none_is_unknown(tmp_path: Path) -> None:
    assert "no table lists them" in compare(database(tmp_path, "CREATE TABLE t (a)"), KEYS).unknown
    assert compare(database(tmp_path, "CREATE TABLE u (a)"), ()) == Applied()


def test_a_version_beyond_the_lock_is_told(tmp_path: Path) -> None:
    path = database(tmp_path, "CREATE TABLE t (a)")
    make(Path(path), "PRAGMA user_version = 4")
    assert compare(path, KEYS).faults == ("user_version is 4, and the lock has 3 migrations",)


def test_the_scan_compares_with_the_lock_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "migrations.lock").write_text(LOCK)
    (tmp_path / "state").mkdir(mode=0o700)
    list_of = "CREATE TABLE schema_migrations (version TEXT)"
    make(tmp_path / "state" / "admin.db", list_of, "INSERT INTO schema_migrations VALUES ('002_users')")
    found = scan(policy(root=str(tmp_path)), str(tmp_path / "state"), state_environment(tmp_path / "state"))
    assert [(each.problem, each.message) for each in found.findings] == [
        ("migration-mismatch", "the migration 001_init was not applied, but 002_users after it was")
    ]


def test_a_lock_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "migrations.lock").write_text("[")
    with pytest.raises(StatefenceError, match=r"migrations.lock:1: not valid TOML"):
        locked_keys(str(tmp_path))
    assert locked_keys(str(tmp_path / "elsewhere")) == {}
