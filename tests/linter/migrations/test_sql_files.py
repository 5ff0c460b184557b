"""Migrations in `.sql` files: names, sections, statements and their lines, digests."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.linter.migrations.reading import only, up

from statefence.migrations.model import Migration
from statefence.migrations.names import taken_apart

TABLE = "CREATE TABLE notes (id INTEGER PRIMARY KEY);"


def single(text: str, name: str = "001_notes.sql") -> Migration:
    (migration,) = only({f"app/migrations/{name}": text}).migrations
    return migration


@pytest.mark.parametrize(
    ("name", "version", "key", "is_down"),
    [
        ("001_notes.sql", "001", "001_notes", False),
        ("001_notes.up.sql", "001", "001_notes", False),
        ("001_notes.down.sql", "001", "001_notes", True),
        ("V2__add_tags.sql", "2", "V2__add_tags", False),
        ("20240102030405-add.sql", "20240102030405", "20240102030405-add", False),
        ("3.sql", "3", "3", False),
        ("m004_tags.py", "004", "m004_tags", False),
        ("U2__add_tags.sql", "2", "V2__add_tags", True),
        ("20240102_03_a1b2c-add.rollback.sql", "2024010203", "20240102_03_a1b2c-add", True),
        ("2024-01-02-add.sql", "20240102", "2024-01-02-add", False),
        ("2024-01-02T0910_add.sql", "202401020910", "2024-01-02T0910_add", False),
        ("20240102_2fa.sql", "20240102", "20240102_2fa", False),
    ],
)
def test_a_name_gives_version_key_and_direction(name: str, version: str, key: str, *, is_down: bool) -> None:
    found = taken_apart(name)
    assert found is not None
    assert (found.version, found.key, found.is_down) == (version, key, is_down)


@pytest.mark.parametrize("name", ["notes.sql", "schema.py", "__init__.py", "_001.sql", "001_notes.txt"])
def test_other_names_are_no_migrations(name: str) -> None:
    assert taken_apart(name) is None


def test_statements_stand_where_they_are_written() -> None:
    migration = single("-- notes\n\nCREATE TABLE a (\n  id\n); CREATE TABLE b (id);\n")
    spans = [sql.place.span for sql in migration.up]
    assert [(span.line, span.column, span.end_line, span.end_column) for span in spans] == [(3, 0, 5, 1), (5, 3, 5, 22)]


def test_a_trigger_is_one_statement() -> None:
    trigger = "CREATE TRIGGER t AFTER INSERT ON notes BEGIN UPDATE notes SET id = 1; DELETE FROM notes; END"
    assert up(single(f"{TABLE}\n{trigger};\n")) == [TABLE[:-1], trigger]


@pytest.mark.parametrize(
    "marker",
    ["-- down", "--down", "-- Down:", "-- +goose Down", "-- migrate:down", "-- +migrate Down", "-- === down ==="],
)
def test_a_section_takes_the_migration_back(marker: str) -> None:
    migration = single(f"-- up\n{TABLE}\n\n{marker}\nDROP TABLE notes;\n")
    assert up(migration) == [TABLE[:-1]]
    assert migration.down is not None
    assert [(sql.text, sql.place.span.line) for sql in migration.down] == [("DROP TABLE notes", 5)]


@pytest.mark.parametrize("comment", ["-- down payments are kept", "-- the down migration is below", "/* down */"])
def test_other_comments_begin_no_section(comment: str) -> None:
    assert single(f"{comment}\n{TABLE}\n").down is None


def test_a_file_of_its_own_takes_the_migration_back() -> None:
    files = {"app/migrations/001_notes.sql": TABLE, "app/migrations/001_notes.down.sql": "DROP TABLE notes;"}
    (migration,) = only(files).migrations
    assert migration.down is not None
    assert migration.down[0].place.path == "app/migrations/001_notes.down.sql"


@given(st.text(st.sampled_from("ab;-\n'"), max_size=20))
def test_line_ends_never_change_the_digest(text: str) -> None:
    body = f"{TABLE}\n{text}"
    assert single(body).digest == single(body.replace("\n", "\r\n")).digest


def test_what_takes_it_back_and_suppressions_do_not_change_the_digest() -> None:
    digest = single(f"{TABLE}\n").digest
    assert single(f"{TABLE}\n-- down\nDROP TABLE notes;\n").digest == digest
    assert single(f"-- statefence: ignore[SF404] -- why\n{TABLE}  -- statefence: ignore[SF403]\n").digest == digest


def test_any_other_change_of_what_applies_it_changes_the_digest() -> None:
    assert single(f"{TABLE}\n").digest != single(f"{TABLE.replace('notes', 'note')}\n").digest
