"""Paths that functions put where others read them: into `global` names, attributes of classes and of objects."""

import pytest

from .programs import Files, expected, opens

PROGRAMS: dict[str, str | Files] = {
    "a name that a function makes global": """
        import pathlib, sqlite3
        path = None
        def configure():
            global path
            path = pathlib.Path.home() / "x.db"
        def connect():
            return sqlite3.connect(path)  # symbolic {home}/x.db | unknown
    """,
    "a global name that no statement of the module binds": """
        import pathlib, sqlite3
        def configure():
            global path
            path = pathlib.Path.home() / "x.db"
        def connect():
            return sqlite3.connect(path)  # symbolic {home}/x.db
    """,
    "a global name read from another module": {
        "settings.py": """
            import pathlib
            path = None
            def configure():
                global path
                path = pathlib.Path.home() / "x.db"
        """,
        "app.py": """
            import sqlite3, settings
            settings.configure()
            sqlite3.connect(settings.path)  # symbolic {home}/x.db | unknown
        """,
    },
    "a global name that the module has set before": """
        import pathlib, sqlite3
        path = None
        def configure():
            global path
            path = pathlib.Path.home() / "x.db"
        configure()
        sqlite3.connect(path)  # symbolic {home}/x.db
    """,
    "a global name that a function fills when it is first asked": """
        import pathlib, sqlite3
        path = None
        def connect():
            global path
            if path is None:
                path = pathlib.Path.home() / "x.db"
            return sqlite3.connect(path)  # symbolic {home}/x.db
    """,
    "a global object": """
        import pathlib, sqlite3
        class Config:
            def __init__(self, folder: str) -> None:
                self.folder = folder
            @property
            def path(self) -> pathlib.Path:
                return pathlib.Path.home() / "x.db"
        config: Config | None = None
        def load():
            global config
            config = Config("x")
        def get() -> Config:
            assert config is not None
            return config
        def connect():
            return sqlite3.connect(get().path)  # symbolic {home}/x.db | unknown
    """,
    "a local variable of the same name": """
        import pathlib, sqlite3
        path = None
        def configure():
            global path
            path = pathlib.Path.home() / "x.db"
        def connect():
            path = "mine.db"
            configure()
            return sqlite3.connect(path)  # cwd-relative {cwd}/mine.db
    """,
    "more functions than can be followed": """
        import sqlite3
        path = None
        def a():
            global path
            path = "a.db"
        def b():
            global path
            path = "b.db"
        def c():
            global path
            path = "c.db"
        def d():
            global path
            path = "d.db"
        def e():
            global path
            path = "e.db"
        def connect():
            return sqlite3.connect(path)  # unknown
    """,
    "an attribute of a class that a method fills": """
        import pathlib, sqlite3
        class Store:
            path = None
            def connect(self):
                if not Store.path:
                    Store.path = pathlib.Path.home() / "x.db"
                return sqlite3.connect(Store.path)  # symbolic {home}/x.db
    """,
    "an attribute of a class that another method fills": """
        import pathlib, sqlite3
        class Store:
            path = None
            @classmethod
            def configure(cls):
                cls.path = pathlib.Path.home() / "x.db"
            def connect(self):
                return sqlite3.connect(self.path)  # symbolic {home}/x.db | unknown
        sqlite3.connect(Store.path)  # symbolic {home}/x.db | unknown
    """,
    "an attribute of a class with a value that a function may replace": """
        import sqlite3
        class Store:
            path = "x.db"
        def configure():
            Store.path = "/var/x.db"
        def connect():
            return sqlite3.connect(Store.path)  # cwd-relative {cwd}/x.db | literal /var/x.db
    """,
    "a method that gives an attribute which a derived class has set": """
        import os, sqlite3
        class Base:
            def __init__(self, name):
                self.root = None
                self.name = name
            def get_root(self):
                return self.root
            @property
            def folder(self):
                return self.root
        class Folder(Base):
            def __init__(self, root, name):
                super().__init__(name)
                self.root = root
                self.file = os.path.join(self.get_root(), "x.db")
                sqlite3.connect(self.file)  # parameter | symbolic {param:app.Folder.__init__.root}/x.db
                other = os.path.join(self.folder, "y.db")
                sqlite3.connect(other)  # parameter | symbolic {param:app.Folder.__init__.root}/y.db
            def connect(self):
                sqlite3.connect(self.file)  # parameter | symbolic {param:app.Folder.__init__.root}/x.db
        Folder("/srv", "x")  # literal /srv/x.db | literal /srv/y.db
    """,
    "an attribute of a parameter that its class makes in unknown ways": """
        import elsewhere, sqlite3
        class Config:
            @property
            def store(self):
                return elsewhere.load()()
        def connect(config: Config):
            return sqlite3.connect(config.store.path)  # parameter
    """,
    "an attribute that the method in course has set": """
        import os, sqlite3, tempfile
        class Case:
            def set_up(self):
                self.folder = tempfile.mkdtemp()
                sqlite3.connect(self.path())  # tmp {tmp}/x.db
            def path(self, name="x.db"):
                return os.path.join(self.folder, name)
    """,
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_what_functions_assign_is_found(program: str | Files) -> None:
    assert opens(program) == expected(program)
