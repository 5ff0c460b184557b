"""A store that every user has one of is opened at a path that says nothing of the user.

## What it finds
Opens of a store whose `path` holds a placeholder such as `{user_id}`, at a path where the placeholder's part is
missing, or where a constant stands in its place, or a parameter that is called like another of the placeholders. A part
that another parameter, a variable or anything else decides at run time is scoped, and a path that another store
declares is that store's. A path that a function puts together is reported there, not at those who hand it a part.
Tests are not reported: they may name a user.

## Why is this bad?
All users share the one file. What one of them writes, the others read, and nothing fails.

## Example
The notes of all users land in one database.

## Options
`stores.NAME.path` with placeholders of your own: each is one segment of the path or a part of one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from statefence.api import (
    Answer,
    Bad,
    Good,
    Hit,
    Module,
    Open,
    Piece,
    Policy,
    Project,
    Rule,
    Segment,
    Store,
    Symbol,
    SymbolKind,
    Target,
    Template,
    Text,
    match,
    substitute,
)
from statefence_rules.opening import opens_decided_in
from statefence_rules.repeated import is_found_in_callee
from statefence_rules.testing_code import is_test

_NOBODY = "\x01"
"""A text that no path holds, to stand for a user's name."""
_SEPARATORS = "-_."


def check(module: Module, project: Project, policy: Policy) -> Iterator[Hit]:
    """Report each open of a store at a path that lacks one of the store's placeholders, once in a function."""
    scoped = [store for store in policy.stores if placeholders(store)]
    found: dict[tuple[str, str], Hit] = {}
    for opened in opens_decided_in(module, project) if scoped else ():
        if not is_test(module, opened.symbol):
            said = _said(opened, scoped, policy)
            if said and not is_found_in_callee(opened, project, lambda other: bool(_said(other, scoped, policy))):
                found.setdefault((opened.symbol, said), Hit(opened.span, said, opened.trace))
    yield from found.values()


def _said(opened: Open, scoped: Sequence[Store], policy: Policy) -> str:
    """What there is to say of the first target of which there is anything, empty when of none."""
    return next((said for target in opened.targets if (said := _what(target, scoped, policy))), "")


def placeholders(store: Store) -> tuple[str, ...]:
    """The names of the placeholders in the store's path, in order of appearance."""
    pieces = (piece for segment in store.path.segments for piece in segment)
    named = (piece for piece in pieces if isinstance(piece, Symbol) and piece.kind is SymbolKind.NAMED)
    return tuple(dict.fromkeys(piece.name for piece in named))


def _what(target: Target, scoped: Iterable[Store], policy: Policy) -> str:
    """What there is to say of a target, empty when nothing."""
    path = target.template
    if path is None or any(_lies_on(store.path, path) for store in policy.stores if store not in scoped):
        return ""
    for store in scoped:
        if not _lies_on(store.path, path):
            missing = lacking(path, store)
            concerned = missing
            said = f"{path} lacks {missing} of {store.path}" if missing else ""
        else:
            constants = {name: constant_in_place(path, store.path, name) for name in placeholders(store)}
            filled = [f"{constant} stands where {{{name}}} belongs" for name, constant in constants.items() if constant]
            said = concerned = " and ".join(filled) or misplaced(path, store)
        if said:
            return f"every {_whom(concerned, store)} gets the same {store.name}: {said}"
    return ""


def _whom(said: str, store: Store) -> str:
    """Whom the store should be apart for, as its placeholder calls them: the first that is spoken of."""
    name = next(name for name in placeholders(store) if f"{{{name}}}" in said)
    return name.removesuffix("_id").removesuffix("_name").replace("_", " ")


def _lies_on(pattern: Template, path: Template) -> bool:
    return match(pattern, path) is Answer.YES


def constant_in_place(path: Template, pattern: Template, name: str) -> str:
    """The literal text that a path on the pattern has where the placeholder belongs; empty when it has another."""
    named = substitute(pattern, lambda symbol: [_NOBODY if _is(symbol, name) else symbol])
    wanted = [_fitting(segment, name) for segment in pattern.segments if any(_is(piece, name) for piece in segment)]
    found = (expression.fullmatch(_text(segment)) for expression in wanted for segment in path.segments)
    for value in dict.fromkeys(fit["value"] for fit in found if fit):
        anonymous = Template(tuple(_anonymous(segment, wanted, value) for segment in path.segments))
        if _lies_on(named, anonymous):
            return value
    return ""


