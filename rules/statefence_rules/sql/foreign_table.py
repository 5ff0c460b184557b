"""A statement on one store's connection touches a table that another store owns.

## What it finds
Statements that read, write, create, alter or drop a table which the policy lists under another store than the one their
connection was provably opened on. A table that both stores list, and a connection that is not known, are not reported.

## Why is this bad?
Both databases can have a table of that name, so nothing fails: the rows are written to the wrong one, and the program
that reads the right one never sees them.

## Example
The models are kept in the configuration database, and are asked of the runtime one.

## Fix safety
Unsafe: where the connection is opened in the same function, and used for nothing but tables of the one store that
owns them, the open is replaced by that store's `open-with`. The rows are then looked for in another database; those
that were written to the wrong one stay there.

## Options
`stores.NAME.path` and `tables` say which tables belong where, `open-with` what the fix calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from statefence.api import (
    Bad,
    Edit,
    Good,
    Hit,
    Module,
    Open,
    Policy,
    Project,
    Rule,
    Safety,
    Statement,
    Store,
    Target,
)
from statefence_rules.opening import names, open_instead, stores_at


def check(module: Module, project: Project, policy: Policy) -> Iterator[Hit]:
    """Report each foreign table that a statement touches, on any store that its connection may be opened on."""
    for statement in project.statements(module):
        for table in touched(statement):
            yield from _foreign(module, project, statement, table, policy)


def _foreign(module: Module, project: Project, statement: Statement, table: str, policy: Policy) -> Iterator[Hit]:
    owners = policy.owner_of_table(table)
    for target in statement.connection:
        stores = stores_at(target, policy)
        if owners and stores and not _shared(owners, stores):
            message = f"the table {table} belongs to {names(owners)}, and this connection is to {names(stores)}"
            edits = _edits(module, project, statement, owners, policy)
            yield Hit(statement.span, message, statement.chain, edits)
            return


def _edits(
    module: Module, project: Project, statement: Statement, owners: tuple[Store, ...], policy: Policy
) -> tuple[Edit, ...]:
    """Open the owner's database instead, where the connection is opened in the same function and for nothing else."""
    opens = [each for each in project.opens(module) if _is_opened_by(statement, each)]
    if len(owners) != 1 or len(opens) != 1:
        return ()
    users = [each for each in project.statements(module) if _is_opened_by(each, opens[0])]
    tables = {table for user in users for table in touched(user)}
    if not all(_shared(owners, policy.owner_of_table(table)) for table in tables):
        return ()
    return open_instead(module, opens[0], owners[0])


def _is_opened_by(statement: Statement, opened: Open) -> bool:
    """Whether the statement's connection is one that the open makes, as far as place and path tell."""
    inside = f"{statement.symbol}.".startswith(f"{opened.symbol}.")
    return inside and _paths(statement.connection) == _paths(opened.targets)


def _paths(targets: Iterable[Target]) -> set[str]:
    return {str(target.template) for target in targets}


def touched(statement: Statement) -> list[str]:
    """The tables a statement touches, each once, in the order in which it names them."""
    return list(dict.fromkeys((*statement.reads, *statement.writes, *statement.ddl)))


def _shared(owners: tuple[Store, ...], stores: tuple[Store, ...]) -> bool:
    own = {store.name for store in owners}
    return any(store.name in own for store in stores)


POLICY = """
    [layers]
    storage = ["app.storage"]

    [stores.admin]
    path = "{home}/.app/admin.db"
    owners = ["storage"]
    tables = ["models", "settings"]
    open-with = "app.storage:open_admin"

    [stores.chats]
    path = "{home}/.app/chats.db"
    owners = ["storage"]
    tables = ["messages", "settings"]
"""


def _storage(statements: str) -> dict[str, str]:
    """A module with a connection to each of the two stores, and the statements."""
    opens = """
    import sqlite3
    from pathlib import Path

    STATE = Path.home() / ".app"
    admin = sqlite3.connect(STATE / "admin.db")
    chats = sqlite3.connect(STATE / "chats.db")
    """
    return {"app/storage.py": f"{opens}{statements}\n"}


