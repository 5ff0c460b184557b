"""A path is opened that is, or can be, one at which no database may ever be.

## What it finds
Opens whose path provably is one of the policy's `forbidden` paths, and those where an environment variable chooses a
part of the path and some value of it gives a forbidden one. A variable that the policy's `env` table declares is
trusted to hold what it should; what its fallbacks read is not. Parts that a parameter chooses, or that are not known,
are never reported, nor is a call that only fills an id in where the path is a forbidden one whatever it is. Opens that
can only read, and removals, are what a repair does, and pass.

## Why is this bad?
SQLite makes an empty database wherever it is pointed. The stray file then holds whatever was written while the variable
was wrong, the real one misses it, and both look healthy.

## Example
The host that runs decides where the configuration is kept.

## Fix safety
Unsafe: the call is replaced by the `open-with` of the store that the forbidden database's content belongs to.

## Options
`forbidden` lists the paths, each with `belongs-to` and a `reason`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import product

from statefence.api import (
    Answer,
    Bad,
    Forbidden,
    Glob,
    Good,
    Hit,
    Mode,
    Module,
    Open,
    Piece,
    Policy,
    Project,
    Rule,
    Safety,
    Segment,
    Symbol,
    SymbolKind,
    Target,
    Template,
    Text,
    match,
    substitute,
)
from statefence_rules.opening import only_fills_in, open_instead, opens_decided_in, store_named

_REPAIRS = frozenset({Mode.READ, Mode.REMOVE})
_ANY_NAME = "x"


def check(module: Module, project: Project, policy: Policy) -> Iterator[Hit]:
    """Report each open that is or can be a forbidden database, once."""
    trusted = frozenset(variable.name for variable in policy.variables)
    for opened in opens_decided_in(module, project):
        if opened.mode not in _REPAIRS:
            yield from _first(module, project, opened, policy, trusted)


def _first(module: Module, project: Project, opened: Open, policy: Policy, trusted: frozenset[str]) -> Iterator[Hit]:
    for target, forbidden in product(opened.targets, policy.forbidden):
        said = _what(target, forbidden, trusted)
        if said and not only_fills_in(opened, target, project, partial(_is_at, forbidden)):
            reason = f": {forbidden.reason}" if forbidden.reason else ""
            store = store_named(forbidden.belongs_to, policy)
            trace = (*target.trace, *opened.way(target))
            yield Hit(opened.span, f"{said}{reason}", trace, open_instead(module, opened, store))
            return


def _is_at(forbidden: Forbidden, target: Target) -> bool:
    return target.template is not None and match(forbidden.path, target.template) is Answer.YES


def _what(target: Target, forbidden: Forbidden, trusted: frozenset[str]) -> str:
    """What there is to say of a target, empty when nothing."""
    if target.template is None:
        return ""
    if match(forbidden.path, target.template) is Answer.YES:
        return f"this is the forbidden path {forbidden.path}"
    values = witness(target.template, forbidden.path, trusted)
    given = ", ".join(f"{name}={value}" for name, value in values.items())
    return f"this can be the forbidden path {forbidden.path}, when {given}" if values else ""


def witness(path: Template, pattern: Template, trusted: frozenset[str]) -> dict[str, str]:
    """Values of environment variables with which `path` provably matches `pattern`; empty when none were found.

    Only variables that choose a part of a path count: with another base every path can be any other.
    """
    chosen = _untrusted_symbols(path, trusted)
    options = [sorted(_candidates(symbol, path, pattern)) for symbol in chosen]
    for values in product(*options) if chosen else ():
        given = dict(zip(chosen, values, strict=True))
        if _leads_to(path, given, pattern):
            return {_untrusted_name(symbol, trusted): value for symbol, value in given.items()}
    return {}


def _leads_to(path: Template, given: dict[Symbol, str], pattern: Template) -> bool:
    """Whether the path provably matches the pattern once the symbols have these values."""
    return match(pattern, substitute(path, lambda symbol: [given.get(symbol, symbol)])) is Answer.YES


def _untrusted_symbols(path: Template, trusted: frozenset[str]) -> list[Symbol]:
    """The symbols below the base through which a variable that is not trusted decides."""
    pieces = [piece for segment in path.segments[1:] for piece in segment if isinstance(piece, Symbol)]
    return list(dict.fromkeys(symbol for symbol in pieces if _untrusted_name(symbol, trusted)))


def _untrusted_name(symbol: Symbol, trusted: frozenset[str]) -> str:
    """The first variable of the symbol's fallback chain that is not trusted, empty when there is none."""
    if symbol.kind is not SymbolKind.ENV:
        return ""
    if symbol.name not in trusted:
        return symbol.name
    pieces = [piece for segment in symbol.default.segments for piece in segment] if symbol.default else []
    names = (_untrusted_name(piece, trusted) for piece in pieces if isinstance(piece, Symbol))
    return next(filter(None, names), "")


