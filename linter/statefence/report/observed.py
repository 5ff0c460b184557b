"""What the tests were seen to do, beside the inventory's answers: keys for its rows, words for its lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from statefence.model import Answer
from statefence.observation.compare import Comparison, Seen, Sighting, Verdict, verdict
from statefence.observation.records import Line, SeenSpawn

Row = dict[str, Any]

MOST = 5
"""So many different sightings of a site are listed."""

_MOST_NAMES = 6


def observed_row(sightings: Sequence[Sighting]) -> Row:
    """What was seen at one site: `verdict`, and in `seen` the different things, contradictions first."""
    ordered = sorted(sightings, key=lambda sighting: sighting.answer is not Answer.NO)
    rows = [_sighting(sighting) for sighting in ordered]
    unique = [row for number, row in enumerate(rows) if row not in rows[:number]]
    return {"verdict": verdict(sightings).value, "seen": unique[:MOST], "more": len(unique[MOST:])}


def observed_summary(comparison: Comparison, rows: Iterable[Row]) -> Row:
    """How many sites have which verdict, and what was done where the analysis lists no site."""
    counts = Counter(row["observed"]["verdict"] for row in rows)
    unlisted = [{**_what(seen), "line": _line(seen.lines[0]), "through": seen.through} for seen in comparison.unlisted]
    return {
        **{each.value: counts[each.value] for each in Verdict},
        "unlisted": [row for number, row in enumerate(unlisted) if row not in unlisted[:number]],
    }


def observed_lines(row: Row) -> Iterator[str]:
    """What was seen at the site of a row, in words; nothing where nothing was."""
    found = row.get("observed")
    if found is None or found["verdict"] == Verdict.NOT_OBSERVED:
        return
    if found["verdict"] == Verdict.CONFIRMED:
        yield "  confirmed by the tests"
        return
    words = "contradicted by the tests" if found["verdict"] == Verdict.CONTRADICTED else "filled in by the tests"
    for seen in found["seen"]:
        if seen["fits"] != Answer.YES:
            yield f"  {words}: {_words(seen)}"
    if found["more"]:
        yield f"  and {found['more']} more"


def summary_lines(summary: Row) -> Iterator[str]:
    """The counts, and what is not listed, in words."""
    counts = ", ".join(f"{summary[each.value]} {each.value.replace('-', ' ')}" for each in Verdict)
    yield f"observed: {counts}"
    for seen in summary["unlisted"]:
        through = f" through {seen['through']}" if seen["through"] else ""
        yield f"  not listed: {_words(seen)}{through}"


def _sighting(sighting: Sighting) -> Row:
    return {**_what(sighting.seen), "fits": sighting.answer.value, "line": _line(sighting.caller)}


def _what(seen: Seen) -> Row:
    if isinstance(seen, SeenSpawn):
        sets, drops = sorted({*seen.changed, *seen.added}), list(seen.dropped)
        return {"program": seen.program, "env": _env(seen), "sets": sets, "drops": drops}
    return {"path": seen.path, "mode": seen.mode, "store": seen.store}


def _env(seen: SeenSpawn) -> str:
    """The class of a block that was seen, in the inventory's words; a subset is always *partial*."""
    if seen.dropped:
        return "partial" if seen.block else "empty"
    return "full" if seen.replaced else "inherits"


def _words(seen: Row) -> str:
    if "path" in seen:
        store = f" (store {seen['store']})" if seen["store"] else ""
        return f"{seen['path']} {seen['mode']}{store} from {seen['line']}"
    changes = [f"+{name}" for name in seen["sets"]] + [f"-{name}" for name in seen["drops"]]
    more = [f"and {len(changes) - _MOST_NAMES} more"] if len(changes) > _MOST_NAMES else []
    return " ".join([seen["program"], seen["env"], *changes[:_MOST_NAMES], *more, "from", seen["line"]])


def _line(line: Line) -> str:
    return f"{line.path}:{line.line}"
