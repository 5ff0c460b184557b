"""A table that holds every tenant's rows is read or written without saying whose rows are meant.

## What it finds
Statements in which an occurrence of a tenant table (an alias, a side of a join, a subquery, a common table expression,
the target of a write) does not have its tenant column held to a parameter or a literal. Each occurrence answers for
itself: that there is a `WHERE`, or that another table of the join is pinned, does not help. `OR`, `NOT`, outer joins
and `coalesce(?, column)` let other tenants' rows through. An insert must give the column a value that is handed over,
and the row that it changes instead must be the tenant's own: by the conflict's columns, or by the condition of its
`DO UPDATE`. That is reported where the other columns are literals, so that all tenants share the row.

What cannot be told is not reported: a piece of the text that is not known and may hold the condition, a column that is
compared with what a subquery finds, or a row that is replaced by a key, which may be another's. Tests are left alone
where their connection is not known.

## Why is this bad?
One user reads, changes or deletes what belongs to another. It works in every test that has only one user.

## Example
The conversations of one user are listed, and their messages are joined by the conversation's number alone.

## Options
`stores.NAME.tenant` maps each tenant table to its column. A query that is meant to see all tenants carries
`# statefence: ignore[SF305] -- reason`.
"""

from __future__ import annotations

from collections.abc import Iterator

from statefence.api import Answer, Bad, Good, Hit, Module, Policy, Project, Rule, Statement, uses
from statefence_rules.sql._ownership import candidates, is_open
from statefence_rules.testing_code import is_test


def check(module: Module, project: Project, policy: Policy) -> Iterator[Hit]:
    """Report each tenant table that some text of a statement provably leaves unpinned."""
    if not any(store.tenant for store in policy.stores):
        return
    found: dict[tuple[object, str], Hit] = {}
    for statement in project.statements(module):
        if statement.chosen and not (is_open(statement) and is_test(module, statement.symbol)):
            for message in _unscoped(statement, project, policy):
                found.setdefault((statement.span, message), Hit(statement.span, message, statement.chain))
    yield from found.values()


def _unscoped(statement: Statement, project: Project, policy: Policy) -> Iterator[str]:
    wanted = {table: column for store in candidates(statement, policy) for table, column in store.tenant.items()}
    if not _touches(statement, wanted):
        return
    for use in uses(statement.pieces, wanted, project.schema):
        if use.pinned is Answer.NO:
            verb = "written" if use.written else "read"
            yield f"the table {use.table} is {verb} for every tenant: its column {use.column} is held to no value"


def _touches(statement: Statement, wanted: dict[str, str]) -> bool:
    """Whether SQLite says that a tenant table is touched, so that a name of a CTE or alias is not taken for it."""
    tables = {table.casefold() for touch in statement.touches for table in (*touch.reads, *touch.writes)}
    return any(table.casefold() in tables for table in wanted)


POLICY = """
    [layers]
    storage = ["app"]

    [stores.chats]
    path = "{home}/.app/chats.db"
    owners = ["storage"]
    tables = ["chats", "messages", "models"]
    tenant = { chats = "user_id", messages = "user_id" }
"""


def _app(statements: str) -> str:
    """A module with a connection to the store, and the statements."""
    return f"""
    import sqlite3
    from pathlib import Path

    db = sqlite3.connect(Path.home() / ".app" / "chats.db")
    {statements}
    """


RULE = Rule(
    code="SF305",
    check=check,
    cases=(
        Bad(
            "a join that pins one side",
            """
            import sqlite3
            from pathlib import Path


            def history(user: str) -> list[tuple[str, str]]:
                db = sqlite3.connect(Path.home() / ".app" / "chats.db")
                return db.execute(  # error: messages is read for every tenant
                    "SELECT c.title, m.text FROM chats c JOIN messages m ON m.chat = c.id WHERE c.user_id = ?", (user,)
                ).fetchall()
            """,
            policy=POLICY,
        ),
        Bad(
            "another condition",
            _app('db.execute("SELECT * FROM chats WHERE id = ?", (1,))  # error: chats'),
            policy=POLICY,
        ),
        Bad("no condition", _app('db.execute("DELETE FROM chats")  # error: chats is written'), policy=POLICY),
        Bad(
            "a way around",
            _app('db.execute("SELECT * FROM chats WHERE user_id = ? OR ? IS NULL", ("a", 1))  # error'),
            policy=POLICY,
        ),
        Bad(
            "a fallback on the column itself",
            _app('db.execute("SELECT * FROM chats WHERE user_id = coalesce(?, user_id)", ("a",))  # error'),
            policy=POLICY,
        ),
        Bad(
            "a subquery",
            _app('db.execute("SELECT * FROM models WHERE id IN (SELECT model FROM chats)")  # error: chats'),
            policy=POLICY,
        ),
        Bad(
            "an insert without the column",
            _app("""db.execute("INSERT INTO chats (title) VALUES ('a')")  # error: chats is written"""),
            policy=POLICY,
        ),
        Bad(
            "one of two ways",
            """
            import sqlite3
            from pathlib import Path


            def chats(user: str | None = None) -> list[tuple[str]]:
                db = sqlite3.connect(Path.home() / ".app" / "chats.db")
                sql = "SELECT title FROM chats"
                if user:
                    sql += " WHERE user_id = ?"
                return db.execute(sql, (user,) if user else ()).fetchall()  # error
            """,
            policy=POLICY,
        ),
        Bad(
            "a connection that is not known",
            """
            def chats(db) -> list[tuple[str]]:
                return db.execute("SELECT title FROM chats WHERE id > ?", (1,)).fetchall()  # error
            """,
            policy=POLICY,
        ),
        Good(
            "every side pinned",
            """
            import sqlite3
            from pathlib import Path


            def history(user: str) -> list[tuple[str, str]]:
                db = sqlite3.connect(Path.home() / ".app" / "chats.db")
                return db.execute(
                    "SELECT c.title, m.text FROM chats c JOIN messages m ON m.chat = c.id AND m.user_id = c.user_id "
                    "WHERE c.user_id = ?",
                    (user,),
                ).fetchall()
            """,
            policy=POLICY,
        ),
        Good(
            "a common table expression",
            _app('db.execute("WITH mine AS (SELECT * FROM chats WHERE user_id = ?) SELECT * FROM mine", ("a",))'),
            policy=POLICY,
        ),
        Good(
            "an insert with the column",
            _app("""db.execute("INSERT INTO chats (user_id, title) VALUES (?, 'a')", ("a",))"""),
            policy=POLICY,
        ),
        Good("a table of no tenant", _app('db.execute("SELECT * FROM models")'), policy=POLICY),
        Good("a piece that may say it", _app('db.execute("SELECT * FROM chats WHERE " + input())'), policy=POLICY),
        Good("its schema", _app('db.execute("CREATE TABLE chats (id INTEGER, user_id TEXT)")'), policy=POLICY),
        Good(
            "a database of no store",
            'import sqlite3\n\nsqlite3.connect(":memory:").execute("SELECT * FROM chats")\n',
            policy=POLICY,
        ),
        Good(
            "a test with a connection of its own",
            {"test_app.py": 'def test_chats(db):\n    assert db.execute("SELECT * FROM chats").fetchall()\n'},
            policy=POLICY.replace('["app"]', '["test_app"]'),
        ),
        Good("without a policy", _app('db.execute("SELECT * FROM chats")')),
    ),
)