def _candidates(symbol: Symbol, path: Template, pattern: Template) -> set[str]:
    """Texts that make a segment with the symbol equal to a segment of the pattern."""
    wanted = {"".join(map(_literal, segment)) for segment in pattern.segments[1:]}
    found: set[str] = set()
    for segment in path.segments[1:]:
        if symbol in segment:
            before, after = _around(segment, symbol)
            fitting = (text for text in wanted if text.startswith(before) and text.endswith(after))
            found.update(text[len(before) : len(text) - len(after)] for text in fitting)
    return found - {""}


def _around(segment: Segment, symbol: Symbol) -> tuple[str, str]:
    at = segment.index(symbol)
    return "".join(map(_literal, segment[:at])), "".join(map(_literal, segment[at + 1 :]))


def _literal(piece: Piece) -> str:
    """One text that the piece can stand for."""
    if isinstance(piece, Text):
        return piece.text
    return _ANY_NAME if isinstance(piece, Glob) else ""


POLICY = """
    state = "{env:APP_STATE|{home}/.app}"

    [layers]
    storage = ["app.storage"]

    [env.CONFIG_HOST]
    ensure = "main"

    [stores.admin]
    path = "{state}/main.db"
    owners = ["storage"]
    open-with = "app.storage:open_admin"

    [[forbidden]]
    path = "{state}/*_runtime/*_runtime.db"
    belongs-to = "admin"
    reason = "the configuration has one database"
"""
STORAGE = """
    import os
    import sqlite3
    from pathlib import Path

    STATE = Path(os.environ.get("APP_STATE", Path.home() / ".app"))


    def open_admin() -> sqlite3.Connection:
        return sqlite3.connect(STATE / "main.db")
"""

