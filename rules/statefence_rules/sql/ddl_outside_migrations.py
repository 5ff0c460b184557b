"""A table is created, altered or dropped by code that is none of the store's migrations.

## What it finds
Statements that change the schema of a store with declared migrations, in a module that is not among them. The
connection must provably be the store's, here or where a caller hands it over, or the table must be listed by that store
alone. The text of a migration that another module runs is not reported, nor is the table in which migrations are
recorded, nor a temporary table.

## Why is this bad?
Databases that are there already never get the change, or get it at another time than new ones. What the migrations say
is then no longer what the databases are, and the next migration fails on some of them.

## Example
A column is added when the program starts.

## Fix safety
Unsafe: the statement goes, and becomes the next migration, with what takes it back. Databases on which the program ran
already have the change: `IF NOT EXISTS` stays, but a column that is there cannot be added again. What the migrations do
already is only removed. Offered where the migration is proven in memory, with rows in the tables, and nothing but the
statement goes, with a `try` around it that passes over its failure; not for what drops a table or a column, which would
lose rows, nor in tests.

## Options
`stores.NAME.migrations` says where the store's migrations are, `tables` which tables are its own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator

from statefence.api import (
    Bad,
    Edit,
    Good,
    Hit,
    Module,
    Place,
    Policy,
    Project,
    RemoveStatement,
    Rule,
    Safety,
    Span,
    Statement,
    Step,
    Store,
    lists_migrations,
    moved,
    owner_of,
)
from statefence_rules.sql._ownership import candidates, is_open, stores_of
from statefence_rules.sql._removal import removable
from statefence_rules.syntax import tree_of
from statefence_rules.testing_code import is_test


def check(module: Module, project: Project, policy: Policy) -> Iterator[Hit]:
    """Report each statement that changes the schema of a store with migrations from outside of them."""
    if not any(store.migrations for store in policy.stores):
        return
    found: dict[tuple[Span, str], Hit] = {}
    for statement in project.statements(module):
        if (
            not _changes(statement)
            or not statement.chosen
            or (is_open(statement) and is_test(module, statement.symbol))
        ):
            continue
        for store, trace in _meant(statement, project, policy):
            if store.migrations and not _is_among_migrations(statement, module, project, store):
                tables = " and ".join(_changes(statement))
                message = f"the schema of {store.name} is changed outside its migrations: {tables}"
                edits = _edits(statement, store, module, project)
                found.setdefault((statement.span, message), Hit(statement.span, message, trace, edits))
    yield from _without_doubt(found.values())


def _without_doubt(hits: Collection[Hit]) -> Iterator[Hit]:
    """The hits; a place that several are about keeps its statement, since only one of them could have it moved."""
    counts = Counter(hit.span for hit in hits)
    yield from (hit if counts[hit.span] == 1 else Hit(hit.span, hit.message, hit.trace) for hit in hits)


def _edits(statement: Statement, store: Store, module: Module, project: Project) -> tuple[Edit, ...]:
    """What moves the statement into the store's next migration; none where that cannot be proven."""
    texts = {each.pieces for each in project.statements(module) if each.span == statement.span and each.chosen}
    if len(texts) > 1 or None in statement.pieces or statement.via is not None or is_test(module, statement.symbol):
        return ()
    sequence = owner_of(
        statement.ddl, [each for each in project.migrations if each.store == store.name], project.migrations
    )
    place = removable(tree_of(module), statement.span) if sequence is not None else None
    if sequence is None or place is None:
        return ()
    script = "".join(piece for piece in statement.pieces if piece is not None)
    added = moved(sequence, project.migrations, script)
    return () if added is None else (RemoveStatement(place), *added)


def _meant(statement: Statement, project: Project, policy: Policy) -> Iterator[tuple[Store, tuple[Step, ...]]]:
    """The stores that a statement runs on, with what shows it: its connection, tables, or what callers hand over."""
    own = tuple(candidates(statement, policy))
    yield from ((store, statement.chain) for store in own)
    if own or not is_open(statement):
        return
    for module in project.modules:
        for other in project.statements(module):
            if not other.chosen and _hands_over_to(other, statement) and not is_test(module, other.symbol):
                for store in stores_of(other, policy):
                    step = Step(Place(other.path, other.span), f"it is handed a connection to {store.name}")
                    yield store, (*statement.trace, step)


