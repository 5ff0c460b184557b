"""How programs spell, lose and fall back from the paths of their stores: what SF204 to SF208 must say of each way."""

import textwrap

import pytest

from statefence.policy.load import load_text
from statefence.project import analyse
from statefence.registry import find, rules
from statefence.source import Source
from statefence.testing import check_findings

HANDMADE = find("SF204", rules())
EPHEMERAL = find("SF205", rules())
MACHINE_SPECIFIC = find("SF206", rules())
MEMORY_FALLBACK = find("SF207", rules())
UNSCOPED = find("SF208", rules())

RESOLVED = """
    [layers]
    storage = ["app.storage"]

    [stores.main]
    path = "{home}/.app/main.db"
    owners = ["storage"]
    open-with = "app.storage:open_main"

    [stores.log]
    path = "{home}/.app/log.txt"
    kind = "file"
    owners = ["storage"]
    open-with = "app.storage:open_log"
"""
STORAGE = """
    import sqlite3
    from pathlib import Path

    HOME = Path.home() / ".app"
    MAIN = HOME / "main.db"

    def main_path():
        return HOME / "main.db"

    def open_main():
        return sqlite3.connect(MAIN)

    def open_log():
        return (HOME / "log.txt").open("a")
"""
SPELLED_BY_HAND = {
    "an f-string": """
        import os, sqlite3
        home = os.path.expanduser("~")
        sqlite3.connect(f"{home}/.app/main.db")  # error: open_main is there
    """,
    "os.path.join in a function": """
        import os, sqlite3
        def path(name):
            return os.path.join(os.path.expanduser("~"), ".app", name)
        sqlite3.connect(path("main.db"))  # error
    """,
    "an attribute": """
        import sqlite3
        from pathlib import Path
        class Report:
            def __init__(self):
                self.path = Path.home() / ".app" / "main.db"
            def run(self):
                return sqlite3.connect(self.path)  # error
    """,
    "the directory of the resolver, but a name of its own": """
        import sqlite3
        from app.storage import HOME
        sqlite3.connect(HOME / "main.db")  # error
    """,
    "a file": """
        from pathlib import Path
        with (Path.home() / ".app" / "log.txt").open() as file:  # error: open_log is there
            print(file.read())
    """,
    "handed to a helper": """
        import sqlite3
        from pathlib import Path
        def connect(path):
            return sqlite3.connect(path, timeout=9)
        connect(Path.home() / ".app" / "main.db")  # error
    """,
    "one branch": """
        import sqlite3
        from pathlib import Path
        def connect(old):
            name = "old.db" if old else "main.db"
            return sqlite3.connect(Path.home() / ".app" / name)  # error
    """,
}
NOT_SPELLED_BY_HAND = {
    "a constant of the resolver's module": """
        import sqlite3
        from app import storage
        sqlite3.connect(storage.MAIN)
    """,
    "a function of the resolver's module": """
        import sqlite3
        from app.storage import main_path as where
        path = where()
        sqlite3.connect(str(path))
    """,
    "the resolver": """
        from app.storage import open_main
        connection = open_main()
    """,
    "a file that only has the name": """
        import sqlite3
        sqlite3.connect("/srv/main.db")
    """,
    "its file is copied": """
        import shutil
        from pathlib import Path
        shutil.copy("/srv/main.db", Path.home() / ".app" / "main.db")
    """,
}
NO_VARIABLE = """
    state = "{env:APP_STATE|{home}/.app}"

    [layers]
    storage = ["app.storage"]

    [stores.fixed]
    path = "{home}/.app/fixed.db"
    owners = ["storage"]
"""
VARIABLES = {
    "a database of no store": """
        import sqlite3
        from pathlib import Path
        sqlite3.connect(Path.home() / ".app" / "notes.db")  # error: APP_STATE is never asked
    """,
    "a store that is meant to be there": """
        import sqlite3
        from pathlib import Path
        sqlite3.connect(Path.home() / ".app" / "fixed.db")
    """,
    "asked in another function": """
        import os, sqlite3
        from pathlib import Path
        def state():
            chosen = os.environ.get("APP_STATE")
            if chosen:
                return Path(chosen)
            return Path.home() / ".app"
        sqlite3.connect(state() / "notes.db")
    """,
    "another directory": """
        import sqlite3
        from pathlib import Path
        sqlite3.connect(Path.home() / ".other" / "notes.db")
    """,
}
DURABLE = """
    [layers]
    storage = ["app.storage"]

    [stores.main]
    path = "{home}/.app/main.db"
    owners = ["storage"]
    durable = true

    [stores.user]
    path = "{home}/.app/{user_id}.db"
    owners = ["storage"]
    durable = true
"""
LASTS = {
    "a literal temporary directory": """
        import sqlite3
        sqlite3.connect("/tmp/main.db")  # error: main and user
    """,
    "TemporaryDirectory": """
        import os, sqlite3, tempfile
        with tempfile.TemporaryDirectory() as folder:
            sqlite3.connect(os.path.join(folder, "main.db"))  # error: below a temporary directory
    """,
    "memory when there is no home": """
        import sqlite3
        from pathlib import Path
        def connect(home=None):
            path = ":memory:"
            if home is None:
                path = Path.home() / ".app" / "main.db"
            return sqlite3.connect(path)  # error: main and user must last
    """,
    "the store of a user, in another directory": """
        import sqlite3
        from pathlib import Path
        sqlite3.connect(Path.home() / ".app" / "ann.db")
        sqlite3.connect(Path.home() / ".cache" / "ann.db")
    """,
    "a temporary file without a name": """
        import sqlite3, tempfile
        with tempfile.NamedTemporaryFile(suffix=".sqlite") as file:
            sqlite3.connect(file.name)
    """,
    "a function that pytest calls": """
        import sqlite3
        def test_main(tmp_path):
            sqlite3.connect(tmp_path / "main.db")
        class TestMain:
            def helper(self, tmp_path):
                sqlite3.connect(tmp_path / "main.db")
    """,
}
OF_ONE_MACHINE = {
    "joined": """
        import os, sqlite3
        sqlite3.connect(os.path.join("/home", "ann", "app.db"))  # error: /home/ann/app.db
    """,
    "a constant of a class": """
        import sqlite3
        class Store:
            PATH = "/Users/ann/app.db"
            def open(self):
                return sqlite3.connect(self.PATH)  # error
    """,
    "a file URI": """
        import sqlite3
        sqlite3.connect("file:/home/ann/app.db?mode=ro", uri=True)  # error
    """,
    "Documents and Settings": r"""
        import sqlite3
        sqlite3.connect("C:\\Documents and Settings\\ann\\app.db")  # error
    """,
    "an or chain": """
        import os, sqlite3
        sqlite3.connect(os.getenv("DATABASE") or "/home/ann/app.db")  # error
    """,
    "the home directory itself": """
        import lmdb
        lmdb.open("/home/ann")  # error
    """,
    "a name with a dot": """
        import duckdb
        duckdb.connect("/home/ann.smith/app.duckdb")  # error: machine of ann.smith
    """,
    "nobody's home": """
        import sqlite3
        sqlite3.connect("/home/app.db")
        sqlite3.connect("/home/runner/work/app.db")
        sqlite3.connect("C:/Users/Public/app.db")
        sqlite3.connect("/data/home/ann/app.db")
        sqlite3.connect("home/ann/app.db")
    """,
    "a name that is filled in": """
        import sqlite3
        def connect(user):
            sqlite3.connect(f"/home/{user}/app.db")
            sqlite3.connect("/home/%s/app.db" % user)
    """,
    "a name in a template": """
        import sqlite3
        sqlite3.connect("/home/<user>/app.db")
    """,
}
TO_MEMORY = {
    "getenv": """
        import os, sqlite3
        sqlite3.connect(os.getenv("DATABASE", ":memory:"))  # error: when the variable is not set
    """,
    "a shared memory URI": """
        import os, sqlite3
        path = os.environ.get("DATABASE") or "file::memory:?cache=shared"
        sqlite3.connect(path, uri=True)  # error: when the path is empty
    """,
    "an attribute set in the constructor": """
        import sqlite3
        class Store:
            def __init__(self, path):
                self.path = path or ":memory:"
            def open(self):
                return sqlite3.connect(self.path)  # error: when the path is empty
    """,
    "a helper decides": """
        import os, sqlite3
        def path():
            found = os.environ.get("DATABASE")
            if found is None:
                return ":memory:"
            return found
        def connect():
            return sqlite3.connect(path())  # error: when the path is empty
    """,
    "handed to a helper": """
        import os, sqlite3
        def connect(path):
            return sqlite3.connect(path)
        connect(os.environ.get("DATABASE", ":memory:"))  # error: when the variable is not set
    """,
    "an exception that is swallowed twice": """
        import sqlite3
        def connect(path, spare):
            try:
                return sqlite3.connect(path)
            except sqlite3.Error:
                try:
                    return sqlite3.connect(spare)
                except sqlite3.Error:
                    return sqlite3.connect(":memory:")  # error: after an exception
    """,
    "aiosqlite": """
        import aiosqlite
        async def connect(path):
            try:
                return await aiosqlite.connect(path)
            except OSError:
                return await aiosqlite.connect(":memory:")  # error: after an exception
    """,
    "a missing key": """
        import os, sqlite3
        try:
            PATH = os.environ["DATABASE"]
        except KeyError:
            PATH = ":memory:"
        sqlite3.connect(PATH)  # error: after an exception
    """,
    "a dict for a dbm": """
        import dbm
        class Cache:
            def __init__(self, path):
                try:
                    self.entries = dbm.open(path, "c")
                except dbm.error:
                    self.entries = dict()  # error: a dict
    """,
    "a dict that is returned": """
        import shelve
        def load(path):
            try:
                return shelve.open(path)
            except OSError:
                return {}  # error: a dict
    """,
}
NOT_TO_MEMORY = {
    "a flag in a statement": """
        import sqlite3
        def connect(path, testing=False):
            if testing:
                path = ":memory:"
            return sqlite3.connect(path)
    """,
    "an environment variable as a flag": """
        import os, sqlite3
        sqlite3.connect(":memory:" if os.environ.get("TESTING") else "/srv/app.db")
    """,
    "a mode by its name": """
        import os, sqlite3
        def connect(mode, path):
            return sqlite3.connect(":memory:" if mode == "memory" else path)
    """,
    "a file after an exception": """
        import sqlite3
        def connect(path):
            try:
                return sqlite3.connect(path)
            except sqlite3.Error:
                return sqlite3.connect("/srv/spare.db")
    """,
    "memory that was meant all along": """
        import sqlite3
        def scratch():
            try:
                import numpy
            except ImportError:
                connection = sqlite3.connect(":memory:")
                return connection
    """,
    "an empty dict of another name": """
        import shelve
        def load(path):
            try:
                entries = shelve.open(path)
            except OSError:
                problems = {}
                raise
    """,
}
SCOPED = """
    [layers]
    storage = ["app.storage"]

    [stores.notes]
    path = "{home}/.app/{user_id}/{user_id}-notes.db"
    owners = ["storage"]

    [stores.files]
    path = "{home}/.app/users/{user_id}/files/**"
    kind = "tree"
    owners = ["storage"]
"""
USERS = {
    "the same name twice": """
        import sqlite3
        from pathlib import Path
        sqlite3.connect(Path.home() / ".app" / "ann" / "ann-notes.db")  # error: ann stands where {user_id} belongs
    """,
    "two different names": """
        import sqlite3
        from pathlib import Path
        sqlite3.connect(Path.home() / ".app" / "ann" / "bob-notes.db")
    """,
    "both parts are missing": """
        import sqlite3
        from pathlib import Path
        sqlite3.connect(Path.home() / ".app" / "notes.db")  # error: lacks {user_id}
        sqlite3.connect(Path.home() / ".app" / "-notes.db")  # error: lacks {user_id}
    """,
    "a parameter": """
        import sqlite3
        from pathlib import Path
        def connect(user):
            return sqlite3.connect(Path.home() / ".app" / user / f"{user}-notes.db")
    """,
    "an element of a loop": """
        from pathlib import Path
        for user in load_users():
            (Path.home() / ".app" / "users" / user / "files" / "a.txt").write_text("")
    """,
    "a tree": """
        from pathlib import Path
        def save(name, text):
            (Path.home() / ".app" / "users" / "files" / name).write_text(text)  # error: lacks {user_id}
            (Path.home() / ".app" / "users" / "all" / "files" / name).write_text(text)  # error: all stands where
    """,
}


