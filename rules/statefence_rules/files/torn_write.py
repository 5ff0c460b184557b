"""A file that is kept is written in place, so that a crash leaves half of it.

## What it finds
Opens of a `file` or `tree` store that empty it or write over parts of it, copies onto it, and archives that are
unpacked into it. Whole is what goes to another file that is then renamed over it, what the module renames away, and
what is called temporary (`.tmp`, `.part`, `.lock`, `.pid`). Appends, and stores that are `append-only`, are not this
rule's; nor are tests. What a function does to a file of its own choice is reported there, not at its callers.

## Why is this bad?
`open(path, "w")` empties the file before a byte of the new content is there. A crash, a full disk or a kill in between
leaves an empty or half-written file, and the program that starts next reads it as if that were all.

## Example
The settings are empty from the moment they are opened until they are written.

## Fix safety
Unsafe: the file becomes a new one, so that its hard links, owner and mode may change, and a symbolic link is replaced;
in a function that sets the mode of files (`chmod`, `umask`) nothing is changed, since what it writes may be secret.
The write goes to a file beside it, is flushed to disk, and takes the name; a text goes to `write-with` instead, where
the policy names that.

## Options
`stores.NAME.write-with`, as `module:function`: called with a path and a text (or bytes) by the fix.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial

from statefence.api import (
    Bad,
    Effect,
    Good,
    Hit,
    Module,
    Open,
    Policy,
    Project,
    Rule,
    Safety,
    Store,
    StoreKind,
    Target,
    Template,
    Text,
)
from statefence_rules.files._whole import written_whole
from statefence_rules.opening import DOES, opens_decided_in, stores_at
from statefence_rules.repeated import is_found_in_callee
from statefence_rules.testing_code import is_test

_TORN = frozenset({Effect.OVERWRITE, Effect.UPDATE, Effect.EXTRACT})
_FILES = frozenset({StoreKind.FILE, StoreKind.TREE})
_TEMPORARY = re.compile(r"(?:\.(?:te?mp|part|partial|new|lock|pid)|~)$", re.IGNORECASE)


def check(module: Module, project: Project, policy: Policy) -> Iterator[Hit]:
    """Report each call that writes a kept file in place, once."""
    opens = opens_decided_in(module, project)
    moved = {target.template for opened in opens if opened.effect is Effect.MOVE for target in opened.targets}
    for opened in opens:
        if opened.effect in _TORN and not is_test(module, opened.symbol):
            store = next(_torn(opened, moved - {None}, policy), None)
            if store is not None and not is_found_in_callee(opened, project, partial(_is_of, store, policy)):
                edits = written_whole(module, opened, store)
                yield Hit(opened.span, f"this {DOES[opened.effect].format(store.name)} in place", opened.trace, edits)


def _is_of(store: Store, policy: Policy, opened: Open) -> bool:
    """Whether the store is provably among what is opened."""
    return any(store in stores_at(target, policy) for target in opened.targets)


def _torn(opened: Open, moved: Iterable[Template | None], policy: Policy) -> Iterator[Store]:
    """The stores that the open provably writes in place."""
    for target in opened.targets:
        if not _is_temporary(target) and not any(_lies_in(target.template, away) for away in moved):
            for store in stores_at(target, policy):
                if store.kind in _FILES and not store.append_only:
                    yield store


def _is_temporary(target: Target) -> bool:
    """Whether the file's name says that it is not the one to stay."""
    last = target.template.segments[-1][-1:] if target.template is not None else ()
    return bool(last) and isinstance(last[0], Text) and _TEMPORARY.search(last[0].text) is not None


def _lies_in(path: Template | None, directory: Template | None) -> bool:
    """Whether the path is the other one or begins with it."""
    if path is None or directory is None:
        return False
    return path.segments[: len(directory.segments)] == directory.segments


POLICY = """
    [layers]
    storage = ["app.storage"]

    [stores.settings]
    path = "{home}/.app/settings.json"
    kind = "file"
    owners = ["storage"]

    [stores.notes]
    path = "{home}/.app/notes/**"
    kind = "tree"
    owners = ["storage"]
"""
HELPED = POLICY + '    write-with = "app.files:write_whole"\n'

