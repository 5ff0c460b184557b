"""Which occurrences of a table a statement pins, and that a pinned statement never sees another tenant's rows."""

import itertools
import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statefence.model import Answer
from statefence.sql import Schema, schema_of
from statefence.sql.pins import uses

DDL = """
CREATE TABLE notes (id INTEGER PRIMARY KEY, user_id TEXT, text TEXT, parent INTEGER);
CREATE TABLE tags (id INTEGER PRIMARY KEY, user_id TEXT, note INTEGER, name TEXT);
CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT, token TEXT);
CREATE VIEW short AS SELECT id, user_id, substr(text, 1, 10) AS text FROM notes;
"""
SCHEMA = schema_of([[DDL]])
TENANTS = {"notes": "user_id", "tags": "user_id"}

PINNED = """
SELECT * FROM notes WHERE user_id = ?
SELECT * FROM notes WHERE ? = user_id
SELECT * FROM notes WHERE user_id = 'ann' AND id = 1
SELECT * FROM notes n WHERE n.user_id IS :user
SELECT * FROM notes AS n WHERE ((n."user_id" = ?)) ORDER BY id LIMIT 3
SELECT * FROM main.notes WHERE notes.user_id = ?
SELECT * FROM [notes] WHERE [user_id] == $user
SELECT * FROM notes WHERE (user_id, id) = (?, ?)
SELECT * FROM notes WHERE user_id IN (?)
SELECT * FROM notes WHERE user_id IN (?, 'shared')
SELECT * FROM notes WHERE user_id = lower(?)
SELECT * FROM notes WHERE user_id = CAST(? AS TEXT)
SELECT * FROM notes WHERE id BETWEEN 1 AND 3 AND user_id = ?
SELECT * FROM notes WHERE (user_id = ? AND id = 1) OR (user_id = ? AND id = 2)
SELECT * FROM notes WHERE user_id = ? OR user_id = 'shared'
SELECT count(*) FROM notes WHERE user_id = ? GROUP BY parent HAVING count(*) > 1
SELECT * FROM notes n JOIN tags t ON t.note = n.id AND t.user_id = n.user_id WHERE n.user_id = ?
SELECT * FROM notes n, tags t WHERE t.user_id = n.user_id AND t.user_id = ?
SELECT * FROM notes n JOIN tags t USING (user_id) WHERE n.user_id = ?
SELECT * FROM notes n JOIN tags t USING (user_id) WHERE user_id = ?
SELECT * FROM notes n NATURAL JOIN tags t WHERE n.user_id = ?
SELECT * FROM notes n LEFT JOIN tags t ON t.note = n.id AND t.user_id = n.user_id WHERE n.user_id = ?
SELECT * FROM notes n LEFT JOIN tags t ON t.note = n.id AND t.user_id = ? WHERE n.user_id = ?
SELECT * FROM users u JOIN notes n ON n.user_id = u.id WHERE u.id = ?
SELECT * FROM notes n CROSS JOIN users WHERE user_id = ?
SELECT * FROM notes WHERE user_id = ? AND id IN (SELECT note FROM tags WHERE user_id = ?)
SELECT * FROM notes n WHERE user_id = ? AND EXISTS (SELECT 1 FROM tags t WHERE t.note = n.id AND t.user_id = n.user_id)
SELECT (SELECT count(*) FROM tags t WHERE t.user_id = n.user_id) FROM notes n WHERE n.user_id = ?
SELECT * FROM (SELECT * FROM notes WHERE user_id = ?) ORDER BY id
SELECT * FROM (SELECT id, user_id AS owner FROM notes) AS s WHERE s.owner = ?
SELECT * FROM (SELECT * FROM notes) WHERE user_id = ?
SELECT * FROM (SELECT user_id, count(*) AS n FROM notes GROUP BY user_id) WHERE user_id = ?
SELECT * FROM short WHERE user_id = ?
WITH mine AS (SELECT * FROM notes WHERE user_id = ?) SELECT * FROM mine
WITH mine(id, owner) AS (SELECT id, user_id FROM notes) SELECT * FROM mine WHERE owner = ?
WITH mine AS (SELECT id, user_id FROM notes WHERE user_id = ?) SELECT * FROM tags t JOIN mine m ON m.user_id = t.user_id
SELECT id FROM notes WHERE user_id = ? UNION ALL SELECT id FROM tags WHERE user_id = ?
SELECT * FROM (SELECT id, user_id FROM notes UNION SELECT note, user_id FROM tags) WHERE user_id = ?
UPDATE notes SET text = ? WHERE id = ? AND user_id = ?
UPDATE notes AS n SET text = (SELECT name FROM tags t WHERE t.note = n.id AND t.user_id = n.user_id) WHERE n.user_id = ?
UPDATE notes SET text = t.name FROM tags t WHERE t.note = notes.id AND t.user_id = notes.user_id AND notes.user_id = ?
UPDATE OR IGNORE notes SET text = '' WHERE user_id = ?
DELETE FROM notes WHERE user_id = ?
DELETE FROM notes WHERE user_id = ? AND id IN (SELECT note FROM tags WHERE user_id = ? AND name = 'old')
INSERT INTO notes (id, user_id, text) VALUES (?, ?, ?)
INSERT INTO notes (user_id, text) VALUES (?, 'a'), (?, 'b')
INSERT INTO notes VALUES (?, ?, ?, ?)
INSERT INTO notes (user_id, text) SELECT ?, name FROM users
INSERT INTO notes (user_id, text) SELECT user_id, name FROM tags WHERE user_id = ?
SELECT * FROM notes WHERE (user_id, id) IN ((?, ?), (?, 2))
INSERT INTO notes (id, user_id) VALUES (?, ?) ON CONFLICT DO NOTHING
INSERT INTO notes (id, user_id) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET text = 'x' WHERE user_id = excluded.user_id
INSERT INTO notes (id, user_id) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET text = 'x' WHERE notes.user_id = ?
INSERT INTO notes AS n (id, user_id) SELECT 1, ? WHERE 1 ON CONFLICT (id) DO UPDATE SET id = 2 WHERE n.user_id = ?
"""

