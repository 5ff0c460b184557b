"""The inventory that `map` prints: every spawn, open and statement of the project, and what each resolves to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from statefence.engine import Loaded, is_within
from statefence.model import Answer, Place, Step
from statefence.observation.compare import Comparison, compare, key
from statefence.observation.records import Observed
from statefence.policy.model import Policy
from statefence.project.sites import Open, Spawn, Statement, Target
from statefence.report.json import VERSION, step_json
from statefence.report.location import locate
from statefence.report.observed import observed_lines, observed_row, observed_summary
from statefence.template import match

Row = dict[str, Any]


def inventory(
    loaded: Loaded, policy: Policy, paths: Sequence[str] = (), observed: Observed | None = None
) -> dict[str, Any]:
    """The JSON object of DESIGN section 2: `version`, `spawns`, `opens`, `statements`, each sorted by place.

    Args:
        loaded: the project.
        policy: names the stores that opens and statements reach.
        paths: the files and directories to list, relative to the root; empty means all.
        observed: what the tests did. Then each row of a spawn or open has a key `observed`, and the whole has one.
    """
    project = loaded.project
    modules = [module for module in project.modules if is_within(module.path, paths)]
    comparison = None if observed is None else _comparison(loaded, observed)
    rows = {
        "spawns": [
            {**_spawn(site, loaded), **_observed(site, comparison)}
            for module in modules
            for site in project.spawns(module)
        ],
        "opens": [
            {**_open(site, loaded, policy), **_observed(site, comparison)}
            for module in modules
            for site in project.opens(module)
        ],
        "statements": [_statement(site, loaded, policy) for module in modules for site in project.statements(module)],
    }
    found = {"version": VERSION, **{kind: sorted(found, key=_order) for kind, found in rows.items()}}
    if comparison is not None and observed is not None:
        summary = observed_summary(comparison, (*rows["spawns"], *rows["opens"]))
        found["observed"] = {**summary, "unheard": list(observed.unheard)}
    return found


def inventory_json(found: dict[str, Any]) -> str:
    """The inventory as JSON text, in ASCII."""
    return json.dumps(found, indent=1)


def inventory_lines(found: dict[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The inventory for people: each file with the lines that describe its sites, in the order of the file.

    Calls of wrappers of which the same is to be said share a line, which gives the place of each.
    """
    described = [
        *((row, _spawn_line(row)) for row in found["spawns"]),
        *((row, _open_line(row)) for row in found["opens"]),
        *((row, _statement_line(row)) for row in found["statements"]),
    ]
    for path in sorted({row["path"] for row, _ in described}):
        inside = sorted(
            ((row, line) for row, line in described if row["path"] == path), key=lambda item: _order(item[0])
        )
        yield path, tuple(line for lines in _grouped(inside) for line in lines)


def _grouped(described: Sequence[tuple[Row, str]]) -> Iterator[tuple[str, ...]]:
    """What is said of each site, and what was observed there, after its place or places."""
    places: dict[tuple[int | None, tuple[str, ...]], list[str]] = {}
    for number, (row, line) in enumerate(described):
        alone = None if row.get("via") else number
        places.setdefault((alone, (line, *observed_lines(row))), []).append(f"{row['line']}:{row['column']}")
    for (_, (line, *observed)), at in places.items():
        yield f"{', '.join(at)} {line}", *observed


def _comparison(loaded: Loaded, observed: Observed) -> Comparison:
    """What was seen anywhere: what one file does may have been chosen in another."""
    project = loaded.project
    return compare(
        (site for module in project.modules for site in project.spawns(module)),
        (site for module in project.modules for site in project.opens(module)),
        observed,
    )


def _observed(site: Spawn | Open, comparison: Comparison | None) -> Row:
    return {} if comparison is None else {"observed": observed_row(comparison.at.get(key(site), ()))}


def _order(row: Row) -> tuple[str, int, int]:
    return row["path"], row["line"], row["column"]