RULE = Rule(
    code="SF503",
    check=check,
    fix=Safety.UNSAFE,
    cases=(
        Bad(
            "a secret, in a function that sets who may read it",
            {
                "app/keys.py": """
                from pathlib import Path


                def keep(name: str, key: str) -> None:
                    path = Path.home() / ".app" / "settings.json"
                    if not path.exists():
                        path.touch()
                        path.chmod(0o600)
                    path.write_text(key)  # error
                """,
            },
            policy=POLICY,
        ),
        Bad(
            "emptied, then written",
            {
                "app/storage.py": """
                import json
                from pathlib import Path

                SETTINGS = Path.home() / ".app" / "settings.json"


                def save(settings: dict[str, str]) -> None:
                    with open(SETTINGS, "w", encoding="utf-8") as file:  # error: empties settings
                        json.dump(settings, file)
                        file.write("\\n")  # the last line ends too
                """
            },
            fixed={
                "app/storage.py": """
                import json
                from pathlib import Path
                import os

                SETTINGS = Path.home() / ".app" / "settings.json"


                def save(settings: dict[str, str]) -> None:
                    with open(f"{SETTINGS}.tmp", "w", encoding="utf-8") as file:
                        json.dump(settings, file)
                        file.write("\\n")  # the last line ends too
                        file.flush()
                        os.fsync(file.fileno())
                    os.replace(file.name, SETTINGS)
                """
            },
            policy=POLICY,
        ),
        Bad(
            "a text in one go",
            {
                "app/storage.py": """
                from pathlib import Path


                def note(name: str, text: str) -> None:
                    (Path.home() / ".app" / "notes" / name).write_text(text, encoding="utf-8")  # error: empties notes
                """
            },
            fixed={
                "app/storage.py": """
                from pathlib import Path
                import os


                def note(name: str, text: str) -> None:
                    path = Path.home() / ".app" / "notes" / name
                    temporary = path.with_name(f"{path.name}.tmp")
                    temporary.write_text(text, encoding="utf-8")
                    with temporary.open("rb+") as written:
                        os.fsync(written.fileno())
                    temporary.replace(path)
                """
            },
            policy=POLICY,
        ),
        Bad(
            "the policy names who writes",
            {
                "app/files.py": "",
                "app/storage.py": """
                from pathlib import Path


                def note(name: str, text: str) -> None:
                    (Path.home() / ".app" / "notes" / name).write_text(text)  # error
                """,
            },
            fixed={
                "app/storage.py": """
                from pathlib import Path
                from app.files import write_whole


                def note(name: str, text: str) -> None:
                    write_whole(Path.home() / ".app" / "notes" / name, text)
                """
            },
            policy=HELPED,
        ),
        Bad(
            "a path's own method, of a path that is put together there",
            {
                "app/storage.py": """
                from pathlib import Path


                def note(name: str, lines: list[str]) -> None:
                    with (Path.home() / ".app" / "notes" / name).open("w") as file:  # error
                        for line in lines:
                            file.write(line)
                """
            },
            fixed={
                "app/storage.py": """
                from pathlib import Path
                import os


                def note(name: str, lines: list[str]) -> None:
                    path = Path.home() / ".app" / "notes" / name
                    with path.with_name(f"{path.name}.tmp").open("w") as file:
                        for line in lines:
                            file.write(line)
                        file.flush()
                        os.fsync(file.fileno())
                    os.replace(file.name, path)
                """
            },
            policy=POLICY,
        ),
        Bad(
            "where a fix would lose something",
            {
                "app/storage.py": """
                import json
                import shutil
                from pathlib import Path

                NOTES = Path.home() / ".app" / "notes"


                def note(name: str, text: str) -> bool:
                    with (NOTES / name).open("w") as file:  # error: empties notes and writes it anew in place
                        if not text:
                            return False
                        file.write(text)
                    with (NOTES / name).open("r+") as file:  # error: writes over parts of notes
                        file.write(text)
                    json.dump(text, open(NOTES / name, "w"))  # error
                    shutil.copy("draft.md", NOTES / name)  # error
                    return bool((NOTES / name).write_text(text))  # error
                """
            },
            policy=POLICY,
        ),
        Bad(
            "through a helper",
            {
                "app/files.py": """
                import json
                from pathlib import Path


                def dump(path: Path, value: object) -> None:
                    with path.open("w") as file:
                        json.dump(value, file)
                """,
                "app/storage.py": """
                from pathlib import Path

                from app.files import dump

                dump(Path.home() / ".app" / "settings.json", {})  # error: empties settings
                """,
            },
            policy=POLICY,
        ),
        Bad(
            "callers fill in the name only",
            {
                "app/notes.py": """
                from pathlib import Path


                def save(name: str, lines: list[str]) -> bool:
                    return bool((Path.home() / ".app" / "notes" / name).write_text("".join(lines)))  # error
                """,
                "app/storage.py": """
                from app.notes import save


                def note(name: str) -> None:
                    save(f"{name}.md", ["..."])
                """,
            },
            policy=POLICY,
        ),
        Good(
            "beside it, and renamed",
            {
                "app/storage.py": """
                import os
                import tempfile
                from pathlib import Path

                NOTES = Path.home() / ".app" / "notes"


                def note(name: str, text: str) -> None:
                    draft = NOTES / f".{name}-draft"
                    draft.write_text(text)
                    draft.replace(NOTES / name)
                    with tempfile.NamedTemporaryFile("w", dir=NOTES, delete=False) as file:
                        file.write(text)
                    os.replace(file.name, NOTES / name)
                    (NOTES / "index.tmp").write_text(text)
                """
            },
            policy=POLICY,
        ),
        Good(
            "a helper that renames",
            {
                "app/files.py": """
                from pathlib import Path


                def save(path: Path, text: str) -> None:
                    draft = path.with_name(path.name + "-draft")
                    draft.write_text(text)
                    draft.rename(path)
                """,
                "app/storage.py": """
                from pathlib import Path

                from app.files import save

                save(Path.home() / ".app" / "notes" / "today.md", "...")
                """,
            },
            policy=POLICY,
        ),
        Good(
            "appended, and another file",
            {
                "app/storage.py": """
                from pathlib import Path

                with (Path.home() / ".app" / "notes" / "log.md").open("a") as file:
                    file.write("...")
                Path("report.txt").write_text("...")
                """
            },
            policy=POLICY,
        ),
        Good("without a policy", 'open("/srv/app/settings.json", "w").close()\n'),
    ),
)