PINNED_BY_ITSELF = (
    "WITH RECURSIVE tree AS (SELECT id, user_id FROM notes WHERE id = ? AND user_id = ? UNION ALL "
    "SELECT n.id, n.user_id FROM notes n JOIN tree t ON n.parent = t.id AND n.user_id = t.user_id) SELECT * FROM tree"
)

UNPINNED = """
SELECT * FROM notes
SELECT * FROM notes WHERE id = ?
SELECT * FROM notes WHERE user_id = user_id
SELECT * FROM notes WHERE user_id = ? OR 1 = 1
SELECT * FROM notes WHERE user_id = ? OR ? IS NULL
SELECT * FROM notes WHERE (user_id = ? AND id = 1) OR id = 2
SELECT * FROM notes WHERE NOT user_id = ?
SELECT * FROM notes WHERE user_id != ?
SELECT * FROM notes WHERE user_id > ?
SELECT * FROM notes WHERE user_id LIKE ?
SELECT * FROM notes WHERE user_id IS NOT ?
SELECT * FROM notes WHERE user_id IS NULL
SELECT * FROM notes WHERE user_id IS NOT NULL
SELECT * FROM notes WHERE user_id NOT IN (?)
SELECT * FROM notes WHERE user_id = COALESCE(?, user_id)
SELECT * FROM notes WHERE COALESCE(?, user_id) = user_id
SELECT * FROM notes WHERE user_id = CASE WHEN ? THEN user_id ELSE ? END
SELECT * FROM notes WHERE CASE WHEN user_id = ? AND 1 THEN 1 ELSE 1 END
SELECT * FROM notes WHERE id BETWEEN ? AND user_id = ?
SELECT user_id = ? FROM notes
SELECT * FROM notes WHERE text = 'user_id = ?'
SELECT * FROM notes WHERE id = ? -- AND user_id = ?
SELECT * FROM notes ORDER BY user_id = ?
SELECT count(*) FROM notes GROUP BY user_id HAVING user_id = ?
SELECT * FROM notes n JOIN tags t ON t.note = n.id WHERE t.id = ?
SELECT t.id FROM tags t LEFT JOIN users u ON t.user_id = ?
SELECT * FROM notes WHERE id IN (SELECT note FROM tags)
SELECT * FROM (SELECT * FROM notes LIMIT 10)
SELECT * FROM (SELECT id FROM notes)
WITH mine AS (SELECT * FROM notes) SELECT * FROM mine
SELECT id FROM notes UNION SELECT id FROM tags
UPDATE notes SET user_id = ?
UPDATE notes SET text = ? WHERE id = ?
DELETE FROM notes
DELETE FROM notes WHERE id = ?
INSERT INTO notes (id, text) VALUES (?, ?)
INSERT INTO notes DEFAULT VALUES
INSERT INTO notes (id, user_id) VALUES (?, NULL)
INSERT INTO notes (id, user_id, text) VALUES (1, ?, 'x') ON CONFLICT (id) DO UPDATE SET text = excluded.text
INSERT INTO notes (user_id, text) SELECT id, name FROM users
SELECT * FROM short
SELECT * FROM short WHERE id = ?
"""

