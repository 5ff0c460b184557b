"""The effective policy as text: what holds, and where each part of it was said."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from statefence.policy.model import Forbidden, Mirrors, Policy, Store, Variable
from statefence.policy.problem import KeyPath, dotted

Written = str | bool | tuple[str, ...] | Mapping[str, "Written"]
Value = Written | None
Row = tuple[str, Value]


def show(policy: Policy) -> str:
    """The policy as TOML, every key with the line it came from or `default`; reading it again gives the same policy."""
    return "\n".join(_lines(policy)) + "\n"


def _lines(policy: Policy) -> Iterator[str]:
    yield f"# the policy of {policy.source}" if policy.source else "# there is no policy: these are the defaults"
    yield from _rows(policy, (), _top(policy))
    yield from _table(policy, ("layers",), policy.layers.items())
    for variable in policy.variables:
        yield from _table(policy, ("env", variable.name), _variable(variable))
    for store in policy.stores:
        yield from _table(policy, ("stores", store.name), _store(store))
    for number, forbidden in enumerate(policy.forbidden):
        yield from ("", "[[forbidden]]")
        yield from _rows(policy, ("forbidden", str(number)), _forbidden(forbidden))
    yield from _table(policy, ("namespaces",), policy.namespaces.items())
    for spawner in policy.spawners:
        yield from _table(policy, ("spawners", spawner.target), [("env", spawner.env), ("merge", spawner.merge)])
    for opener in policy.openers:
        yield from _table(policy, ("openers", opener.target), [("path", opener.path)])
    for mirrors in policy.mirrors:
        yield from _table(policy, ("mirrors", mirrors.table), _mirrors(mirrors))
    yield from _table(policy, ("backends",), policy.backends.items())


def _top(policy: Policy) -> Iterator[Row]:
    yield "src", policy.src
    yield "state", None if policy.state is None else str(policy.state)
    yield "require-reasons", policy.require_reasons


def _variable(variable: Variable) -> Iterator[Row]:
    yield "ensure", variable.ensure
    yield "not-from", variable.not_from
    yield "resolver", variable.resolver
    yield "layers", variable.layers
    yield "exempt", variable.exempt


def _store(store: Store) -> Iterator[Row]:
    yield "path", str(store.path)
    yield "kind", str(store.kind)
    yield "owners", store.owners
    yield "readers", store.readers
    yield "deny", store.deny
    yield "tables", store.tables
    yield "open-with", store.open_with
    yield "write-with", store.write_with
    yield "migrations", store.migrations
    yield "tenant", store.tenant
    yield "append-only", store.append_only
    yield "discover", {each.table: {"path": str(each.path), "columns": each.columns} for each in store.discover}
    yield "durable", store.durable


def _mirrors(mirrors: Mirrors) -> Iterator[Row]:
    yield "store", mirrors.store
    yield "types", mirrors.types
    yield "mirrors", mirrors.mirrors
    yield "omit", mirrors.omit
    yield "rename", mirrors.rename


def _forbidden(forbidden: Forbidden) -> Iterator[Row]:
    yield "path", str(forbidden.path)
    yield "belongs-to", forbidden.belongs_to
    yield "reason", forbidden.reason


def _table(policy: Policy, path: KeyPath, rows: Iterable[Row]) -> Iterator[str]:
    shown = list(_rows(policy, path, rows))
    if shown:
        yield from ("", f"[{dotted(path)}]", *shown)


def _rows(policy: Policy, path: KeyPath, rows: Iterable[Row]) -> Iterator[str]:
    for key, value in rows:
        if value is not None:
            line = policy.lines.get(".".join((*path, key)))
            origin = "default" if line is None else f"{policy.source}:{line}"
            yield f"{dotted((key,))} = {_written(value)}  # {origin}"


def _written(value: Written) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, tuple):
        return f"[{', '.join(map(_quoted, value))}]"
    inner = ", ".join(f"{dotted((key,))} = {_written(inside)}" for key, inside in value.items())
    return f"{{ {inner} }}" if inner else "{}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
