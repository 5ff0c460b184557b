"""Pages tell which tables may differ: never one too few, and in the usual cases not one too many. A part is enough."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pytest_statefence.copying import copy_database
from pytest_statefence.images import digest
from pytest_statefence.suspects import suspects

TABLES = ("plain", "keyed", "wide", "Größe")
SCHEMA = (
    "CREATE TABLE plain (a, b)",
    "CREATE INDEX plain_a ON plain (a)",
    "CREATE TABLE keyed (k PRIMARY KEY, v) WITHOUT ROWID",
    "CREATE TABLE wide (id INTEGER PRIMARY KEY, body)",
    'CREATE TABLE "Größe" (a, b)',
)


def statements(rng: random.Random) -> list[str]:
    number, size = rng.randrange(200), rng.choice((10, 100, 2000, 9000))
    table = rng.choice(("plain", '"Größe"'))
    return rng.choice(
        [
            [f"INSERT INTO {table} VALUES ({number}, hex(randomblob({size // 2})))"],
            [f"INSERT INTO {table} SELECT value, hex(randomblob(20)) FROM numbers LIMIT {number}"],
            [f"UPDATE {table} SET b = hex(randomblob({size // 2})) WHERE a % 7 = {number % 7}"],
            [f"DELETE FROM {table} WHERE a % 5 = {number % 5}"],
            [f"INSERT OR REPLACE INTO keyed VALUES ({number}, randomblob({size}))"],
            [f"DELETE FROM keyed WHERE k > {number}"],
            [f"INSERT OR REPLACE INTO wide VALUES ({number}, zeroblob({size * 5}))"],
            [f"DELETE FROM wide WHERE id % 3 = {number % 3}"],
            ["VACUUM"],
            ["PRAGMA incremental_vacuum"],
            ["REINDEX"],
            ["ANALYZE"],
            ["CREATE TABLE IF NOT EXISTS more (a)", f"INSERT INTO more VALUES ({number})"],
            ["DROP TABLE IF EXISTS more"],
            ["BEGIN", "DELETE FROM plain", "ROLLBACK"],
            ["PRAGMA wal_checkpoint(TRUNCATE)"],
            ["PRAGMA wal_checkpoint(PASSIVE)"],
        ]
    )


def overwrite(connection: sqlite3.Connection, rng: random.Random) -> None:
    """Changes a byte far behind in a row, in its overflow pages alone."""
    found = connection.execute("SELECT id FROM wide WHERE length(body) > 9000 ORDER BY random() LIMIT 1").fetchone()
    if found:
        with connection.blobopen("wide", "body", found[0]) as blob:
            blob.seek(-rng.randrange(1, 500), 2)
            blob.write(bytes([rng.randrange(256)]))


@pytest.mark.parametrize("mode", ["delete", "persist", "wal"])
@pytest.mark.parametrize("auto_vacuum", ["none", "full", "incremental"])
@pytest.mark.parametrize("page_size", [512, 4096])
def test_no_table_that_differs_is_left_out(tmp_path: Path, mode: str, auto_vacuum: str, page_size: int) -> None:
    rng = random.Random(f"{mode} {auto_vacuum} {page_size}")
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in (f"page_size = {page_size}", f"auto_vacuum = {auto_vacuum}", f"journal_mode = {mode}"):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        connection.execute("PRAGMA synchronous = off")
        for statement in SCHEMA:
            connection.execute(statement)
        endless = "WITH RECURSIVE n(value) AS (VALUES (1) UNION ALL SELECT value + 1 FROM n LIMIT 300) SELECT * FROM n"
        connection.execute(f"CREATE VIEW numbers AS {endless}")
        copies = [copy(path, tmp_path, 0)]
        for step in range(1, 31):
            for statement in statements(rng):
                connection.execute(statement).fetchall()
            if step % 3 == 0:
                overwrite(connection, rng)
            copies.append(copy(path, tmp_path, step, rng.choice((None, copies[-1]))))
            check(copies[-2], copies[-1])
    copies.append(copy(path, tmp_path, 99))
    check(copies[-2], copies[-1])
    check(copies[0], copies[-1])


def copy(path: Path, directory: Path, number: int, earlier: str | None = None) -> str:
    room = directory / str(number)
    room.mkdir()
    return copy_database(str(path), str(room), earlier)


def check(before: str, after: str) -> None:
    contents = [digest(made, None) for made in (before, after)]
    changed = {name for name in {*contents[0], *contents[1]} if contents[0].get(name) != contents[1].get(name)}
    named = suspects(before, after)
    assert named is None or named >= {name.casefold() for name in changed}
    assert [digest(after, [name]) for name in contents[1]] == [{name: told} for name, told in contents[1].items()]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database of many pages."""
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in SCHEMA:
            connection.execute(statement)
        connection.execute("BEGIN")
        for table in ("plain", '"Größe"', "keyed"):
            connection.executemany(f"INSERT INTO {table} VALUES (?, ?)", ((n, str(n) * 9) for n in range(3000)))
        connection.execute("COMMIT")
    return path


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("INSERT INTO plain VALUES (1, 2)", {"plain"}),
        ("UPDATE keyed SET v = 'x' WHERE k = 7", {"keyed"}),
        ("INSERT INTO wide VALUES (1, zeroblob(100000))", {"wide"}),
        ('DELETE FROM "Größe"', {"größe".casefold()}),
        ("CREATE TABLE more (a)", {"more"}),
        ("PRAGMA user_version = 7", set()),
    ],
)
def test_a_write_names_its_own_table_only(database: Path, statement: str, expected: set[str]) -> None:
    before = copy(database, database.parent, 1)
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute(statement)

    assert suspects(before, copy(database, database.parent, 2, before)) == expected


def test_copies_with_nothing_in_common_are_left_to_sqlite(database: Path) -> None:
    assert suspects(*(copy(database, database.parent, number) for number in (1, 2))) is None


def test_a_file_that_is_no_database_is_left_to_sqlite(database: Path) -> None:
    before = copy(database, database.parent, 1)
    with database.open("r+b") as file:
        file.write(b"no database" * 100)

    assert suspects(before, copy(database, database.parent, 2, before)) is None


def test_a_transaction_to_be_rolled_back_is_left_to_sqlite(database: Path) -> None:
    before = copy(database, database.parent, 1)
    Path(f"{database}-journal").write_bytes(bytes.fromhex("d9d505f920a163d7") + bytes(504))

    assert suspects(before, copy(database, database.parent, 2, before)) is None


def test_asking_changes_no_copy(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = wal").fetchall()
        connection.execute("CREATE TABLE t (a)")
        first = copy(path, tmp_path, 1)
        connection.execute("INSERT INTO t VALUES (1)")
        second = copy(path, tmp_path, 2, first)
        held = {made: Path(made).read_bytes() + Path(made + "-wal").read_bytes() for made in (first, second)}

        assert suspects(first, second) == {"t"}

    assert {made: Path(made).read_bytes() + Path(made + "-wal").read_bytes() for made in (first, second)} == held
