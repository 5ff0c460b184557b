"""Statements of every kind with the tables they touch."""

import pytest

from statefence.model import Answer
from statefence.sql import Schema, schema_of, statements

SCHEMA = """
CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, email TEXT UNIQUE, team_id INTEGER);
CREATE TABLE teams (id INTEGER PRIMARY KEY, name TEXT, size INTEGER GENERATED ALWAYS AS (length(name)) VIRTUAL) STRICT;
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE posts (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users(id) ON DELETE CASCADE, body TEXT);
CREATE TABLE "odd name" (id, "select" TEXT);
CREATE TABLE audit (id INTEGER PRIMARY KEY, what TEXT);
CREATE INDEX posts_by_user ON posts (user_id);
CREATE VIEW authors AS SELECT u.id, u.name, count(p.id) AS posts\
 FROM users u JOIN posts p ON p.user_id = u.id GROUP BY u.id;
CREATE VIEW busy AS SELECT * FROM authors WHERE posts > 10;
CREATE VIEW editable AS SELECT id, name FROM teams;
CREATE TRIGGER posts_audit AFTER DELETE ON posts BEGIN INSERT INTO audit (what) VALUES (old.body); END;
CREATE TRIGGER edit INSTEAD OF UPDATE ON editable BEGIN UPDATE teams SET name = new.name WHERE id = old.id; END;
CREATE VIRTUAL TABLE notes USING fts5(title, body);
CREATE TEMP TABLE scratch (id INTEGER);
"""

