"""An append-only store is written over, shortened, replaced or removed.

## What it finds
Opens of an `append-only` store in any mode but reading, appending and creating anew; its truncation, also through a
file that was opened to append; its replacement, renaming and removal, also with a directory that it lies in; archives
that are unpacked into it. In an append-only database: statements that change or delete rows, `INSERT OR REPLACE` and
upserts among them, and `DROP TABLE`. Only what provably is the store is reported, and what a function does to a file of
its own choice only there, not at its callers; tests are not, which arrange what they look at.

## Why is this bad?
What was recorded once is what readers, audits and backups rely on. One `open(path, "w")` loses all of it at once, and a
process that dies between that and the write leaves nothing.

## Example
Every turn of the conversation empties the transcript first.

## Fix safety
Unsafe: `"w"` becomes `"a"` where the call itself says so, and what was written over is then added once more. Everything
else needs another design and is left alone.

## Options
`stores.NAME.append-only`; of a database with `tables`, only those count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from statefence.api import (
    Bad,
    Edit,
    Effect,
    Good,
    Hit,
    Module,
    Open,
    Policy,
    Project,
    ReplaceExpression,
    Rule,
    Safety,
    Span,
    Statement,
    Store,
)
from statefence_rules.opening import DOES, is_at, opens_decided_in, stores_at
from statefence_rules.repeated import is_found_in_callee
from statefence_rules.source_text import argument, text_at
from statefence_rules.testing_code import is_test

_REWRITES = frozenset(
    {
        Effect.UPDATE,
        Effect.OVERWRITE,
        Effect.REPLACE,
        Effect.TRUNCATE,
        Effect.EXTRACT,
        Effect.MOVE,
        Effect.REMOVE,
    }
)
_MODE_AT = {"io.open": 1, "aiofiles.open": 1, "anyio.open_file": 1, "gzip.open": 1, "pathlib.Path.open": 0}
_OVERWRITING = re.compile(r"""(?P<quote>["'])(?P<before>[bt]?)w(?P<after>[bt]?)(?P=quote)""")
_DROPS_TABLE = re.compile(r"\bDROP\s+TABLE\b", re.IGNORECASE)


def check(module: Module, project: Project, policy: Policy) -> Iterator[Hit]:
    """Report each call that rewrites an append-only store, once."""
    stores = [store for store in policy.stores if store.append_only]
    found: dict[Span, Hit] = {}
    for hit in _hits(module, project, policy, stores) if stores else ():
        found.setdefault(hit.span, hit)
    yield from found.values()


def _hits(module: Module, project: Project, policy: Policy, stores: list[Store]) -> Iterator[Hit]:
    for opened in opens_decided_in(module, project):
        for store in stores if opened.effect in _REWRITES and not is_test(module, opened.symbol) else ():
            if _is_of(store, opened) and not is_found_in_callee(opened, project, partial(_is_of, store)):
                yield Hit(opened.span, _message(store, opened.effect), opened.trace, _appending(module, opened))
    for write in project.writes(module):
        names = {store.name for target in write.targets for store in stores_at(target, policy)}
        for store in stores if write.effect in _REWRITES and not is_test(module, write.symbol) else ():
            if store.name in names:
                yield Hit(write.span, _message(store, write.effect))
    for statement in project.statements(module):
        names = {store.name for target in statement.connection for store in stores_at(target, policy)}
        for store in stores if not is_test(module, statement.symbol) else ():
            if store.name in names and (what := _rewritten(statement, store)):
                yield Hit(statement.span, f"{store.name} is append-only, and this statement {what}", statement.trace)


def _is_of(store: Store, opened: Open) -> bool:
    """Whether the store is provably among what is opened."""
    return any(is_at(store, opened, target) for target in opened.targets)


def _message(store: Store, effect: Effect) -> str:
    return f"{store.name} is append-only, and this {DOES[effect].format('it')}"


def _rewritten(statement: Statement, store: Store) -> str:
    """What a statement does to rows that are there; empty when nothing."""
    changed = [table for table in statement.rewrites if _is_kept(table, store)]
    dropped = [table for table in statement.ddl if _is_kept(table, store)] if _DROPS_TABLE.search(statement.sql) else []
    if changed:
        return f"changes or deletes rows of {', '.join(changed)}"
    return f"drops {', '.join(dropped)}" if dropped else ""


def _is_kept(table: str, store: Store) -> bool:
    """Whether the table is one of the store's own, not of a database attached to it."""
    return "." not in table and (not store.tables or table.casefold() in {each.casefold() for each in store.tables})


def _appending(module: Module, opened: Open) -> tuple[Edit, ...]:
    """Open it to append, where the call itself says `"w"`."""
    position = _MODE_AT.get(opened.api)
    where = None if position is None else argument(module, opened.span, "mode", position)
    written = None if where is None else _OVERWRITING.fullmatch(text_at(module, where))
    if where is None or written is None or opened.effect is not Effect.OVERWRITE:
        return ()
    mode = f"{written['quote']}{written['before']}a{written['after']}{written['quote']}"
    return (ReplaceExpression(where, mode),)


POLICY = """
    [layers]
    storage = ["app.storage"]

    [stores.vault]
    path = "{home}/.app/vault/{user_id}/**"
    kind = "tree"
    owners = ["storage"]
    append-only = true

    [stores.audit]
    path = "{home}/.app/audit.db"
    owners = ["storage"]
    append-only = true
    tables = ["events"]
"""

RULE = Rule(
    code="SF501",
    check=check,
    fix=Safety.UNSAFE,
    cases=(
        Bad(
            "it is emptied on every write",
            {
                "app/storage.py": """
                from pathlib import Path

                VAULT = Path.home() / ".app" / "vault"


                def record(user_id: str, line: str) -> None:
                    with open(VAULT / user_id / "chat.md", "w", encoding="utf-8") as file:  # error: empties it
                        file.write(line)
                """
            },
            fixed={
                "app/storage.py": """
                from pathlib import Path

                VAULT = Path.home() / ".app" / "vault"


                def record(user_id: str, line: str) -> None:
                    with open(VAULT / user_id / "chat.md", "a", encoding="utf-8") as file:
                        file.write(line)
                """
            },
            policy=POLICY,
        ),
        Bad(
            "replaced, renamed, removed, shortened",
            {
                "app/storage.py": """
                import os
                import shutil
                from pathlib import Path
                from zipfile import ZipFile

                VAULT = Path.home() / ".app" / "vault"


                def tidy(user_id: str, temporary: Path) -> None:
                    chat = VAULT / user_id / "chat.md"
                    os.replace(temporary, chat)  # error: puts another file in the place of it
                    chat.rename(chat.with_name("old.md"))  # error: moves it away
                    chat.write_text("")  # error: empties it
                    chat.unlink()  # error: removes it
                    os.truncate(chat, 10)  # error: shortens it
                    with chat.open("r+") as file:  # error: writes over parts of it
                        file.write("x")
                    with chat.open("a") as file:
                        file.truncate(0)  # error: shortens it
                    shutil.copy(temporary, chat)  # error: empties it
                    with ZipFile(temporary) as archive:
                        archive.extractall(chat.parent)  # error: puts files into it
                    shutil.rmtree(VAULT)  # error: removes it
                """
            },
            policy=POLICY,
        ),
        Bad(
            "through a helper that knows nothing of the store",
            {
                "app/files.py": """
                from pathlib import Path


                def save(path: Path, text: str) -> None:
                    temporary = path.with_suffix(".tmp")
                    temporary.write_text(text)
                    temporary.replace(path)
                """,
                "app/storage.py": """
                from pathlib import Path

                from app.files import save


                def record(user_id: str, text: str) -> None:
                    save(Path.home() / ".app" / "vault" / user_id / "chat.md", text)  # error
                """,
            },
            policy=POLICY,
        ),
        Bad(
            "whose it is, callers say; where it lies, and that it is removed, is said in one place",
            {
                "app/storage.py": """
                import shutil
                from pathlib import Path


                def chat(user_id: str, name: str) -> Path:
                    return Path.home() / ".app" / "vault" / user_id / "chats" / name / f"chat_with_{name}.md"


                def remove(user_id: str, name: str) -> None:
                    shutil.rmtree(chat(user_id, name).parents[0])  # error: removes it


                def remove_today(user_id: str) -> None:
                    remove(user_id, "today")
                """
            },
            policy=POLICY,
        ),
        Bad(
            "rows of a database",
            {
                "app/storage.py": """
                import sqlite3
                from pathlib import Path

                connection = sqlite3.connect(Path.home() / ".app" / "audit.db")
                connection.execute("CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY, text TEXT)")
                connection.execute("INSERT INTO events (text) VALUES (?)", ("begun",))
                connection.execute("UPDATE events SET text = ? WHERE id = 1", ("",))  # error: rows of events
                connection.execute("DELETE FROM events")  # error: rows of events
                connection.execute("INSERT OR REPLACE INTO events VALUES (1, 'x')")  # error: rows of events
                connection.execute("INSERT INTO events VALUES (1, 'x') ON CONFLICT DO UPDATE SET text = 'y'")  # error
                connection.execute("DROP TABLE events")  # error: drops events
                """
            },
            policy=POLICY,
        ),
        Good(
            "appended, read, created",
            {
                "app/storage.py": """
                from pathlib import Path

                VAULT = Path.home() / ".app" / "vault"


                def record(user_id: str, line: str) -> str:
                    chat = VAULT / user_id / "chat.md"
                    chat.parent.mkdir(parents=True, exist_ok=True)
                    chat.touch()
                    with chat.open("a", encoding="utf-8") as file:
                        file.write(line)
                    with open(VAULT / user_id / "new.md", "x") as file:
                        file.write(line)
                    return chat.read_text()
                """
            },
            policy=POLICY,
        ),
        Good(
            "another file, and tables that are not the store's",
            {
                "app/storage.py": """
                import sqlite3
                from pathlib import Path

                (Path.home() / ".app" / "settings.json").write_text("{}")
                connection = sqlite3.connect(Path.home() / ".app" / "audit.db")
                connection.execute("CREATE TABLE cursors (reader TEXT PRIMARY KEY, seen INTEGER)")
                connection.execute("INSERT OR REPLACE INTO cursors VALUES (?, ?)", ("report", 3))
                """
            },
            policy=POLICY,
        ),
        Good(
            "a store that may be rewritten",
            {"app/storage.py": 'from pathlib import Path\n\n(Path.home() / ".app" / "notes.md").write_text("x")\n'},
            policy="""
                [layers]
                storage = ["app.storage"]
                [stores.notes]
                path = "{home}/.app/notes.md"
                kind = "file"
                owners = ["storage"]
            """,
        ),
        Good(
            "a test that arranges its vault",
            {
                "app/storage.py": "",
                "tests/test_vault.py": """
                from pathlib import Path


                def test_it_is_read() -> None:
                    (Path.home() / ".app" / "vault" / "ann" / "chat.md").write_text("hello")
                """,
            },
            policy=POLICY,
        ),
        Good("without a policy", 'open("/srv/app/vault.md", "w").close()\n'),
    ),
)
