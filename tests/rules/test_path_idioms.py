"""How programs really name and open their databases, and what SF201, SF202 and SF203 must say of each way."""

import pytest

from statefence.registry import find, rules
from statefence.testing import check_findings

RELATIVE = find("SF203", rules())
WRONG_LAYER = find("SF201", rules())
FORBIDDEN = find("SF202", rules())

DEPENDS_ON_THE_WORKING_DIRECTORY = {
    "a dotted name": """
        import sqlite3
        sqlite3.connect("./data/../app.db")  # error: app.db
    """,
    "bytes": """
        import sqlite3
        sqlite3.connect(b"app.db")  # error: app.db
    """,
    "str of a path": """
        import sqlite3
        from pathlib import Path
        sqlite3.connect(str(Path("app").with_suffix(".db")))  # error: app.db
    """,
    "an f-string": """
        import sqlite3
        NAME = "app"
        sqlite3.connect(f"{NAME}.db")  # error: app.db
    """,
    "percent": """
        import sqlite3
        sqlite3.connect("%s.db" % "app")  # error: app.db
    """,
    "format": """
        import sqlite3
        sqlite3.connect("{}.db".format("app"))  # error: app.db
    """,
    "joinpath": """
        import sqlite3
        from pathlib import Path
        sqlite3.connect(Path("data").joinpath("app.db"))  # error: data/app.db
    """,
    "resolved": """
        import sqlite3
        from pathlib import Path
        sqlite3.connect(Path("app.db").resolve())  # error: app.db
    """,
    "made absolute": """
        import os, sqlite3
        sqlite3.connect(os.path.abspath("app.db"))  # error: app.db
    """,
    "a keyword": """
        import sqlite3
        sqlite3.connect(database="app.db")  # error
    """,
    "or chain": """
        import os, sqlite3
        sqlite3.connect(os.getenv("DATABASE") or "app.db")  # error
    """,
    "a parameter whose default is None": """
        import sqlite3
        def connect(path=None):
            return sqlite3.connect(path or "app.db")  # error
    """,
    "an attribute set in the constructor": """
        import sqlite3
        class Store:
            def __init__(self):
                self.path = "app.db"
            def open(self):
                return sqlite3.connect(self.path)  # error
    """,
    "a class constant": """
        import sqlite3
        class Store:
            PATH = "app.db"
            def open(self):
                return sqlite3.connect(self.PATH)  # error
    """,
    "through a helper that makes the directory": """
        import os, sqlite3
        def prepared(path):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            return path
        sqlite3.connect(prepared("data/app.db"))  # error
    """,
    "a helper decides, and is found there once": """
        import sqlite3
        def connect():
            return sqlite3.connect("app.db")  # error
        connect()
        connect()
    """,
    "a default is found where it is, not where it is used": """
        import sqlite3
        def connect(path="app.db"):
            return sqlite3.connect(path)  # error
        connect()
    """,
    "aiosqlite": """
        import aiosqlite
        async def connect():
            return await aiosqlite.connect("app.db")  # error
    """,
    "SQLAlchemy": """
        from sqlalchemy import create_engine
        create_engine("sqlite:///data/app.db")  # error: data/app.db
    """,
    "SQLAlchemy, async": """
        from sqlalchemy.ext.asyncio import create_async_engine
        create_async_engine("sqlite+aiosqlite:///app.db")  # error: app.db
    """,
    "SQLAlchemy, from the environment or relative": """
        import os
        from sqlalchemy import create_engine
        create_engine(os.environ.get("DATABASE_URL", "sqlite:///app.db"))  # error
    """,
    "peewee": """
        from peewee import SqliteDatabase
        database = SqliteDatabase("app.db")  # error
    """,
    "duckdb": """
        import duckdb
        duckdb.connect("app.duckdb")  # error
    """,
    "shelve": """
        import shelve
        shelve.open("cache")  # error
    """,
    "TinyDB": """
        from tinydb import TinyDB
        TinyDB("app.json")  # error
    """,
    "read only": """
        import sqlite3
        sqlite3.connect("file:app.db?mode=ro", uri=True)  # error
    """,
}