@pytest.mark.parametrize("idiom", SPELLED_BY_HAND)
def test_a_path_that_is_spelled_outside_its_resolver_is_found(idiom: str) -> None:
    files = {"app/storage.py": STORAGE, "app/report.py": SPELLED_BY_HAND[idiom]}
    assert check_findings(HANDMADE, files, RESOLVED)


@pytest.mark.parametrize("idiom", NOT_SPELLED_BY_HAND)
def test_a_path_that_comes_from_its_resolver_is_not(idiom: str) -> None:
    files = {"app/storage.py": STORAGE, "app/report.py": NOT_SPELLED_BY_HAND[idiom]}
    assert not check_findings(HANDMADE, files, RESOLVED)


@pytest.mark.parametrize("idiom", VARIABLES)
def test_a_default_without_its_variable_is_found(idiom: str) -> None:
    check_findings(HANDMADE, {"app/storage.py": VARIABLES[idiom]}, NO_VARIABLE)


@pytest.mark.parametrize("idiom", LASTS)
def test_a_store_that_must_last_is_found_where_nothing_lasts(idiom: str) -> None:
    check_findings(EPHEMERAL, {"app/storage.py": LASTS[idiom]}, DURABLE)


@pytest.mark.parametrize("idiom", OF_ONE_MACHINE)
def test_a_home_directory_is_somebodys_or_nobodys(idiom: str) -> None:
    check_findings(MACHINE_SPECIFIC, OF_ONE_MACHINE[idiom])


