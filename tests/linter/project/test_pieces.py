"""Paths that are pieces of texts, or other forms of them: which file an open reaches then."""

import pytest

from .programs import Files, expected, opens

PROGRAMS: dict[str, str | Files] = {
    "a variable whose scheme is replaced": """
        import os
        from sqlalchemy import create_engine
        url = os.environ["DATABASE_URL"]
        if url.startswith("postgres://"):
            url = url.replace("postgres://", "postgresql://", 1)
        create_engine(url)  # config {env:DATABASE_URL}
    """,
    "the default of a variable, in the same form": """
        import os, sqlite3
        url = os.environ.get("A", "sqlite:////srv/x.db")
        sqlite3.connect(url.replace("sqlite:///", ""))  # config {env:A} | literal /srv/x.db
        sqlite3.connect(url.removeprefix("sqlite:///"))  # config {env:A} | literal /srv/x.db
        sqlite3.connect(url.split("///")[-1])  # config {env:A} | literal /srv/x.db
        sqlite3.connect(url.partition("///")[2])  # config {env:A} | literal /srv/x.db
        sqlite3.connect(url[len("sqlite:///"):])  # config {env:A} | literal /srv/x.db
    """,
    "pieces of a literal": """
        import sqlite3
        URL = "sqlite:///x.db"
        sqlite3.connect(URL[10:])  # cwd-relative {cwd}/x.db
        sqlite3.connect(URL[-4:])  # cwd-relative {cwd}/x.db
        sqlite3.connect("/srv/x.db"[:])  # literal /srv/x.db
        sqlite3.connect(URL[::0])  # unknown
        sqlite3.connect(URL.rsplit("/", 1)[1])  # cwd-relative {cwd}/x.db
        sqlite3.connect(URL.rpartition("/")[5])  # unknown
        sqlite3.connect(URL.split(1)[0])  # unknown
        sqlite3.connect("/".join(["/srv", "a", "b"][:2]))  # literal /srv/a
    """,
    "a parameter that a caller binds to a literal": """
        import sqlite3
        def cut(url):
            sqlite3.connect(url[10:])  # parameter
        def parted(url="sqlite:///y.db"):
            sqlite3.connect(url.split("///")[1])  # parameter | cwd-relative {cwd}/y.db
        cut("sqlite:////srv/x.db")  # literal /srv/x.db
        parted("sqlite:////srv/x.db")  # literal /srv/x.db
    """,
    "a piece of a temporary path": """
        import sqlite3, tempfile
        sqlite3.connect(f"{tempfile.mkdtemp()}/x.db.bak".removesuffix(".bak"))  # tmp {tmp}
    """,
    "a name below a variable's directory": """
        import os, sqlite3
        from pathlib import Path
        root = Path(os.environ["A"])
        for found in root.glob("*.db"):
            sqlite3.connect(f"/srv/{found.name}".removesuffix(".bak"))  # unknown
            sqlite3.connect(found.name.removesuffix(".bak"))  # unknown
    """,
    "a piece of what the place decides": """
        import sqlite3
        from pathlib import Path
        sqlite3.connect(str(Path.cwd()).split("/")[-1])  # unknown
    """,
    "bounds that are not known": """
        import sqlite3
        def at(start):
            sqlite3.connect("abc/x.db"[start:])  # unknown
    """,
    "what a parameter is asked for by a method that is not followed": """
        import sqlite3
        class Inserter:
            def __init__(self, repository):
                self.repository = repository
            def stop(self):
                sqlite3.connect(self.repository.path("x.db"))  # parameter
    """,
    "what something else is asked for": """
        import json, sqlite3
        sqlite3.connect(json.loads("{}").get_path("x.db"))  # unknown
    """,
    "lists that are compared": """
        import sqlite3
        class Adapter:
            def __init__(self, paths):
                self.paths = paths if paths and paths != ("",) else (":memory:",)
            def connect(self):
                first, *others = self.paths
                sqlite3.connect(f"{first}")  # parameter | memory
        Adapter(("/srv/x.db",)).connect()  # literal /srv/x.db | memory
        Adapter(("",)).connect()  # memory
    """,
    "what the user types": """
        import sqlite3, sys
        sqlite3.connect(sys.argv[1])  # parameter
        sqlite3.connect(input("Which? "))  # parameter
        path = sys.argv[1] if len(sys.argv) > 1 else "x.db"
        sqlite3.connect(path)  # parameter | cwd-relative {cwd}/x.db
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_piece_of_a_text_is_decided_by_what_decides_the_text(name: str) -> None:
    assert opens(PROGRAMS[name]) == expected(PROGRAMS[name])
