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