def _hands_over_to(call: Statement, statement: Statement) -> bool:
    """Whether a call hands over the connection that a statement runs on."""
    reached = any(step.place == Place(statement.path, statement.span) for step in call.trace)
    return reached and call.pieces == statement.pieces


def _changes(statement: Statement) -> list[str]:
    """The tables whose definition a statement changes, but for those in which migrations are recorded."""
    return [table for table in statement.ddl if not lists_migrations(table)]


def _is_among_migrations(statement: Statement, module: Module, project: Project, store: Store) -> bool:
    """Whether the statement stands in a migration, or runs a text that a migration holds and not its own module."""
    if _belongs(module.path, store):
        return True
    texts = [_plain(touch.sql) for touch in statement.touches if touch.ddl]
    own = _plain(module.source.text)
    sources = {other.path: other.source for other in project.modules} | project.texts
    migrations = [_plain(source.text) for path, source in sources.items() if _belongs(path, store)]
    return all(text not in own and any(text in migration for migration in migrations) for text in texts)


def _plain(text: str) -> str:
    """The text with single spaces, without what a literal in a program may add."""
    return re.sub(r"""[\s"'\\;]+""", " ", text).strip()


def _belongs(path: str, store: Store) -> bool:
    """Whether a file is one of the store's migrations, or the module that holds them."""
    return any(path == declared or path.startswith(f"{declared}/") for declared in store.migrations.values())


POLICY = """
    [layers]
    storage = ["app.**"]

    [stores.chats]
    path = "{home}/.app/chats.db"
    owners = ["storage"]
    tables = ["chats", "messages"]
    migrations = "app/migrations"
"""
FIRST = 'up = ["CREATE TABLE chats (id INTEGER PRIMARY KEY)"]\ndown = ["DROP TABLE chats"]\n'


def _app(statements: str) -> dict[str, str]:
    """A migration, and a module with a connection to the store and the statements."""
    opens = """
    import sqlite3
    from pathlib import Path

    from app.migrations import m001_chats

    db = sqlite3.connect(Path.home() / ".app" / "chats.db")
    """
    return {
        "app/migrations/__init__.py": "",
        "app/migrations/m001_chats.py": FIRST,
        "app/store.py": f"{opens}{statements}\n",
    }


def _moved(statements: str, up: str, down: str) -> dict[str, str]:
    """The module with the statements that are left, and the migration that is made."""
    left = _app(statements)["app/store.py"]
    return {
        "app/store.py": left if statements else left[:-1],
        "app/migrations/m002_moved_from_code.py": _MIGRATION.format(up, down),
    }


_MIGRATION = '"""Moved from code."""\n\nup = [\n    {},\n]\n\ndown = [\n    {},\n]\n'