RULE = Rule(
    code="SF202",
    check=check,
    fix=Safety.UNSAFE,
    cases=(
        Bad(
            "an environment variable chooses it",
            {
                "app/storage.py": STORAGE,
                "app/config.py": """
                import os
                import sqlite3

                from app.storage import STATE

                host = os.environ.get("CONFIG_HOST") or os.environ.get("HOST") or "main"
                connection = sqlite3.connect(STATE / host / f"{host}.db")  # error: when HOST=x_runtime
                """,
            },
            fixed={
                "app/config.py": """
                import os
                import sqlite3

                from app.storage import STATE
                from app.storage import open_admin

                host = os.environ.get("CONFIG_HOST") or os.environ.get("HOST") or "main"
                connection = open_admin()
                """
            },
            policy=POLICY,
        ),
        Bad(
            "written out",
            {
                "app/storage.py": STORAGE,
                "app/chat.py": """
                import sqlite3

                from app.storage import STATE

                connection = sqlite3.connect(STATE / "a_runtime" / "a_runtime.db", timeout=5)  # error: is the forbidden
                """,
            },
            policy=POLICY,
        ),
        Bad(
            "one of two branches",
            {
                "app/storage.py": STORAGE,
                "app/chat.py": """
                import sqlite3

                from app.storage import STATE


                def connect(chat: bool) -> sqlite3.Connection:
                    name = "chat_runtime" if chat else "main"
                    return sqlite3.connect(STATE / name / f"{name}.db", timeout=5)  # error: one database
                """,
            },
            policy=POLICY,
        ),
        Bad(
            "the default state directory",
            {
                "app/storage.py": STORAGE,
                "app/chat.py": """
                import os
                import sqlite3

                from app.storage import STATE

                path = os.path.join(STATE, os.environ["HOST"], "chat_runtime.db")
                connection = sqlite3.connect(path, timeout=5)  # error: HOST=
                """,
            },
            policy=POLICY,
        ),
        Good(
            "the variable that the policy declares",
            {
                "app/storage.py": STORAGE,
                "app/config.py": """
                import os
                import sqlite3

                from app.storage import STATE

                host = os.environ.get("CONFIG_HOST", "main")
                connection = sqlite3.connect(STATE / host / f"{host}.db")
                """,
            },
            policy=POLICY,
        ),
        Good(
            "a variable for the whole path",
            {
                "app/storage.py": STORAGE,
                "app/config.py": 'import os\nimport sqlite3\n\nconnection = sqlite3.connect(os.environ["DATABASE"])\n',
            },
            policy=POLICY,
        ),
        Good(
            "a variable that cannot make it so",
            {
                "app/storage.py": STORAGE,
                "app/chat.py": """
                import os
                import sqlite3

                from app.storage import STATE

                connection = sqlite3.connect(STATE / os.environ["HOST"] / "runtime.db")
                """,
            },
            policy=POLICY,
        ),
        Good(
            "a parameter",
            {
                "app/storage.py": STORAGE,
                "app/chat.py": """
                import sqlite3

                from app.storage import STATE


                def connect(name: str) -> sqlite3.Connection:
                    return sqlite3.connect(STATE / name / f"{name}.db")
                """,
            },
            policy=POLICY,
        ),
        Bad(
            "of an id that a caller fills in",
            {
                "app/storage.py": STORAGE,
                "app/chat.py": """
                import sqlite3

                from app.storage import STATE


                def connect(name: str) -> sqlite3.Connection:
                    return sqlite3.connect(STATE / "a_runtime" / f"{name}_runtime.db", timeout=5)  # error: forbidden


                def connect_in(directory: str) -> sqlite3.Connection:
                    return sqlite3.connect(STATE / directory / "a_runtime.db", timeout=5)


                def connect_all() -> list[sqlite3.Connection]:
                    return [connect("first"), connect_in("other"), connect_in("other_runtime")]  # error: forbidden
                """,
            },
            fixed={
                "app/chat.py": """
                import sqlite3

                from app.storage import STATE
                from app.storage import open_admin


                def connect(name: str) -> sqlite3.Connection:
                    return sqlite3.connect(STATE / "a_runtime" / f"{name}_runtime.db", timeout=5)  # error: forbidden


                def connect_in(directory: str) -> sqlite3.Connection:
                    return sqlite3.connect(STATE / directory / "a_runtime.db", timeout=5)


                def connect_all() -> list[sqlite3.Connection]:
                    return [connect("first"), connect_in("other"), open_admin()]
                """,
            },
            policy=POLICY,
        ),
        Bad(
            "beside the file of an object that others made",
            {
                "app/storage.py": STORAGE,
                "app/library.py": """
                import sqlite3


                class Library:
                    def __init__(self, path: str) -> None:
                        self.path = path
                        self.connection = sqlite3.connect(path, timeout=5)
                """,
                "app/chat.py": """
                import os

                from app.library import Library
                from app.storage import STATE


                def join(library: Library) -> Library:
                    return Library(os.path.dirname(library.path) + "/a_runtime.db")  # error: the forbidden


                library = Library(STATE / "a_runtime" / "sessions.db")
                join(library)
                """,
            },
            policy=POLICY.replace("{state}/*_runtime/*_runtime.db", "{any}/a_runtime.db"),
        ),
        Good(
            "the repair reads and renames it",
            {
                "app/storage.py": STORAGE,
                "app/repair.py": """
                import os
                import sqlite3

                from app.storage import STATE

                stray = STATE / "chat_runtime" / "chat_runtime.db"
                connection = sqlite3.connect(f"file:{stray}?mode=ro", uri=True)
                os.replace(stray, f"{stray}.bak")
                stray.unlink()
                """,
            },
            policy=POLICY,
        ),
        Good("without a policy", 'import sqlite3\n\nconnection = sqlite3.connect("/srv/x_runtime/x_runtime.db")\n'),
    ),
)
