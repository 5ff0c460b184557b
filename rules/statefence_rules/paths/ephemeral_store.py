"""A store that must last is opened below a temporary directory, or in memory when its file is not given.

## What it finds
Opens below a temporary directory whose file name is that of a `durable` store, and opens of a durable store that under
another branch, variable or handler land below a temporary directory or in memory. Tests are not reported, nor is a
temporary file of another name where nothing leads to the store, nor what is asked for in words: by a flag such as
`dry_run` or `in_memory` that is off by default, or for a copy that lasts as long as a `with`, in a function that opens
the store itself too.

## Why is this bad?
Everything works until the machine restarts or its temporary files are cleaned, and then what was stored is gone. In
memory it is gone when the process ends.

## Example
Where the variable is not set, the sessions are kept below the temporary directory.

## Options
`stores.NAME.durable` says that a store must last; `path` says where it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from statefence.api import (
    Answer,
    Bad,
    Glob,
    Good,
    Hit,
    Module,
    Open,
    PathKind,
    Policy,
    Project,
    Rule,
    Segment,
    Store,
    StoreKind,
    Symbol,
    SymbolKind,
    Target,
    Template,
    Text,
    match,
)
from statefence_rules.opening import names, opens_decided_in, stores_at
from statefence_rules.paths._asked_for import is_asked_for
from statefence_rules.testing_code import is_test

_TREE = (Glob("**"),)
_TEMPORARY = re.compile(r"/(?:private/)?(?:tmp|var/tmp|var/folders|dev/shm)/")
_ANYWHERE = (Symbol(SymbolKind.HOME),)
"""A directory to compare two file names in."""


def check(module: Module, project: Project, policy: Policy) -> Iterator[Hit]:
    """Report each open that puts a durable store where nothing lasts, once."""
    durable = [store for store in policy.stores if store.durable]
    opens = opens_decided_in(module, project) if durable else []
    lasting = {opened.symbol for opened in opens if _lasts(opened, policy)}
    for opened in opens:
        if not is_test(module, opened.symbol):
            found = _first(opened, durable, policy)
            if found is not None and not is_asked_for(opened, module, project, is_copy=opened.symbol in lasting):
                yield found


def _lasts(opened: Open, policy: Policy) -> bool:
    """Whether it is a durable store, where that belongs."""
    return any(store.durable for store in stores_at(opened.targets[0], policy))


def _first(opened: Open, durable: Iterable[Store], policy: Policy) -> Hit | None:
    meant = [store for target in opened.targets for store in stores_at(target, policy) if store.durable]
    for target in opened.targets:
        if target.kind is PathKind.MEMORY and meant:
            message = f"{names(set_of(meant))} must last, and this can be a database in memory"
            return Hit(opened.span, message, (*target.trace, *opened.way(target)))
        lost = set_of([*meant, *(store for store in durable if is_named_like(target, store))])
        if is_temporary(target) and lost:
            message = f"{names(lost)} must last, and this is below a temporary directory"
            return Hit(opened.span, message, (*target.trace, *opened.way(target)))
    return None


def is_temporary(target: Target) -> bool:
    """Whether the target is below a directory that the platform empties, asked for or written out."""
    return target.kind is PathKind.TMP or _TEMPORARY.match(str(target.template)) is not None


def set_of(stores: Iterable[Store]) -> list[Store]:
    """The stores, each once."""
    return list({store.name: store for store in stores}.values())


def is_named_like(target: Target, store: Store) -> bool:
    """Whether the target has the name of the store's file, or a part the name of its tree."""
    if target.template is None or store.kind is StoreKind.URL:
        return False
    named = [segment for segment in store.path.segments[1:] if segment != _TREE]
    if not named or not any(isinstance(piece, Text) for piece in named[-1]):
        return False
    below = target.template.segments[1:]
    return any(_is_named(named[-1], segment) for segment in (below if store.kind is StoreKind.TREE else below[-1:]))


def _is_named(pattern: Segment, name: Segment) -> bool:
    return match(Template((_ANYWHERE, pattern)), Template((_ANYWHERE, name))) is Answer.YES


POLICY = """
    state = "{env:APP_STATE|{home}/.app}"

    [layers]
    storage = ["app.storage"]

    [stores.sessions]
    path = "{state}/sessions.db"
    owners = ["storage"]
    durable = true

    [stores.cache]
    path = "{state}/cache.db"
    owners = ["storage"]

    [stores.memories]
    path = "{state}/memories/**"
    kind = "tree"
    owners = ["storage"]
    durable = true
"""