# statement | kind | reads | writes | ddl
TABLE = """
SELECT * FROM users | select | users | |
select name from users where id = ? | select | users | |
SELECT count(*) FROM users | select | users | |
SELECT 1 | select | | |
VALUES (1), (2) | select | | |
SELECT u.name FROM users AS u, teams t WHERE u.team_id = t.id | select | users teams | |
SELECT * FROM users JOIN teams USING (id) | select | users teams | |
SELECT users.id FROM users NATURAL JOIN teams | select | users teams | |
SELECT id FROM users WHERE id IN (SELECT user_id FROM posts) | select | users posts | |
SELECT id FROM users UNION ALL SELECT id FROM posts ORDER BY 1 LIMIT 3 OFFSET 2 | select | users posts | |
SELECT EXISTS (SELECT 1 FROM settings WHERE key = :key) | select | settings | |
SELECT (SELECT max(id) FROM posts), name FROM users | select | posts users | |
SELECT name, row_number() OVER (PARTITION BY team_id ORDER BY id) FROM users | select | users | |
SELECT * FROM USERS | select | users | |
SELECT * FROM main.users | select | users | |
SELECT * FROM [users] | select | users | |
SELECT `id` FROM "odd name" | select | odd name | |
SELECT * FROM authors | select | users posts | |
SELECT * FROM busy WHERE name = 'x' | select | users posts | |
SELECT count(*) FROM busy | select | users posts | |
WITH top AS (SELECT id FROM users LIMIT 3) SELECT * FROM top JOIN posts ON posts.user_id = top.id\
 | select | users posts | |
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT * FROM n | select | | |
SELECT value FROM json_each(?) | select | | |
SELECT j.value FROM users, json_each(users.name) AS j | select | users | |
SELECT * FROM pragma_table_info('users') | select | | |
SELECT name FROM sqlite_master WHERE type = 'table' | select | | |
SELECT my_function(name) FROM users ORDER BY name COLLATE my_order | select | users | |
SELECT my_sum(id) OVER (ORDER BY id) FROM users | select | users | |
SELECT * FROM users INDEXED BY users_by_name WHERE name = 'x' | select | users | |
SELECT * FROM users NOT INDEXED | select | users | |
SELECT title FROM notes WHERE notes MATCH ? ORDER BY bm25(notes) | select | notes | |
SELECT * FROM notes_content | select | notes | |
SELECT * FROM scratch JOIN users ON users.id = scratch.id | select | users | |
SELECT * FROM temp.scratch | select | | |
SELECT 1 -- from teams | select | | |
SELECT * /* from teams */ FROM users; | select | users | |
SELECT * FROM archive.users | select | archive.users | |
SELECT count(*) FROM archive.users | select | archive.users | |
SELECT a.x FROM unknown AS a LEFT JOIN users u ON u.id = a.y | select | unknown users | |
SELECT missing_column FROM users | select | users | |
SELECT x, y FROM left_side CROSS JOIN right_side | select | left_side right_side | |
SELECT * FROM one_thing UNION SELECT a, b FROM other_thing | select | one_thing other_thing | |
INSERT INTO users (name, email) VALUES (?, ?) | insert | | users |
INSERT INTO users VALUES (?, ?, ?, ?) | insert | | users |
INSERT INTO audit DEFAULT VALUES | insert | | audit |
INSERT OR IGNORE INTO settings (key, value) VALUES (:key, :value) | insert | | settings |
INSERT OR REPLACE INTO settings (key, value) VALUES (@key, $value) | replace | | settings |
REPLACE INTO settings VALUES (?1, ?2) | replace | | settings |
INSERT INTO settings VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value\
 | insert | settings | settings |
INSERT INTO settings VALUES (?, ?) ON CONFLICT DO NOTHING | insert | | settings |
INSERT INTO teams (name, id) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET id = 1 | insert | teams | teams |
INSERT INTO users (name) VALUES (?) RETURNING id, name | insert | users | users |
INSERT INTO users (name) SELECT body FROM posts | insert | posts | users |
INSERT INTO audit SELECT id, body FROM posts WHERE id > 3 | insert | posts | audit |
INSERT INTO fresh SELECT * FROM stale | insert | stale | fresh |
INSERT INTO fresh VALUES (?, ?, ?) | insert | | fresh |
INSERT INTO notes (title, body) VALUES (?, ?) | insert | | notes |
INSERT INTO notes (notes) VALUES ('rebuild') | insert | | notes |
WITH old AS (SELECT id FROM users) INSERT INTO audit (what) SELECT id FROM old | insert | users | audit |
INSERT INTO archive.users SELECT * FROM main.users | insert | users | archive.users |
INSERT INTO kv (k, v) VALUES (%s, %s) ON CONFLICT (k) DO UPDATE SET v = EXCLUDED.v | insert | kv | kv |
UPDATE users SET name = ? | update | | users |
UPDATE users SET name = ? WHERE id = ? | update | users | users |
UPDATE OR IGNORE users SET name = upper(name) | update | users | users |
UPDATE users SET team_id = t.id FROM teams t WHERE t.name = users.name | update | users teams | users |
UPDATE users SET (name, email) = (SELECT body, id FROM posts) RETURNING id | update | users posts | users |
UPDATE editable SET name = 'x' WHERE id = 1 | update | teams | teams |
UPDATE nowhere SET a = 1, b = b + 1 WHERE c = 2 | update | nowhere | nowhere |
DELETE FROM users | delete | | users |
DELETE FROM users WHERE id = ? | delete | users | users |
DELETE FROM posts WHERE id = ? | delete | posts | posts audit |
DELETE FROM teams WHERE id NOT IN (SELECT team_id FROM users) | delete | teams users | teams |
DELETE FROM sqlite_sequence WHERE name = 'users' | delete | | |
CREATE TABLE users (id INTEGER PRIMARY KEY) | create-table | | | users
CREATE TABLE IF NOT EXISTS fresh (id INTEGER PRIMARY KEY, user_id REFERENCES users(id), CHECK (id > 0))\
 | create-table | | | fresh
CREATE TABLE fresh (id TEXT NOT NULL, PRIMARY KEY (id)) STRICT, WITHOUT ROWID | create-table | | | fresh
CREATE TABLE copy AS SELECT * FROM users | create-table | users | | copy
CREATE TABLE archive.users (id) | create-table | | | archive.users
CREATE TEMP TABLE scratch (id) | create-table | | |
CREATE VIRTUAL TABLE search USING fts5(title, body, content='posts', tokenize='porter') | create-table | | | search
CREATE VIRTUAL TABLE vectors USING vec0(embedding float[3]) | create-table | | | vectors
CREATE TABLE logs (id SERIAL PRIMARY KEY, at TIMESTAMPTZ, data JSONB) | create-table | | | logs
CREATE INDEX by_name ON users (name COLLATE NOCASE DESC) WHERE name IS NOT NULL | index | | | users
CREATE UNIQUE INDEX IF NOT EXISTS posts_by_user ON posts (lower(body)) | index | | | posts
CREATE INDEX i ON unknown (a, b) | index | | | unknown
CREATE VIEW recent AS SELECT * FROM posts JOIN users USING (id) | view | posts users | | recent
CREATE VIEW IF NOT EXISTS authors (a, b) AS SELECT id, name FROM unknown | view | unknown | | authors
CREATE TEMP VIEW mine AS SELECT * FROM users | view | users | |
CREATE TRIGGER t AFTER INSERT ON users BEGIN UPDATE teams SET name = new.name; DELETE FROM posts; END\
 | trigger | | teams posts | users
CREATE TRIGGER t BEFORE UPDATE OF name ON users WHEN old.id > 1 BEGIN SELECT max(id) FROM settings; END\
 | trigger | settings | | users
CREATE TRIGGER IF NOT EXISTS posts_audit AFTER DELETE ON posts BEGIN INSERT INTO gone (a) VALUES (old.b); END\
 | trigger | | gone | posts
CREATE TRIGGER t INSTEAD OF INSERT ON authors BEGIN INSERT INTO users (name) VALUES (new.name); END\
 | trigger | | users | authors
CREATE TRIGGER t BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'append only'); END | trigger | | | audit
ALTER TABLE users RENAME TO people | alter | | | users people
ALTER TABLE users RENAME COLUMN name TO full_name | alter | | | users
ALTER TABLE users ADD COLUMN age INTEGER DEFAULT 0 | alter | | | users
ALTER TABLE users DROP COLUMN email | alter | | | users
ALTER TABLE unknown ADD COLUMN x TEXT | alter | | | unknown
DROP TABLE users | drop | | | users
DROP TABLE IF EXISTS unknown | drop | | | unknown
DROP VIEW authors | drop | | | authors
DROP INDEX IF EXISTS posts_by_user | drop | | | posts
DROP TRIGGER posts_audit | drop | | | posts
PRAGMA journal_mode = WAL | pragma | | |
PRAGMA table_info(users) | pragma | | |
ATTACH DATABASE 'other.db' AS archive | attach | | |
ATTACH ? AS archive | attach | | |
DETACH archive | detach | | |
BEGIN IMMEDIATE | transaction | | |
COMMIT | transaction | | |
ROLLBACK TO here | transaction | | |
SAVEPOINT here | transaction | | |
RELEASE here | transaction | | |
VACUUM | vacuum | | |
VACUUM INTO 'backup.db' | vacuum | | |
ANALYZE users | analyze | users | |
REINDEX posts_by_user | reindex | | |
EXPLAIN QUERY PLAN SELECT * FROM users | explain | users | |
EXPLAIN DELETE FROM users WHERE id = 1 | explain | users | |
SELECT data::jsonb, id::numeric(10, 2) FROM users WHERE name ILIKE %(name)s AND id = $1 | select | users | |
"""


