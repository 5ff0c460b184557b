"""What an insert does to rows that are there: `ON CONFLICT ... DO UPDATE`, `INSERT OR REPLACE`."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from statefence.sql.nodes import Group, Nodes, name, names, split_by, until, word


class Conflict(Struct, frozen=True):
    """One way in which a row that is there may be changed or replaced.

    Attributes:
        columns: those in which it equals the new row; empty when any unique ones may do.
        condition: what else holds of it.
    """

    columns: tuple[str, ...]
    condition: Nodes = ()


_ENDS = frozenset({"ON", "RETURNING"})


def conflicts(nodes: Nodes) -> tuple[Conflict, ...]:
    """The ways in which an insert, given with its verb, changes rows that are there."""
    replaces = word(nodes[0]) == "REPLACE" or [word(node) for node in nodes[1:3]] == ["OR", "REPLACE"]
    return (*((Conflict(()),) if replaces else ()), *_upserts(nodes))


def _upserts(nodes: Nodes) -> Iterator[Conflict]:
    start = until(nodes, frozenset({"CONFLICT"}))
    while start < len(nodes):
        end = until(nodes, frozenset({"CONFLICT"}), start + 1)
        clause = nodes[start + 1 : until(nodes, _ENDS, until(nodes, frozenset({"DO"}), start))]
        update = until(clause, frozenset({"UPDATE"}))
        if update < len(clause):
            where = until(clause, frozenset({"WHERE"}), update)
            yield Conflict(_target(clause), clause[where + 1 :])
        start = end


def _target(clause: Nodes) -> tuple[str, ...]:
    """The columns of a conflict target; empty when there is none, or when it is no list of plain columns."""
    group = clause[0]
    if not isinstance(group, Group) or any(len(part) != 1 or not name(part[0]) for part in split_by(group.items, ",")):
        return ()
    return names(group)