DOES_NOT = {
    "memory": """
        import sqlite3
        sqlite3.connect(":memory:")
        sqlite3.connect("file::memory:?cache=shared", uri=True)
    """,
    "expanded home": """
        import os, sqlite3
        sqlite3.connect(os.path.expanduser("~/.app/app.db"))
    """,
    "expanded home by pathlib": """
        import sqlite3
        from pathlib import Path
        sqlite3.connect(Path("~/.app/app.db").expanduser())
    """,
    "platformdirs": """
        import sqlite3
        from pathlib import Path
        from platformdirs import user_data_dir
        sqlite3.connect(Path(user_data_dir("app")) / "app.db")
    """,
    "click": """
        import click, os, sqlite3
        sqlite3.connect(os.path.join(click.get_app_dir("app"), "app.db"))
    """,
    "the directory of the module": """
        import os, sqlite3
        sqlite3.connect(os.path.join(os.path.dirname(os.path.abspath(__file__)), "app.db"))
    """,
    "an environment variable": """
        import os, sqlite3
        sqlite3.connect(os.environ["DATABASE"])
        sqlite3.connect(os.path.join(os.environ["APP_DIR"], "app.db"))
    """,
    "a required parameter": """
        import sqlite3
        def connect(path):
            return sqlite3.connect(path)
    """,
    "below a parameter": """
        import sqlite3
        from pathlib import Path
        def connect(directory: Path):
            return sqlite3.connect(directory / "app.db")
    """,
    "a temporary directory": """
        import os, sqlite3, tempfile
        with tempfile.TemporaryDirectory() as directory:
            sqlite3.connect(os.path.join(directory, "app.db"))
    """,
    "SQLAlchemy with four slashes": """
        from sqlalchemy import create_engine
        create_engine("sqlite:////srv/app/app.db")
    """,
    "SQLAlchemy in memory": """
        from sqlalchemy import create_engine
        create_engine("sqlite://")
        create_engine("sqlite:///:memory:")
    """,
    "a server": """
        from sqlalchemy import create_engine
        create_engine("postgresql://localhost/app")
    """,
    "a Windows drive": """
        import sqlite3
        sqlite3.connect("C:\\\\data\\\\app.db")
    """,
    "a name that is not known": """
        import json, sqlite3
        sqlite3.connect(json.loads(input())["path"])
    """,
    "another connect": """
        import socket
        socket.socket().connect("app.db")
    """,
}

LAYERS = """
    [layers]
    admin = ["app.admin"]
    chat = ["app.chat"]

    [stores.admin]
    path = "{home}/.app/admin.db"
    owners = ["admin"]
    readers = ["chat"]
"""
ADMIN = """
    import sqlite3
    from pathlib import Path
    PATH = Path.home() / ".app" / "admin.db"
    def open_admin(path=None):
        return sqlite3.connect(path or PATH)
    def connect(path):
        return sqlite3.connect(path)
    def admin_path():
        return PATH
"""

