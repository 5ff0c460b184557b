"""Code that must never write a store reaches a write to it by calls.

## What it finds
Calls that leave the layers of a store's `deny` and lead, through any number of functions, to a write of that store: an
open of it for writing, its removal or replacement, or a statement that writes on a connection to it. The trace is the
shortest chain, call by call. A write in a denied layer itself is found where it stands. Where a call hands over a path
of its own in the place of the store's, or a flag that rules the write out, it does not lead there. Calls that the
analysis cannot resolve, such as those of functions kept in a table, lead nowhere.

## Why is this bad?
The store is trusted because nothing but its owner writes it: an import that reaches the vault can fill it with records
that never happened there. Nobody sees that in the importer, since the write is three modules away.

## Example
The importer calls a harmless-looking helper, which records what it does in the vault.

## Options
`stores.NAME.deny` lists the layers; `layers` says which modules make them up.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from statefence.api import Bad, Good, Hit, Module, Policy, Project, Rule, Span, Step, Store
from statefence_rules.files._reach import (
    VERBS,
    Call,
    Reach,
    Route,
    calls,
    chain,
    is_at,
    is_handed_on,
    is_write,
    reach_of,
    writes_of,
    writes_to,
)
from statefence_rules.opening import opens_decided_in


class _Run:
    """A project under a policy, equal to nothing but itself, so that what follows from it can be kept."""

    def __init__(self, project: Project, policy: Policy) -> None:
        self.project = project
        self.policy = policy

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Run) and self.project is other.project and self.policy is other.policy

    def __hash__(self) -> int:
        return hash((id(self.project), id(self.policy)))


def check(module: Module, project: Project, policy: Policy) -> Iterator[Hit]:
    """Report, for each store that denies the module's layer, its own writes and the calls that lead to one."""
    layer = policy.layer_of(module.name)
    for store in policy.stores:
        if layer is not None and layer in store.deny:
            reach = _reaches(_Run(project, policy))[store.name]
            found = {hit.span: hit for hit in _opens(module, project, store, layer, reach)}
            found.update((hit.span, hit) for hit in _leaving(module, project, policy, store, layer, reach))
            yield from found.values() if found else _writes(module, project, store, layer)


def _leaving(module: Module, project: Project, policy: Policy, store: Store, layer: str, reach: Reach) -> Iterator[Hit]:
    """The calls of the module that leave the denied layers and lead to a write, each by its shortest chain."""
    modules = frozenset(each.name for each in project.modules)
    chains: dict[Span, tuple[list[Call], Route]] = {}
    for call in calls(module, project):
        leaves = policy.layer_of(module_of(call.callee, modules)) not in store.deny
        route = reach.entered_by(call) if leaves else None
        if route is not None:
            way = [call, *chain(route)], route
            shortest = chains.setdefault(call.place.span, way)
            chains[call.place.span] = min(way, shortest, key=_length_and_names)
    for span, (found, route) in chains.items():
        shown = " > ".join((found[0].caller, *(call.callee for call in found)))
        steps = [Step(call.place, f"{call.caller} calls {call.callee}") for call in found]
        message = f"{_denied(store, layer)}, and this call does: {shown}"
        yield Hit(span, message, (*steps, *route.write))


def _opens(module: Module, project: Project, store: Store, layer: str, reach: Reach) -> Iterator[Hit]:
    """The opens by which the module itself writes the store."""
    for opened in opens_decided_in(module, project):
        if is_write(opened, store) and not is_handed_on(opened, reach.writes.own):
            message = f"{_denied(store, layer)}, and this {VERBS[opened.mode].format('it')}"
            yield Hit(opened.span, message, opened.trace)


def _writes(module: Module, project: Project, store: Store, layer: str) -> Iterator[Hit]:
    """The statements by which the module writes the store, and its writes to files, opened elsewhere."""
    for write in project.writes(module):
        if is_at(store, write.targets):
            yield Hit(write.span, f"{_denied(store, layer)}, and this writes to it")
    for statement in project.statements(module):
        if writes_to(statement, store):
            yield Hit(statement.span, f"{_denied(store, layer)}, and this writes to it", statement.trace)


