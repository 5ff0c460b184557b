"""A database is opened by a path that depends on the working directory.

## What it finds
Opens of databases whose path, or the default of whose path, is relative: the file is looked for in whatever directory
the process was started in, or has changed to. A store that the policy itself places below `{cwd}` is meant so.

## Why is this bad?
SQLite makes an empty database where there is none. Started elsewhere, by a scheduler or from another project, the
program finds its data gone, and every directory it ever ran in keeps a database of its own.

## Example
The file lands in the directory that the program happens to be started from.

## Fix safety
Unsafe: where a store of the policy has the same file name and an `open-with`, the call is replaced by it, so that
another file is opened than before. What the old files hold stays where it is.

## Options
`stores.NAME.path` and `open-with` name the database that is meant.
"""

from __future__ import annotations

from collections.abc import Iterator

from statefence.api import (
    Bad,
    Good,
    Hit,
    Module,
    PathKind,
    Policy,
    Project,
    Rule,
    Safety,
    Store,
    StoreKind,
    Target,
)
from statefence_rules.opening import open_instead, opens_decided_in, stores_at


def check(module: Module, project: Project, policy: Policy) -> Iterator[Hit]:
    """Report each open of a database that some alternative makes relative to the working directory."""
    for opened in opens_decided_in(module, project):
        relative = [target for target in opened.targets if is_relative(target, policy)]
        if opened.database and relative:
            target = relative[0]
            shown = "" if target.template is None else f" {str(target.template).removeprefix('{cwd}/')}"
            message = f"the database{shown} depends on the working directory, so each directory gets its own"
            message += f": {target.reason}" if target.reason else ""
            edits = open_instead(module, opened, _meant(target, policy))
            yield Hit(opened.span, message, (*target.trace, *opened.way(target)), edits)


def is_relative(target: Target, policy: Policy) -> bool:
    """Whether the working directory decides which file it is, though no store was declared there."""
    return target.kind is PathKind.CWD_RELATIVE and not stores_at(target, policy)


def _meant(target: Target, policy: Policy) -> Store | None:
    """The one database of the policy that has the target's file name."""
    if target.template is None:
        return None
    name = target.template.segments[-1]
    meant = [store for store in policy.stores if store.kind is StoreKind.SQLITE and store.path.segments[-1] == name]
    return meant[0] if len(meant) == 1 else None


POLICY = """
    [layers]
    storage = ["app.storage"]

    [stores.sessions]
    path = "{home}/.app/sessions.db"
    owners = ["storage"]
    open-with = "app.storage:open_sessions"
"""

