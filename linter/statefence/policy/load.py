"""Finding, reading and checking the policy."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from pathlib import Path

import msgspec
import tomli

from statefence.errors import PolicyError
from statefence.policy.document import Document, StoreTable
from statefence.policy.locate import locate
from statefence.policy.meaning import problems_of_meaning, state_of
from statefence.policy.model import Discovery, Forbidden, Mirrors, Opener, Policy, Spawner, Store, StoreKind, Variable
from statefence.policy.problem import POLICY_TABLE, PROJECT_FILE, KeyPath, Problem, line_of, rendered
from statefence.template import Template, parse, placeholders
from statefence.template.records import TREE

_OWN_FILE = "statefence.toml"


def candidates(start: Path) -> tuple[Path, ...]:
    """The files, there or not, from which `find` chooses, the nearest first."""
    here = start.absolute()
    return tuple(directory / name for directory in (here, *here.parents) for name in (_OWN_FILE, PROJECT_FILE))


def find(start: Path) -> Path | None:
    """The policy's file in the nearest directory from `start` upwards that has one; None when there is none.

    Raises PolicyError when that directory has both a `statefence.toml` and a `[tool.statefence]`.
    """
    here = start.absolute()
    for directory in (here, *here.parents):
        own, project = directory / _OWN_FILE, directory / PROJECT_FILE
        found = [*([own] if own.is_file() else []), *([project] if _has_table(project) else [])]
        if len(found) > 1:
            message = f"{project}: [tool.statefence] and {_OWN_FILE} beside it are two policies: keep one of them"
            raise PolicyError(message)
        if found:
            return found[0]
    return None


def load(path: Path) -> Policy:
    """The policy in a file: `[tool.statefence]` of a `pyproject.toml`, the whole of any other.

    Raises PolicyError with every problem found, also when the file cannot be read.
    """
    path = path.absolute()
    prefix = POLICY_TABLE if path.name == PROJECT_FILE else ()
    return _load(_read(path), prefix, root=str(path.parent), source=path.name)


def load_text(text: str, *, root: str, source: str) -> Policy:
    """The policy in a text with the keys at top level, as in `statefence.toml`; raises PolicyError."""
    return _load(text, (), root=root, source=source)


def default(root: str | Path) -> Policy:
    """The policy of a project that has none, with the project's root directory."""
    return Policy(root=str(root))


def _has_table(project: Path) -> bool:
    """Whether a `pyproject.toml` has the table; one that is not valid TOML but names it is taken to have it."""
    try:
        content = project.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return False
    except OSError as error:
        raise PolicyError(f"{project}: cannot be read: {error.strerror}") from error
    if b"statefence" not in content:
        return False
    try:
        return _table(tomli.loads(content.decode("utf-8-sig")), POLICY_TABLE) is not None
    except (tomli.TOMLDecodeError, UnicodeDecodeError):
        return b"[tool.statefence" in content


