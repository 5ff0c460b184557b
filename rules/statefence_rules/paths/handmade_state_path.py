"""A path of the state is put together by hand, not by the function that is there to open it.

## What it finds
Opens whose file provably is a store with an `open-with`, in code that may open it (a layer that owns it, or no layer)
outside the module of `open-with`, where the path is spelled outside that module too. A path that comes from the
module of `open-with` (where it is defined, too), or from one that it imports, is not spelled by hand.

Where the policy's `state` begins with a variable, it also finds the opens in the state directory that spell its default
and never ask the variable; if that default is the whole home or working directory, only those of stores. Layers
that do not own the store are what SF201 finds; tests, and calls that only move or remove a database's file, are not
reported.

## Why is this bad?
The path is then written in two places, and one day only one of them changes: a variable is asked, a directory is
renamed, and half of the program goes on with the old file. What `open-with` sets up, the hand-made open lacks.

## Example
The clean-up opens the sessions by a path of its own.

## Fix safety
Unsafe: the call is replaced by the store's `open-with`, which may set up the connection differently. Calls that set
more than the path are left alone, since that would be lost.

## Options
`state`, `stores.NAME.path` and `open-with`; `owners` and `layers` say who may open a store.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from itertools import islice

from statefence.api import (
    Answer,
    Bad,
    Edit,
    Glob,
    Good,
    Hit,
    Mode,
    Module,
    Open,
    Policy,
    Project,
    Rule,
    Safety,
    Store,
    StoreKind,
    Symbol,
    SymbolKind,
    Target,
    Template,
    Text,
    match,
)
from statefence_rules.opening import open_instead, opens_decided_in, stores_at
from statefence_rules.paths._origins import defining_modules, imported_modules, origins
from statefence_rules.testing_code import is_test


def check(module: Module, project: Project, policy: Policy) -> Iterator[Hit]:
    """Report each open of a state path that is spelled by hand, once."""
    for opened in opens_decided_in(module, project):
        if not is_test(module, opened.symbol):
            hits = (hit for target in opened.targets for hit in _hits(module, project, policy, opened, target))
            yield from islice(hits, 1)


def _hits(module: Module, project: Project, policy: Policy, opened: Open, target: Target) -> Iterator[Hit]:
    layer = policy.layer_of(module.name)
    stores = [store for store in stores_at(target, policy) if layer is None or layer in store.owners]
    for store in stores:
        if is_opened_by(opened, store) and is_spelled_by_hand(module, project, opened, store):
            message = f"the path of {store.name} is put together here, and {store.open_with} is there to open it"
            yield Hit(opened.span, message, (*target.trace, *opened.way(target)), open_instead(module, opened, store))
    variable = ignored_variable(opened, target, policy)
    if variable and (stores or not stores_at(target, policy)):
        message = f"{target.template} is right only where {variable} is not set, and {variable} is never asked"
        yield Hit(opened.span, message, (*target.trace, *opened.way(target)), _edits(module, opened, stores))


def _edits(module: Module, opened: Open, stores: Iterable[Store]) -> tuple[Edit, ...]:
    return next((open_instead(module, opened, store) for store in stores), ())


def is_opened_by(opened: Open, store: Store) -> bool:
    """Whether the call does what the store's `open-with` is for, rather than move or remove its file."""
    if store.kind is StoreKind.SQLITE:
        return opened.database
    return opened.mode is not Mode.REMOVE


def is_spelled_by_hand(module: Module, project: Project, opened: Open, store: Store) -> bool:
    """Whether the file's name is spelled only in modules that the store's `open-with` has nothing to do with."""
    name = _file_name(store)
    if opened.argument is None or store.open_with is None or not name:
        return False
    home, _, function = store.open_with.partition(":")
    homes = defining_modules(project, home, function)
    if module.name in {each.name for each in homes}:
        return False
    resolvers = {each.name for each in homes}.union(*(imported_modules(each, project) for each in homes[-1:]))
    spelled = {each.module.name for each in origins(project, module, opened.argument) if _spells(each.node, name)}
    return bool(spelled) and spelled.isdisjoint(resolvers)


