"""Which files the policy speaks of, in one environment."""

# Paths are text here, as the system and the audit events give them.
# ruff: noqa: PTH100, PTH109, PTH111

from __future__ import annotations

import os
import pwd
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from pytest_statefence.records import Clause
from statefence.policy import Forbidden, Policy, Store, StoreKind
from statefence.template import Symbol, SymbolKind, Template, fixed_prefix, is_literal, resolve

Locate = Callable[[Mapping[str, str], str, str], frozenset["Location"]]


_MOST_REMEMBERED = 64
_HOME = Path.__dict__.get("home")


class Location(Struct, frozen=True, eq=False):
    """Where one clause of the policy points in one environment. There is one object for each such place at a time.

    Attributes:
        template: absolute, of text and globs only.
        path: the one file it is; None when it has globs.
        prefix: the deepest directory that all its files lie below.
    """

    clause: Clause
    template: Template
    path: str | None
    prefix: str


def clauses_of(policy: Policy) -> tuple[Clause, ...]:
    """The lines of the policy that are watched: forbidden paths, and databases in files."""
    return (
        *(_of_forbidden(policy, number, forbidden) for number, forbidden in enumerate(policy.forbidden)),
        *(_of_store(policy, store) for store in policy.stores if store.kind is StoreKind.SQLITE),
    )


def locator(clauses: tuple[Clause, ...], repo: str) -> Locate:
    """A function from an environment, its home and its working directory to the locations; it remembers its answers."""
    kinds = {symbol.kind for symbol in symbols_of(clauses)}
    names = _variable_names(clauses) | ({"TMPDIR"} if SymbolKind.TMP in kinds else set())
    remembered: dict[tuple[str | None, ...], frozenset[Location]] = {}
    places: dict[tuple[Clause, str], Location] = {}

    def locate(environ: Mapping[str, str], home: str, cwd: str) -> frozenset[Location]:
        values = tuple(map(environ.get, names))
        depends_on_cwd = SymbolKind.CWD in kinds or any(value and value[0] not in "/~" for value in values)
        key = (home, cwd if depends_on_cwd else None, *values)
        if key not in remembered:
            if len(remembered) == _MOST_REMEMBERED:
                remembered.clear()
                places.clear()
            located = _located(clauses, environ, home=home, cwd=cwd, repo=repo)
            remembered[key] = frozenset(places.setdefault((at.clause, str(at.template)), at) for at in located)
        return remembered[key]

    return locate


def variables_of(clauses: tuple[Clause, ...]) -> frozenset[str]:
    """The environment variables that decide where the files are."""
    return frozenset(_variable_names(clauses) | {"HOME", "TMPDIR"})


def symbols_of(clauses: Iterable[Clause]) -> Iterator[Symbol]:
    """Every symbol of the clauses' templates, those in defaults too."""
    for clause in clauses:
        yield from _symbols(clause.template)


def _variable_names(clauses: Iterable[Clause]) -> set[str]:
    return {symbol.name for symbol in symbols_of(clauses) if symbol.kind is SymbolKind.ENV}


def home_of(environ: Mapping[str, str]) -> str:
    """The home directory that a process with this environment finds."""
    return environ.get("HOME") or pwd.getpwuid(os.getuid()).pw_dir


def own_directory() -> str:
    """The working directory; the file system's root when the working directory was removed."""
    try:
        return os.getcwd()
    except FileNotFoundError:
        return os.path.abspath(os.sep)


def own_home() -> str:
    """The home directory that this process finds, also where a test replaced `Path.home`."""
    if Path.__dict__.get("home") is _HOME:
        return os.path.expanduser("~")
    return str(Path.home())


def _of_forbidden(policy: Policy, number: int, forbidden: Forbidden) -> Clause:
    line = forbidden.line or policy.lines.get(f"forbidden.{number}", 0)
    return Clause(forbidden.path, f"{policy.source}:{line}", reason=forbidden.reason)


def _of_store(policy: Policy, store: Store) -> Clause:
    own = {table.casefold() for table in store.tables}
    foreign = frozenset(table.casefold() for other in policy.stores for table in other.tables) - own
    line = policy.lines.get(f"stores.{store.name}.path") or policy.lines.get(f"stores.{store.name}", 0)
    return Clause(store.path, f"{policy.source}:{line}", store=store.name, foreign=foreign)


def _located(
    clauses: tuple[Clause, ...], environ: Mapping[str, str], *, home: str, cwd: str, repo: str
) -> Iterator[Location]:
    tmp = environ.get("TMPDIR") or tempfile.gettempdir()
    for clause in clauses:
        for template in resolve(clause.template, environ, home=home, cwd=cwd, tmp=tmp, repo=repo):
            path = str(template) if is_literal(template) else None
            prefix = fixed_prefix(template)
            if prefix:
                yield Location(clause, template, path, prefix)


def _symbols(template: Template) -> Iterator[Symbol]:
    for segment in template.segments:
        for piece in segment:
            if isinstance(piece, Symbol):
                yield piece
                if piece.default is not None:
                    yield from _symbols(piece.default)