PARTLY = {
    "SELECT * FROM notes n JOIN tags t ON t.note = n.id WHERE n.user_id = ?": ["tags"],
    "SELECT * FROM notes n LEFT JOIN tags t ON t.note = n.id AND n.user_id = ? WHERE t.user_id = n.user_id": [],
    "SELECT * FROM notes n LEFT JOIN tags t ON t.note = n.id AND n.user_id = ?": ["notes", "tags"],
    "SELECT * FROM notes a JOIN notes b ON a.id = b.parent WHERE a.user_id = ?": ["notes"],
    "SELECT * FROM notes WHERE user_id = ? AND id IN (SELECT note FROM tags WHERE name = ?)": ["tags"],
    "SELECT * FROM tags WHERE note IN (SELECT id FROM notes WHERE user_id = ?)": ["tags"],
    "SELECT id FROM notes WHERE user_id = ? UNION SELECT note FROM tags": ["tags"],
    "UPDATE notes SET text = t.name FROM tags t WHERE t.note = notes.id AND notes.user_id = ?": ["tags"],
    "UPDATE notes SET text = (SELECT name FROM tags WHERE note = notes.id) WHERE user_id = ?": ["tags"],
    "INSERT INTO notes (id, user_id) SELECT note, ? FROM tags": ["tags"],
    "INSERT INTO notes (id, user_id) SELECT id, user_id FROM tags": ["notes", "tags"],
    "WITH a AS (SELECT * FROM notes WHERE user_id = ?), b AS (SELECT * FROM tags) SELECT * FROM a, b": ["tags"],
    "WITH n AS (SELECT * FROM notes) SELECT * FROM n WHERE user_id = ? UNION SELECT * FROM n": ["notes"],
    "SELECT * FROM (SELECT * FROM notes LIMIT 9) WHERE user_id = ?": ["notes"],
    "SELECT * FROM (SELECT max(id), user_id FROM notes) WHERE user_id = ?": ["notes"],
    "SELECT * FROM (SELECT id, user_id, row_number() OVER (ORDER BY id) r FROM notes) WHERE user_id = ?": ["notes"],
    "WITH RECURSIVE tree AS (SELECT id, user_id FROM notes WHERE user_id = ? UNION ALL SELECT n.id, n.user_id "
    "FROM notes n JOIN tree t ON n.parent = t.id) SELECT * FROM tree": ["notes"],
    "SELECT * FROM notes n RIGHT JOIN tags t ON n.user_id = ? AND t.user_id = n.user_id": ["tags"],
}

UNTOLD = (
    ["SELECT * FROM notes WHERE ", None],
    ["SELECT * FROM notes ", None],
    ["SELECT * FROM notes WHERE id = ? AND ", None],
    ["SELECT * FROM notes WHERE ", None, " = ?"],
    ["SELECT * FROM ", None, " JOIN notes ON 1"],
    ["SELECT * FROM notes WHERE user_id IN (SELECT id FROM users WHERE token = ?)"],
    ["SELECT * FROM notes WHERE user_id = (SELECT id FROM users WHERE token = ?)"],
    ["SELECT * FROM notes n JOIN users u ON u.id = n.user_id WHERE u.token = ?"],
    ["INSERT INTO notes (", None, ") VALUES (", None, ")"],
    ["INSERT INTO notes (user_id) SELECT id FROM users WHERE token = ?"],
    ["INSERT INTO notes (id, user_id) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET text = excluded.text RETURNING id"],
    ["INSERT INTO notes (id, user_id) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET text = 'x' WHERE ", None],
    ["REPLACE INTO notes (id, user_id) VALUES (?, ?)"],
    ["INSERT OR REPLACE INTO notes (id, user_id) VALUES (?, ?)"],
    ["UPDATE notes SET text = ? ", None],
    ["DELETE FROM notes ", None],
    ["SELECT * FROM notes WHERE lower(user_id) = lower(?)"],
)