def _rows() -> list[tuple[str, str, list[str], list[str], list[str]]]:
    found = []
    for line in TABLE.strip().splitlines():
        sql, kind, *names = (cell.strip() for cell in line.split(" |"))
        reads, writes, ddl = ([cell] if cell == "odd name" else cell.split() for cell in names)
        found.append((sql, kind, reads, writes, ddl))
    return found


KNOWN = schema_of([[SCHEMA]])


@pytest.mark.parametrize(("sql", "kind", "reads", "writes", "ddl"), _rows(), ids=lambda value: str(value)[:60])
def test_a_statement_touches_exactly_these_tables(
    sql: str, kind: str, reads: list[str], writes: list[str], ddl: list[str]
) -> None:
    (touch,) = statements([sql], KNOWN)

    assert (touch.kind.value, list(touch.reads), list(touch.writes), list(touch.ddl)) == (kind, reads, writes, ddl)
    assert (touch.known, touch.reason, touch.holes) == (Answer.YES, "", 0)


# Without a schema a view is a table, a trigger does nothing, and nobody knows whose an index is.
NEEDS_SCHEMA = {
    "authors",
    "busy",
    "editable",
    "notes_content",
    "scratch",
    "DELETE FROM posts",
    "DROP INDEX",
    "DROP TRIGGER",
}
WITHOUT_SCHEMA = [row for row in _rows() if not any(need in row[0] for need in NEEDS_SCHEMA)]


@pytest.mark.parametrize(("sql", "kind", "reads", "writes", "ddl"), WITHOUT_SCHEMA, ids=lambda value: str(value)[:60])
def test_most_statements_need_no_schema(
    sql: str, kind: str, reads: list[str], writes: list[str], ddl: list[str]
) -> None:
    (touch,) = statements([sql], Schema())

    found = (touch.kind.value, *({name.lower() for name in names} for names in (touch.reads, touch.writes, touch.ddl)))
    assert found == (kind, set(reads), set(writes), set(ddl))
    assert touch.known is Answer.YES


