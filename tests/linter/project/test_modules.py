"""Names that modules make on demand, and calls in places that hold no value."""

import pytest

from .programs import Files, expected, opens, spawns

LAZY: dict[str, str] = {
    "pkg/store.py": """
        import sqlite3
        class Store:
            def __init__(self, path):
                sqlite3.connect(path)  # parameter
        def connect(path):
            return sqlite3.connect(path)  # parameter
    """,
    "app.py": """
        import pkg
        from pkg import Store
        pkg.connect("a.db")  # cwd-relative {cwd}/a.db
        Store("b.db")  # cwd-relative {cwd}/b.db
    """,
}

PACKAGES: dict[str, str] = {
    "by a table of modules": """
        import importlib
        _HOME = {"Store": ".store", "connect": ".store"}
        def __getattr__(name):
            if name in _HOME:
                return getattr(importlib.import_module(_HOME[name], __name__), name)
            raise AttributeError(name)
    """,
    "by one module for all": """
        def __getattr__(name):
            import importlib
            module = importlib.import_module(f"{__name__}.store")
            return getattr(module, name)
    """,
    "name by name": """
        def __getattr__(name: str):
            if name == "Store":
                from .store import Store
                return Store
            if name == "connect":
                from pkg.store import connect
                return connect
            raise AttributeError(name)
    """,
}


@pytest.mark.parametrize("package", PACKAGES.values(), ids=PACKAGES.keys())
def test_a_module_is_asked_for_the_names_it_makes(package: str) -> None:
    program: Files = {"pkg/__init__.py": package, **LAZY}
    assert opens(program) == expected(program)


def test_a_name_that_a_module_makes_in_an_unknown_way_is_what_the_tables_list() -> None:
    program: Files = {
        "ibis/__init__.py": "def __getattr__(name):\n    return load(name)\n",
        "app.py": 'import ibis\nibis.duckdb.connect("x.db")  # cwd-relative {cwd}/x.db\n',
    }
    assert opens(program) == expected(program)


def test_modules_that_ask_one_another_for_a_name_that_neither_has_end() -> None:
    program: Files = {
        "pkg/__init__.py": "",
        "pkg/own.py": "def __getattr__(name):\n    import pkg.own\n    return getattr(pkg.own, name)\n",
        "pkg/first.py": "def __getattr__(name):\n    import pkg.second\n    return getattr(pkg.second, name)\n",
        "pkg/second.py": "def __getattr__(name):\n    import pkg.first\n    return getattr(pkg.first, name)\n",
        "app.py": """
            import sqlite3
            from pkg import first, own
            sqlite3.connect(own.PATH)  # unknown
            sqlite3.connect(first.PATH)  # unknown
        """,
    }
    assert opens(program) == expected(program)


@pytest.mark.parametrize(
    "statement",
    [
        'raise ValueError from subprocess.run(["x"])',
        'raise subprocess.run(["x"]) from None',
        'print(f"{1:{subprocess.run([1])}}")',
        'class A(metaclass=subprocess.run(["x"])): pass',
        'class A(B, key=subprocess.run(["x"])): pass',
    ],
)
def test_a_call_is_found_wherever_it_stands(statement: str) -> None:
    program = f"import subprocess\ndef f():\n    {statement}  # inherits\n"
    assert spawns(program) == expected(program)


def test_a_call_in_an_except_clause_is_found() -> None:
    program = """
        import subprocess
        try:
            pass
        except subprocess.run(["x"]):  # inherits
            pass
    """
    assert spawns(program) == expected(program)


def test_a_text_of_a_computed_width_is_not_known() -> None:
    program = """
        import sqlite3
        sqlite3.connect(f"{'/srv/x.db':{width()}}")  # unknown
    """
    assert opens(program) == expected(program)


SETTINGS: dict[str, str] = {
    "a reader of settings": """
        import sqlite3
        from elsewhere import read
        cfg = read()
        sqlite3.connect(cfg.obtain("database"))  # config {param:settings:cfg.obtain}
    """,
    "an item": """
        import sqlite3, yaml
        with open("a") as stream:
            config = yaml.safe_load(stream)
        sqlite3.connect(config["a"]["b"])  # config {param:settings:config.[]}
    """,
    "an attribute": """
        import sqlite3
        from elsewhere import App
        app = App()
        sqlite3.connect(app.settings.path)  # config {param:settings:settings.path}
    """,
    "a base": """
        import os, sqlite3
        from elsewhere import get_settings
        path = os.path.join(get_settings().folder, "x.db")
        sqlite3.connect(path)  # symbolic {param:settings:elsewhere.get_settings}/x.db
    """,
    "what the caller hands over": """
        import sqlite3
        def connect(config):
            return sqlite3.connect(config["path"])  # parameter
    """,
}


@pytest.mark.parametrize("program", SETTINGS.values(), ids=SETTINGS.keys())
def test_what_is_asked_of_a_configuration_is_a_setting(program: str) -> None:
    assert opens(program) == expected(program)


@pytest.mark.parametrize("way", ["if A:", "if __name__ == '__main__':", "try:\n    A\nexcept ImportError:"])
def test_a_function_that_a_branch_calls_sees_the_names_that_it_binds(way: str) -> None:
    program = f"""A = input()
{way}
    import sqlite3
    def opened():
        sqlite3.connect("/srv/x.db")  # literal /srv/x.db
    opened()
"""
    assert opens(program) == expected(program)