def _spells(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and name in node.value


def _file_name(store: Store) -> str:
    """The longest literal text of the last segment that has any."""
    texts = [[piece.text for piece in segment if isinstance(piece, Text)] for segment in store.path.segments[1:]]
    return max(next(filter(None, reversed(texts)), [""]), key=len)


def ignored_variable(opened: Open, target: Target, policy: Policy) -> str:
    """The variable that says where the state is, when the target is the default and nothing asks it; else empty."""
    root = policy.state.segments[0][0] if policy.state is not None and policy.state.segments[0] else None
    if policy.state is None or target.template is None or not isinstance(root, Symbol) or root.default is None:
        return ""
    directory = (*root.default.segments, *policy.state.segments[1:])
    if len(directory) == 1 and not stores_at(target, policy):
        return ""  # the whole home or working directory: not all that lies there is state
    default = Template((*directory, (Glob("**"),)))
    lies_in_default = root.kind is SymbolKind.ENV and match(default, target.template) is Answer.YES
    asks = any(root.name in variables(each.template) for each in opened.targets if each.template is not None)
    meant = any(root.name not in variables(store.path) for store in stores_at(target, policy))
    return root.name if lies_in_default and not asks and not meant else ""


def variables(path: Template) -> set[str]:
    """The environment variables that a path asks, one after another."""
    symbols = [piece for segment in path.segments for piece in segment if isinstance(piece, Symbol)]
    defaults = [variables(symbol.default) for symbol in symbols if symbol.default is not None]
    return {symbol.name for symbol in symbols if symbol.kind is SymbolKind.ENV}.union(*defaults)


POLICY = """
    [layers]
    storage = ["app.storage.**"]
    chat = ["app.chat"]

    [stores.sessions]
    path = "{home}/.app/sessions.db"
    owners = ["storage"]
    open-with = "app.storage.opening:open_sessions"

    [stores.cache]
    path = "{home}/.app/cache.db"
    owners = ["storage"]
"""
OPENING = """
    import sqlite3
    from pathlib import Path

    SESSIONS = Path.home() / ".app" / "sessions.db"


    def open_sessions() -> sqlite3.Connection:
        return sqlite3.connect(SESSIONS, timeout=30)
"""
VARIABLE = """
    state = "{env:APP_STATE|{home}/.app}"

    [layers]
    storage = ["app.storage.**"]
    chat = ["app.chat"]

    [stores.sessions]
    path = "{state}/sessions.db"
    owners = ["storage"]
"""

RULE = Rule(
    code="SF204",
    check=check,
    fix=Safety.UNSAFE,
    cases=(
        Bad(
            "a layer that owns it",
            {
                "app/chat.py": "",
                "app/storage/opening.py": OPENING,
                "app/storage/cleanup.py": """
                import sqlite3
                from pathlib import Path


                def clean() -> None:
                    connection = sqlite3.connect(Path.home() / ".app" / "sessions.db")  # error: open_sessions is there
                    connection.execute("DELETE FROM sessions")
                """,
            },
            fixed={
                "app/storage/cleanup.py": """
                import sqlite3
                from pathlib import Path
                from app.storage.opening import open_sessions


                def clean() -> None:
                    connection = open_sessions()
                    connection.execute("DELETE FROM sessions")
                """
            },
            policy=POLICY,
        ),
        Bad(
            "code of no layer, with settings of its own",
            {
                "app/chat.py": "",
                "app/storage/opening.py": OPENING,
                "app/report.py": """
                import sqlite3
                from pathlib import Path

                HOME = Path.home() / ".app"
                NAME = "sessions.db"


                def path() -> Path:
                    return HOME / NAME


                connection = sqlite3.connect(path(), timeout=5)  # error: the path of sessions
                """,
            },
            policy=POLICY,
        ),
        Bad(
            "spelled in a module that another hands it on from",
            {
                "app/chat.py": "",
                "app/storage/opening.py": OPENING,
                "app/places.py": """
                from pathlib import Path

                SESSIONS = Path.home() / ".app" / "sessions.db"
                """,
                "app/common.py": "from app.places import SESSIONS as PATH",
                "app/report.py": """
                import sqlite3

                from app.common import PATH

                connection = sqlite3.connect(PATH, timeout=5)  # error: the path of sessions
                """,
            },
            policy=POLICY,
        ),
        Bad(
            "spelled in a third module",
            {
                "app/chat.py": "",
                "app/storage/opening.py": OPENING,
                "app/places.py": """
                from pathlib import Path

                SESSIONS = Path.home() / ".app" / "sessions.db"
                """,
                "app/report.py": """
                import sqlite3

                from app import places

                connection = sqlite3.connect(places.SESSIONS)  # error: the path of sessions
                """,
            },
            fixed={
                "app/report.py": """
                import sqlite3

                from app import places
                from app.storage.opening import open_sessions

                connection = open_sessions()
                """
            },
            policy=POLICY,
        ),
        Bad(
            "the variable is never asked",
            {
                "app/chat.py": """
                from pathlib import Path

                text = (Path.home() / ".app" / "notes.txt").read_text()  # error: APP_STATE is never asked
                """,
                "app/storage/sessions.py": """
                import sqlite3
                from pathlib import Path

                connection = sqlite3.connect(Path.home() / ".app" / "sessions.db")  # error: only where APP_STATE is not
                """,
            },
            policy=VARIABLE,
        ),
        Bad(
            "the working directory that a variable stands for",
            {
                "app/storage.py": """
                import os
                import sqlite3

                STATE = os.environ.get("APP_STATE", os.getcwd())
                connection = sqlite3.connect(os.path.join(STATE, "sessions.db"))
                other = sqlite3.connect("sessions.db")  # error: APP_STATE is never asked
                report = sqlite3.connect("report.db")
                """,
            },
            policy="""
            state = "{env:APP_STATE|{cwd}}"

            [layers]
            storage = ["app.storage"]

            [stores.sessions]
            path = "{state}/sessions.db"
            owners = ["storage"]
            """,
        ),
        Good(
            "the path comes from the resolver's module",
            {
                "app/chat.py": "",
                "app/storage/opening.py": OPENING,
                "app/storage/cleanup.py": """
                import sqlite3

                from app.storage import opening
                from app.storage.opening import SESSIONS

                connection = sqlite3.connect(SESSIONS)
                other = sqlite3.connect(opening.SESSIONS)
                """,
            },
            policy=POLICY,
        ),
        Good(
            "both take it from one module",
            {
                "app/chat.py": "",
                "app/storage/places.py": """
                from pathlib import Path

                SESSIONS = Path.home() / ".app" / "sessions.db"
                """,
                "app/storage/opening.py": """
                import sqlite3

                from .places import SESSIONS


                def open_sessions() -> sqlite3.Connection:
                    return sqlite3.connect(SESSIONS)
                """,
                "app/storage/cleanup.py": """
                import sqlite3

                from .places import SESSIONS

                connection = sqlite3.connect(SESSIONS)
                """,
            },
            policy=POLICY,
        ),
        Good(
            "the package hands the resolver on",
            {
                "app/__init__.py": "",
                "app/chat.py": "",
                "app/storage/__init__.py": "",
                "app/storage/opening/__init__.py": "from app.storage.opening.really import open_sessions\n",
                "app/storage/opening/really.py": OPENING,
            },
            policy=POLICY,
        ),
        Good(
            "a layer that does not own it is what SF201 finds",
            {
                "app/storage/opening.py": OPENING,
                "app/chat.py": """
                import sqlite3
                from pathlib import Path

                connection = sqlite3.connect(Path.home() / ".app" / "sessions.db")
                """,
            },
            policy=POLICY,
        ),
        Good(
            "a store without a function to open it",
            {
                "app/chat.py": "",
                "app/storage/opening.py": OPENING,
                "app/storage/cache.py": """
                import sqlite3
                from pathlib import Path

                connection = sqlite3.connect(Path.home() / ".app" / "cache.db")
                """,
            },
            policy=POLICY,
        ),
        Good(
            "its file is removed",
            {
                "app/chat.py": "",
                "app/storage/opening.py": OPENING,
                "app/storage/reset.py": """
                from pathlib import Path

                (Path.home() / ".app" / "sessions.db").unlink()
                """,
            },
            policy=POLICY,
        ),
        Good(
            "a test looks into it",
            {
                "app/chat.py": "",
                "app/storage/opening.py": OPENING,
                "tests/test_sessions.py": """
                import sqlite3
                from pathlib import Path


                def test_sessions() -> None:
                    sqlite3.connect(Path.home() / ".app" / "sessions.db")
                """,
            },
            policy=POLICY,
        ),
        Good(
            "the variable is asked",
            {
                "app/chat.py": "",
                "app/storage/sessions.py": """
                import os
                import sqlite3
                from pathlib import Path

                STATE = Path(os.environ.get("APP_STATE") or Path.home() / ".app")
                connection = sqlite3.connect(STATE / "sessions.db")
                """,
            },
            policy=VARIABLE,
        ),
        Good(
            "a path that is not known",
            {
                "app/chat.py": "",
                "app/storage/opening.py": OPENING,
                "app/storage/copy.py": """
                import sqlite3


                def connect(path: str) -> sqlite3.Connection:
                    return sqlite3.connect(path)
                """,
            },
            policy=POLICY,
        ),
    ),
)