def _read(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PolicyError(f"{path}: cannot be read: {error.strerror}") from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"{path.name}:{line}: byte {content[error.start]:#04x} is not UTF-8: save the file as UTF-8"
        raise PolicyError(message) from error


def _load(text: str, prefix: KeyPath, *, root: str, source: str) -> Policy:
    try:
        content = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise PolicyError(f"{source}:{error.lineno}:{error.colno}: not valid TOML: {error.msg}") from error
    raw = _table(content, prefix)
    if raw is None:
        raise PolicyError(f"{source}: there is no [{'.'.join(prefix)}] table: write one, or run `statefence init`")
    document = _converted(raw)
    lines = {path[len(prefix) :]: line for path, line in locate(text).items() if path[: len(prefix)] == prefix}
    if document is not None:
        problems = problems_of_meaning(document, document.layers, document.stores)
    else:
        problems = _all_problems(raw)
    if document is None or problems:
        ordered = sorted(problems, key=lambda problem: line_of(problem.path, lines))
        raise PolicyError(*(rendered(problem, source, line_of(problem.path, lines)) for problem in ordered))
    return _policy(document, lines, root=root, source=source)


def _table(content: Mapping[str, object], prefix: KeyPath) -> object:
    """The value at `prefix`, None when there is none."""
    value: object = content
    for key in prefix:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _converted(raw: object) -> Document | None:
    """The document, None when its shape is wrong."""
    try:
        return msgspec.convert(raw, Document)
    except msgspec.ValidationError:
        return None


def _all_problems(raw: object) -> list[Problem]:
    """The problems of a document with a wrong shape, also those of meaning in the parts that have the right one."""
    from statefence.policy.shape import problems_of_shape, usable

    problems = problems_of_shape(raw, Document)
    if not isinstance(raw, dict):
        return problems
    layers, stores = (section if isinstance(section := raw.get(key), dict) else {} for key in ("layers", "stores"))
    rest = msgspec.convert(usable(raw, problems), Document)
    return [*problems, *problems_of_meaning(rest, layers, stores)]


def _policy(document: Document, lines: Mapping[KeyPath, int], *, root: str, source: str) -> Policy:
    state = state_of(document)
    return Policy(
        root=root,
        source=source,
        src=document.src,
        state=state,
        require_reasons=document.require_reasons,
        layers=document.layers,
        variables=_variables(document),
        stores=_stores(document, state),
        forbidden=_forbidden(document, state, lines),
        namespaces=document.namespaces,
        spawners=tuple(Spawner(name, table.env, table.merge) for name, table in document.spawners.items()),
        openers=tuple(Opener(name, table.path) for name, table in document.openers.items()),
        mirrors=tuple(
            Mirrors(name, table.store, table.types, table.mirrors, table.omit, table.rename)
            for name, table in document.mirrors.items()
        ),
        backends=document.backends,
        lines={".".join(path): line for path, line in lines.items() if path},
    )


def _variables(document: Document) -> tuple[Variable, ...]:
    return tuple(
        Variable(name, table.ensure, table.not_from, table.resolver, table.layers, table.exempt)
        for name, table in document.env.items()
    )


def _stores(document: Document, state: Template | None) -> tuple[Store, ...]:
    return tuple(
        Store(
            name=name,
            path=_store_path(table, state),
            kind=table.kind,
            owners=table.owners,
            readers=table.readers,
            deny=table.deny,
            tables=table.tables,
            open_with=table.open_with,
            migrations=_migrations(name, table.migrations),
            write_with=table.write_with,
            tenant=table.tenant,
            append_only=table.append_only,
            discover=_discoveries(table, state),
            durable=table.durable,
        )
        for name, table in document.stores.items()
    )


def _store_path(table: StoreTable, state: Template | None) -> Template:
    """Where a store is; a tree is the directory with everything in it, whether or not `**` says so."""
    path = parse(table.path, state)
    is_open = table.kind is StoreKind.TREE and path.segments[-1] != TREE
    return Template((*path.segments, TREE)) if is_open else path


def _discoveries(table: StoreTable, state: Template | None) -> tuple[Discovery, ...]:
    return tuple(
        Discovery(name, path, found.columns or {each: f"{{{each}}}" for each in placeholders(path)})
        for name, found in table.discover.items()
        for path in (parse(found.path, state),)
    )


def _migrations(store: str, given: str | dict[str, str] | None) -> dict[str, str]:
    """The sequences by namespace, their paths as git writes them; one alone has the store's name."""
    declared = {store: given} if isinstance(given, str) else given or {}
    return {namespace: posixpath.normpath(path) for namespace, path in declared.items()}


def _forbidden(document: Document, state: Template | None, lines: Mapping[KeyPath, int]) -> tuple[Forbidden, ...]:
    return tuple(
        Forbidden(
            path=parse(table.path, state),
            belongs_to=table.belongs_to,
            reason=table.reason,
            line=line_of(("forbidden", str(number), "path"), lines),
        )
        for number, table in enumerate(document.forbidden)
    )