@pytest.mark.parametrize("idiom", TO_MEMORY)
def test_a_fallback_to_memory_is_found(idiom: str) -> None:
    assert check_findings(MEMORY_FALLBACK, TO_MEMORY[idiom])


@pytest.mark.parametrize("idiom", NOT_TO_MEMORY)
def test_a_choice_of_memory_is_not(idiom: str) -> None:
    assert not check_findings(MEMORY_FALLBACK, NOT_TO_MEMORY[idiom])


LONG_SUM = " + ".join(["a"] * 900)
ODD = {
    "a byte order mark and other line ends": "\ufeffimport sqlite3\r\nsqlite3.connect(\r\n '/home/ann/\u00e9.db'\r\n)",
    "except star": "import sqlite3\ntry:\n    x = sqlite3.connect('/a')\nexcept* OSError:\n    x = sqlite3.connect('')",
    "functions that call themselves": "import sqlite3\ndef f(a): return f(a) or ':memory:'\nsqlite3.connect(f(1))",
    "names that stand for each other": "import sqlite3\na = b or ':memory:'\nb = a\nsqlite3.connect(a)",
    "a long sum": f"import sqlite3\ndef f(a):\n    if not {LONG_SUM}: a = ':memory:'\n    sqlite3.connect(a)",
    "imports in a circle": "from app import x\nimport sqlite3\nsqlite3.connect(x or ':memory:')",
}


@pytest.mark.parametrize("program", ODD)
def test_an_odd_program_is_survived(program: str) -> None:
    policy = load_text(textwrap.dedent(RESOLVED), root="/case", source="statefence.toml")
    project = analyse([Source("app/__init__.py", ODD[program].encode())], policy)
    (module,) = project.modules
    for rule in (HANDMADE, EPHEMERAL, MACHINE_SPECIFIC, MEMORY_FALLBACK, UNSCOPED):
        assert all(hit.message for hit in rule.rule.check(module, project, policy))


@pytest.mark.parametrize("idiom", USERS)
def test_a_path_without_its_user_is_found(idiom: str) -> None:
    check_findings(UNSCOPED, {"app/storage.py": USERS[idiom]}, SCOPED)
