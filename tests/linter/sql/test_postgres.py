"""What statements for PostgreSQL touch, and that the answers are those that SQLite gives where both understand one."""

import subprocess
import sys

import pytest

from statefence.model import Answer
from statefence.sql import Touch, schema_of, statements
from statefence.sql.postgres import touches

SCHEMA = schema_of([["CREATE TABLE a (id, name); CREATE TABLE b (id, a, name); CREATE TABLE c (id, name);"]])

BOTH = """
SELECT * FROM a
SELECT a.name FROM a JOIN b ON b.a = a.id LEFT JOIN c ON c.id = b.id WHERE a.id = ?
SELECT name FROM a WHERE id IN (SELECT a FROM b WHERE name = ?)
SELECT name, (SELECT count(*) FROM b WHERE b.a = a.id) FROM a
WITH x AS (SELECT * FROM a) SELECT * FROM x JOIN b ON b.a = x.id
WITH a AS (SELECT * FROM b) SELECT * FROM a
SELECT id FROM a UNION ALL SELECT id FROM b ORDER BY 1
INSERT INTO a (id, name) VALUES (?, ?)
INSERT INTO a (id, name) SELECT id, name FROM b
INSERT INTO a (id, name) VALUES (?, ?) ON CONFLICT DO NOTHING
UPDATE a SET name = ?
UPDATE a SET name = ? WHERE id = ?
UPDATE a SET name = b.name FROM b WHERE b.a = a.id
DELETE FROM a
DELETE FROM a WHERE id = ?
DELETE FROM a WHERE id IN (SELECT a FROM b)
CREATE TABLE d (id integer PRIMARY KEY, a integer REFERENCES a (id))
CREATE INDEX a_name ON a (name)
ALTER TABLE a ADD COLUMN age integer
ALTER TABLE a RENAME COLUMN name TO title
ALTER TABLE a RENAME TO z
CREATE TEMP TABLE d (id integer)
CREATE TABLE d AS SELECT * FROM a
ANALYZE a
DROP TABLE a
DROP TABLE IF EXISTS a
CREATE VIEW v AS SELECT * FROM a
"""

ALONE = {
    "SELECT * FROM a WHERE id = %s AND name = %(name)s": "reads=a",
    "INSERT INTO a VALUES($1,$2) RETURNING id": "writes=a",
    "INSERT INTO a (id) VALUES (%s) ON CONFLICT (id) DO UPDATE SET name = excluded.name": "writes=a rewrites=a",
    "SELECT data->>'x', tags::text[] FROM public.a WHERE data @> %s::jsonb": "reads=a",
    "SELECT DISTINCT ON (name) * FROM audit.a ORDER BY name": "reads=audit.a",
    "SELECT * FROM a, LATERAL (SELECT * FROM b WHERE b.a = a.id) x": "reads=a,b",
    "DELETE FROM a USING b WHERE b.a = a.id": "reads=a,b writes=a rewrites=a",
    "TRUNCATE a, b": "writes=a,b rewrites=a,b",
    "SELECT * FROM generate_series(1, 10)": "",
    "SELECT * FROM pg_catalog.pg_tables": "",
    "SELECT * FROM information_schema.tables": "",
    "CREATE TABLE IF NOT EXISTS d (id serial PRIMARY KEY, at timestamptz DEFAULT now())": "ddl=d",
    "ALTER TABLE a ALTER COLUMN name TYPE varchar(10)": "ddl=a",
    "WITH x AS (DELETE FROM a WHERE id = %s RETURNING *) INSERT INTO b SELECT * FROM x": (
        "reads=a writes=b,a rewrites=a"
    ),
    "WITH x AS (INSERT INTO a VALUES (%s) RETURNING id) SELECT * FROM x JOIN b ON b.a = x.id": "reads=b writes=a",
    "WITH a AS (SELECT * FROM a WHERE id = %s) SELECT * FROM a": "reads=a",
    "UPDATE app.a AS t SET name = s.name FROM (SELECT * FROM b) AS s WHERE s.id = t.id": (
        "reads=app.a,b writes=app.a rewrites=app.a"
    ),
    "SELECT * INTO d FROM a": "reads=a ddl=d",
    "COPY a (id, name) FROM STDIN": "writes=a",
    "COPY (SELECT * FROM a) TO STDOUT": "reads=a",
    "EXPLAIN (ANALYZE, BUFFERS) SELECT * FROM a": "reads=a",
    "DECLARE c NO SCROLL CURSOR FOR SELECT * FROM a": "reads=a",
    "SELECT * FROM a WHERE data ? 'key'": "reads=a",
    "SELECT * FROM pg_stat_activity": "",
    "SELECT * FROM pg_orders": "reads=pg_orders",
    "CREATE TYPE mood AS ENUM ('a', 'b')": "",
    "CREATE SCHEMA IF NOT EXISTS app": "",
    "CREATE EXTENSION IF NOT EXISTS vector": "",
    "SET LOCAL search_path TO app": "",
    "CREATE TRIGGER t BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION f()": "ddl=a",
    "CREATE UNIQUE INDEX CONCURRENTLY i ON app.a USING gin (tags) WHERE id > 0": "ddl=app.a",
    "CREATE INDEX i ON a USING hnsw (vector vector_cosine_ops) WITH (m = 16)": "ddl=a",
    "DROP TRIGGER t ON a": "ddl=a",
    "DROP TABLE IF EXISTS a, app.b CASCADE": "ddl=a,app.b",
    "ALTER TABLE ONLY public.a ENABLE ROW LEVEL SECURITY": "ddl=a",
    "ALTER TABLE IF EXISTS app.a ADD COLUMN x int, DROP CONSTRAINT y": "ddl=app.a",
    "COMMENT ON TABLE a IS 'x'": "",
    "MERGE INTO a USING b ON a.id = b.a WHEN MATCHED THEN UPDATE SET name = b.name": "reads=b writes=a rewrites=a",
}