CALLERS = {
    "the owner's function chose the path": """
        from app.admin import open_admin
        open_admin()
    """,
    "the caller chose it": """
        from app.admin import PATH, open_admin
        open_admin(PATH)  # error: may only read
    """,
    "a partial and keywords brought it along": """
        from functools import partial
        from app.admin import PATH, connect, open_admin
        start = partial(connect, PATH)
        start()  # error
        open_admin(**{"path": PATH})  # error
    """,
    "the caller asked for it and handed it over": """
        from app.admin import admin_path, connect
        connect(admin_path())  # error
    """,
    "one of two branches": """
        import sqlite3
        from app.admin import PATH
        def connect(admin):
            return sqlite3.connect(PATH if admin else ":memory:")  # error
    """,
    "read only": """
        import sqlite3
        from app.admin import PATH
        sqlite3.connect(f"file:{PATH}?mode=ro", uri=True)
    """,
    "read only by the path's own URI": """
        import sqlite3
        from app.admin import PATH
        sqlite3.connect(PATH.as_uri() + "?mode=ro", uri=True)
    """,
    "another file beside it": """
        import sqlite3
        from app.admin import PATH
        sqlite3.connect(PATH.with_name("chat.db"))
    """,
    "the same file by another way": """
        import os, sqlite3
        sqlite3.connect(os.path.join(os.path.expanduser("~"), ".app", "..", ".app", "admin.db"))  # error
    """,
    "the same file as a URL": """
        from pathlib import Path
        from sqlalchemy import create_engine
        create_engine(f"sqlite:///{Path.home()}/.app/admin.db")  # error
    """,
    "a path that may be it": """
        import os, sqlite3
        sqlite3.connect(os.environ.get("ADMIN_DATABASE", "/srv/admin.db"))
    """,
}

STATE = """
    state = "{env:APP_STATE|{home}/.app}"
    [[forbidden]]
    path = "{state}/*_runtime/*_runtime.db"
"""

STRAYS = {
    "the environment chooses the file": """
        import os, sqlite3
        from pathlib import Path
        state = Path(os.environ.get("APP_STATE") or Path.home() / ".app")
        host = os.environ.get("HOST", "main")
        sqlite3.connect(state / host / f"{host}.db")  # error: HOST=x_runtime
    """,
    "two variables": """
        import os, sqlite3
        from pathlib import Path
        state = Path(os.environ.get("APP_STATE", Path.home() / ".app"))
        sqlite3.connect(state / os.environ["HOST"] / f"{os.environ['NAME']}.db")  # error: HOST=x_runtime, NAME=x
    """,
    "another state directory": """
        import os, sqlite3
        host = os.environ["HOST"]
        sqlite3.connect(f"/srv/{host}/{host}.db")
    """,
    "a suffix that cannot be": """
        import os, sqlite3
        from pathlib import Path
        state = Path(os.environ.get("APP_STATE", Path.home() / ".app"))
        host = os.environ["HOST"]
        sqlite3.connect(state / f"{host}_chat" / f"{host}.db")
    """,
    "two segments that must agree and cannot": """
        import os, sqlite3
        from pathlib import Path
        state = Path(os.environ.get("APP_STATE", Path.home() / ".app"))
        host = os.environ["HOST"]
        sqlite3.connect(state / f"{host}_runtime" / f"{host}.sqlite")
    """,
    "the state directory itself is chosen": """
        import os, sqlite3
        sqlite3.connect(os.path.join(os.environ["ELSEWHERE"], "chat_runtime", "chat_runtime.db"))
    """,
}


@pytest.mark.parametrize("idiom", DEPENDS_ON_THE_WORKING_DIRECTORY)
def test_a_path_that_depends_on_the_working_directory_is_found(idiom: str) -> None:
    assert check_findings(RELATIVE, DEPENDS_ON_THE_WORKING_DIRECTORY[idiom])


@pytest.mark.parametrize("idiom", DOES_NOT)
def test_a_path_that_does_not_is_not(idiom: str) -> None:
    assert not check_findings(RELATIVE, DOES_NOT[idiom])


@pytest.mark.parametrize("idiom", CALLERS)
def test_the_layer_that_chose_the_path_answers(idiom: str) -> None:
    check_findings(WRONG_LAYER, {"app/admin.py": ADMIN, "app/chat.py": CALLERS[idiom]}, LAYERS)


@pytest.mark.parametrize("idiom", STRAYS)
def test_a_path_is_forbidden_when_some_value_makes_it_so(idiom: str) -> None:
    check_findings(FORBIDDEN, STRAYS[idiom], STATE)
