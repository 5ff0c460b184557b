"""The structure of a statement that SQLite has accepted: its queries, what each reads from, and under which conditions.

No full grammar: SQLite itself says whether a text is a statement, so that only the places of its parts are looked for.
What is written in a way that is not foreseen raises `Unclear`.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from statefence.sql.nodes import (
    Group,
    Node,
    Nodes,
    Unclear,
    is_hole,
    is_query,
    name,
    names,
    nodes_of,
    sign,
    split_by,
    until,
    word,
)
from statefence.sql.tokens import Token
from statefence.sql.upserts import Conflict, conflicts


class Source(Struct, frozen=True):
    """One item of a `FROM`: a table by its name, or a query in parentheses.

    Attributes:
        place: which token of the statement names it.
        alias: the name that columns are written with.
    """

    place: int
    alias: str
    table: str = ""
    query: Query | None = None


class Condition(Struct, frozen=True):
    """A condition, and the sources whose rows it keeps out where it does not hold, by their index."""

    nodes: Nodes
    restricts: frozenset[int]


class Shared(Struct, frozen=True):
    """Columns that `USING` makes equal between sources; `NATURAL` names none: it means all that they have in common."""

    names: tuple[str, ...]
    sources: tuple[int, ...]
    restricts: frozenset[int]


class Core(Struct, frozen=True):
    """One `SELECT`, or the part of an `UPDATE` or `DELETE` that chooses rows.

    Attributes:
        results: the expressions it gives, one per column.
        shared: columns that a join makes equal without a condition.
        groups: what stands after `GROUP BY`, these two words included.
        others: what is left of its text, in which subqueries may stand.
        uncertain: a piece that is not known may hold more sources or conditions.
    """

    results: tuple[Nodes, ...]
    sources: tuple[Source, ...]
    conditions: tuple[Condition, ...]
    shared: tuple[Shared, ...] = ()
    groups: Nodes = ()
    others: Nodes = ()
    uncertain: bool = False


class Query(Struct, frozen=True):
    """A query, or the change that PostgreSQL lets stand for one in a `WITH`.

    Attributes:
        expressions: common table expressions by name.
        cores: the parts of a compound; none of a change.
        limited: whether it may leave out rows by their number.
    """

    expressions: tuple[tuple[str, tuple[str, ...], Query], ...]
    cores: tuple[Core, ...]
    limited: bool = False
    change: Change | None = None


class Change(Struct, frozen=True):
    """An `INSERT`, `UPDATE` or `DELETE`.

    Attributes:
        target: the table that is written.
        chooses: which rows are changed, with the target as the first source; None for an insert.
        columns: the columns that an insert names; empty when it names none.
        rows: the values of an insert, row by row.
        query: where the rows of an insert come from, when they are not listed.
        conflicts: what an insert changes of rows that are there.
    """

    expressions: tuple[tuple[str, tuple[str, ...], Query], ...]
    target: Source
    chooses: Core | None = None
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Nodes, ...], ...] = ()
    query: Query | None = None
    conflicts: tuple[Conflict, ...] = ()


_COMPOUND = frozenset({"UNION", "INTERSECT", "EXCEPT"})
_AFTER_FROM = frozenset({"WHERE", "GROUP", "HAVING", "WINDOW", "ORDER", "LIMIT", "OFFSET", "RETURNING", "FOR"})
_JOINING = frozenset({"NATURAL", "LEFT", "RIGHT", "FULL", "OUTER", "INNER", "CROSS", "JOIN"})
_NO_ALIAS = _AFTER_FROM | _JOINING | {"ON", "USING", "SET", "INDEXED", "NOT", "DEFAULT", "VALUES", "SELECT"}


def parsed(tokens: Sequence[Token]) -> Query | Change:
    """The structure of a whole statement; raises Unclear."""
    return _parsed(nodes_of(tokens))


def _parsed(nodes: Nodes) -> Query | Change:
    expressions, rest = _expressions(nodes)
    verb = word(rest[0]) if rest else ""
    if verb in {"SELECT", "VALUES"}:
        return query(rest, expressions)
    if verb in {"INSERT", "REPLACE"}:
        return _insert(rest, expressions)
    if verb == "UPDATE":
        return _update(rest, expressions)
    if verb == "DELETE":
        return _delete(rest, expressions)
    raise Unclear


Expressions = tuple[tuple[str, tuple[str, ...], Query], ...]


def _expressions(nodes: Nodes) -> tuple[Expressions, Nodes]:
    """The common table expressions at the beginning, and what follows them."""
    if not nodes or word(nodes[0]) != "WITH":
        return (), nodes
    index = 2 if word(nodes[1]) == "RECURSIVE" else 1
    found: list[tuple[str, tuple[str, ...], Query]] = []
    while index < len(nodes):
        label = name(nodes[index])
        columns: tuple[str, ...] = ()
        index += 1
        if isinstance(nodes[index], Group):
            columns, index = names(nodes[index]), index + 1
        while index < len(nodes) and word(nodes[index]) in {"AS", "NOT", "MATERIALIZED"}:
            index += 1
        group = nodes[index] if index < len(nodes) else None
        if not label or not isinstance(group, Group):
            raise Unclear
        body = _parsed(group.items)
        found.append((label.lower(), columns, Query((), (), change=body) if isinstance(body, Change) else body))
        index += 1
        if index == len(nodes) or sign(nodes[index]) != ",":
            break
        index += 1
    return tuple(found), nodes[index:]


def query(nodes: Nodes, outer: Expressions = ()) -> Query:
    """A query without its parentheses; raises Unclear."""
    expressions, rest = _expressions(nodes)
    end = until(rest, frozenset({"ORDER", "LIMIT"}))
    limited = until(rest, frozenset({"LIMIT", "OFFSET"})) < len(rest)
    parts = [part for part in split_by(rest[:end], *_COMPOUND) if part]
    cores = [core(_without(part, "ALL")) for part in parts]
    if cores and end < len(rest):
        last = cores[-1]
        cores[-1] = Core(
            last.results, last.sources, last.conditions, last.shared, last.groups, (*last.others, *rest[end:]),
            last.uncertain,
        )  # fmt: skip
    return Query((*outer, *expressions), tuple(cores), limited)


def _without(nodes: Nodes, leading: str) -> Nodes:
    return nodes[1:] if nodes and word(nodes[0]) == leading else nodes


def core(nodes: Nodes) -> Core:
    """One part of a compound; raises Unclear."""
    if nodes and is_query(nodes[0]) and len(nodes) == 1:
        raise Unclear
    if word(nodes[0]) == "VALUES":
        return Core((), (), (), others=nodes[1:])
    if word(nodes[0]) != "SELECT":
        raise Unclear
    start = 2 if len(nodes) > 1 and word(nodes[1]) in {"DISTINCT", "ALL"} else 1
    source = until(nodes, frozenset({"FROM"}), start)
    where = until(nodes, _AFTER_FROM, source if source < len(nodes) else start)
    results = tuple(split_by(nodes[start : min(source, where)], ","))
    return chosen(results, nodes[source + 1 : where], nodes[where:])


def chosen(results: tuple[Nodes, ...], sources: Nodes, rest: Nodes, target: Source | None = None) -> Core:
    """From the parts of a `SELECT`, or of an `UPDATE` or `DELETE` with its target, to what they say."""
    found = _From()
    if target is not None:
        found.sources.append(target)
    if sources:
        found.read(sources)
    end = until(rest, _AFTER_FROM, 1) if rest and word(rest[0]) == "WHERE" else 0
    conditions = list(found.conditions)
    if end:
        conditions.append(Condition(rest[1:end], frozenset(range(len(found.sources)))))
    group = until(rest, frozenset({"GROUP"}), end)
    return Core(
        results,
        tuple(found.sources),
        tuple(conditions),
        tuple(found.shared),
        rest[group : until(rest, _AFTER_FROM, group + 1)],
        rest[end:],
        found.uncertain,
    )


class _From:
    """The sources of one `FROM` as they are read, from left to right."""

    def __init__(self) -> None:
        self.sources: list[Source] = []
        self.conditions: list[Condition] = []
        self.shared: list[Shared] = []
        self.uncertain = False

    def read(self, nodes: Nodes) -> None:
        """All items of a list or join."""
        index = 0
        join: tuple[str, ...] = ("INNER",)
        while index < len(nodes):
            first = len(self.sources)
            index = self.item(nodes, index)
            index = self.constraint(nodes, index, first, join)
            join, index = self.joining(nodes, index)

    def item(self, nodes: Nodes, index: int) -> int:
        """One table, query or join in parentheses with its alias; gives where it ends."""
        node = nodes[index]
        if is_hole(node):
            self.uncertain = True
            return index + 1
        if isinstance(node, Group):
            if is_query(node):
                alias, end = _alias(nodes, index + 1)
                self.sources.append(Source(_place(node), alias, query=query(node.items)))
                return end
            self.read(node.items)
            return _alias(nodes, index + 1)[1]
        if word(node) == "LATERAL" and index + 1 < len(nodes):
            return self.item(nodes, index + 1)
        if not name(node):
            raise Unclear
        while index + 2 < len(nodes) and sign(nodes[index + 1]) == ".":
            index += 2
        table, place, index = name(nodes[index]), _place(nodes[index]), index + 1
        function = index < len(nodes) and isinstance(nodes[index], Group)
        alias, end = _alias(nodes, index + 1 if function else index)
        self.sources.append(Source(place, alias or table.lower(), "" if function else table.lower()))
        while end < len(nodes) and word(nodes[end]) in {"INDEXED", "NOT"}:
            end += 3 if word(nodes[end]) == "INDEXED" else 2
        return end

    def constraint(self, nodes: Nodes, index: int, first: int, join: tuple[str, ...]) -> int:
        """`ON condition` or `USING (columns)` after the sources from `first` on; gives where it ends."""
        all_before, new = frozenset(range(first)), frozenset(range(first, len(self.sources)))
        restricts = all_before | new
        if "FULL" in join:
            restricts = frozenset()
        elif "LEFT" in join:
            restricts = new
        elif "RIGHT" in join:
            restricts = all_before
        if index < len(nodes) and word(nodes[index]) == "ON":
            end = next((i for i in range(index + 1, len(nodes)) if _joins(nodes[i])), len(nodes))
            self.conditions.append(Condition(nodes[index + 1 : end], restricts))
            return end
        if index < len(nodes) and word(nodes[index]) == "USING":
            self.shared.append(Shared(names(nodes[index + 1]), tuple(range(len(self.sources))), restricts))
            return index + 2
        if "NATURAL" in join:
            self.shared.append(Shared((), tuple(range(len(self.sources))), restricts))
        return index

    def joining(self, nodes: Nodes, index: int) -> tuple[tuple[str, ...], int]:
        """The words of the join operator, and where the next item begins."""
        start = index
        while index < len(nodes) and (word(nodes[index]) in _JOINING or sign(nodes[index]) == ","):
            index += 1
        while index < len(nodes) and index == start and is_hole(nodes[index]):
            self.uncertain, start, index = True, start + 1, index + 1
        if index == start and index < len(nodes):
            raise Unclear
        return tuple(word(node) for node in nodes[start:index]) or ("INNER",), index


def _joins(node: Node) -> bool:
    return word(node) in _JOINING or sign(node) == ","


def _alias(nodes: Nodes, index: int) -> tuple[str, int]:
    """The alias that stands here, in lower case, and where it ends."""
    if index < len(nodes) and word(nodes[index]) == "AS":
        return name(nodes[index + 1]).lower(), index + 2
    if index < len(nodes) and name(nodes[index]) and word(nodes[index]) not in _NO_ALIAS:
        return name(nodes[index]).lower(), index + 1
    return "", index


def _place(node: Node) -> int:
    while isinstance(node, Group):
        if not node.items:
            raise Unclear
        node = node.items[0]
    return node.place


def _target(nodes: Nodes, index: int) -> tuple[Source, int]:
    """The table that is written, with its alias, and where it ends."""
    found = _From()
    end = found.item(nodes, index)
    if len(found.sources) != 1 or found.uncertain:
        raise Unclear
    return found.sources[0], end


def _insert(nodes: Nodes, expressions: Expressions) -> Change:
    into = until(nodes, frozenset({"INTO"}))
    index = into + 1
    while index + 1 < len(nodes) and sign(nodes[index + 1]) == ".":
        index += 2
    if index >= len(nodes) or not name(nodes[index]):
        raise Unclear
    alias, after = _alias(nodes, index + 1)
    target = Source(_place(nodes[index]), alias, name(nodes[index]).lower())
    columns: tuple[str, ...] = ()
    if after < len(nodes) and isinstance(nodes[after], Group) and not is_query(nodes[after]):
        group = nodes[after]
        assert isinstance(group, Group)
        if any(is_hole(node) for node in group.items):
            raise Unclear
        columns, after = names(group), after + 1
    end = until(nodes, frozenset({"ON", "RETURNING"}), after)
    body = nodes[after:end]
    replaced = conflicts(nodes)
    if any(is_hole(node) for node in body[:1]):
        raise Unclear
    if body and word(body[0]) == "VALUES":
        rows = tuple(tuple(split_by(row.items, ",")) for row in body[1:] if isinstance(row, Group))
        return Change(expressions, target, columns=columns, rows=rows, conflicts=replaced)
    if body and word(body[0]) == "DEFAULT":
        return Change(expressions, target)
    full = nodes[after:] if until(nodes, frozenset({"FROM"}), after) < len(nodes) else body
    stop = next((i for i in range(len(full)) if _is_upsert(full, i) or word(full[i]) == "RETURNING"), len(full))
    return Change(expressions, target, columns=columns, query=query(full[:stop]), conflicts=replaced)


def _is_upsert(nodes: Nodes, index: int) -> bool:
    return word(nodes[index]) == "ON" and index + 1 < len(nodes) and word(nodes[index + 1]) == "CONFLICT"


def _update(nodes: Nodes, expressions: Expressions) -> Change:
    start = 3 if word(nodes[1]) == "OR" else 1
    target, after = _target(nodes, start)
    source = until(nodes, frozenset({"FROM"}), after)
    where = until(nodes, _AFTER_FROM, min(source, len(nodes)))
    if source == len(nodes):
        where = until(nodes, _AFTER_FROM, after)
    assigned = nodes[after : min(source, where)]
    found = chosen((), nodes[source + 1 : where] if source < len(nodes) else (), nodes[where:], target)
    chooses = Core(
        (), found.sources, found.conditions, found.shared, (), (*assigned, *found.others),
        found.uncertain or _ends_open(assigned),
    )  # fmt: skip
    return Change(expressions, target, chooses)


def _ends_open(nodes: Nodes) -> bool:
    """Whether a piece that is not known follows a complete assignment, so that it may hold conditions."""
    return len(nodes) > 1 and is_hole(nodes[-1]) and sign(nodes[-2]) not in {"=", ",", "+", "-", "*", "/", "||"}


def _delete(nodes: Nodes, expressions: Expressions) -> Change:
    target, after = _target(nodes, 2)
    using = until(nodes, frozenset({"USING"}), after)
    where = until(nodes, _AFTER_FROM, after)
    sources = nodes[using + 1 : where] if using < where else ()
    found = chosen((), sources, nodes[where:], target)
    open_end = any(is_hole(node) for node in nodes[after : min(using, where)])
    chooses = Core((), found.sources, found.conditions, found.shared, (), found.others, found.uncertain or open_end)
    return Change(expressions, target, chooses)