def _denied(store: Store, layer: str) -> str:
    return f"the layer {layer} must not reach a write to {store.name}"


def _length_and_names(way: tuple[list[Call], Route]) -> tuple[int, list[str]]:
    return len(way[0]), [call.callee for call in way[0]]


def module_of(symbol: str, modules: frozenset[str]) -> str:
    """The module that a dotted name is in; empty when it is in none."""
    while symbol and symbol not in modules:
        symbol = symbol.rpartition(".")[0]
    return symbol


@lru_cache(maxsize=1)
def _reaches(run: _Run) -> dict[str, Reach]:
    """For each store that denies a layer, by its name, what leads to its writes."""
    project = run.project
    every = sorted(call for module in project.modules for call in calls(module, project))
    callers: dict[str, list[Call]] = {}
    for call in every:
        callers.setdefault(call.callee, []).append(call)
    denying = [store for store in run.policy.stores if store.deny]
    return {store.name: reach_of(writes_of(project, store), callers) for store in denying}


POLICY = """
    [layers]
    importer = ["app.importer"]
    storage = ["app.storage.**"]

    [stores.vault]
    path = "{home}/.app/vault.db"
    owners = ["storage"]
    deny = ["importer"]
    tables = ["records"]

    [stores.imported]
    path = "{home}/.app/imported.db"
    owners = ["storage"]
"""
VAULT = """
    import sqlite3
    from pathlib import Path

    PATH = Path.home() / ".app" / "vault.db"


    def open_vault(path: Path | None = None) -> sqlite3.Connection:
        return sqlite3.connect(path or PATH)


    def record(text: str, path: Path | None = None) -> None:
        with open_vault(path) as connection:
            connection.execute("INSERT INTO records VALUES (?)", (text,))


    def count() -> int:
        connection = sqlite3.connect(f"file:{PATH}?mode=ro", uri=True)
        return len(list(connection.execute("SELECT text FROM records")))
"""
TRANSCRIPTS = """
    [layers]
    importer = ["app.importer"]
    storage = ["app.transcripts"]

    [stores.transcripts]
    path = "{home}/.app/transcripts/**"
    kind = "tree"
    owners = ["storage"]
    deny = ["importer"]
"""

