"""Two schemas compared by what they mean, not by how they are written."""

from __future__ import annotations

import pytest

from statefence.migrations.model import Sql, whole
from statefence.migrations.sandbox import opened, run
from statefence.migrations.shape import Shape, differences, shape_of


def shape(*statements: str) -> Shape:
    database = opened()
    assert not run(database, [Sql(text, whole("")) for text in statements]).message
    return shape_of(database)


@pytest.mark.parametrize(
    "other",
    [
        ('create table "notes" ([id] integer primary key,\n  title text)',),
        ("CREATE TABLE notes (title TEXT, id INTEGER PRIMARY KEY) -- order",),
        ("CREATE TABLE n (id INTEGER PRIMARY KEY, title TEXT)", "ALTER TABLE n RENAME TO notes"),
        (
            "CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT)",
            "ALTER TABLE notes ADD COLUMN x",
            "ALTER TABLE notes DROP COLUMN x",
        ),
    ],
)
def test_the_way_a_table_is_written_makes_no_difference(other: tuple[str, ...]) -> None:
    assert differences(shape("CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT)"), shape(*other)) == []


@pytest.mark.parametrize(
    ("after", "told"),
    [
        ("CREATE TABLE notes (id INTEGER PRIMARY KEY)", ["- table notes: title text"]),
        (
            "CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT NOT NULL)",
            ["- table notes: title text", "+ table notes: title text not null"],
        ),
        (
            "CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT, CHECK (title <> 'A'))",
            ["+ table notes: check(title <> 'A')"],
        ),
        (
            "CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT) STRICT",
            ["- table notes: as before", "+ table notes: strict"],
        ),
        ("CREATE TABLE tags (id)", ["- table notes", "+ table tags"]),
    ],
)
def test_what_differs_is_told(after: str, told: list[str]) -> None:
    assert differences(shape("CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT)"), shape(after)) == told


def test_indexes_views_and_triggers_count() -> None:
    table = "CREATE TABLE a (id)"
    after = shape(table, "CREATE INDEX i ON a (id)", "CREATE VIEW v AS SELECT id FROM a")
    assert differences(shape(table), after) == ["+ index i", "+ view v"]


def test_the_shadows_of_a_virtual_table_do_not_count() -> None:
    assert list(shape("CREATE VIRTUAL TABLE s USING fts5 (text)")) == [("table", "s")]
