"""How programs really reach their tables, and what SF301 must say of each way."""

import pytest

from statefence.registry import find, rules
from statefence.testing import check_findings

RULE = find("SF301", rules())
POLICY = """
    [layers]
    app = ["app.**", "app"]

    [stores.admin]
    path = "{home}/.app/admin.db"
    owners = ["app"]
    tables = ["models"]

    [stores.chats]
    path = "{home}/.app/chats.db"
    owners = ["app"]
    tables = ["messages"]
"""
START = """
import sqlite3
from pathlib import Path
HOME = Path.home() / ".app"
def open_chats():
    return sqlite3.connect(HOME / "chats.db")
"""

FOREIGN = {
    "a with block": """
with open_chats() as connection:
    connection.execute("DELETE FROM models")  # error
""",
    "closing": """
from contextlib import closing
with closing(open_chats()) as connection:
    connection.execute("DELETE FROM models")  # error
""",
    "a chain": """
open_chats().execute("DELETE FROM models").fetchall()  # error
""",
    "a cursor in a name": """
cursor = open_chats().cursor()
cursor.executemany("INSERT INTO models VALUES (?)", [(1,)])  # error
""",
    "an attribute": """
class Chats:
    def __init__(self):
        self.connection = open_chats()
    def save(self):
        self.connection.execute("INSERT INTO models VALUES (1)")  # error
""",
    "a text in a constant": """
SAVE = "INSERT INTO models (name) VALUES (?)"
open_chats().execute(SAVE, ("a",))  # error
""",
    "a text over several lines": '''
open_chats().execute(  # error
    """
    SELECT *
    FROM models
    """
)
''',
    "a text put together": """
NAMES = "name, id"
open_chats().execute(f"SELECT {NAMES} FROM models")  # error
""",
    "values in the text": """
def find(name):
    return open_chats().execute(f"SELECT * FROM models WHERE name = '{name}'")  # error
""",
    "a helper that runs it": """
def run(sql):
    return open_chats().execute(sql)
run("DELETE FROM models")  # error
""",
    "a helper that is given the connection": """
def clear(connection):
    connection.execute("DELETE FROM models")
clear(open_chats())  # error
""",
    "a common table expression": """
open_chats().execute("WITH m AS (SELECT * FROM models) SELECT * FROM m")  # error
""",
    "an upsert": """
open_chats().execute("INSERT INTO models (id) VALUES (1) ON CONFLICT (id) DO NOTHING")  # error
""",
    "replace": """
open_chats().execute("REPLACE INTO models (id) VALUES (1)")  # error
""",
    "an index": """
open_chats().execute("CREATE INDEX models_name ON models (name)")  # error
""",
    "alter": """
open_chats().execute("ALTER TABLE models ADD COLUMN name TEXT")  # error
""",
    "one of two databases": """
def connection(admin):
    return sqlite3.connect(HOME / ("admin.db" if admin else "chats.db"))
def models(admin):
    return connection(admin).execute("SELECT * FROM models")  # error
""",
}

OWN = {
    "its own table": """
open_chats().execute("SELECT * FROM messages")
""",
    "an attached database's": """
connection = open_chats()
connection.execute("ATTACH DATABASE ? AS admin", (str(HOME / "admin.db"),))
connection.execute("SELECT * FROM admin.models")
""",
    "a temporary table of that name": """
connection = open_chats()
connection.execute("CREATE TEMP TABLE models (id)")
""",
    "a table expression of that name": """
open_chats().execute("WITH models AS (SELECT * FROM messages) SELECT * FROM models")
""",
    "a column of that name": """
open_chats().execute("SELECT models FROM messages")
""",
    "a value of that name": """
open_chats().execute("INSERT INTO messages (text) VALUES ('models')")
""",
    "a table that is not known": """
def clear(table):
    open_chats().execute(f"DELETE FROM {table}")
""",
    "a pragma": """
open_chats().execute("PRAGMA journal_mode = WAL")
""",
    "the schema": """
open_chats().execute("SELECT name FROM sqlite_master WHERE name = 'models'")
""",
    "another object's execute": """
class Runner:
    def execute(self, sql): ...
Runner().execute("DELETE FROM models")
""",
    "a database of no store": """
sqlite3.connect(HOME / "other.db").execute("DELETE FROM models")
""",
    "a path that is not known": """
def clear(path):
    sqlite3.connect(path).execute("DELETE FROM models")
""",
}


@pytest.mark.parametrize("idiom", FOREIGN)
def test_a_foreign_table_is_found(idiom: str) -> None:
    assert check_findings(RULE, START + FOREIGN[idiom], POLICY)


@pytest.mark.parametrize("idiom", OWN)
def test_what_is_not_provably_foreign_is_not(idiom: str) -> None:
    assert not check_findings(RULE, START + OWN[idiom], POLICY)