def lines(text: str) -> list[str]:
    return text.strip().splitlines()


def open_tables(sql: str) -> list[str]:
    return sorted(use.table for use in uses([sql], TENANTS, SCHEMA) if use.pinned is Answer.NO)


@pytest.fixture(scope="module")
def database() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.executescript(DDL)
    return connection


@pytest.mark.parametrize("sql", [*lines(PINNED), PINNED_BY_ITSELF, *lines(UNPINNED), *PARTLY])
def test_every_example_is_sql(sql: str, database: sqlite3.Connection) -> None:
    if "RIGHT JOIN" not in sql or sqlite3.sqlite_version_info >= (3, 39):
        database.execute(f"EXPLAIN {sql}", parameters(sql, "ann"))


@pytest.mark.parametrize("sql", [*lines(PINNED), PINNED_BY_ITSELF])
def test_a_pinned_statement_is_pinned_everywhere(sql: str) -> None:
    found = uses([sql], TENANTS, SCHEMA)
    assert found
    assert {use.pinned for use in found} == {Answer.YES}


@pytest.mark.parametrize("sql", lines(UNPINNED))
def test_a_condition_that_lets_other_rows_through_pins_nothing(sql: str) -> None:
    assert open_tables(sql)


@pytest.mark.parametrize("sql", PARTLY)
def test_each_occurrence_answers_for_itself(sql: str) -> None:
    assert open_tables(sql) == PARTLY[sql]


@pytest.mark.parametrize("pieces", UNTOLD, ids=lambda pieces: "{}".join(piece or "" for piece in pieces))
def test_what_cannot_be_told_is_unknown(pieces: list[str | None]) -> None:
    assert Answer.UNKNOWN in {use.pinned for use in uses(pieces, TENANTS, SCHEMA)}
    assert Answer.NO not in {use.pinned for use in uses(pieces, TENANTS, SCHEMA)}


@pytest.mark.parametrize("sql", [*lines(PINNED), PINNED_BY_ITSELF])
def test_without_a_schema_nothing_pinned_is_called_open(sql: str) -> None:
    if "short" not in sql:
        assert Answer.NO not in {use.pinned for use in uses([sql], TENANTS, Schema())}


OF_POSTGRESQL = {
    "SELECT * FROM public.notes WHERE user_id = $1::uuid": [],
    "SELECT * FROM notes WHERE user_id = ANY(%s)": [],
    "DELETE FROM notes USING tags t WHERE t.note = notes.id AND t.user_id = %(user)s": ["notes"],
    "DELETE FROM notes USING tags t WHERE t.user_id = notes.user_id AND t.user_id = %(user)s": [],
    "SELECT * FROM notes n, LATERAL (SELECT * FROM tags t WHERE t.note = n.id) x WHERE n.user_id = %s": ["tags"],
    "WITH x AS (DELETE FROM notes WHERE user_id = %s RETURNING *) SELECT * FROM x": [],
    "WITH x AS (DELETE FROM notes RETURNING *) SELECT 1": ["notes"],
    "WITH x AS (UPDATE notes SET text = '' WHERE id = %s RETURNING *) DELETE FROM tags WHERE user_id = %s": ["notes"],
}


@pytest.mark.parametrize("sql", OF_POSTGRESQL)
def test_what_only_postgresql_understands_is_told(sql: str) -> None:
    assert open_tables(sql) == OF_POSTGRESQL[sql]
    assert {use.pinned for use in uses([sql], TENANTS, SCHEMA)} <= {Answer.YES, Answer.NO}


@pytest.mark.parametrize("sql", [sql for sql in lines(PINNED) if "DO UPDATE" in sql])
def test_an_insert_that_is_pinned_leaves_the_rows_of_others(sql: str, database: sqlite3.Connection) -> None:
    database.execute("INSERT INTO notes (id, user_id, text) VALUES (1, 'bob', 'his')")
    database.execute(sql, ["ann"] * sql.count("?"))
    assert database.execute("SELECT * FROM notes").fetchall() == [(1, "bob", "his", None)]
    database.rollback()