def misplaced(path: Template, store: Store) -> str:
    """The parameter that is called like another placeholder than the one in whose place it stands; empty if none is.

    A path of `{user_id}/{notebook}/**` that begins with `notebook` fits the pattern, and has left the user out.
    """
    names = placeholders(store)
    symbols = {piece for segment in path.segments for piece in segment if isinstance(piece, Symbol)}
    called = {symbol: symbol.name.rpartition(".")[2] for symbol in symbols if symbol.kind is SymbolKind.PARAM}
    for symbol, own in sorted(called.items(), key=lambda item: item[1]):
        for name in names if own in names else ():
            if name != own and _lies_on(_filled(store.path, name, symbol), path):
                return f"{own} stands where {{{name}}} belongs"
    return ""


def _filled(pattern: Template, name: str, symbol: Symbol) -> Template:
    """The pattern with a symbol of the path in the place of a placeholder."""
    return substitute(pattern, lambda piece: [symbol if _is(piece, name) else piece])


def _is(piece: Piece, name: str) -> bool:
    return isinstance(piece, Symbol) and piece.kind is SymbolKind.NAMED and piece.name == name


def _fitting(segment: Segment, name: str) -> re.Pattern[str]:
    """What the text of a path's segment must be to give the placeholder a value."""
    source, seen = "", False
    for piece in segment:
        if _is(piece, name):
            source += "(?P=value)" if seen else "(?P<value>.+)"
            seen = True
        else:
            source += re.escape(piece.text) if isinstance(piece, Text) else ".+"
    return re.compile(source)


def _text(segment: Segment) -> str:
    """The text of a segment that is all literal, else empty."""
    texts = [piece.text for piece in segment if isinstance(piece, Text)]
    return "".join(texts) if len(texts) == len(segment) else ""


def _anonymous(segment: Segment, wanted: Iterable[re.Pattern[str]], value: str) -> Segment:
    """The segment with nobody's name where the value gives the placeholder its own."""
    text = _text(segment)
    for expression in wanted:
        fit = expression.fullmatch(text)
        if fit and fit["value"] == value:
            return (Text(text[: fit.start("value")] + text[fit.start("value") :].replace(value, _NOBODY)),)
    return segment


def lacking(path: Template, store: Store) -> str:
    """The placeholders without which the path would be the store's, as a sentence names them; empty when none are."""
    every = placeholders(store)
    single = [name for name in every if any(_lies_on(shared, path) for shared in _left_out(store.path, (name,)))]
    if single:
        return " or ".join(f"{{{name}}}" for name in single)
    if any(_lies_on(shared, path) for shared in _left_out(store.path, every)):
        return " and ".join(f"{{{name}}}" for name in every)
    return ""


def _left_out(pattern: Template, names: tuple[str, ...]) -> Iterator[Template]:
    """A segment of nothing else goes; of any other segment its text stays, with and without the joint beside it."""
    for with_joint in (True, False):
        segments = [_shortened(segment, names, with_joint=with_joint) for segment in pattern.segments[1:]]
        if segments[-1]:
            yield Template((pattern.segments[0], *filter(None, segments)))


def _shortened(segment: Segment, names: tuple[str, ...], *, with_joint: bool) -> Segment:
    if not any(_is(piece, name) for piece in segment for name in names):
        return segment
    kept = [piece for piece in segment if not any(_is(piece, name) for name in names)]
    if with_joint or not all(isinstance(piece, Text) for piece in kept):
        return _joined(kept)
    stem, dot, suffix = _text(tuple(kept)).rpartition(".")
    return _joined([Text(f"{stem.strip(_SEPARATORS)}{dot}{suffix}" if dot else suffix.strip(_SEPARATORS))])


def _joined(pieces: Iterable[Piece]) -> Segment:
    """The pieces with neighbouring texts as one, as a path that was built has them."""
    joined: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, Text) and joined and isinstance(joined[-1], Text):
            joined[-1] = Text(joined[-1].text + piece.text)
        elif piece != Text(""):
            joined.append(piece)
    return tuple(joined)


POLICY = """
    state = "{env:APP_STATE|{home}/.app}"

    [layers]
    storage = ["app.storage"]

    [stores.notes]
    path = "{state}/users/{user_id}/notes.db"
    owners = ["storage"]

    [stores.settings]
    path = "{state}/settings.db"
    owners = ["storage"]
"""
NAMED_FILE = """
    [layers]
    storage = ["app.storage"]

    [stores.notes]
    path = "{home}/.app/notes-{user_id}.db"
    owners = ["storage"]
"""
TWO = """
    [layers]
    storage = ["app.storage"]

    [stores.notes]
    path = "{home}/.app/{space}/{user_id}/notes.json"
    kind = "file"
    owners = ["storage"]
"""