def _place(site: Spawn | Open | Statement, loaded: Loaded) -> Row:
    where = locate(Place(site.path, site.span), loaded.sources)
    return {"path": where.path, "line": where.line, "column": where.column}


def _spawn(site: Spawn, loaded: Loaded) -> Row:
    main, *others = site.environments
    return {
        **_place(site, loaded),
        "api": site.api,
        "via": site.via,
        "env": main.kind.value,
        "alternatives": _alternatives(main.kind.value, [other.kind.value for other in others]),
        "sets": list(main.sets),
        "drops": list(main.drops),
        "symbol": site.symbol,
        "trace": _trace(main.trace or site.trace),
        "reason": main.reason or None,
    }


def _open(site: Open, loaded: Loaded, policy: Policy) -> Row:
    main, *others = site.targets
    return {
        **_place(site, loaded),
        "api": site.api,
        "via": site.via,
        "kind": main.kind.value,
        "alternatives": _alternatives(main.kind.value, [other.kind.value for other in others]),
        "target": str(main.template) if main.template is not None else None,
        "mode": site.mode.value,
        "store": _store(main, policy),
        "symbol": site.symbol,
        "trace": _trace(main.trace or site.trace),
        "reason": main.reason or None,
    }


def _statement(site: Statement, loaded: Loaded, policy: Policy) -> Row:
    return {
        **_place(site, loaded),
        "sql": site.sql,
        "reads": list(site.reads),
        "writes": list(site.writes),
        "ddl": list(site.ddl),
        "holes": site.holes,
        "store": _store(site.connection[0], policy) if site.connection else None,
        "symbol": site.symbol,
        "trace": _trace((*site.trace, *_doubt(site))),
    }


_NOT_KNOWN = "not known: "


def _doubt(site: Statement) -> tuple[Step, ...]:
    """Why the tables of a statement may not be all, as the last step of its trace; none when they are."""
    return (Step(Place(site.path, site.span), f"{_NOT_KNOWN}{site.reason}"),) if site.reason else ()


def _alternatives(main: str, others: Sequence[str]) -> list[str]:
    return [other for other in dict.fromkeys(others) if other != main]


def _trace(steps: Sequence[Step]) -> list[Row]:
    return [step_json(step) for step in steps]


def _store(target: Target, policy: Policy) -> str | None:
    """The store whose path the target is for certain."""
    if target.template is None:
        return None
    certain = (store.name for store in policy.stores if match(store.path, target.template) is Answer.YES)
    return next(certain, None)


def _spawn_line(row: Row) -> str:
    changes = [f"+{name}" for name in row["sets"]] + [f"-{name}" for name in row["drops"]]
    return " ".join(["spawn", _api(row), _kinds(row, "env"), *changes, *_why(row, "env")])


def _open_line(row: Row) -> str:
    store = f"(store {row['store']})" if row["store"] else ""
    parts = ("open", _api(row), row["mode"], _kinds(row, "kind"), row["target"] or "", store)
    return " ".join(part for part in (*parts, *(() if row["target"] else _why(row, "kind"))) if part)


def _why(row: Row, key: str) -> tuple[str, ...]:
    """Why nothing is known, where that is so."""
    return (f"({row['reason']})",) if row[key] == "unknown" and row["reason"] else ()


def _statement_line(row: Row) -> str:
    touched = [f"{kind} {', '.join(row[kind])}" for kind in ("reads", "writes", "ddl") if row[kind]]
    store = [f"(store {row['store']})"] if row["store"] else []
    doubts = [f"({step['message']})" for step in row["trace"] if step["message"].startswith(_NOT_KNOWN)]
    return " ".join(["statement", "; ".join(touched) or "touches no known table", *store, *doubts])


def _api(row: Row) -> str:
    return f"{row['api']} (ends in {row['via']})" if row["via"] else row["api"]


def _kinds(row: Row, key: str) -> str:
    return " or ".join((row[key], *row["alternatives"]))