def test_what_is_written_is_told() -> None:
    found = uses(["DELETE FROM notes WHERE id IN (SELECT note FROM tags)"], TENANTS, SCHEMA)
    assert {use.table: use.written for use in found} == {"notes": True, "tags": False}


ROWS = [(user, number) for user in ("ann", "bob", "cy") for number in (1, 2)]


def parameters(sql: str, user: str) -> dict[str, str] | list[str]:
    """Every marker stands for the tenant."""
    if ":user" in sql or "$user" in sql:
        return {"user": user}
    return [user] * sql.replace("'user_id = ?'", "").partition("--")[0].count("?")


def answers(sql: str, others: tuple[tuple[str, int], ...]) -> list[tuple[object, ...]]:
    """What a query gives one tenant, when these rows are there for others."""
    connection = sqlite3.connect(":memory:")
    connection.executescript(DDL)
    for place, (user, number) in enumerate((("ann", 1), ("ann", 2), *others), start=1):
        connection.execute(
            "INSERT INTO notes VALUES (?, ?, ?, ?)", (number if user == "ann" else 10 + place, user, "a", number)
        )
        connection.execute(
            "INSERT INTO tags VALUES (?, ?, ?, 'a')", (number if user == "ann" else 10 + place, user, number)
        )
    connection.execute("INSERT INTO users VALUES ('ann', 'a', 'ann')")
    found = connection.execute(sql, parameters(sql, "ann")).fetchall()
    connection.close()
    return sorted(found, key=repr)


CONDITIONS = (
    *("n.user_id = ?", "t.user_id = ?", "n.user_id = t.user_id", "n.user_id IN (?)", "n.id = t.note", "1"),
    *(
        "n.user_id IS ?",
        "n.user_id != ?",
        "n.user_id = n.user_id",
        "t.user_id IS NULL",
        "n.user_id = coalesce(?, n.user_id)",
    ),
    *("n.id BETWEEN 1 AND 2", "EXISTS (SELECT 1 FROM tags x WHERE x.user_id = n.user_id)", "t.user_id LIKE ?"),
    *("n.id IN (SELECT note FROM tags WHERE user_id = ?)", "n.id IN (SELECT note FROM tags)"),
)
SOURCES = (
    *("{n} n JOIN {t} t ON {c}", "{n} n LEFT JOIN {t} t ON {c}", "{n} n, {t} t", "{n} n JOIN {t} t USING (user_id)"),
    *("{n} n NATURAL JOIN {t} t", "{n} n LEFT JOIN {t} t USING (user_id)"),
)
NOTES = (
    "notes",
    "(SELECT * FROM notes)",
    "(SELECT * FROM notes LIMIT 3)",
    "(SELECT * FROM notes WHERE user_id = ?)",
    "short",
)
TAGS = ("tags", "(SELECT * FROM tags WHERE user_id = ?)", "(SELECT max(id) AS id, user_id, note FROM tags)")


@st.composite
def conditions(draw: st.DrawFn) -> str:
    terms = draw(st.lists(st.sampled_from(CONDITIONS), min_size=1, max_size=3))
    joint = draw(st.sampled_from([" AND ", " OR "]))
    negated = draw(st.booleans()) and draw(st.booleans())
    text = joint.join(f"({term})" if draw(st.booleans()) else term for term in terms)
    return f"NOT ({text})" if negated else f"({text})"


@st.composite
def queries(draw: st.DrawFn) -> str:
    source = draw(st.sampled_from(SOURCES)).format(
        n=draw(st.sampled_from(NOTES)), t=draw(st.sampled_from(TAGS)), c=draw(conditions())
    )
    parts = [draw(conditions()) for _ in range(draw(st.integers(1, 2)))]
    return f"SELECT n.id, n.text, t.id FROM {source} WHERE {' AND '.join(parts)}"


@settings(max_examples=300, deadline=None)
@given(queries())
def test_whoever_is_pinned_never_sees_what_others_have(sql: str) -> None:
    found = uses([sql], TENANTS, SCHEMA)
    assert {use.table for use in found} >= {"notes", "tags"}
    if {use.pinned for use in found} == {Answer.YES}:
        alone = answers(sql, ())
        for others in itertools.combinations([row for row in ROWS if row[0] != "ann"], 2):
            assert answers(sql, others) == alone, sql
