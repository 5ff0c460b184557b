"""A database silently becomes one in memory when its file cannot be had or is not named.

## What it finds
Opens whose path is a file unless it is empty, missing or cannot be made, and `:memory:` then: `path or ":memory:"`, a
condition or statement that asks whether the path is empty, the default of an environment variable, an `except` that
assigns, returns or opens memory. Also an `except` that puts an empty dict in the place of an opened mapping (`shelve`,
`dbm`, `diskcache`, `sqlitedict`, or a store of the policy).

A flag that asks for memory is a choice, not a fallback, and so are an optional parameter that a caller leaves out and
two branches with an open in each. A line in a log tells the caller nothing, so it changes nothing. Tests are not
reported.

## Why is this bad?
The program starts, accepts what it is given, and has lost it when it ends. A variable that is misspelled or a directory
that is read-only would have been noticed at once.

## Example
Without the variable, everything is kept in memory.

## Options
It needs none; `stores` widens what a dict may not stand in for.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from statefence.api import Bad, Good, Hit, Module, Open, PathKind, Place, Policy, Project, Rule, Step
from statefence_rules.opening import opens_decided_in, stores_at
from statefence_rules.paths._fallbacks import AFTER_EXCEPTION, asked_empty, why_taken
from statefence_rules.paths._origins import origins
from statefence_rules.syntax import assigned, span_of, syntax, value_of
from statefence_rules.testing_code import is_test

_MEMORY = ("sqlite://", "sqlite:///", "sqlite+aiosqlite://", "sqlite+aiosqlite:///")
_MAPPINGS = ("shelve.", "dbm.", "diskcache.", "sqlitedict.")


def check(module: Module, project: Project, policy: Policy) -> Iterator[Hit]:
    """Report each open that falls back to memory, and each dict that an opened mapping falls back to."""
    opens = [each for each in opens_decided_in(module, project) if each.database and not is_test(module, each.symbol)]
    files = [opened for opened in opens if opened.targets[0].kind is not PathKind.MEMORY]
    for opened in opens:
        if opened not in files:
            yield from _stand_in(module, opened, files) or _value(module, project, opened)
        elif any(target.kind is PathKind.MEMORY for target in opened.targets):
            yield from _value(module, project, opened)
    for opened in files:
        if opened.api.startswith(_MAPPINGS) or any(stores_at(target, policy) for target in opened.targets):
            yield from _dict(module, opened)


def _value(module: Module, project: Project, opened: Open) -> Iterator[Hit]:
    """An open that is handed a path which memory may have taken the place of."""
    if opened.argument is None:
        return
    is_main = opened.targets[0].kind is PathKind.MEMORY
    for origin in origins(project, module, opened.argument):
        why = why_taken(origin) if _is_memory(origin.node) else ""
        if is_main and (why != AFTER_EXCEPTION or span_of(origin.node) == opened.argument):
            continue  # memory is what a caller gets that names no file, or is said outright
        if why:
            step = Step(Place(origin.module.path, span_of(origin.node)), "memory takes the place of the file")
            yield Hit(opened.span, f"the database is in memory {why}, and nobody is told", (step, *opened.trace))
            return


def _is_memory(node: ast.expr) -> bool:
    text = node.value if isinstance(node, ast.Constant) else None
    return isinstance(text, str) and (":memory:" in text or "mode=memory" in text or text in _MEMORY)


def _stand_in(module: Module, opened: Open, files: list[Open]) -> list[Hit]:
    """An open of memory in a handler, where the `try` is for the open of a file, or where that gave nothing."""
    within = syntax(module)
    call = within.expressions.get(opened.span)
    if call is None:
        return []
    tried, why = _failed(module, call, files), AFTER_EXCEPTION
    if tried is None:
        tried, why = _missing(module, call, files), "when the file was not opened"
    if tried is None:
        return []
    step = Step(Place(opened.path, span_of(tried)), "this is tried first")
    return [Hit(opened.span, f"the database is in memory {why}, and nobody is told", (step, *opened.trace))]


def _failed(module: Module, call: ast.expr, files: list[Open]) -> ast.expr | None:
    """What the `try` tries, in whose handler the call stands."""
    within = syntax(module)
    handler = within.handler(call)
    attempt = None if handler is None else within.parents[handler]
    if not isinstance(attempt, ast.Try | ast.TryStar):
        return None
    return _tried(module, attempt, within.statement(call), files)


def _missing(module: Module, call: ast.expr, files: list[Open]) -> ast.expr | None:
    """The open of a file into the variable that the call fills where it is found empty."""
    within = syntax(module)
    statement = within.statement(call)
    branch = within.parents.get(statement)
    if not isinstance(branch, ast.If) or asked_empty(module, branch, statement) != assigned(module, statement):
        return None
    opened = (within.expressions.get(file.span) for file in files)
    return next((each for each in opened if each is not None and _fills(module, each, statement)), None)


def _fills(module: Module, opened: ast.expr, statement: ast.AST) -> bool:
    """Whether what is opened goes where another statement of the same function puts something."""
    within = syntax(module)
    filling = within.statement(opened)
    same = within.function(filling) is within.function(statement)
    return same and value_of(filling) is opened and assigned(module, filling) == assigned(module, statement)


def _tried(module: Module, attempt: ast.Try | ast.TryStar, statement: ast.AST, files: list[Open]) -> ast.expr | None:
    """The open of a file in the body, or the call whose result the handler's statement replaces."""
    spans = {opened.span for opened in files}
    for node in (part for each in attempt.body for part in ast.walk(each) if isinstance(part, ast.stmt | ast.expr)):
        if isinstance(node, ast.expr):
            if span_of(node) in spans:
                return node
        elif assigned(module, node) == assigned(module, statement) and isinstance(value := value_of(node), ast.Call):
            return value
    return None


