"""A layer opens a store that it does not own, or opens for writing one that it may only read.

## What it finds
Opens whose file provably is a store of the policy, chosen by code of a layer that is neither among the store's `owners`
nor, when the open can only read, among its `readers`. The layer that answers is that of the code that chose the path,
not of the helper that called `connect`, nor of code that hands over no more than an id for one of its segments.
Modules of no layer, and files that only may be the store, are not reported.

## Why is this bad?
Whoever opens a database by itself brings its own schema, its own settings and its own idea of the path. The owner's
guards are passed by, and rows land in tables that the owner never looks at.

## Example
The runtime layer opens the configuration database that belongs to `admin`.

## Fix safety
Unsafe: the call is replaced by the store's `open-with`, which may set up the connection differently. Calls that set
more than the path are left alone, since that would be lost.

## Options
`stores.NAME.owners`, `readers` and `open-with`; `layers` says which modules make up a layer.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from statefence.api import (
    Answer,
    Bad,
    Good,
    Hit,
    Mode,
    Module,
    Open,
    Policy,
    Project,
    Rule,
    Safety,
    Span,
    Store,
    Target,
)
from statefence_rules.opening import DOES, names, only_fills_in, open_instead, opens_decided_in, stores_at


def check(module: Module, project: Project, policy: Policy) -> Iterator[Hit]:
    """Report opens of stores that the module's layer may not open in that way."""
    layer = policy.layer_of(module.name)
    if layer is None:
        return
    found: dict[tuple[Span, str], Hit] = {}
    for opened in opens_decided_in(module, project):
        for target in opened.targets:
            stores = stores_at(target, policy)
            wrong = bool(stores) and all(_forbidden(store, layer, opened.mode) is Answer.YES for store in stores)
            if wrong and not only_fills_in(opened, target, project, partial(_is_of, stores, policy)):
                hit = _hit(module, opened, target, layer, stores)
                found.setdefault((hit.span, hit.message), hit)
                break
    yield from found.values()


def _is_of(stores: tuple[Store, ...], policy: Policy, target: Target) -> bool:
    return stores_at(target, policy) == stores


def _forbidden(store: Store, layer: str, mode: Mode) -> Answer:
    """Whether the layer must not open the store in that mode."""
    if layer in store.owners:
        return Answer.NO
    if layer not in store.readers:
        return Answer.YES
    if mode is Mode.UNKNOWN:
        return Answer.UNKNOWN
    return Answer.NO if mode is Mode.READ else Answer.YES


def _hit(module: Module, opened: Open, target: Target, layer: str, stores: tuple[Store, ...]) -> Hit:
    store = stores[0]
    owners = ", ".join(store.owners)
    if layer in store.readers:
        message = f"the layer {layer} may only read {names(stores)}, and this {DOES[opened.effect].format('it')}"
    else:
        message = f"the layer {layer} opens {names(stores)}, which belongs to {owners}"
    return Hit(opened.span, message, (*target.trace, *opened.way(target)), open_instead(module, opened, store))


POLICY = """
    [layers]
    admin = ["app.admin"]
    storage = ["app.storage"]
    runtime = ["app.runtime"]

    [stores.admin]
    path = "{home}/.app/admin.db"
    owners = ["admin", "storage"]
    readers = ["runtime"]
    open-with = "app.storage:open_admin"

    [stores.chats]
    path = "{home}/.app/chats.db"
    owners = ["runtime"]
"""
STORAGE = """
    import sqlite3
    from pathlib import Path


    def open_admin() -> sqlite3.Connection:
        return sqlite3.connect(Path.home() / ".app" / "admin.db", timeout=30)
"""
WORKSPACES = """
    [layers]
    storage = ["app.storage"]
    workspaces = ["app.workspaces"]

    [stores.workspaces]
    path = "{home}/.app/workspaces/{name}"
    kind = "tree"
    owners = ["workspaces"]
"""
ID = """
    from pathlib import Path


    def remove(name: str) -> None:
        (Path.home() / ".app" / "workspaces" / name).write_text("")
"""
SESSIONS = {
    "app/workspaces.py": """
    from pathlib import Path

    from app.storage import Session


    def remove(session: Session) -> None:
        (Path.home() / ".app" / "workspaces" / session.name).write_text("")
    """,
    "app/storage.py": """
    from typing import NamedTuple


    class Session(NamedTuple):
        name: str


    def new(name: str) -> Session:
        return Session(name)
    """,
}