RULE = Rule(
    code="SF301",
    check=check,
    fix=Safety.UNSAFE,
    cases=(
        Bad(
            "read",
            _storage('chats.execute("SELECT name FROM models")  # error: models belongs to admin'),
            policy=POLICY,
        ),
        Bad(
            "insert",
            _storage('chats.execute("INSERT INTO models (name) VALUES (?)", ("a",))  # error: chats'),
            policy=POLICY,
        ),
        Bad("update", _storage("""admin.execute("UPDATE messages SET text = ''")  # error: admin"""), policy=POLICY),
        Bad("delete", _storage('admin.execute("DELETE FROM messages")  # error'), policy=POLICY),
        Bad(
            "create", _storage('chats.execute("CREATE TABLE models (id INTEGER PRIMARY KEY)")  # error'), policy=POLICY
        ),
        Bad("drop", _storage('chats.execute("DROP TABLE models")  # error'), policy=POLICY),
        Bad("another case of letters", _storage('chats.execute("SELECT * FROM Models")  # error'), policy=POLICY),
        Bad(
            "in a join",
            _storage(
                'chats.execute("SELECT * FROM messages JOIN models ON models.id = messages.model")  # error: models'
            ),
            policy=POLICY,
        ),
        Bad(
            "in a subquery",
            _storage('chats.execute("SELECT * FROM messages WHERE model IN (SELECT id FROM models)")  # error'),
            policy=POLICY,
        ),
        Bad(
            "in a script",
            _storage('chats.executescript("DELETE FROM messages; DELETE FROM models;")  # error'),
            policy=POLICY,
        ),
        Bad("through a cursor", _storage('chats.cursor().execute("DELETE FROM models")  # error'), policy=POLICY),
        Bad(
            "opened for nothing else",
            {
                "app/storage.py": """
                import sqlite3
                from pathlib import Path

                STATE = Path.home() / ".app"


                def open_admin() -> sqlite3.Connection:
                    return sqlite3.connect(STATE / "admin.db")
                """,
                "app/models.py": """
                import sqlite3

                from app.storage import STATE


                def save(name: str) -> None:
                    connection = sqlite3.connect(STATE / "chats.db")
                    connection.execute("INSERT INTO models (name) VALUES (?)", (name,))  # error
                    connection.execute("UPDATE settings SET changed = 1")
                    connection.close()
                """,
            },
            fixed={
                "app/models.py": """
                import sqlite3

                from app.storage import STATE
                from app.storage import open_admin


                def save(name: str) -> None:
                    connection = open_admin()
                    connection.execute("INSERT INTO models (name) VALUES (?)", (name,))
                    connection.execute("UPDATE settings SET changed = 1")
                    connection.close()
                """
            },
            policy=POLICY,
        ),
        Bad(
            "opened for its own tables too",
            {
                "app/storage.py": """
                import sqlite3
                from pathlib import Path


                def save(name: str) -> None:
                    connection = sqlite3.connect(Path.home() / ".app" / "chats.db")
                    connection.execute("INSERT INTO models (name) VALUES (?)", (name,))  # error
                    connection.execute("INSERT INTO messages (text) VALUES (?)", (name,))
                """
            },
            policy=POLICY,
        ),
        Bad(
            "through a helper",
            {
                "app/storage.py": """
                import sqlite3
                from pathlib import Path


                def chats() -> sqlite3.Connection:
                    return sqlite3.connect(Path.home() / ".app" / "chats.db")


                def save(name: str) -> None:
                    with chats() as connection:
                        connection.execute("INSERT INTO models (name) VALUES (?)", (name,))  # error
                """
            },
            policy=POLICY,
        ),
        Bad(
            "two foreign tables",
            _storage('admin.execute("SELECT * FROM messages, notes")  # error: messages  # error: notes'),
            policy=POLICY.replace('tables = ["messages",', 'tables = ["messages", "notes",'),
        ),
        Good("its own", _storage('admin.execute("SELECT name FROM models")'), policy=POLICY),
        Good("a table that both have", _storage('chats.execute("SELECT * FROM settings")'), policy=POLICY),
        Good("a table that nobody lists", _storage('chats.execute("SELECT * FROM scratch")'), policy=POLICY),
        Good(
            "a connection that is not known",
            {
                "app/storage.py": """
                import sqlite3


                def models(connection: sqlite3.Connection) -> list[str]:
                    return [name for (name,) in connection.execute("SELECT name FROM models")]
                """
            },
            policy=POLICY,
        ),
        Good(
            "a database of no store",
            {
                "app/storage.py": """
                import sqlite3

                sqlite3.connect(":memory:").execute("SELECT name FROM models")
                """
            },
            policy=POLICY,
        ),
        Good(
            "prose that looks like SQL",
            _storage('print("SELECT a model FROM models, then press enter")'),
            policy=POLICY,
        ),
        Good(
            "without a policy",
            'import sqlite3\n\nsqlite3.connect("/srv/chats.db").execute("SELECT name FROM models")\n',
        ),
    ),
)
