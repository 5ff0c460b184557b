"""Which file a `file:` URI means, what its parameters say, and what it is to a call that does not say it is one."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from statefence.project.sites import Mode

from .programs import analysed, expected, opens

PROGRAMS = {
    "said to be a URI": """
        import sqlite3
        sqlite3.connect("file:x.db", uri=True)  # cwd-relative {cwd}/x.db
        sqlite3.connect("file:/srv/x.db?mode=ro", 5.0, 0, "", True, sqlite3.Connection, 128, True)  # literal /srv/x.db
    """,
    "not said to be one": """
        import sqlite3
        sqlite3.connect("file:x.db")  # cwd-relative {cwd}/file:x.db | cwd-relative {cwd}/x.db
        sqlite3.connect("file:/srv/x.db", uri=False)  # cwd-relative {cwd}/file:/srv/x.db | literal /srv/x.db
        sqlite3.connect("file::memory:?cache=shared")  # cwd-relative {cwd}/file::memory:?cache=shared | memory
    """,
    "no URI at all": """
        import sqlite3
        sqlite3.connect("/srv/x.db")  # literal /srv/x.db
        sqlite3.connect("/srv/x.db", uri=True)  # literal /srv/x.db
    """,
    "handed on": """
        import sqlite3
        def connect(path, **options):
            return sqlite3.connect(path, **options)  # parameter
        def plain(path, uri=False):
            return sqlite3.connect(path, uri=uri)  # parameter
        connect("file:/srv/x.db?mode=ro", uri=True)  # literal /srv/x.db
        connect("file:/srv/x.db")  # cwd-relative {cwd}/file:/srv/x.db | literal /srv/x.db
        plain("file:/srv/x.db", uri=True)  # literal /srv/x.db
        plain("file:/srv/x.db")  # cwd-relative {cwd}/file:/srv/x.db | literal /srv/x.db
    """,
    "drivers that hand it on to sqlite3": """
        import aiosqlite, peewee, sqlite_utils
        async def main():
            async with aiosqlite.connect("file:/srv/x.db?mode=ro", uri=True):  # literal /srv/x.db
                pass
        peewee.SqliteDatabase("file:/srv/x.db?mode=ro", uri=True)  # literal /srv/x.db
        sqlite_utils.Database("file:x.db")  # cwd-relative {cwd}/file:x.db | cwd-relative {cwd}/x.db
    """,
    "what is memory": """
        import sqlite3
        sqlite3.connect("file:name?mode=memory&cache=shared", uri=True)  # memory
        sqlite3.connect("file::memory:?cache=shared", uri=True)  # memory
        sqlite3.connect("file:/name?vfs=memdb", uri=True)  # memory
        sqlite3.connect("file:/srv/mode=memory.db", uri=True)  # literal /srv/mode=memory.db
        sqlite3.connect("file:/srv/x.db?cache=shared", uri=True)  # literal /srv/x.db
    """,
    "SQLAlchemy's": """
        from sqlalchemy import create_engine
        create_engine("sqlite:///file:/srv/x.db?mode=ro&uri=true")  # literal /srv/x.db
        create_engine("sqlite:///file:x.db?mode=ro")  # cwd-relative {cwd}/file:x.db
        create_engine("sqlite:///file:name?mode=memory&uri=true")  # memory
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_uri_is_one_where_the_call_says_so(name: str) -> None:
    assert opens(PROGRAMS[name]) == expected(PROGRAMS[name])


MODES = {
    '"file:/srv/x.db?mode=ro", uri=True': Mode.READ,
    '"file:/srv/x.db?cache=shared&mode=ro", uri=True': Mode.READ,
    '"file:/srv/x.db?immutable=1", uri=True': Mode.READ,
    '"file:/srv/x.db?immutable=true", uri=True': Mode.READ,
    '"file:/srv/x.db?immutable=0", uri=True': Mode.WRITE,
    '"file:/srv/x.db?mode=rwc", uri=True': Mode.WRITE,
    '"file:/srv/mode=ro/x.db", uri=True': Mode.WRITE,
    '"file:/srv/x.db?mode=ro"': Mode.WRITE,
    'f"file:{PATH}?mode=ro", uri=True': Mode.READ,
    'f"file:{PATH}?mode={MODE}", uri=True': Mode.WRITE,
    '"file:/srv/x.db" + ("?mode=ro" if READS else ""), uri=True': Mode.WRITE,
    '"file:/srv/x.db?mode=" + ("ro" if READS else "rw"), uri=True': Mode.WRITE,
    '"/srv/x.db?mode=ro", uri=True': Mode.WRITE,
}


@pytest.mark.parametrize("arguments", MODES)
def test_a_database_is_only_read_where_the_uri_says_so_whichever_way_it_is_made(arguments: str) -> None:
    program = f"""
        import sqlite3
        from settings import MODE, PATH, READS
        sqlite3.connect({arguments})
    """
    ((opened,),) = analysed(program).opens_by_path.values()
    assert opened.mode is MODES[arguments]


def test_whether_a_uri_is_one_without_being_said_to_be_is_up_to_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    connection = sqlite3.connect("file:x.db")
    options = {option for (option,) in connection.execute("PRAGMA compile_options")}
    connection.execute("CREATE TABLE t (a)")
    connection.close()
    assert [path.name for path in tmp_path.iterdir()] == ["x.db" if "USE_URI" in options else "file:x.db"]