RULE = Rule(
    code="SF201",
    check=check,
    fix=Safety.UNSAFE,
    cases=(
        Bad(
            "a reader opens it for writing",
            {
                "app/storage.py": STORAGE,
                "app/admin.py": "",
                "app/runtime.py": """
                import sqlite3
                from pathlib import Path


                def models() -> list[str]:
                    connection = sqlite3.connect(Path.home() / ".app" / "admin.db")  # error: may only read admin
                    return [name for (name,) in connection.execute("SELECT name FROM models")]
                """,
            },
            fixed={
                "app/runtime.py": """
                import sqlite3
                from pathlib import Path
                from app.storage import open_admin


                def models() -> list[str]:
                    connection = open_admin()
                    return [name for (name,) in connection.execute("SELECT name FROM models")]
                """
            },
            policy=POLICY,
        ),
        Bad(
            "another layer's store",
            {
                "app/storage.py": "",
                "app/runtime.py": "",
                "app/admin.py": """
                import sqlite3
                from pathlib import Path

                connection = sqlite3.connect(Path.home() / ".app" / "chats.db")  # error: belongs to runtime
                """,
            },
            policy=POLICY,
        ),
        Bad(
            "a setting besides the path would be lost",
            {
                "app/storage.py": STORAGE,
                "app/admin.py": "",
                "app/runtime.py": """
                import os
                import sqlite3

                connection = sqlite3.connect(os.path.expanduser("~/.app/admin.db"), timeout=1)  # error
                """,
            },
            policy=POLICY,
        ),
        Bad(
            "the layer that chose the path answers",
            {
                "app/runtime.py": "",
                "app/storage.py": """
                import sqlite3
                from pathlib import Path

                HOME = Path.home() / ".app"


                def connect(name: str) -> sqlite3.Connection:
                    return sqlite3.connect(HOME / name)
                """,
                "app/admin.py": """
                from app.storage import connect

                connection = connect("chats.db")  # error: chats
                """,
            },
            policy=POLICY,
        ),
        Bad(
            "a class that keeps the connection is more than the connection",
            {
                "app/storage.py": STORAGE,
                "app/admin.py": "",
                "app/runtime.py": """
                import sqlite3
                from pathlib import Path


                class Database:
                    def __init__(self, path: Path) -> None:
                        self.connection = sqlite3.connect(path)


                database = Database(Path.home() / ".app" / "admin.db")  # error: may only read admin
                """,
            },
            policy=POLICY,
        ),
        Bad(
            "a file anywhere in a tree",
            {
                "app/runtime.py": """
                from pathlib import Path


                def note(name: str) -> str:
                    return (Path.home() / ".app" / "notes" / "2024" / f"{name}.md").read_text()  # error: to admin
                """,
                "app/admin.py": "",
            },
            policy="""
                [layers]
                admin = ["app.admin"]
                runtime = ["app.runtime"]
                [stores.notes]
                path = "{home}/.app/notes"
                kind = "tree"
                owners = ["admin"]
            """,
        ),
        Bad(
            "a file is replaced by a layer that does not own it",
            {
                "app/runtime.py": """
                from pathlib import Path

                (Path.home() / ".app" / "settings.json").write_text("{}")  # error: belongs to admin
                """,
                "app/admin.py": "",
            },
            policy="""
                [layers]
                admin = ["app.admin"]
                runtime = ["app.runtime"]
                [stores.settings]
                path = "{home}/.app/settings.json"
                kind = "file"
                owners = ["admin"]
            """,
        ),
        Good(
            "where it lies, a function says that no layer has",
            {
                "app/workspaces.py": """
                from pathlib import Path


                def read(path: Path) -> str:
                    return path.read_text()
                """,
                "app/factory.py": """
                from vendor import found

                from app.workspaces import read


                def make(directory: str) -> str:
                    return read(found(directory).parent / "workspace.lock")
                """,
                "app/storage.py": """
                from app.factory import make


                def show(directory: str) -> str:
                    return make(directory)
                """,
            },
            policy=WORKSPACES.replace("{home}/.app/workspaces/{name}", "{any}/workspace.lock").replace("tree", "file"),
        ),
        Good(
            "who reads a store's file by way of its owner, and then something else",
            {
                "app/workspaces.py": """
                from pathlib import Path


                def load(name: str) -> bytes:
                    return (Path.home() / ".app" / "workspaces" / name).read_bytes()
                """,
                "app/archives.py": """
                import io
                from zipfile import ZipFile

                from app.workspaces import load


                def read(data: bytes) -> ZipFile:
                    return ZipFile(io.BytesIO(data))


                def read_workspace(name: str) -> ZipFile:
                    return read(load(name))
                """,
                "app/storage.py": """
                from app.archives import read_workspace


                def show(name: str) -> list[str]:
                    return read_workspace(name).namelist()
                """,
            },
            policy=WORKSPACES,
        ),
        Good(
            "an owner",
            {"app/storage.py": STORAGE, "app/admin.py": "", "app/runtime.py": ""},
            policy=POLICY,
        ),
        Good(
            "a callee that falls back to a path of its own",
            {
                "app/storage.py": """
                import sqlite3
                from pathlib import Path

                HOME = Path.home() / ".app"


                class Settings:
                    def __init__(self, root: Path = HOME) -> None:
                        self.admin = root / "admin.db"


                class Database:
                    def __init__(self, settings: Settings | None = None) -> None:
                        self.connection = sqlite3.connect((settings or Settings()).admin)
                """,
                "app/admin.py": "",
                "app/runtime.py": """
                from pathlib import Path

                from app.storage import Settings


                def settings(root: Path) -> Settings:
                    return Settings(root)
                """,
            },
            policy=POLICY,
        ),
        Good(
            "a reader reads",
            {
                "app/storage.py": "",
                "app/admin.py": "",
                "app/runtime.py": """
                import sqlite3
                from pathlib import Path

                connection = sqlite3.connect(f"file:{Path.home()}/.app/admin.db?mode=ro", uri=True)
                """,
            },
            policy=POLICY,
        ),
        Good(
            "a module of no layer",
            {
                "app/storage.py": "",
                "app/admin.py": "",
                "app/runtime.py": "",
                "scripts/dump.py": """
                import sqlite3
                from pathlib import Path

                connection = sqlite3.connect(Path.home() / ".app" / "admin.db")
                """,
            },
            policy=POLICY,
        ),
        Good(
            "a file that only may be the store",
            {
                "app/storage.py": "",
                "app/admin.py": "",
                "app/runtime.py": """
                import sqlite3


                def connect(path: str) -> sqlite3.Connection:
                    return sqlite3.connect(path)
                """,
            },
            policy=POLICY,
        ),
        Good(
            "a store of its own",
            {
                "app/storage.py": "",
                "app/admin.py": "",
                "app/runtime.py": """
                import sqlite3
                from pathlib import Path

                connection = sqlite3.connect(Path.home() / ".app" / "chats.db")
                """,
            },
            policy=POLICY,
        ),
        Good(
            "a field of a record that is a segment of the path",
            SESSIONS,
            policy=WORKSPACES,
        ),
        Good(
            "an id that is a segment of the path",
            {
                "app/workspaces.py": ID,
                "app/storage.py": """
                from app.workspaces import remove

                remove("first")
                """,
            },
            policy=WORKSPACES,
        ),
        Bad(
            "the whole path, where an id would do",
            {
                "app/workspaces.py": """
                from pathlib import Path


                def remove(name: str, path: Path | None = None) -> None:
                    path = path or Path.home() / ".app" / "workspaces" / name
                    path.write_text("")
                """,
                "app/storage.py": """
                from pathlib import Path

                from app.workspaces import remove

                remove("", Path.home() / ".app" / "workspaces" / "first")  # error: which belongs to workspaces
                """,
            },
            policy=WORKSPACES,
        ),
        Bad(
            "an id, for a callee of a layer that must not open it either",
            {
                "app/workspaces.py": "",
                "app/storage.py": ID.replace('write_text("")', 'write_text("")  # error: which belongs to workspaces'),
            },
            policy=WORKSPACES,
        ),
        Good("without a policy", 'import sqlite3\n\nconnection = sqlite3.connect("/srv/app/admin.db")\n'),
    ),
)