def _dict(module: Module, opened: Open) -> Iterator[Hit]:
    """The empty dicts that the handlers of a `try` put in the place of what was opened in it."""
    within = syntax(module)
    call = within.expressions.get(opened.span)
    ancestors = [] if call is None else list(within.ancestors(call))
    if len(ancestors) < 2 or not isinstance(ancestors[0], ast.Assign | ast.AnnAssign | ast.Return):
        return
    attempt = ancestors[1]
    if isinstance(attempt, ast.Try) and ancestors[0] in attempt.body:
        for statement in (each for handler in attempt.handlers for each in handler.body):
            if assigned(module, statement) == assigned(module, ancestors[0]) and _is_empty_dict(value_of(statement)):
                step = Step(Place(opened.path, opened.span), "this is the file")
                message = "a dict takes the place of what is stored after an exception, and nobody is told"
                yield Hit(span_of(statement), message, (step,))


def _is_empty_dict(value: ast.expr | None) -> bool:
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Name) and value.func.id == "dict" and not (value.args or value.keywords)
    return isinstance(value, ast.Dict) and not value.values


RULE = Rule(
    code="SF207",
    check=check,
    cases=(
        Bad(
            "the default of a variable",
            """
            import os
            import sqlite3

            connection = sqlite3.connect(os.environ.get("DATABASE", ":memory:"))  # error: when the variable is not set
            """,
        ),
        Bad(
            "or",
            """
            import os
            import sqlite3

            DATABASE = os.getenv("DATABASE") or ":memory:"


            def connect() -> sqlite3.Connection:
                return sqlite3.connect(DATABASE)  # error: when the path is empty
            """,
        ),
        Bad(
            "of settings, in another module",
            {
                "app/config.py": """
                from app.settings import settings

                DATABASE = settings.database or ":memory:"
                """,
                "app/settings.py": "settings = load()\n",
                "app/storage.py": """
                import sqlite3

                from app import config
                from app.config import DATABASE

                connection = sqlite3.connect(config.DATABASE)  # error: when the path is empty
                other = sqlite3.connect(DATABASE)  # error: when the path is empty
                """,
            },
        ),
        Bad(
            "an exception while the path is made",
            """
            import sqlite3
            from pathlib import Path


            def path() -> str:
                try:
                    directory = Path.home() / ".app"
                    directory.mkdir(exist_ok=True)
                    return str(directory / "app.db")
                except OSError:
                    return ":memory:"


            connection = sqlite3.connect(path())  # error: after an exception
            """,
        ),
        Bad(
            "an exception while it is opened",
            """
            import logging
            import sqlite3


            class Store:
                def __init__(self, path: str) -> None:
                    try:
                        self.connection = sqlite3.connect(path)
                    except sqlite3.Error:
                        logging.warning("no database, going on without")
                        self.connection = sqlite3.connect(":memory:")  # error: after an exception
            """,
        ),
        Bad(
            "an exception while a function opens it",
            """
            import sqlite3
            from pathlib import Path


            def opened() -> sqlite3.Connection:
                return sqlite3.connect(Path.home() / "app.db")


            def connect() -> sqlite3.Connection:
                try:
                    connection = opened()
                except sqlite3.Error:
                    connection = sqlite3.connect(":memory:")  # error: after an exception
                return connection
            """,
        ),
        Bad(
            "a statement that asks whether there is a path",
            """
            import sqlite3


            def connect(settings) -> sqlite3.Connection:
                path = settings.path
                if not path:
                    path = ":memory:"
                return sqlite3.connect(path)  # error: when the path is empty


            def connect_once(path: str) -> sqlite3.Connection:
                return sqlite3.connect(path if path else ":memory:")  # error: when the path is empty
            """,
        ),
        Bad(
            "SQLAlchemy",
            """
            import os

            from sqlalchemy import create_engine

            engine = create_engine(os.environ.get("DATABASE_URL", "sqlite://"))  # error: when the variable is not set
            """,
        ),
        Bad(
            "a dict for a shelf",
            """
            import shelve


            def load(path: str):
                try:
                    cache = shelve.open(path)
                except OSError:
                    cache = {}  # error: a dict takes the place
                return cache
            """,
        ),
        Bad(
            "an exception before it is opened, further down",
            """
            import sqlite3


            def connect(path: str) -> sqlite3.Connection:
                try:
                    return sqlite3.connect(path)
                except sqlite3.Error:
                    path = ":memory:"
                return sqlite3.connect(path)  # error: after an exception
            """,
        ),
        Bad(
            "an exception that is suppressed",
            """
            import contextlib
            import sqlite3


            def connect(path: str) -> sqlite3.Connection:
                connection = None
                with contextlib.suppress(sqlite3.Error):
                    connection = sqlite3.connect(path)
                if connection is None:
                    connection = sqlite3.connect(":memory:")  # error: when the file was not opened
                return connection
            """,
        ),
        Good(
            "a file",
            """
            import os
            import sqlite3
            from pathlib import Path

            connection = sqlite3.connect(os.environ.get("DATABASE") or Path.home() / ".app" / "app.db")
            """,
        ),
        Good("memory, said outright", 'import sqlite3\n\nconnection = sqlite3.connect(":memory:")\n'),
        Good(
            "a flag",
            """
            import sqlite3
            from pathlib import Path


            def connect(dry_run: bool = False) -> sqlite3.Connection:
                return sqlite3.connect(":memory:" if dry_run else Path.home() / "app.db")


            def connect_later(persistent: bool) -> sqlite3.Connection:
                if not persistent:
                    return sqlite3.connect(":memory:")
                return sqlite3.connect(Path.home() / "app.db")
            """,
        ),
        Good(
            "a caller may leave the path out",
            """
            import sqlite3


            def connect(path: str = ":memory:") -> sqlite3.Connection:
                return sqlite3.connect(path)


            def connect_or_not(path: str | None = None) -> sqlite3.Connection:
                if path is None:
                    return sqlite3.connect(":memory:")
                return sqlite3.connect(path)


            def connect_if(path: str | None) -> sqlite3.Connection:
                return sqlite3.connect(path) if path else sqlite3.connect(":memory:")


            def connect_anyhow(path: str | None = None) -> sqlite3.Connection:
                return sqlite3.connect(path or ":memory:")
            """,
        ),
        Good(
            "the exception goes on",
            """
            import sqlite3


            def connect(path: str) -> sqlite3.Connection:
                try:
                    return sqlite3.connect(path)
                except sqlite3.Error as error:
                    raise SystemExit(f"cannot open {path}") from error
            """,
        ),
        Good(
            "a file that is not there yet",
            """
            import json
            from pathlib import Path


            def load(path: Path) -> dict[str, str]:
                try:
                    return json.loads(path.read_text())
                except FileNotFoundError:
                    return {}
            """,
        ),
        Good(
            "a test",
            {
                "tests/conftest.py": """
                import os
                import sqlite3

                connection = sqlite3.connect(os.environ.get("DATABASE", ":memory:"))
                """
            },
        ),
    ),
)