RULE = Rule(
    code="SF203",
    check=check,
    fix=Safety.UNSAFE,
    cases=(
        Bad("a bare name", 'import sqlite3\n\nconnection = sqlite3.connect("sessions.db")  # error: sessions.db\n'),
        Bad(
            "a URI that is not said to be one",
            """
            import sqlite3

            first = sqlite3.connect("file:/srv/app.db?mode=ro")  # error: without uri=True, file: is part of the name
            second = sqlite3.connect("file:/srv/app.db?mode=ro", uri=True)
            third = sqlite3.connect("file::memory:?cache=shared", uri=True)
            """,
        ),
        Bad(
            "the policy knows where it belongs",
            {
                "app/storage.py": """
                import sqlite3
                from pathlib import Path


                def open_sessions() -> sqlite3.Connection:
                    return sqlite3.connect(Path.home() / ".app" / "sessions.db")
                """,
                "app/cli.py": """
                import sqlite3


                def sessions() -> list[str]:
                    connection = sqlite3.connect("sessions.db")  # error
                    return [name for (name,) in connection.execute("SELECT name FROM sessions")]
                """,
            },
            fixed={
                "app/cli.py": """
                import sqlite3
                from app.storage import open_sessions


                def sessions() -> list[str]:
                    connection = open_sessions()
                    return [name for (name,) in connection.execute("SELECT name FROM sessions")]
                """
            },
            policy=POLICY,
        ),
        Bad(
            "pathlib",
            """
            import sqlite3
            from pathlib import Path

            connection = sqlite3.connect(Path("data") / "app.db")  # error: data/app.db
            """,
        ),
        Bad(
            "below the working directory, said outright",
            """
            import sqlite3
            from pathlib import Path

            connection = sqlite3.connect(Path.cwd() / "app.db")  # error: app.db
            """,
        ),
        Bad(
            "os.getcwd",
            """
            import os
            import sqlite3

            connection = sqlite3.connect(os.path.join(os.getcwd(), ".app", "sessions.db"))  # error: .app/sessions.db
            """,
        ),
        Bad(
            "the default of an environment variable",
            """
            import os
            import sqlite3

            connection = sqlite3.connect(os.environ.get("DATABASE", "app.db"))  # error: app.db
            """,
        ),
        Bad(
            "the default of a parameter",
            """
            import sqlite3


            def connect(path: str = "app.db") -> sqlite3.Connection:
                return sqlite3.connect(path)  # error: app.db
            """,
        ),
        Bad(
            "an SQLAlchemy URL with three slashes",
            'from sqlalchemy import create_engine\n\nengine = create_engine("sqlite:///app.db")  # error: app.db\n',
        ),
        Bad(
            "a constant of another module",
            {
                "settings.py": 'DATABASE = "data/app.db"\n',
                "store.py": "import sqlite3\nimport settings\n\nsqlite3.connect(settings.DATABASE)  # error: data\n",
            },
        ),
        Bad(
            "a URI",
            'import sqlite3\n\nconnection = sqlite3.connect("file:app.db?mode=rwc", uri=True)  # error: app.db\n',
        ),
        Bad(
            "a helper opens it",
            """
            import sqlite3


            def connect(path: str) -> sqlite3.Connection:
                return sqlite3.connect(path)


            connection = connect("app.db")  # error
            """,
        ),
        Good("in memory", 'import sqlite3\n\nconnection = sqlite3.connect(":memory:")\n'),
        Good("absolute", 'import sqlite3\n\nconnection = sqlite3.connect("/srv/app/app.db")\n'),
        Good(
            "below home",
            """
            import sqlite3
            from pathlib import Path

            connection = sqlite3.connect(Path.home() / ".app" / "app.db")
            """,
        ),
        Good(
            "beside the module",
            """
            import sqlite3
            from pathlib import Path

            connection = sqlite3.connect(Path(__file__).parent / "app.db")
            """,
        ),
        Good("not known", "import sqlite3\nimport sys\n\nconnection = sqlite3.connect(sys.argv[1])\n"),
        Good(
            "a parameter",
            """
            import sqlite3


            def connect(path: str) -> sqlite3.Connection:
                return sqlite3.connect(path)
            """,
        ),
        Good(
            "a temporary file",
            """
            import sqlite3
            import tempfile
            from pathlib import Path

            connection = sqlite3.connect(Path(tempfile.mkdtemp()) / "app.db")
            """,
        ),
        Good(
            "a pytest fixture",
            """
            import sqlite3
            from pathlib import Path


            def test_it_opens(tmp_path: Path) -> None:
                sqlite3.connect(tmp_path / "app.db").close()
            """,
        ),
        Good(
            "a shared memory database",
            'import sqlite3\n\nsqlite3.connect("file:x?mode=memory&cache=shared", uri=True)\n',
        ),
        Good("a file that is no database", 'from pathlib import Path\n\nPath("report.txt").write_text("done")\n'),
        Good(
            "declared to be there",
            {
                "app/storage.py": 'import sqlite3\n\nconnection = sqlite3.connect("data/app.db")\n',
            },
            policy="""
                [layers]
                storage = ["app.storage"]
                [stores.app]
                path = "{cwd}/data/app.db"
                owners = ["storage"]
            """,
        ),
    ),
)