RULE = Rule(
    code="SF205",
    check=check,
    cases=(
        Bad(
            "the default of the variable",
            {
                "app/storage.py": """
                import os
                import sqlite3
                import tempfile
                from pathlib import Path

                STATE = Path(os.environ.get("APP_STATE", tempfile.gettempdir()))
                connection = sqlite3.connect(STATE / "sessions.db")  # error: below a temporary directory
                """
            },
            policy=POLICY,
        ),
        Bad(
            "the home directory cannot be written",
            {
                "app/storage.py": """
                import sqlite3
                import tempfile
                from pathlib import Path


                def path() -> Path:
                    try:
                        directory = Path.home() / ".app"
                        directory.mkdir(exist_ok=True)
                    except OSError:
                        directory = Path(tempfile.mkdtemp())
                    return directory / "sessions.db"


                connection = sqlite3.connect(path())  # error: sessions must last
                """
            },
            policy=POLICY,
        ),
        Bad(
            "another name, where the store is meant",
            {
                "app/storage.py": """
                import sqlite3
                from pathlib import Path


                def connect(scratch: bool) -> sqlite3.Connection:
                    path = Path("/tmp/app-scratch.db") if scratch else Path.home() / ".app" / "sessions.db"
                    return sqlite3.connect(path)  # error: below a temporary directory
                """
            },
            policy=POLICY,
        ),
        Bad(
            "in memory, where the store is meant",
            {
                "app/storage.py": """
                import sqlite3
                from pathlib import Path


                def connect(fast: bool = False) -> sqlite3.Connection:
                    path = ":memory:" if fast else str(Path.home() / ".app" / "sessions.db")
                    return sqlite3.connect(path)  # error: a database in memory
                """
            },
            policy=POLICY,
        ),
        Bad(
            "a temporary directory, handed to a helper",
            {
                "app/storage.py": """
                import sqlite3
                import tempfile
                from pathlib import Path


                def connect(directory: Path) -> sqlite3.Connection:
                    return sqlite3.connect(directory / "sessions.db")


                connection = connect(Path(tempfile.mkdtemp()))  # error: sessions must last
                """
            },
            policy=POLICY,
        ),
        Bad(
            "a tree of files",
            {
                "app/storage.py": """
                import tempfile
                from pathlib import Path


                def remember(topic: str, text: str) -> None:
                    (Path(tempfile.gettempdir()) / "memories" / topic).write_text(text)  # error: memories must last
                """
            },
            policy=POLICY,
        ),
        Good(
            "where it belongs",
            {
                "app/storage.py": """
                import os
                import sqlite3
                from pathlib import Path

                STATE = Path(os.environ.get("APP_STATE", Path.home() / ".app"))
                connection = sqlite3.connect(STATE / "sessions.db")
                """
            },
            policy=POLICY,
        ),
        Good(
            "a store that need not last",
            {
                "app/storage.py": """
                import sqlite3
                import tempfile
                from pathlib import Path

                connection = sqlite3.connect(Path(tempfile.gettempdir()) / "cache.db")
                """
            },
            policy=POLICY,
        ),
        Good(
            "scratch files and databases of their own",
            {
                "app/storage.py": """
                import sqlite3
                import tempfile
                from pathlib import Path

                scratch = sqlite3.connect(Path(tempfile.mkdtemp()) / "scratch.db")
                sums = sqlite3.connect(":memory:")
                """
            },
            policy=POLICY,
        ),
        Bad(
            "in memory by default",
            {
                "app/storage.py": """
                import sqlite3
                from pathlib import Path


                def connect(in_memory: bool = True) -> sqlite3.Connection:
                    path = ":memory:" if in_memory else str(Path.home() / ".app" / "sessions.db")
                    return sqlite3.connect(path)  # error: a database in memory
                """
            },
            policy=POLICY,
        ),
        Good(
            "asked for in words",
            {
                "app/storage.py": """
                import sqlite3
                import tempfile
                from pathlib import Path

                PATH = Path.home() / ".app" / "sessions.db"


                def connect(dry_run: bool = False) -> sqlite3.Connection:
                    return sqlite3.connect(":memory:" if dry_run else PATH)


                def start(options) -> sqlite3.Connection:
                    if not options.ephemeral:
                        path = PATH
                    else:
                        path = Path(tempfile.mkdtemp()) / "sessions.db"
                    return sqlite3.connect(path)


                def packed() -> bytes:
                    with tempfile.TemporaryDirectory() as directory:
                        copy = Path(directory) / "sessions.db"
                        sqlite3.connect(PATH).backup(sqlite3.connect(copy))
                        return copy.read_bytes()
                """
            },
            policy=POLICY,
        ),
        Good(
            "a test keeps the store in its own directory",
            {
                "app/storage.py": """
                import sqlite3
                from pathlib import Path


                def connect(directory: Path) -> sqlite3.Connection:
                    return sqlite3.connect(directory / "sessions.db")


                def test_connect(tmp_path: Path) -> None:
                    connect(tmp_path)
                """,
                "tests/conftest.py": """
                import tempfile
                from pathlib import Path

                from app.storage import connect

                connection = connect(Path(tempfile.mkdtemp()))
                """,
            },
            policy=POLICY,
        ),
        Good(
            "without a policy",
            'import sqlite3\n\nconnection = sqlite3.connect("/tmp/sessions.db")\n',
        ),
    ),
)
