"""Which files the policy speaks of, in one environment."""

# Paths are text here, as the system and the audit events give them.
# ruff: noqa: PTH118

from __future__ import annotations

import os
import pwd
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from pytest_statefence.migrated import known_of
from pytest_statefence.records import Clause
from statefence.policy import Forbidden, Policy, Store, StoreKind
from statefence.template import Symbol, SymbolKind, Template, fixed_prefix, is_literal, resolve
from statefence.template.records import TREE
from statefence.template.user_directories import USER_DIRECTORY_VARIABLES

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
    """The lines of the policy that are watched wherever it points: forbidden paths, databases, append-only stores."""
    return (
        *(_of_forbidden(policy, number, forbidden) for number, forbidden in enumerate(policy.forbidden)),
        *(clause for clause in _of_stores(policy) if clause.is_of_databases or clause.is_append_only),
    )


def machine_locations(policy: Policy, environ: Mapping[str, str], home: str, cwd: str) -> frozenset[Location]:
    """Where the user who runs the tests keeps the stores: where the policy points when no variable of it is set.

    Variables of the XDG Base Directory Specification say where such places are, so they count. What lies in the
    project, or in the directory of temporary files, is no one's own state, but for what the home of the process,
    `home`, held before a run that nobody sent elsewhere.
    """
    clauses = tuple(replace(clause, is_of_machine=True) for clause in _of_stores(policy))
    chosen = _variable_names(clauses)
    plain = {name: value for name, value in environ.items() if name not in chosen or name.startswith("XDG_")}
    spared = tuple(os.path.join(os.path.realpath(place), "") for place in (policy.root, _tmp(environ)))
    found: dict[tuple[str, str], Location] = {}
    for directory in (home, pwd.getpwuid(os.getuid()).pw_dir):
        for at in _located(clauses, plain, home=directory, cwd=cwd, repo=policy.root):
            is_spared = os.path.join(os.path.realpath(at.prefix), "").startswith(spared)
            if is_spared and directory == home and _is_at_home(at.clause, environ):
                found.setdefault(
                    (at.clause.place, str(at.template)), replace(at, clause=replace(at.clause, is_kept_only=True))
                )
            elif not is_spared:
                found.setdefault((at.clause.place, str(at.template)), at)
    return frozenset(found.values())


def _is_at_home(clause: Clause, environ: Mapping[str, str]) -> bool:
    """Whether a clause points below the home directory, since no variable of it is set."""
    symbols = tuple(symbols_of([clause]))
    is_of_home = any(symbol.kind in {SymbolKind.HOME, SymbolKind.APP} for symbol in symbols)
    return is_of_home and not any(symbol.kind is SymbolKind.ENV and symbol.name in environ for symbol in symbols)


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
    symbols = tuple(symbols_of(clauses))
    asked = {symbol.name for symbol in symbols if symbol.kind is SymbolKind.ENV}
    return asked | (USER_DIRECTORY_VARIABLES if any(symbol.kind is SymbolKind.APP for symbol in symbols) else set())


def home_of(environ: Mapping[str, str]) -> str:
    """The home directory that a process with this environment finds."""
    return environ.get("HOME") or pwd.getpwuid(os.getuid()).pw_dir


def own_home() -> str:
    """The home directory that this process finds, also where a test replaced `Path.home`."""
    return (home_is_replaced() and _replaced_home()) or home_of(os.environ)


def home_is_replaced() -> bool:
    """Whether a test replaced `Path.home`."""
    return Path.__dict__.get("home") is not _HOME


def _replaced_home() -> str:
    """What the replacement of `Path.home` answers; a mock, which counts its calls, is only asked what it would."""
    mocks = sys.modules.get("unittest.mock")
    home = Path.__dict__.get("home")
    if mocks is not None and isinstance(home, mocks.NonCallableMock):
        answer = home.return_value
    else:
        try:
            answer = Path.home()
        except Exception:  # whatever a test wants it to raise
            return ""
    return os.fspath(answer) if isinstance(answer, str | Path) else ""


def _of_forbidden(policy: Policy, number: int, forbidden: Forbidden) -> Clause:
    line = forbidden.line or policy.lines.get(f"forbidden.{number}", 0)
    return Clause(forbidden.path, f"{policy.source}:{line}", reason=forbidden.reason)


def _of_stores(policy: Policy) -> Iterator[Clause]:
    return (_of_store(policy, store) for store in policy.stores if store.kind is not StoreKind.URL)


def _of_store(policy: Policy, store: Store) -> Clause:
    own = {table.casefold() for table in store.tables}
    foreign = frozenset(table.casefold() for other in policy.stores for table in other.tables) - own
    line = policy.lines.get(f"stores.{store.name}.path") or policy.lines.get(f"stores.{store.name}", 0)
    return Clause(
        _with_all_below(store.path) if store.kind is StoreKind.TREE else store.path,
        f"{policy.source}:{line}",
        store=store.name,
        foreign=foreign if store.kind is StoreKind.SQLITE else frozenset(),
        owners=tuple((t.casefold(), other.name) for other in policy.stores for t in other.tables if other != store),
        kind=store.kind,
        is_append_only=store.append_only,
        known=known_of(policy, store) if store.kind is StoreKind.SQLITE else None,
    )


def _with_all_below(path: Template) -> Template:
    return path if path.segments[-1] == TREE else Template((*path.segments, TREE))


def _located(
    clauses: tuple[Clause, ...], environ: Mapping[str, str], *, home: str, cwd: str, repo: str
) -> Iterator[Location]:
    for clause in clauses:
        for template in resolve(clause.template, environ, home=home, cwd=cwd, tmp=_tmp(environ), repo=repo):
            path = str(template) if is_literal(template) else None
            prefix = fixed_prefix(template)
            if prefix:
                yield Location(clause, template, path, prefix)


def _tmp(environ: Mapping[str, str]) -> str:
    return environ.get("TMPDIR") or tempfile.gettempdir()


def _symbols(template: Template) -> Iterator[Symbol]:
    for segment in template.segments:
        for piece in segment:
            if isinstance(piece, Symbol):
                yield piece
                if piece.default is not None:
                    yield from _symbols(piece.default)