RULE = Rule(
    code="SF208",
    check=check,
    cases=(
        Bad(
            "the part is missing",
            {
                "app/storage.py": """
                import os
                import sqlite3
                from pathlib import Path

                STATE = Path(os.environ.get("APP_STATE", Path.home() / ".app"))


                def open_notes(user_id: str) -> sqlite3.Connection:
                    return sqlite3.connect(STATE / "users" / "notes.db")  # error: lacks {user_id}
                """
            },
            policy=POLICY,
        ),
        Bad(
            "a constant in its place",
            {
                "app/storage.py": """
                import os
                import sqlite3
                from pathlib import Path

                STATE = Path(os.environ.get("APP_STATE", Path.home() / ".app"))
                DEFAULT_USER = "default"


                def open_notes() -> sqlite3.Connection:
                    return sqlite3.connect(STATE / "users" / DEFAULT_USER / "notes.db")  # error: default stands where
                """
            },
            policy=POLICY,
        ),
        Bad(
            "one branch forgets the user",
            {
                "app/storage.py": """
                import os
                import sqlite3


                def open_notes(user_id: str | None = None) -> sqlite3.Connection:
                    state = os.environ["APP_STATE"]
                    path = f"{state}/users/{user_id}/notes.db" if user_id else f"{state}/users/notes.db"
                    return sqlite3.connect(path)  # error: every user gets the same notes
                """
            },
            policy=POLICY,
        ),
        Bad(
            "a part of the file's name is missing",
            {
                "app/storage.py": """
                import sqlite3
                from pathlib import Path

                plain = sqlite3.connect(Path.home() / ".app" / "notes.db")  # error: lacks {user_id}
                dangling = sqlite3.connect(Path.home() / ".app" / "notes-.db")  # error: lacks {user_id}
                named = sqlite3.connect(Path.home() / ".app" / "notes-1.db")  # error: 1 stands where {user_id} belongs
                """
            },
            policy=NAMED_FILE,
        ),
        Bad(
            "one of two placeholders, of a file",
            {
                "app/storage.py": """
                from pathlib import Path


                def save(space: str, user_id: str, text: str) -> None:
                    base = Path.home() / ".app"
                    (base / space / "notes.json").write_text(text)  # error: lacks {space} or {user_id} of
                    (base / space / "all" / "notes.json").write_text(text)  # error: all stands where {user_id} belongs
                    (base / "notes.json").write_text(text)  # error: lacks {space} and {user_id} of
                    (base / space / user_id / "notes.json").write_text(text)
                """
            },
            policy=TWO,
        ),
        Bad(
            "keyed by something else only",
            {
                "app/storage.py": """
                from pathlib import Path

                UPLOADS = Path.home() / ".app" / "uploads"


                def save(user_id: str, notebook: str, name: str, data: bytes) -> None:
                    (UPLOADS / notebook / name).write_bytes(data)  # error: notebook stands where {user_id} belongs
                    (UPLOADS / notebook / name).chmod(0o600)
                    print((UPLOADS / notebook / name).read_bytes())
                    (UPLOADS / user_id / notebook / name).write_bytes(data)
                    (UPLOADS / user_id / name).write_bytes(data)


                def load(notebook: str, name: str) -> bytes:
                    return (UPLOADS / notebook / name).read_bytes()  # error: notebook stands where {user_id} belongs


                def index(notebook: str) -> bytes:
                    return load(notebook, "index.md")
                """
            },
            policy="""
                [layers]
                storage = ["app.storage"]
                [stores.uploads]
                path = "{home}/.app/uploads/{user_id}/{notebook}/**"
                kind = "tree"
                owners = ["storage"]
            """,
        ),
        Good(
            "a parameter decides",
            {
                "app/storage.py": """
                import os
                import sqlite3
                from pathlib import Path

                STATE = Path(os.environ.get("APP_STATE", Path.home() / ".app"))


                def open_notes(user_id: str) -> sqlite3.Connection:
                    return sqlite3.connect(STATE / "users" / user_id / "notes.db")
                """
            },
            policy=POLICY,
        ),
        Good(
            "an environment variable decides",
            {
                "app/storage.py": """
                import os
                import sqlite3
                from pathlib import Path

                user = os.environ["APP_USER"]
                connection = sqlite3.connect(Path.home() / ".app" / f"notes-{user}.db")
                """
            },
            policy=NAMED_FILE,
        ),
        Good(
            "another store's path",
            {
                "app/storage.py": """
                import sqlite3
                from pathlib import Path

                connection = sqlite3.connect(Path.home() / ".app" / "settings.db")
                """
            },
            policy=POLICY,
        ),
        Good(
            "a test names its user",
            {
                "app/storage.py": "",
                "tests/test_notes.py": """
                import os
                import sqlite3


                def test_notes() -> None:
                    sqlite3.connect(f"{os.environ['APP_STATE']}/users/ann/notes.db")
                """,
            },
            policy=POLICY,
        ),
        Good("without a policy", 'import sqlite3\n\nconnection = sqlite3.connect("/srv/app/users/notes.db")\n'),
    ),
)
