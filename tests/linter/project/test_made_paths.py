"""Paths that classes, tables and libraries make: subclasses of `Path`, short tables, directories of platforms."""

import pytest

from .programs import Files, expected, opens

PROGRAMS: dict[str, str | Files] = {
    "a class derived from Path": """
        import pathlib, sqlite3
        class Folder(pathlib.Path):
            def database(self):
                return sqlite3.connect(self / "x.db")  # parameter | symbolic {param:app.Folder.__init__.path}/x.db
        folder = Folder("/srv", "app")
        sqlite3.connect(folder / "x.db")  # literal /srv/app/x.db
        sqlite3.connect(folder.parent / "y.db")  # literal /srv/y.db
        sqlite3.connect(str(folder))  # literal /srv/app
    """,
    "a class derived from a class derived from Path": """
        import pathlib, sqlite3, tempfile
        class Folder(type(pathlib.Path()), pathlib.Path):
            pass
        class Temporary(Folder):
            def __new__(cls, *args):
                return super().__new__(cls, *args)
        sqlite3.connect(Temporary(tempfile.mkdtemp()) / "x.db")  # tmp {tmp}/x.db
    """,
    "an object of directories of the platform": """
        import pathlib, platformdirs, sqlite3
        dirs = platformdirs.PlatformDirs("app", "me")
        sqlite3.connect(dirs.user_data_path / "x.db")  # symbolic {app:user_data_path:app}/x.db
        sqlite3.connect(pathlib.Path(dirs.user_data_dir, "x.db"))  # symbolic {app:user_data_dir:app}/x.db
    """,
    "a short table of paths": """
        import os, sqlite3
        PLACES = {"a": "/srv/a.db", "b": "/srv/b.db"}
        def connect(which):
            return sqlite3.connect(PLACES[which])  # literal /srv/a.db | literal /srv/b.db
        connect("b")  # literal /srv/b.db
        sqlite3.connect(PLACES["a" if flag else "b"])  # literal /srv/a.db | literal /srv/b.db
        sqlite3.connect(PLACES[os.environ.get("PLACE", "b")])  # literal /srv/b.db | literal /srv/a.db
    """,
    "fields of a class under a decorator of the project": """
        import sqlite3
        from typing import dataclass_transform
        @dataclass_transform()
        def spec(cls):
            return cls
        @spec
        class Credentials:
            path: str = "x.db"
            def connect(self):
                return sqlite3.connect(self.path)  # parameter | cwd-relative {cwd}/x.db
    """,
    "pieces of a URL": """
        import psycopg2
        from urllib.parse import urlparse
        def connect(url):
            parsed = urlparse(url)
            return psycopg2.connect(host=parsed.hostname, dbname=parsed.path)  # parameter
    """,
    "what a value is an instance of": """
        import sqlite3
        class Memory:
            pass
        class Stored:
            def __init__(self, path):
                sqlite3.connect(path)  # parameter
        def storage(place):
            if place is None:
                return Memory()
            if isinstance(place, str):
                return Stored(place)  # parameter
            return place
        storage("x.db")  # cwd-relative {cwd}/x.db
        storage(storage(None))
        storage(Memory())
        storage({"a": "b"})
        storage(7)
    """,
    "an instance of one of several classes": """
        import os, pathlib, sqlite3
        def connect(place):
            if isinstance(place, (dict, list)):
                place = "/srv/a.db"
            sqlite3.connect(place)  # literal /srv/a.db | parameter
        connect({})  # literal /srv/a.db
        connect("/srv/b.db")  # literal /srv/b.db
    """,
    "a text of which a part is replaced": """
        import pathlib, sqlalchemy, sqlite3
        name = str(pathlib.Path.home() / "x.db").replace(".db", ".bak")
        sqlite3.connect(name)  # symbolic {home}/x.bak
        sqlalchemy.create_engine("sqlite:///" + name.replace("\\\\", "/"))  # symbolic {home}/x.bak
        def connect(path, new):
            sqlite3.connect(path.replace("a", "b"))  # parameter
            sqlite3.connect("/srv/a.db".replace("a", new))  # unknown
    """,
    "a data source that a function puts together": """
        import os, psycopg
        from psycopg.conninfo import make_conninfo
        def connect(host):
            psycopg.connect(make_conninfo(host=host, user="me"))  # parameter
        psycopg.connect(make_conninfo(host=os.environ["HOST"]))  # config
    """,
    "a database that is handed its path later": {
        "store.py": """
            import pathlib
            from peewee import SqliteDatabase
            database = SqliteDatabase(None)  # unknown
            class Store:
                def __init__(self, path=None):
                    self.database = database
                    self.database.init(path or pathlib.Path.home() / "x.db")  # symbolic {home}/x.db | parameter
        """,
        "app.py": """
            import peewee
            from store import database
            def main():
                database.init("/srv/x.db")  # literal /srv/x.db
        """,
    },
    "what another cell of a notebook imports": """
        import marimo
        app = marimo.App()
        @app.cell
        def _():
            import duckdb
            return (duckdb,)
        @app.cell(hide_code=True)
        def _(duckdb):
            duckdb.connect("x.db")  # cwd-relative {cwd}/x.db
    """,
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_what_is_made_is_found(program: str | Files) -> None:
    assert opens(program) == expected(program)


def test_a_test_among_tests_is_handed_fixtures_whatever_its_file_is_called() -> None:
    program = """
        import sqlite3
        def test_read(tmp_path):
            sqlite3.connect(tmp_path / "x.db")  # tmp {tmp}/x.db
        def read(tmp_path):
            sqlite3.connect(tmp_path / "x.db")  # parameter | symbolic {param:tests.reading.read.tmp_path}/x.db
    """
    assert opens({"tests/reading.py": program}) == expected({"tests/reading.py": program})
