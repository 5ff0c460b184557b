"""Which file an open reaches: how paths are put together, and which of them is the main answer."""

import pytest

from .programs import Files, expected, opens

PROGRAMS: dict[str, str | Files] = {
    "an empty text that stands in for a variable, and what stands in for that": """
        import os, sqlite3
        sqlite3.connect(os.environ.get("A", "") or "/srv/x.db")  # config {env:A|/srv/x.db} | literal /srv/x.db
    """,
    "a path of parts that callers list": """
        import os, sqlite3
        from pathlib import Path
        def data(*parts, base="/srv"):
            return os.path.join(base, *parts, "x.db")
        def own(*parts):
            sqlite3.connect(Path.home().joinpath(*parts))  # unknown
        sqlite3.connect(data())  # literal /srv/x.db
        sqlite3.connect(data("a", "b", base="c"))  # cwd-relative {cwd}/c/a/b/x.db
        own("a", "y.db")  # symbolic {home}/a/y.db
        sqlite3.connect(Path(*["/srv", "z.db"]))  # literal /srv/z.db
    """,
    "a path is true whatever it is made of": """
        import sqlite3, tempfile
        from pathlib import Path
        class Log:
            def __init__(self, directory=None):
                self.directory = Path(directory) if directory else Path(tempfile.mkdtemp())
            def open(self):
                db = self.directory / "x.db"
                sqlite3.connect(db)  # tmp {tmp}/x.db | parameter | symbolic {param:app.Log.__init__.directory}/x.db
        def start(directory):
            Log(Path(directory)).open()  # parameter | symbolic {param:app.start.directory}/x.db
    """,
    "a module of a directory above": {
        "examples/shop/settings_of_shop.py": """
            import os
            PATH = os.path.join(os.path.dirname(__file__), "x.db")
        """,
        "examples/shop/models/full.py": """
            import sqlite3
            from settings_of_shop import PATH
            sqlite3.connect(PATH)  # symbolic {repo}/examples/shop/x.db
        """,
    },
    "a literal text that is changed without what the method asks for": """
        import sqlite3
        sqlite3.connect("x.db".replace())  # unknown
        sqlite3.connect("x.db".replace("x", "y"))  # cwd-relative {cwd}/y.db
        sqlite3.connect("x.db".lower("y"))  # unknown
    """,
    "a module that a test imports by name": """
        import pytest
        duckdb = pytest.importorskip("duckdb")
        duckdb.connect("/srv/x.db")  # literal /srv/x.db
    """,
    "a trait of a class with a constructor of its own": """
        import sqlite3
        from traitlets import Unicode
        from traitlets.config import LoggingConfigurable
        class Manager(LoggingConfigurable):
            path = Unicode(default_value=":memory:", help="where").tag(config=True)
            def __init__(self, *args, **kwargs):
                super().__init__(*args, **kwargs)
            def connect(self):
                return sqlite3.connect(self.path)  # config {param:settings:app.Manager.__init__.path} | memory
    """,
    "a path as a URI": """
        import sqlite3
        from pathlib import Path
        sqlite3.connect((Path.home() / "x.db").as_uri(), uri=True)  # symbolic {home}/x.db
        sqlite3.connect(Path("/srv/x.db").as_uri(), uri=True)  # literal /srv/x.db
        def open_at(path: Path):
            return sqlite3.connect(path.as_uri(), uri=True)  # parameter
    """,
    "an engine made from settings": """
        from alembic import context
        from sqlalchemy import create_engine, engine_from_config, make_url
        config = context.config
        section = config.get_section("alembic")
        engine_from_config(section)  # config {param:settings:alembic.context.config.get_section}
        settings = config.get_section("alembic")
        settings["sqlalchemy.url"] = "sqlite:////srv/x.db"
        engine_from_config(settings)  # literal /srv/x.db
        create_engine(make_url("sqlite:////srv/y.db"))  # literal /srv/y.db
    """,
    "a path from a file of settings": """
        import configparser, sqlite3
        parser = configparser.ConfigParser()
        sqlite3.connect(parser.get("main", "path"))  # config {param:settings:configparser.ConfigParser}
    """,
    "directories of the desktop": """
        import os, sqlite3
        from gi.repository import GLib
        from xdg.BaseDirectory import xdg_data_home
        sqlite3.connect(os.path.join(GLib.get_user_data_dir(), "x.db"))  # symbolic {app:get_user_data_dir:?}/x.db
        sqlite3.connect(os.path.join(xdg_data_home, "x.db"))  # symbolic {app:xdg_data_home}/x.db
    """,
    "a trait of a configurable class": """
        from sqlalchemy import create_engine
        from traitlets import Unicode, observe
        from traitlets.config import Application
        class App(Application):
            url = Unicode("sqlite:///x.db", help="where").tag(config=True)
            @observe("url")
            def _changed(self, change):
                self.url = change.new
            def start(self):
                create_engine(self.url)  # config {param:settings:app.App.__init__.url} | cwd-relative {cwd}/x.db
    """,
    "a field with a factory that the constructor may be called without": """
        import sqlite3
        from pathlib import Path
        from pydantic import BaseModel, Field
        class Store(BaseModel):
            path: str = Field(default_factory=lambda: str(Path.home() / "store.db"))
            def __init__(self, path=None, /, **kwargs):
                if path is not None:
                    kwargs["path"] = path
                super().__init__(**kwargs)
            def connect(self):
                return sqlite3.connect(self.path)  # symbolic {home}/store.db | parameter
        Store().connect()  # symbolic {home}/store.db
        Store("x.db")  # cwd-relative {cwd}/x.db
    """,
    "fixtures among the methods of a test's class": {
        "test_store.py": """
        import pytest, sqlite3, tempfile
        class TestStore:
            @pytest.fixture
            def path(self):
                file = tempfile.NamedTemporaryFile(delete=False)
                yield file.name
            @pytest.fixture
            def other(self, path):
                return path + ".db"
            def test_path(self, path):
                sqlite3.connect(path)  # tmp {tmp}
            def test_other(self, other):
                sqlite3.connect(other)  # tmp {tmp}.db
        class TestMore(TestStore):
            def test_more(self, path):
                sqlite3.connect(path)  # tmp {tmp}
    """
    },
    "memory": """
        import sqlite3
        sqlite3.connect(":memory:")  # memory
    """,
    "URIs of whole paths": """
        import os, sqlite3
        from pathlib import Path
        from sqlalchemy import create_engine
        HOME = Path.home() / "x.db"
        CHOSEN = Path(os.environ["APP"]) / "x.db"
        sqlite3.connect(HOME.as_uri(), uri=True)  # symbolic {home}/x.db
        sqlite3.connect(f"{HOME.resolve().as_uri()}?mode=ro", uri=True)  # symbolic {home}/x.db
        sqlite3.connect(f"file://{CHOSEN}?mode=ro", uri=True)  # symbolic {env:APP}/x.db
        sqlite3.connect("file:///srv/x.db", uri=True)  # literal /srv/x.db
        create_engine(f"sqlite:///file:{HOME}?mode=ro&uri=true")  # symbolic {home}/x.db
    """,
    "what the platform and the shell's signs stand for": """
        import os, sqlite3
        sqlite3.connect(os.path.join(os.curdir, "x.db"))  # cwd-relative {cwd}/x.db
        sqlite3.connect(os.path.expandvars("$HOME/x.db"))  # symbolic {env:HOME}/x.db
        sqlite3.connect(os.path.expandvars("${APP}/${NAME}.db"))  # symbolic {env:APP}/{env:NAME}.db
        sqlite3.connect(os.path.expanduser("~ann/x.db"))  # literal /home/ann/x.db
    """,
    "another directory is gone to first": """
        import os, sqlite3
        from click.testing import CliRunner
        class Database:
            def __init__(self, path):
                self.connection = sqlite3.connect(path)  # parameter
        def test_in_a_directory_of_its_own(tmp_path, monkeypatch):
            monkeypatch.chdir(tmp_path)
            sqlite3.connect("x.db")  # parameter
        def in_an_isolated_file_system():
            with CliRunner().isolated_filesystem():
                Database("x.db")  # tmp {tmp}/x.db
            sqlite3.connect("x.db")  # cwd-relative {cwd}/x.db
        def elsewhere(flag):
            if flag:
                os.chdir("/srv")
                sqlite3.connect("x.db")  # literal /srv/x.db
    """,
    "an absolute literal": """
        import sqlite3
        sqlite3.connect("/srv/app.db")  # literal /srv/app.db
    """,
    "a drive": """
        import sqlite3
        sqlite3.connect("C:/app/app.db")  # literal C:/app/app.db
    """,
    "relative to the working directory": """
        import sqlite3
        sqlite3.connect("data/app.db")  # cwd-relative {cwd}/data/app.db
    """,
    "the working directory itself": """
        import os, sqlite3
        from pathlib import Path
        sqlite3.connect(Path.cwd() / "app.db")  # cwd-relative {cwd}/app.db
        sqlite3.connect(os.path.join(os.getcwd(), "app.db"))  # cwd-relative {cwd}/app.db
    """,
    "home": """
        import os, sqlite3
        from pathlib import Path
        sqlite3.connect(Path.home() / ".app" / "x.db")  # symbolic {home}/.app/x.db
        sqlite3.connect(Path("~/.app/x.db").expanduser())  # symbolic {home}/.app/x.db
        sqlite3.connect(os.path.expanduser("~/.app/x.db"))  # symbolic {home}/.app/x.db
        sqlite3.connect(os.path.join(os.path.expanduser("~"), ".app", "x.db"))  # symbolic {home}/.app/x.db
    """,
    "a tilde that nobody expands": """
        import sqlite3
        sqlite3.connect("~/.app/x.db")  # cwd-relative {cwd}/~/.app/x.db
    """,
    "joins": """
        import os, sqlite3
        from pathlib import Path
        BASE = Path("/srv")
        sqlite3.connect(BASE / "a" / "x.db")  # literal /srv/a/x.db
        sqlite3.connect(BASE.joinpath("a", "x.db"))  # literal /srv/a/x.db
        sqlite3.connect(os.path.join("/srv", "a", "x.db"))  # literal /srv/a/x.db
        sqlite3.connect(Path("/srv", "a", "x.db"))  # literal /srv/a/x.db
        sqlite3.connect("/srv" / Path("a") / "x.db")  # literal /srv/a/x.db
        sqlite3.connect("/srv" + "/a/" + "x.db")  # literal /srv/a/x.db
        sqlite3.connect("/".join(["/srv", "a", "x.db"]))  # literal /srv/a/x.db
    """,
    "formats": """
        import sqlite3
        NAME = "x"
        sqlite3.connect(f"/srv/{NAME}.db")  # literal /srv/x.db
        sqlite3.connect("/srv/%s.db" % NAME)  # literal /srv/x.db
        sqlite3.connect("/srv/%(name)s.db" % {"name": NAME})  # literal /srv/x.db
        sqlite3.connect("/srv/{}.db".format(NAME))  # literal /srv/x.db
        sqlite3.connect("/srv/{name}.db".format(name=NAME))  # literal /srv/x.db
    """,
    "conversions": """
        import os, sqlite3
        from pathlib import Path
        PATH = Path("/srv/x.db")
        sqlite3.connect(str(PATH))  # literal /srv/x.db
        sqlite3.connect(os.fspath(PATH))  # literal /srv/x.db
        sqlite3.connect(PATH.as_posix())  # literal /srv/x.db
        sqlite3.connect(PATH.resolve())  # literal /srv/x.db
        sqlite3.connect(os.path.abspath("/srv/x.db"))  # literal /srv/x.db
        sqlite3.connect(os.fsencode("/srv/x.db"))  # literal /srv/x.db
        sqlite3.connect(b"/srv/x.db")  # literal /srv/x.db
    """,
    "names and suffixes": """
        import os, sqlite3
        from pathlib import Path
        PATH = Path("/srv/a/x.json")
        sqlite3.connect(PATH.with_suffix(".db"))  # literal /srv/a/x.db
        sqlite3.connect(PATH.with_name("y.db"))  # literal /srv/a/y.db
        sqlite3.connect(PATH.parent / "y.db")  # literal /srv/a/y.db
        sqlite3.connect(PATH.parent.parent / "y.db")  # literal /srv/y.db
        sqlite3.connect(PATH.parents[1] / "y.db")  # literal /srv/y.db
        sqlite3.connect(os.path.join(os.path.dirname("/srv/a/x.json"), "y.db"))  # literal /srv/a/y.db
        sqlite3.connect(f"/srv/{PATH.stem}.db")  # literal /srv/x.db
    """,
    "an absolute part starts anew": """
        import os, sqlite3
        from pathlib import Path
        sqlite3.connect(Path("/srv") / "/var/x.db")  # literal /var/x.db
        sqlite3.connect(os.path.join("a", "/var/x.db"))  # literal /var/x.db
    """,
    "made absolute, it is still the working directory's": """
        import os, sqlite3
        from pathlib import Path
        sqlite3.connect(Path("x.db").resolve())  # cwd-relative {cwd}/x.db
        sqlite3.connect(os.path.abspath("x.db"))  # cwd-relative {cwd}/x.db
    """,
    "beside the module": {
        "pkg/__init__.py": "",
        "pkg/store.py": """
            import os, sqlite3
            from pathlib import Path
            sqlite3.connect(Path(__file__).parent / "x.db")  # symbolic {repo}/pkg/x.db
            here = os.path.dirname(os.path.abspath(__file__))
            sqlite3.connect(os.path.join(here, "x.db"))  # symbolic {repo}/pkg/x.db
            sqlite3.connect(Path(__file__).resolve().parents[1] / "x.db")  # symbolic {repo}/x.db
        """,
    },
    "a temporary directory": """
        import sqlite3, tempfile
        from pathlib import Path
        sqlite3.connect(Path(tempfile.gettempdir()) / "x.db")  # tmp {tmp}/x.db
        with tempfile.TemporaryDirectory() as directory:
            sqlite3.connect(f"{directory}/x.db")  # tmp {tmp}/x.db
        sqlite3.connect(tempfile.mkdtemp() + "/x.db")  # tmp {tmp}/x.db
    """,
    "pytest's temporary directory": {
        "test_app.py": """
            import sqlite3
            def test_it(tmp_path):
                sqlite3.connect(tmp_path / "x.db")  # tmp {tmp}/x.db
        """,
    },
    "an application directory": """
        import sqlite3
        from pathlib import Path
        import click, platformdirs
        sqlite3.connect(Path(platformdirs.user_data_dir("app")) / "x.db")  # symbolic {app:user_data_dir:app}/x.db
        sqlite3.connect(platformdirs.user_data_path("app") / "x.db")  # symbolic {app:user_data_path:app}/x.db
        sqlite3.connect(f"{click.get_app_dir('app')}/x.db")  # symbolic {app:get_app_dir:app}/x.db
    """,
    "a variable with a default": """
        import os, sqlite3
        sqlite3.connect(os.environ.get("APP_DB", "/srv/x.db"))  # config {env:APP_DB|/srv/x.db} | literal /srv/x.db
        sqlite3.connect(os.getenv("APP_DB") or "x.db")  # config {env:APP_DB|{cwd}/x.db} | cwd-relative {cwd}/x.db
    """,
    "a required variable": """
        import os, sqlite3
        sqlite3.connect(os.environ["APP_DB"])  # config {env:APP_DB}
    """,
    "a literal tail on a variable": """
        import os, sqlite3
        from pathlib import Path
        sqlite3.connect(Path(os.environ["APP_DIR"]) / "x.db")  # symbolic {env:APP_DIR}/x.db
        base = os.environ.get("APP_DIR", "/srv")
        sqlite3.connect(os.path.join(base, "x.db"))  # symbolic {env:APP_DIR|/srv}/x.db | literal /srv/x.db
    """,
    "a variable, else home": """
        import os, sqlite3
        from pathlib import Path
        BASE = Path(os.environ.get("APP_DIR") or Path.home() / ".app")
        sqlite3.connect(BASE / "x.db")  # symbolic {env:APP_DIR|{home}/.app}/x.db | symbolic {home}/.app/x.db
    """,
    "a required parameter": """
        import sqlite3
        def connect(path):
            return sqlite3.connect(path)  # parameter
        connect("/srv/x.db")  # literal /srv/x.db
        connect(":memory:")  # memory
    """,
    "a parameter with a default": """
        import sqlite3
        def connect(path="x.db"):
            return sqlite3.connect(path)  # parameter | cwd-relative {cwd}/x.db
        connect()  # cwd-relative {cwd}/x.db
    """,
    "a parameter with a fallback": """
        import sqlite3
        from pathlib import Path
        def connect(path=None):
            if path is None:
                path = Path.home() / "x.db"
            return sqlite3.connect(path)  # symbolic {home}/x.db | parameter
        connect()  # symbolic {home}/x.db
        connect("/srv/x.db")  # literal /srv/x.db
    """,
    "a parameter with a fallback by or": """
        import sqlite3
        def connect(path=None):
            return sqlite3.connect(path or ":memory:")  # memory | parameter
    """,
    "a base that is a parameter": """
        import sqlite3
        from pathlib import Path
        def connect(base: Path):
            return sqlite3.connect(base / "x.db")  # parameter | symbolic {param:app.connect.base}/x.db
        connect(Path("/srv"))  # literal /srv/x.db
    """,
    "a wrapper of a wrapper": """
        import sqlite3
        def inner(path):
            return sqlite3.connect(path)  # parameter
        def outer(name):
            return inner(f"/srv/{name}.db")  # symbolic /srv/{param:app.outer.name}.db
        outer("x")  # literal /srv/x.db
    """,
    "a constant of another module": {
        "pkg/__init__.py": "",
        "pkg/paths.py": """
            from pathlib import Path
            BASE = Path.home() / ".app"
            def database():
                return BASE / "x.db"
        """,
        "pkg/store.py": """
            import sqlite3
            from . import paths
            from .paths import BASE
            sqlite3.connect(BASE / "x.db")  # symbolic {home}/.app/x.db
            sqlite3.connect(paths.database())  # symbolic {home}/.app/x.db
        """,
    },
    "an attribute": """
        import sqlite3
        from pathlib import Path
        class Store:
            def __init__(self, base):
                self.path = Path(base) / "x.db"
            def connect(self):
                return sqlite3.connect(self.path)  # parameter | symbolic {param:app.Store.__init__.base}/x.db
        Store("/srv").connect()  # literal /srv/x.db
    """,
    "a class attribute that a subclass changes": """
        import sqlite3
        class Store:
            NAME = "/srv/x.db"
            def connect(self):
                return sqlite3.connect(self.NAME)  # literal /srv/x.db
    """,
    "a field of a dataclass": """
        import sqlite3
        from dataclasses import dataclass
        @dataclass
        class Store:
            path: str
            def connect(self):
                return sqlite3.connect(self.path)  # parameter
        Store("/srv/x.db").connect()  # literal /srv/x.db
    """,
    "a field of a settings class": """
        import sqlite3
        from pydantic_settings import BaseSettings
        class Settings(BaseSettings):
            database: str = "/srv/x.db"
        settings = Settings()
        sqlite3.connect(settings.database)  # config {param:settings:app.Settings.__init__.database} | literal /srv/x.db
    """,
    "URIs": """
        import sqlite3
        sqlite3.connect("file:/srv/x.db?mode=ro", uri=True)  # literal /srv/x.db
        sqlite3.connect("file:x.db?mode=rwc", uri=True)  # cwd-relative {cwd}/x.db
        sqlite3.connect("file:///srv/x.db", uri=True)  # literal /srv/x.db
        sqlite3.connect("file:/srv/a%20b.db", uri=True)  # literal /srv/a b.db
    """,
    "SQLAlchemy URLs": """
        import sqlalchemy
        sqlalchemy.create_engine("sqlite:////srv/x.db")  # literal /srv/x.db
        sqlalchemy.create_engine("sqlite:///x.db")  # cwd-relative {cwd}/x.db
        sqlalchemy.create_engine("sqlite://")  # memory
        sqlalchemy.create_engine("sqlite:///:memory:")  # memory
        sqlalchemy.create_engine("sqlite+aiosqlite:////srv/x.db?timeout=5")  # literal /srv/x.db
        sqlalchemy.create_engine("postgresql://host/app")  # literal
    """,
    "SQLAlchemy URLs that are put together": """
        import os, sqlalchemy
        from pathlib import Path
        PATH = Path.home() / "x.db"
        sqlalchemy.create_engine(f"sqlite:///{PATH}")  # symbolic {home}/x.db
        sqlalchemy.create_engine("sqlite:///" + str(PATH))  # symbolic {home}/x.db
        sqlalchemy.create_engine(os.environ["DATABASE_URL"])  # config {env:DATABASE_URL}
    """,
    "a URL object": """
        import sqlalchemy
        from sqlalchemy.engine import URL
        sqlalchemy.create_engine(URL.create("sqlite", database="/srv/x.db"))  # literal /srv/x.db
    """,
    "an unknown path has its reason": """
        import sqlite3, somewhere
        sqlite3.connect(somewhere.path())  # unknown
    """,
    "branches": """
        import sqlite3, sys
        path = "/srv/a.db" if sys.argv else "/srv/b.db"
        sqlite3.connect(path)  # literal /srv/a.db | literal /srv/b.db
    """,
    "a fallback to memory": """
        import sqlite3
        try:
            connection = sqlite3.connect("/srv/x.db")  # literal /srv/x.db
        except sqlite3.Error:
            connection = sqlite3.connect(":memory:")  # memory
    """,
    "a command line's argument": """
        import argparse, sqlite3
        def made():
            parser = argparse.ArgumentParser()
            group = parser.add_argument_group("places")
            group.add_argument("-d", "--db-path", default="x.db")
            parser.add_argument("--other")
            parser.add_argument("--memory", action="store_true")
            parser.add_argument("file")
            return parser
        arguments, rest = made().parse_known_args()
        sqlite3.connect(arguments.db_path)  # parameter | cwd-relative {cwd}/x.db
        sqlite3.connect(arguments.other or "/srv/x.db")  # literal /srv/x.db | parameter
        sqlite3.connect(":memory:" if arguments.memory else "/srv/y.db")  # literal /srv/y.db | memory
        sqlite3.connect(arguments.file)  # parameter
        sqlite3.connect(arguments.unheard_of)  # parameter
    """,
    "other stores": """
        import shelve, dbm, diskcache
        shelve.open("/srv/x")  # literal /srv/x
        dbm.open("x", "c")  # cwd-relative {cwd}/x
        diskcache.Cache("/srv/cache")  # literal /srv/cache
    """,
    "a shadowed sqlite3": """
        class sqlite3:
            @staticmethod
            def connect(path):
                return path
        sqlite3.connect("x.db")
    """,
    "a script that only has the name of a standard module": {
        "examples/sqlite3.py": """
            def main():
                print("how to use sqlite3")
        """,
        "examples/app.py": """
            import sqlite3
            sqlite3.connect("/srv/x.db")  # literal /srv/x.db
        """,
    },
    "dots": """
        import os, sqlite3
        sqlite3.connect("/srv/a/../x.db")  # literal /srv/x.db
        sqlite3.connect("./x.db")  # cwd-relative {cwd}/x.db
        sqlite3.connect(os.path.normpath("/srv//a/./x.db"))  # literal /srv/a/x.db
    """,
    "splitext and replace": """
        import os, sqlite3
        sqlite3.connect(os.path.splitext("/srv/x.json")[0] + ".db")  # literal /srv/x.db
        sqlite3.connect("/srv/x.json".replace(".json", ".db"))  # literal /srv/x.db
        sqlite3.connect("/srv/x.json".removesuffix(".json") + ".db")  # literal /srv/x.db
    """,
    "a connection that is closed at the end": """
        import contextlib, sqlite3
        with contextlib.closing(sqlite3.connect("/srv/x.db")) as connection:  # literal /srv/x.db
            connection.execute("SELECT 1")
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_open_reaches_what_its_path_says(name: str) -> None:
    assert opens(PROGRAMS[name]) == expected(PROGRAMS[name])