RULE = Rule(
    code="SF303",
    check=check,
    fix=Safety.UNSAFE,
    cases=(
        Bad(
            "a column that is added at the start",
            _app(
                'db.execute("ALTER TABLE chats ADD COLUMN title TEXT")  # error: changed outside its migrations: chats'
            ),
            fixed=_moved(
                "", '"ALTER TABLE chats ADD COLUMN title TEXT"', '\'ALTER TABLE "chats" DROP COLUMN "title"\''
            ),
            policy=POLICY,
        ),
        Bad(
            "a table",
            _app('db.execute("CREATE TABLE IF NOT EXISTS tags (id)")  # error: tags\n    db.commit()'),
            fixed=_moved("db.commit()", '"CREATE TABLE IF NOT EXISTS tags (id)"', "'DROP TABLE \"tags\"'"),
            policy=POLICY,
        ),
        Bad(
            "what the migrations do already",
            _app('db.execute("CREATE TABLE IF NOT EXISTS chats (id INTEGER PRIMARY KEY)")  # error\n    db.commit()'),
            fixed={"app/store.py": _app("db.commit()")["app/store.py"]},
            policy=POLICY,
        ),
        Bad(
            "with its failure passed over",
            _app("""
    try:
        db.execute("ALTER TABLE chats ADD COLUMN title TEXT")  # error
    except sqlite3.OperationalError:
        pass
    db.commit()"""),
            fixed=_moved(
                "\n    db.commit()",
                '"ALTER TABLE chats ADD COLUMN title TEXT"',
                '\'ALTER TABLE "chats" DROP COLUMN "title"\'',
            ),
            policy=POLICY,
        ),
        Bad(
            "several, one after the other",
            _app(
                'db.execute("ALTER TABLE chats ADD COLUMN title TEXT")  # error\n'
                '    db.execute("CREATE INDEX by_title ON chats (title)")  # error'
            ),
            fixed={
                **_moved(
                    "", '"ALTER TABLE chats ADD COLUMN title TEXT"', '\'ALTER TABLE "chats" DROP COLUMN "title"\''
                ),
                "app/migrations/m003_moved_from_code.py": _MIGRATION.format(
                    '"CREATE INDEX by_title ON chats (title)"', "'DROP INDEX \"by_title\"'"
                ),
            },
            policy=POLICY,
        ),
        Bad(
            "whose answer is used",
            _app('rows = db.execute("CREATE TABLE IF NOT EXISTS tags (id)")  # error'),
            policy=POLICY,
        ),
        Bad(
            "what a migration cannot do", _app('db.execute("ALTER TABLE chats ADD COLUMN id")  # error'), policy=POLICY
        ),
        Bad("a column that is dropped", _app('db.execute("ALTER TABLE chats DROP COLUMN id")  # error'), policy=POLICY),
        Bad("an index", _app('db.execute("CREATE INDEX by_chat ON messages (chat)")  # error'), policy=POLICY),
        Bad("in a script", _app('db.executescript("DELETE FROM chats; DROP TABLE chats")  # error'), policy=POLICY),
        Bad(
            "a connection that is not known",
            {
                "app/migrations/m001_chats.py": FIRST,
                "app/store.py": 'def clear(db) -> None:\n    db.execute("DROP TABLE messages")  # error\n',
            },
            policy=POLICY,
        ),
        Bad(
            "a helper that is handed a connection",
            {
                "app/__init__.py": "",
                "app/migrations/m001_chats.py": FIRST,
                "app/tags.py": """
                import sqlite3


                def ensure(c: sqlite3.Connection) -> None:
                    c.execute("CREATE TABLE IF NOT EXISTS tags (x)")  # error: the schema of chats is changed
                """,
                "app/store.py": """
                import sqlite3
                from contextlib import closing
                from pathlib import Path

                from app.tags import ensure


                def open_chats() -> sqlite3.Connection:
                    return sqlite3.connect(Path.home() / ".app" / "chats.db")


                with closing(open_chats()) as c:
                    ensure(c)
                """,
            },
            policy=POLICY,
        ),
        Good(
            "a helper that is handed another connection",
            {
                "app/__init__.py": "",
                "app/migrations/m001_chats.py": FIRST,
                "app/tags.py": """
                import sqlite3


                def ensure(c: sqlite3.Connection) -> None:
                    c.execute("CREATE TABLE IF NOT EXISTS tags (x)")


                ensure(sqlite3.connect("/srv/tags.db"))
                """,
            },
            policy=POLICY,
        ),
        Good("what a migration holds", _app("for sql in m001_chats.up:\n        db.execute(sql)"), policy=POLICY),
        Good(
            "the record of migrations",
            _app('db.execute("CREATE TABLE IF NOT EXISTS _migrations (namespace TEXT, version TEXT)")'),
            policy=POLICY,
        ),
        Good("rows", _app('db.execute("DELETE FROM chats")'), policy=POLICY),
        Good("a temporary table", _app('db.execute("CREATE TEMP TABLE seen (id)")'), policy=POLICY),
        Good(
            "a migration that runs itself",
            {"app/migrations/m002_more.py": 'def up(db):\n    db.execute("ALTER TABLE chats ADD title TEXT")\n'},
            policy=POLICY,
        ),
        Good(
            "a database of no store",
            {
                "app/migrations/m001_chats.py": FIRST,
                "app/store.py": 'import sqlite3\n\nsqlite3.connect(":memory:").execute("CREATE TABLE chats (id)")\n',
            },
            policy=POLICY,
        ),
        Good(
            "a store without migrations",
            _app('db.execute("CREATE TABLE tags (id)")'),
            policy=POLICY.replace('    migrations = "app/migrations"\n', ""),
        ),
    ),
)