HOLES = {
    ("SELECT * FROM a WHERE id = ", None): ("reads=a", Answer.YES),
    ("SELECT * FROM a WHERE name = '", None, "'"): ("reads=a", Answer.YES),
    ("SELECT ", None, " FROM a WHERE id IN (", None, ")"): ("reads=a", Answer.YES),
    ("SELECT * FROM a WHERE ", None): ("reads=a", Answer.YES),
    ("SELECT * FROM a ", None): ("reads=a", Answer.UNKNOWN),
    ("SELECT * FROM ", None): ("", Answer.UNKNOWN),
    ("INSERT INTO a (", None, ") VALUES (", None, ")"): ("writes=a", Answer.YES),
    ("DO $$ BEGIN DELETE FROM a; END $$",): ("", Answer.UNKNOWN),
    ("DROP INDEX i",): ("", Answer.UNKNOWN),
    ("DROP SCHEMA app CASCADE",): ("", Answer.UNKNOWN),
    ("ALTER TABLE ", None, " ADD COLUMN x int"): ("", Answer.UNKNOWN),
    ("CREATE FUNCTION f() RETURNS int AS $$ DELETE FROM a RETURNING 1 $$ LANGUAGE sql",): ("", Answer.UNKNOWN),
    ("SELECT FROM WHERE",): ("", Answer.UNKNOWN),
}


def shown(touch: Touch) -> str:
    fields = ("reads", "writes", "rewrites", "ddl")
    return " ".join(f"{name}={','.join(getattr(touch, name))}" for name in fields if getattr(touch, name))


@pytest.mark.parametrize("sql", BOTH.strip().splitlines())
def test_the_answer_is_that_of_sqlite(sql: str) -> None:
    (found,) = touches([sql]) or ()
    (expected,) = statements([sql], SCHEMA)
    assert (found.kind, found.known, found.reason) == (expected.kind, Answer.YES, "")
    assert {*found.reads} == {*expected.reads}
    assert (found.writes, found.rewrites, found.ddl) == (expected.writes, expected.rewrites, expected.ddl)


@pytest.mark.parametrize("sql", ALONE)
def test_what_only_postgresql_understands_is_told(sql: str) -> None:
    (found,) = touches([sql]) or ()
    assert (shown(found), found.known) == (ALONE[sql], Answer.YES)


@pytest.mark.parametrize("pieces", HOLES, ids=lambda pieces: "{}".join(piece or "" for piece in pieces))
def test_holes_are_tried_as_values_names_and_lists(pieces: tuple[str | None, ...]) -> None:
    (found,) = touches(pieces) or ()
    assert (shown(found), found.known) == HOLES[pieces]
    assert bool(found.reason) == (found.known is Answer.UNKNOWN)
    assert found.holes == pieces.count(None)


def test_a_script_gives_one_answer_for_each_statement() -> None:
    found = touches(["DELETE FROM a; DROP TABLE b"]) or ()
    assert [shown(touch) for touch in found] == ["writes=a rewrites=a", "ddl=b"]


def test_sqlglot_is_loaded_for_postgresql_alone() -> None:
    program = """
import sys
from statefence.policy.load import default
from statefence.project import analyse
from statefence.source import decoded
code = b'import %s\\n%s.connect("x").execute("SELECT * FROM a")\\n'
def loads(driver):
    project = analyse([decoded("app.py", code % (driver, driver))], default("/project"))
    assert project.statements_by_path["app.py"][0].reads == ("a",)
    return "sqlglot" in sys.modules
print(loads(b"sqlite3"), loads(b"psycopg"))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("False True\n", "")
