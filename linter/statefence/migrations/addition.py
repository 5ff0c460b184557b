"""What it takes to add a migration to a sequence: its file in the right place, and its line in the registry."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from statefence.errors import UsageError
from statefence.migrations.likeness import written_like
from statefence.migrations.literals import listed, literal
from statefence.migrations.model import History, Migration, Registry, Shape
from statefence.migrations.names import following, is_dated, ordinal, taking_back
from statefence.model import (
    AddArgument,
    AddElement,
    CreateFile,
    Edit,
    Import,
    InFile,
    InsertStatement,
    InsertText,
    Span,
)
from statefence.source import Source

_WORDS = re.compile(r"[^A-Za-z0-9]+")


def added(
    history: History, name: str, up: Sequence[str] = (), down: Sequence[str] = (), *, version: str = ""
) -> tuple[Edit, ...]:
    """The edits that add a migration after the last one.

    Args:
        history: the sequence it is added to.
        name: what it does, in a few words.
        up: its statements.
        down: the statements that take it back.
        version: its version; the one after the last by default, which only a sequence of dates lacks.

    Raises:
        UsageError: the name holds no letter or digit, or such a sequence cannot be added to.
    """
    slug = _WORDS.sub("_", name).strip("_").lower()
    if not slug:
        raise UsageError(f"{name!r} is no name for a migration: say in a few words what it does, such as add_notes")
    number = version or next_version(history)
    if history.shape is Shape.SQL:
        return _sql_files(history, f"{number}_{slug}", up, down)
    if history.shape is Shape.MODULES:
        return _module(history, number, slug, up, down)
    kind = "a list in one module" if history.shape is Shape.LIST else "Alembic's"
    raise UsageError(f"{history.path}: the sequence is {kind}: add the migration there by hand")


def next_version(history: History) -> str:
    """The version after the last; `001` in an empty sequence. Raises UsageError where versions are dates, or names."""
    versions = [each.version for each in history.migrations if each.version.isascii() and each.version.isdigit()]
    if history.migrations and not versions:
        raise UsageError(f"{history.path}: its migrations have no numbers, so that none is the next: add it by hand")
    if not versions:
        return "001"
    last = max(versions, key=ordinal)
    if is_dated(last):
        raise UsageError(f"{history.path}: its versions are dates, so that the next one depends on the clock")
    return following(last)


def _sql_files(history: History, key: str, up: Sequence[str], down: Sequence[str]) -> tuple[Edit, ...]:
    applied, reverted = script(up), script(down)
    path = f"{history.path}/{key}"
    if history.separate_down:
        files = [CreateFile(f"{path}.sql", applied), CreateFile(f"{path}.down.sql", reverted)]
    else:
        files = [CreateFile(f"{path}.sql", f"{applied}\n-- down\n{reverted}")]
    return (*files, *_registered(history.registry, key, ""))


def script(statements: Sequence[str]) -> str:
    """The statements as a script; a remark in their place when there are none."""
    return "".join(f"{statement};\n" for statement in statements) or "-- write the statements here\n"


def _module(history: History, number: str, slug: str, up: Sequence[str], down: Sequence[str]) -> tuple[Edit, ...]:
    last = history.migrations[-1] if history.migrations else None
    key = _like(last, number, slug)
    title = slug.replace("_", " ").capitalize()
    name = ""
    text = f'"""{title}."""\n\nup = {listed(up)}\n\ndown = {listed(down)}\n'
    if last is not None and last.name:
        name, text = written_like(last, history.example, number, title, up, down)
    if not text:
        raise UsageError(f"{history.path}: {last.key if last else ''}.py cannot be copied: write the next one by hand")
    return (CreateFile(f"{history.path}/{key}.py", text), *_registered(history.registry, key, name))


def _like(last: Migration | None, number: str, slug: str) -> str:
    """The name of the new module: with the letter that the last one has before its number."""
    letters = re.match(r"(?:[A-Za-z](?=\d))?", last.key) if last else None
    return f"{letters.group() if letters else 'm'}{number}_{slug}"


def _registered(registry: Registry | None, key: str, name: str) -> tuple[Edit, ...]:
    edit = registration(registry, key, name) if registry else None
    return () if registry is None or edit is None else (InFile(registry.place.path, edit),)


def registration(registry: Registry, key: str, name: str, order: Sequence[str] = ()) -> AddElement | None:
    """The edit that lists a migration in the registry; None where it cannot be told how that is written.

    Args:
        registry: the registry.
        key: the migration's key.
        name: the name of its object, where the registry lists objects.
        order: the keys of all migrations in order; without them it comes last.
    """
    element = _element(registry, key, name)
    if element is None:
        return None
    value, imports = element
    later = set(order[order.index(key) + 1 :]) if key in order else set()
    spans = zip(registry.keys, registry.elements, strict=True)
    return AddElement(registry.place.span, value, imports, next((span for one, span in spans if one in later), None))


def _element(registry: Registry, key: str, name: str) -> tuple[str, tuple[Import, ...]] | None:
    """How the registry names a migration, and the import that this needs."""
    if registry.form == "text":
        return f'"{key}{registry.ending}"', ()
    if not key.isidentifier():
        return None
    if registry.form in {"object", "object()"} and name:
        return f"{name}{registry.form.removeprefix('object')}", (Import(f"{registry.package}.{key}".lstrip("."), name),)
    if registry.form.startswith("module"):
        return f"{key}{registry.form.removeprefix('module')}", (Import(registry.package, key),)
    return None


def down_edits(
    history: History, migration: Migration, draft: Sequence[str], texts: Mapping[str, Source]
) -> tuple[Edit, ...]:
    """The edits that add what takes a migration back, as the sequence writes it; none where that is not known."""
    path = migration.place.path
    if not draft:
        return ()
    if history.shape is Shape.SQL and history.separate_down:
        directory, slash, name = path.rpartition("/")
        return (CreateFile(f"{directory}{slash}{taking_back(name)}", script(draft)),)
    if history.shape is Shape.SQL:
        lines = texts[path].lines
        end = Span(len(lines), 0, len(lines), len(lines[-1].encode()))
        gap = "\n" if not lines[-1] else "\n\n"
        return (InsertText(end, f"{gap}-- down\n{script(draft)}"),)
    places = dict(migration.parts)
    if "" in places and migration.down is None and "up" in places:
        return (AddArgument(places[""], "down", f"[{', '.join(map(literal, draft))}]"),)
    if migration.counterpart and migration.down is None and migration.up:
        statement = f"{migration.counterpart} = [{', '.join(map(literal, draft))}]"
        return (InsertStatement(migration.place.span, statement, after=True),)
    return ()