RULE = Rule(
    code="SF502",
    check=check,
    cases=(
        Bad(
            "through a helper",
            {
                "app/storage/vault.py": VAULT,
                "app/journal.py": """
                from app.storage.vault import record


                def note(text: str) -> None:
                    record(f"note: {text}")
                """,
                "app/importer.py": """
                from app.journal import note


                def load(lines: list[str]) -> None:
                    for line in lines:
                        note(line)  # error: app.importer.load > app.journal.note > app.storage.vault.record
                """,
            },
            policy=POLICY,
        ),
        Bad(
            "the vault's own functions",
            {
                "app/storage/vault.py": VAULT,
                "app/importer.py": """
                from app.storage import vault


                def load(line: str) -> None:
                    vault.record(line)  # error: app.importer.load > app.storage.vault.record


                def ready() -> None:
                    vault.open_vault()  # error: must not reach a write to vault
                """,
            },
            policy=POLICY,
        ),
        Bad(
            "only where a flag says so",
            {
                "app/storage/vault.py": f"""{VAULT}

    def load(text: str, create: bool = False, mode: str = "r") -> None:
        if create or mode == "w":
            record(text)


    def at(text: str, *, readonly: bool) -> None:
        load(text, not readonly)
                """,
                "app/importer.py": """
                from app.storage.vault import at, load


                def run(line: str, flag: bool) -> None:
                    load(line)
                    load(line, create=False)
                    at(line, readonly=True)
                    load(line, create=True)  # error: app.importer.run > app.storage.vault.load > app.storage.vault
                    load(line, mode="w")  # error: vault.load
                    load(line, flag)  # error: vault.load
                    at(line, readonly=False)  # error: vault.at
                """,
            },
            policy=POLICY,
        ),
        Bad(
            "a method, by way of a constructor",
            {
                "app/storage/vault.py": """
                import sqlite3
                from pathlib import Path


                class Vault:
                    def __init__(self) -> None:
                        self.connection = sqlite3.connect(Path.home() / ".app" / "vault.db")

                    def record(self, text: str) -> None:
                        self.connection.execute("INSERT INTO records VALUES (?)", (text,))
                """,
                "app/importer.py": """
                from app.storage.vault import Vault


                def load(line: str) -> None:
                    vault = Vault()  # error: app.storage.vault.Vault.__init__
                    vault.record(line)  # error: app.storage.vault.Vault.record
                """,
            },
            policy=POLICY,
        ),
        Bad(
            "only the call that leaves is reported, and circles end",
            {
                "app/storage/vault.py": VAULT,
                "app/retry.py": """
                from app import importer
                from app.storage import vault


                def once(line: str) -> None:
                    vault.record(line)
                    again(line)


                def again(line: str) -> None:
                    once(line)
                    importer.load(line)
                """,
                "app/importer.py": """
                from app import retry


                def load(line: str) -> None:
                    step(line)


                def step(line: str) -> None:
                    retry.again(line)  # error: app.importer.step > app.retry.again > app.retry.once > app.storage
                    load(line)
                """,
            },
            policy=POLICY,
        ),
        Bad(
            "it opens the store itself",
            {
                "app/storage/vault.py": VAULT,
                "app/importer.py": """
                import sqlite3
                from pathlib import Path

                from app.storage.vault import open_vault

                connection = sqlite3.connect(Path.home() / ".app" / "vault.db")  # error: opens it for writing
                other = open_vault(Path.home() / ".app" / "vault.db")  # error: app.storage.vault.open_vault
                """,
            },
            policy=POLICY,
        ),
        Bad(
            "it writes on a connection made elsewhere",
            {
                "app/storage/vault.py": """
                import sqlite3
                from pathlib import Path

                CONNECTION = sqlite3.connect(Path.home() / ".app" / "vault.db")
                """,
                "app/importer.py": """
                from app.storage.vault import CONNECTION


                def load(text: str) -> None:
                    CONNECTION.execute("INSERT INTO records VALUES (?)", (text,))  # error: this writes to it
                    CONNECTION.execute("SELECT text FROM records")
                """,
            },
            policy=POLICY,
        ),
        Bad(
            "files of a tree",
            {
                "app/transcripts.py": """
                from pathlib import Path

                HOME = Path.home() / ".app" / "transcripts"


                def append(name: str, line: str) -> None:
                    with (HOME / name).open("a") as file:
                        file.write(line)


                def forget(name: str) -> None:
                    (HOME / name).unlink()


                def read(name: str) -> str:
                    return (HOME / name).read_text()
                """,
                "app/importer.py": """
                from app import transcripts


                def load(name: str) -> None:
                    transcripts.append(name, transcripts.read(name))  # error: app.transcripts.append
                    transcripts.forget(name)  # error: app.transcripts.forget
                """,
            },
            policy=TRANSCRIPTS,
        ),
        Bad(
            "a file that somebody else opened",
            {
                "app/transcripts.py": """
                from pathlib import Path


                class Transcript:
                    def __init__(self, name: str) -> None:
                        self.file = open(Path.home() / ".app" / "transcripts" / name, "a")

                    def add(self, line: str) -> None:
                        print(line, file=self.file)
                """,
                "app/importer.py": """
                from app.transcripts import Transcript


                def load(line: str) -> None:
                    transcript = Transcript("today.md")  # error: app.transcripts.Transcript.__init__
                    transcript.add(line)  # error: app.transcripts.Transcript.add
                """,
            },
            policy=TRANSCRIPTS,
        ),
        Bad(
            "it writes to a file that another module keeps open",
            {
                "app/transcripts.py": """
                from pathlib import Path

                LOG = (Path.home() / ".app" / "transcripts" / "log.jsonl").open("a")
                """,
                "app/importer.py": """
                import json

                from app.transcripts import LOG


                def load(conversation: dict[str, str]) -> None:
                    json.dump(conversation, LOG)  # error: this writes to it
                """,
            },
            policy=TRANSCRIPTS,
        ),
        Bad(
            "a vault of files, by way of a conversion in another layer; references may be kept",
            {
                "app/transcripts.py": """
                from pathlib import Path

                HOME = Path.home() / ".app" / "transcripts"


                def record(name: str, lines: list[str]) -> None:
                    with open(HOME / f"{name}.md", "a", encoding="utf-8") as file:
                        file.writelines(lines)
                """,
                "app/convert.py": """
                from app.transcripts import record


                def keep(conversation: dict[str, str]) -> None:
                    record(conversation["name"], [conversation["text"]])
                """,
                "app/references.py": """
                import json
                from pathlib import Path


                def refer(name: str, source: str) -> None:
                    path = Path.home() / ".app" / "references" / f"{name}.json"
                    path.write_text(json.dumps({"source": source}))
                """,
                "app/importer.py": """
                from app.convert import keep
                from app.references import refer


                def load(conversations: list[dict[str, str]]) -> None:
                    for conversation in conversations:
                        refer(conversation["name"], "export.zip")
                        keep(conversation)  # error: app.importer.load > app.convert.keep > app.transcripts.record
                """,
            },
            policy=TRANSCRIPTS,
        ),
        Bad(
            "a function that is called for each of several things",
            {
                "app/storage/vault.py": VAULT,
                "app/importer.py": """
                from concurrent.futures import ThreadPoolExecutor
                from multiprocessing import Pool

                from app.storage.vault import record


                def load(rows: list[str]) -> None:
                    with ThreadPoolExecutor() as pool:
                        pool.map(record, rows)  # error: app.storage.vault.record
                    list(map(record, rows))  # error
                    Pool().imap_unordered(record, rows)  # error
                """,
            },
            policy=POLICY,
        ),
        Bad(
            "an object that is made is written by its own methods, and by others only where they are called",
            {
                "app/transcripts.py": """
                from pathlib import Path


                class Base:
                    def __init__(self, directory: Path) -> None:
                        self.directory = directory

                    def save(self) -> None:
                        (self.directory / "state").write_text("")


                class Session(Base):
                    def __init__(self, directory: Path) -> None:
                        super().__init__(directory)


                def keep(session: Session) -> None:
                    (session.directory / "kept").write_text("")
                """,
                "app/importer.py": """
                from pathlib import Path

                from app.transcripts import Base, Session


                class Note:
                    def __init__(self, directory: Path) -> None:
                        self.directory = directory


                def count() -> int:
                    note = Note(Path.home() / ".app" / "transcripts")
                    return len(list(note.directory.iterdir()))


                def read() -> Session:
                    return Session(Path.home() / ".app" / "transcripts" / "a")  # error: opens it for writing
                """,
                "app/exporter.py": """
                from app.importer import Note


                def export(note: Note) -> None:
                    (note.directory / "exported").write_text("")
                """,
            },
            policy=TRANSCRIPTS,
        ),
        Good(
            "it only reads",
            {
                "app/storage/vault.py": VAULT,
                "app/importer.py": """
                from app.storage.vault import count


                def ready() -> bool:
                    return count() > 0
                """,
            },
            policy=POLICY,
        ),
        Good(
            "it writes where it may",
            {
                "app/storage/vault.py": VAULT,
                "app/storage/imported.py": """
                import sqlite3
                from pathlib import Path


                def keep(text: str) -> None:
                    connection = sqlite3.connect(Path.home() / ".app" / "imported.db")
                    connection.execute("INSERT INTO lines VALUES (?)", (text,))
                """,
                "app/importer.py": """
                from app.storage.imported import keep


                def load(line: str) -> None:
                    keep(line)
                """,
            },
            policy=POLICY,
        ),
        Good(
            "another path is handed over",
            {
                "app/storage/vault.py": VAULT,
                "app/importer.py": """
                from pathlib import Path

                from app.storage.vault import open_vault, record

                connection = open_vault(Path.home() / ".app" / "imported.db")
                record("a line", Path.home() / ".app" / "imported.db")
                """,
            },
            policy=POLICY,
        ),
        Good(
            "another layer calls it",
            {
                "app/storage/vault.py": VAULT,
                "app/importer.py": "",
                "app/chat.py": """
                from app.storage.vault import record

                record("hello")
                """,
            },
            policy=POLICY,
        ),
        Good("without a policy", 'import sqlite3\n\nconnection = sqlite3.connect("/srv/app/vault.db")\n'),
    ),
)