@pytest.mark.parametrize("sql", [row[0] for row in _rows()])
def test_the_order_in_which_statements_are_asked_about_changes_no_answer(sql: str) -> None:
    before = statements([sql], KNOWN)
    fresh = schema_of([[SCHEMA + "CREATE TABLE unrelated (id);"]])
    for other in ("DROP TABLE users", "SELECT nothing FROM nowhere", "ALTER TABLE users RENAME TO people"):
        statements([other], fresh)

    assert statements([sql], fresh) == before


def test_a_script_gives_one_answer_per_statement() -> None:
    touches = statements(
        [
            """
            CREATE TABLE users_new (id INTEGER PRIMARY KEY, name TEXT);
            INSERT INTO users_new SELECT id, name FROM users; -- ; no statement
            DROP TABLE users;
            ALTER TABLE users_new RENAME TO users;
            CREATE TRIGGER t AFTER INSERT ON users BEGIN DELETE FROM teams; SELECT ';'; END;
            SELECT * FROM users;
            """
        ],
        KNOWN,
    )

    assert [touch.kind.value for touch in touches] == ["create-table", "insert", "drop", "alter", "trigger", "select"]
    assert [touch.known for touch in touches] == [Answer.YES] * 6
    assert (touches[1].reads, touches[1].writes) == (("users",), ("users_new",))
    assert touches[4].writes == ("teams",)


@pytest.mark.parametrize("text", ["", "   ", ";;", "-- only a comment", "/* open"])
def test_a_text_without_a_statement_gives_none(text: str) -> None:
    assert statements([text], KNOWN) == ()


@pytest.mark.parametrize(
    ("sql", "rewrites"),
    [
        ("INSERT INTO audit (what) VALUES (1)", ()),
        ("INSERT INTO audit (id, what) VALUES (1, 1) ON CONFLICT (id) DO NOTHING", ()),
        ("INSERT INTO audit (id, what) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET what = 2", ("audit",)),
        ("REPLACE INTO audit (id) VALUES (1)", ("audit",)),
        ("INSERT OR REPLACE INTO audit (id) VALUES (1)", ("audit",)),
        ("UPDATE audit SET what = 1", ("audit",)),
        ("DELETE FROM posts", ("posts",)),
    ],
)
def test_what_may_change_rows_that_are_there_is_told_from_what_only_adds_some(
    sql: str, rewrites: tuple[str, ...]
) -> None:
    assert statements([sql], KNOWN)[0].rewrites == rewrites


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT DISTINCT ON (id) id FROM users",
        "SELECT * FROM users FOR UPDATE SKIP LOCKED",
        "CREATE TABLE t (at TIMESTAMPTZ DEFAULT now())",
        "INSERT INTO users (name) VALUES (ARRAY[1, 2])",
        "CREATE FUNCTION f() RETURNS trigger AS $$ BEGIN DELETE FROM users; END; $$ LANGUAGE plpgsql",
        "LOCK TABLE users IN EXCLUSIVE MODE",
        "INSERT INTO users (name) VALUES (?, ?)",
        "SELECT name",
    ],
)
def test_what_sqlite_cannot_prepare_is_unknown_and_says_why(sql: str) -> None:
    touch = statements([sql], KNOWN)[0]

    assert touch.known is Answer.UNKNOWN
    assert touch.reason.startswith("SQLite cannot prepare it: ")


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE VIEW v (one) AS SELECT id, name FROM users",
        "CREATE TRIGGER t AFTER INSERT ON users BEGIN INSERT INTO users (id) VALUES (1, 2); END",
        "CREATE TRIGGER t AFTER INSERT ON users BEGIN SELECT * FROM posts UNION SELECT 1 FROM teams; END",
    ],
)
def test_a_body_that_cannot_be_used_is_no_reason_to_fail(sql: str) -> None:
    (touch,) = statements([sql], KNOWN)

    assert touch.ddl in {("v",), ("users",)}


def test_an_index_or_trigger_that_the_schema_lacks_belongs_to_an_unknown_table() -> None:
    for sql in ("DROP INDEX IF EXISTS foo", "DROP TRIGGER foo"):
        (touch,) = statements([sql], KNOWN)

        assert (touch.known, touch.ddl) == (Answer.UNKNOWN, ())
        assert touch.reason == "the schema does not say whose it is"


def test_the_text_is_kept_with_its_holes_marked() -> None:
    (touch,) = statements(["  SELECT *\n FROM users WHERE id = ", None, " ; "], KNOWN)

    assert touch.sql == "SELECT *\n FROM users WHERE id = {}"
