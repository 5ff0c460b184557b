"""Which columns a statement holds to a parameter or a literal, table by table: not merely that there is a `WHERE`.

A column of one occurrence of a table is *pinned* where every row that counts must have a value in it that the program
hands over: by an equality that no `OR`, outer join or negation lets rows escape, or by a chain of equalities between
columns that ends in one. A condition outside a subquery reaches into it where the subquery gives the column on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from msgspec import Struct

from statefence.model import Answer
from statefence.sql.clone import opened
from statefence.sql.equalities import HELD, Column, Held, Meaning, Said, is_constant, said, written_column
from statefence.sql.kinds import kind_of
from statefence.sql.model import Kind, Schema, Use
from statefence.sql.nodes import Leaf, Nodes, Unclear, is_hole, is_query, name, queries_in, sign, split_by, word
from statefence.sql.structure import Change, Condition, Core, Query, Shared, Source, parsed, query
from statefence.sql.tokens import Token, TokenKind, joined, split
from statefence.sql.upserts import Conflict

_QUERYING = frozenset({Kind.SELECT, Kind.INSERT, Kind.REPLACE, Kind.UPDATE, Kind.DELETE})
_AGGREGATES = frozenset(
    {"COUNT", "SUM", "TOTAL", "AVG", "MIN", "MAX", "GROUP_CONCAT", "STRING_AGG", "ARRAY_AGG", "JSON_GROUP_ARRAY"}
    | {"JSON_GROUP_OBJECT", "JSONB_GROUP_ARRAY", "JSONB_GROUP_OBJECT", "MEDIAN", "PERCENTILE", "JSON_AGG", "OVER"}
)
_TURNS = 6
"""A recursive query is looked at so often until what it holds is settled."""


Place = tuple[int, str]
"""Which occurrence of a table: the token that names it, and the name."""


class _Body(Struct, frozen=True):
    """What a name of a view or common table expression stands for, and what names mean in it."""

    columns: tuple[str, ...]
    query: Query
    names: _Names


class _Names(Struct, frozen=True):
    """What names of tables mean. `recursive`: names being looked at, with what they are taken to hold; None: all."""

    bodies: Mapping[str, _Body] = {}
    recursive: Mapping[str, frozenset[str] | None] = {}


class _Asked(Struct, frozen=True):
    """What is asked: the column of each table, and the columns that tables are known to have, in order."""

    wanted: Mapping[str, str]
    columns: Mapping[str, tuple[str, ...]]

    def known(self, table: str) -> frozenset[str] | None:
        """The columns that a table is known to have; None when the schema does not say."""
        listed = self.columns.get(table)
        own = {self.wanted[table]} if table in self.wanted else set()
        return frozenset({*(listed or ()), *own}) if listed or own else None


class _Table(Struct, frozen=True):
    """A source of a scope; `held`: the columns that its own query holds, None when all; `body`: that query."""

    source: Source
    columns: frozenset[str] | None
    held: frozenset[str] | None = frozenset()
    body: _Body | None = None


class _Scope(Struct, frozen=True):
    """Sources, which of their columns are held, and the scope around them."""

    tables: tuple[_Table, ...]
    pinned: frozenset[Column]
    outer: _Scope | None

    def holds(self, column: Column) -> bool:
        """Whether the column is held to a value."""
        held = self.tables[column[0]].held
        return column in self.pinned or held is None or column[1] in held

    def meaning(self, qualifier: str, column: str) -> Meaning:
        """What a column's name means here; a table's own name can qualify it too."""
        for index, table in enumerate(self.tables):
            if qualifier and qualifier == table.source.alias:
                return index, column
        having = [i for i, table in enumerate(self.tables) if table.columns is not None and column in table.columns]
        open_ended = [i for i, table in enumerate(self.tables) if table.columns is None]
        if not qualifier and having:
            return having[0], column
        if not qualifier and len(open_ended) == 1:
            return open_ended[0], column
        if self.outer is None or (open_ended and not qualifier):
            return None
        meant = self.outer.meaning(qualifier, column)
        return HELD if isinstance(meant, Held) or (isinstance(meant, tuple) and self.outer.holds(meant)) else None


class _Given(Struct, frozen=True):
    """What a query gives.

    Attributes:
        columns: the names by position; empty when `*` makes the positions unknown.
        held: the columns that are held, by name.
        values: whether each position is held; NO for a column that is not, UNKNOWN for what cannot be told.
        uses: the occurrences of tables in it.
    """

    columns: tuple[str, ...]
    held: frozenset[str]
    values: tuple[Answer, ...]
    uses: Mapping[Place, Use]


def uses(pieces: Sequence[str | None], wanted: Mapping[str, str], schema: Schema) -> tuple[Use, ...]:
    """Each occurrence of the `wanted` tables (column by table) in a text that SQLite accepts.

    Args:
        schema: what is known of tables and views; views are looked through.
    """
    columns = {table.lower(): column.lower() for table, column in wanted.items()}
    found: list[Use] = []
    for statement in split(joined(pieces)):
        if kind_of(statement) not in _QUERYING:
            continue
        try:
            asked = _Asked(columns, _orders(schema))
            found += _statement(asked, parsed(statement.tokens), _views(schema)).values()
        except (Unclear, IndexError, RecursionError):
            named = {token.name.lower() for token in statement.tokens if token.name} & columns.keys()
            found += [Use(table, columns[table], Answer.UNKNOWN) for table in sorted(named)]
    return tuple(found)


def _orders(schema: Schema) -> dict[str, tuple[str, ...]]:
    """The columns of the schema's tables, in order."""
    clone = opened(schema)
    columns = {table: clone.columns(table) for table in sorted(clone.catalogue().tables)}
    return {table: tuple([name.lower() for name, _ in found]) for table, found in columns.items()}


def _views(schema: Schema) -> _Names:
    """The views of the schema, by name."""
    found: dict[str, _Body] = {}
    for statement in (each for ddl in schema.ddl for each in split(ddl) if kind_of(each) is Kind.VIEW):
        words = [token.upper for token in statement.tokens]
        start = next((i for i, each in enumerate(words) if each in {"SELECT", "WITH", "VALUES"}), None)
        body = None if start is None else _view(statement.tokens[start:])
        if body is not None:
            found[statement.tokens[words.index("VIEW") + 1].name.lower()] = _Body((), body, _Names(found))
    return _Names(found)


def _view(tokens: Sequence[Token]) -> Query | None:
    try:
        body = parsed(tokens)
    except (Unclear, IndexError):
        return None
    return body if isinstance(body, Query) else None


def _statement(asked: _Asked, structure: Query | Change, views: _Names) -> Mapping[Place, Use]:
    if isinstance(structure, Query):
        return _query(asked, structure, views, None, frozenset()).uses
    names = _with_expressions(structure.expressions, views)
    found = _chosen(asked, structure.chooses, names) if structure.chooses else _inserted(asked, structure, names)
    found |= _changed_beside(asked, structure.expressions, views)
    target = structure.target
    place = (target.place, target.table)
    if place in found:
        found[place] = Use(target.table, found[place].column, found[place].pinned, written=True)
    return found


def _changed_beside(
    asked: _Asked, expressions: tuple[tuple[str, tuple[str, ...], Query], ...], names: _Names
) -> dict[Place, Use]:
    """The occurrences in common table expressions that change rows, which they do even where nothing reads them."""
    found: list[Mapping[Place, Use]] = []
    for number, (_, _, body) in enumerate(expressions):
        if body.change is not None:
            found.append(_statement(asked, body.change, _with_expressions(expressions[:number], names)))
    return _merged(*found)


def _chosen(asked: _Asked, core: Core, names: _Names) -> dict[Place, Use]:
    """The occurrences in an `UPDATE` or `DELETE`."""
    return dict(_core(asked, core, names, None, frozenset()).uses)


def _inserted(asked: _Asked, change: Change, names: _Names) -> dict[Place, Use]:
    """The occurrences in an `INSERT`; its target is pinned by the value of its column."""
    scope = _Scope((), frozenset(), None)
    found: dict[Place, Use] = {}
    for row in change.rows:
        for value in row:
            found |= _inner(asked, value, names, scope)
    given = None if change.query is None else _query(asked, change.query, names, None, frozenset())
    found |= {} if given is None else given.uses
    table = change.target.table
    if table in asked.wanted:
        verdict = _value_given(asked, change, given)
        if verdict is Answer.YES:
            verdict = _worst([_row_found(asked, change, each) for each in change.conflicts])
        found[change.target.place, table] = Use(table, asked.wanted[table], verdict)
    return found


def _value_given(asked: _Asked, change: Change, given: _Given | None) -> Answer:
    """Whether an insert gives its table's column a value that is handed over."""
    table = change.target.table
    column = asked.wanted[table]
    listed = change.columns or asked.columns.get(table, ())
    if not change.rows and given is None:
        return Answer.NO  # DEFAULT VALUES
    if column not in listed:
        if change.columns:
            return Answer.NO
        everything = [value for row in change.rows for value in row]
        return Answer.YES if everything and all(map(is_constant, everything)) else Answer.UNKNOWN
    position = listed.index(column)
    if given is None:
        return _worst([_row_value(row, position, len(listed)) for row in change.rows])
    if not given.values:
        return Answer.YES if column in given.held else Answer.UNKNOWN
    return given.values[position] if position < len(given.values) else Answer.UNKNOWN


def _row_found(asked: _Asked, change: Change, conflict: Conflict) -> Answer:
    """Whether the row that an insert changes instead is held to the value that it gives its table's column.

    NO where all rows are found by the same literals, so that every tenant changes the same one.
    """
    table = change.target.table
    column = asked.wanted[table]
    if column in conflict.columns:
        return Answer.YES
    new = Source(change.target.place, "excluded")
    target = Source(change.target.place, change.target.alias or table, table)
    tables = (_Table(target, asked.known(table)), _Table(new, frozenset(), frozenset({column})))
    core = Core((), (target, new), (Condition(conflict.condition, frozenset({0, 1})),) if conflict.condition else ())
    scope, _, _ = _settled(asked, core, _Scope(tables, frozenset(), None))
    if scope.holds((0, column)):
        return Answer.YES
    listed = change.columns or asked.columns.get(table, ())
    places = [listed.index(each) for each in conflict.columns if each in listed]
    fixed = bool(places) and len(places) == len(conflict.columns) and bool(change.rows)
    same = fixed and all(_is_literal(row[place]) for row in change.rows for place in places if len(row) == len(listed))
    return Answer.NO if same and not conflict.condition else Answer.UNKNOWN


def _is_literal(nodes: Nodes) -> bool:
    """Whether an expression is the same for every caller."""
    return all(isinstance(node, Leaf) and node.token.kind in {TokenKind.STRING, TokenKind.NUMBER} for node in nodes)


def _row_value(row: tuple[Nodes, ...], position: int, width: int) -> Answer:
    if len(row) != width:
        return Answer.UNKNOWN
    if is_constant(row[position]):
        return Answer.YES
    return Answer.UNKNOWN if any(is_query(node) for node in row[position]) else Answer.NO


_BY_WEIGHT = (Answer.YES, Answer.UNKNOWN, Answer.NO)


def _worst(answers: Collection[Answer]) -> Answer:
    return max(answers, key=_BY_WEIGHT.index, default=Answer.YES)


def _merged(*found: Mapping[Place, Use]) -> dict[Place, Use]:
    """Occurrences together; one that is read several times is as open as where it is most open."""
    result: dict[Place, Use] = {}
    for place, use in (entry for each in found for entry in each.items()):
        before = result.get(place, use)
        result[place] = before if _worst([before.pinned, use.pinned]) is before.pinned else use
    return result


def _with_expressions(expressions: tuple[tuple[str, tuple[str, ...], Query], ...], names: _Names) -> _Names:
    for label, columns, body in expressions:
        hidden = {key: held for key, held in names.recursive.items() if key != label}
        names = _Names({**names.bodies, label: _Body(columns, body, names)}, hidden)
    return names


def _query(asked: _Asked, structure: Query, names: _Names, outer: _Scope | None, pushed: frozenset[str]) -> _Given:
    """What a query gives, when the columns `pushed` are held by whoever reads from it."""
    if structure.change is not None:
        return _Given((), frozenset(), (), {})
    beside = _changed_beside(asked, structure.expressions, names)
    names = _with_expressions(structure.expressions, names)
    pushed = frozenset() if structure.limited else pushed
    given: list[_Given] = []
    for core in structure.cores:
        wanted = _renamed(pushed, given[0].columns, core) if given else pushed
        given.append(_core(asked, core, names, outer, wanted))
    first = given[0]
    alike = all(each.columns and len(each.columns) == len(first.columns) for each in given)
    if not alike:
        held = frozenset.intersection(*(each.held for each in given))
        return _Given((), held, (), _merged(beside, *(each.uses for each in given)))
    values = tuple([_worst(column) for column in zip(*(each.values for each in given), strict=True)])
    held = frozenset(label for label, value in zip(first.columns, values, strict=True) if value is Answer.YES)
    return _Given(first.columns, held, values, _merged(beside, *(each.uses for each in given)))


def _renamed(pushed: frozenset[str], columns: tuple[str, ...], core: Core) -> frozenset[str]:
    """The columns of a later part of a compound that stand where the first part's stand."""
    if not columns or len(core.results) != len(columns):
        return pushed
    labels = [_label(nodes) for nodes in core.results]
    return frozenset(labels[columns.index(column)] for column in pushed if column in columns)


def _core(asked: _Asked, core: Core, names: _Names, outer: _Scope | None, pushed: frozenset[str]) -> _Given:
    tables = tuple([_table(asked, source, names, outer) for source in core.sources])
    start = _Scope(tables, frozenset(), outer)
    reached = frozenset(_pushed_into(core, start, pushed))
    scope, doubtful, uncertain = _settled(asked, core, _Scope(tables, reached, outer))
    found: list[Mapping[Place, Use]] = []
    for index, table in enumerate(tables):
        if table.body is not None:
            inner = frozenset(column for i, column in scope.pinned if i == index)
            found.append(_body(asked, table.body, table.source, names, outer, inner).uses)
        elif table.source.table in asked.wanted and table.held is not None:
            column = asked.wanted[table.source.table]
            verdict = _verdict(scope, (index, column), doubtful, uncertain=uncertain)
            found.append({(table.source.place, table.source.table): Use(table.source.table, column, verdict)})
    expressions = (*core.results, *(condition.nodes for condition in core.conditions), core.groups, core.others)
    found += [_inner(asked, nodes, names, scope) for nodes in expressions]
    columns, held, values = _given(core, scope, doubtful)
    return _Given(columns, held, values, _merged(*found))


def _verdict(scope: _Scope, column: Column, doubtful: frozenset[Column], *, uncertain: bool) -> Answer:
    if scope.holds(column):
        return Answer.YES
    return Answer.UNKNOWN if uncertain or column in doubtful else Answer.NO


def _inner(asked: _Asked, nodes: Nodes, names: _Names, scope: _Scope) -> dict[Place, Use]:
    """The occurrences in the subqueries of an expression."""
    return _merged(*(_query(asked, query(group.items), names, scope, frozenset()).uses for group in queries_in(nodes)))


def _table(asked: _Asked, source: Source, names: _Names, outer: _Scope | None) -> _Table:
    """What is known of a source before its scope's conditions are looked at."""
    if source.query is None and source.table in names.recursive:
        return _Table(source, None, names.recursive[source.table])
    body = names.bodies.get(source.table) if source.query is None else _Body((), source.query, names)
    if body is None:
        return _Table(source, asked.known(source.table))
    given = _body(asked, body, source, names, outer, frozenset())
    labels = body.columns or given.columns
    return _Table(source, frozenset(labels) if labels else None, given.held, body)


def _body(
    asked: _Asked, body: _Body, source: Source, names: _Names, outer: _Scope | None, pushed: frozenset[str]
) -> _Given:
    """What a derived table, view or common table expression gives."""
    if source.query is not None:
        return _query(asked, body.query, names, outer, pushed)
    if _reads(body.query, source.table):
        return _recursive(asked, body, source.table)
    inner = pushed
    first = next(iter(body.query.cores), Core((), (), ()))
    if body.columns and len(first.results) == len(body.columns):
        pairs = zip(body.columns, first.results, strict=True)
        inner = frozenset(_label(nodes) for label, nodes in pairs if label in pushed)
    return _relabelled(_query(asked, body.query, body.names, None, inner), body.columns)


def _recursive(asked: _Asked, body: _Body, label: str) -> _Given:
    """What a query gives that reads from itself: at first it is taken to hold everything, then only what it does."""
    held: frozenset[str] | None = None
    given = _Given((), frozenset(), (), {})
    for _ in range(_TURNS):
        names = _Names(body.names.bodies, {**body.names.recursive, label: held})
        given = _relabelled(_query(asked, body.query, names, None, frozenset()), body.columns)
        if given.held == held:
            return given
        held = given.held
    raise Unclear


def _relabelled(given: _Given, columns: tuple[str, ...]) -> _Given:
    if not columns or len(columns) != len(given.values):
        return given
    held = frozenset(label for label, value in zip(columns, given.values, strict=True) if value is Answer.YES)
    return _Given(columns, held, given.values, given.uses)


def _reads(structure: Query, table: str) -> bool:
    """Whether one of the query's own parts reads from that name."""
    return any(source.table == table for core in structure.cores for source in core.sources)


def _pushed_into(core: Core, scope: _Scope, pushed: frozenset[str]) -> Iterator[Column]:
    """The columns of the sources that are held since the reader holds what they are given on as."""
    grouped = _groups(core, scope)
    for column in pushed:
        meant = _source_of(core, scope, column)
        if isinstance(meant, tuple) and (grouped is None or meant in grouped):
            yield meant


def _groups(core: Core, scope: _Scope) -> set[Column] | None:
    """The columns that rows are grouped by; None when rows are not put together."""
    words = {word(node) for nodes in core.results for node in nodes}
    if not core.groups and not words & _AGGREGATES:
        return None
    found = [scope.meaning(*column) for part in split_by(core.groups[2:], ",") if (column := written_column(part))]
    return set() if "OVER" in words else {column for column in found if isinstance(column, tuple)}


def _source_of(core: Core, scope: _Scope, label: str) -> Meaning:
    """The column that a query gives on under a name, as it is."""
    for nodes in core.results:
        column = written_column(_expression(nodes))
        if _label(nodes) == label:
            return scope.meaning(*column) if column else None
    stars = [nodes for nodes in core.results if nodes and sign(nodes[-1]) == "*"]
    for nodes in stars:
        qualifier = name(nodes[0]).lower() if len(nodes) > 1 else ""
        meant = scope.meaning(qualifier, label)
        if isinstance(meant, tuple):
            return meant
    return None


def _expression(nodes: Nodes) -> Nodes:
    """A result column without its alias."""
    return next((nodes[:i] for i, node in enumerate(nodes) if word(node) == "AS"), nodes)


def _label(nodes: Nodes) -> str:
    """The name that a result column goes by."""
    return name(nodes[-1]).lower() if nodes else ""


def _given(
    core: Core, scope: _Scope, doubtful: frozenset[Column]
) -> tuple[tuple[str, ...], frozenset[str], tuple[Answer, ...]]:
    """The columns of a query by position, those that are held by name, and whether each position is."""
    starred = any(nodes and sign(nodes[-1]) == "*" for nodes in core.results)
    values = [_result(nodes, scope, doubtful) for nodes in core.results]
    labels = [_label(nodes) for nodes in core.results]
    held = {label for label, value in zip(labels, values, strict=True) if value is Answer.YES and label}
    if not starred and not any(is_hole(node) for nodes in core.results for node in nodes[:1]):
        return tuple(labels), frozenset(held), tuple(values)
    for index, table in enumerate(scope.tables):
        own = {column for i, column in scope.pinned if i == index} | (table.held or set())
        held |= {column for column in own if _source_of(core, scope, column) == (index, column)}
    return (), frozenset(held), ()


def _result(nodes: Nodes, scope: _Scope, doubtful: frozenset[Column]) -> Answer:
    """Whether a result column is held to a value."""
    nodes = _expression(nodes)
    column = written_column(nodes)
    if column is None:
        return Answer.YES if is_constant(nodes) else Answer.UNKNOWN
    meant = scope.meaning(*column)
    if isinstance(meant, Held):
        return Answer.YES
    if meant is None:
        return Answer.UNKNOWN
    return _verdict(scope, meant, doubtful, uncertain=False)


def _settled(asked: _Asked, core: Core, scope: _Scope) -> tuple[_Scope, frozenset[Column], bool]:
    """The scope with all that its conditions hold, what they leave in doubt, and whether a piece may say more."""
    facts = [(said(each.nodes, scope.meaning), each.restricts) for each in core.conditions]
    everything = frozenset(range(len(scope.tables)))
    whole = {e.column[0] for s, restricts in facts if restricts == everything for e in s.equalities}
    facts = [(s, everything if restricts & whole and restricts else restricts) for s, restricts in facts]
    shared = [(group, each.restricts) for each in core.shared for group in _shared(scope, each)]
    pinned = set(scope.pinned)
    while True:
        now = _Scope(scope.tables, frozenset(pinned), scope.outer)
        for s, restricts in facts:
            for each in s.equalities:
                holds = isinstance(each.other, Held) or (isinstance(each.other, tuple) and now.holds(each.other))
                if holds and each.column[0] in restricts:
                    pinned.add(each.column)
        for group, restricts in shared:
            if any(now.holds(column) for column in group):
                pinned.update(column for column in group if column[0] in restricts)
        if len(pinned) == len(now.pinned):
            break
    doubtful = frozenset(_doubtful(asked, now, [s for s, _ in facts]))
    return now, doubtful, core.uncertain or any(s.open for s, _ in facts)


def _shared(scope: _Scope, columns: Shared) -> Iterator[frozenset[Column]]:
    """The columns that `USING` or `NATURAL` makes equal, those of one name together."""
    known = {index: scope.tables[index].columns for index in columns.sources}
    listed = columns.names or {column for own in known.values() for column in own or ()}
    for column in listed:
        yield frozenset((index, column) for index, own in known.items() if own is None or column in own)


def _doubtful(asked: _Asked, scope: _Scope, sayings: Sequence[Said]) -> Iterator[Column]:
    """The columns that are compared with what is not told here, as those of a row of a table that is no tenant's."""
    chosen = {
        each.column[0] for s in sayings for each in s.equalities
        if isinstance(each.other, Held) and scope.tables[each.column[0]].source.table not in asked.wanted
    }  # fmt: skip
    for each in (equality for s in sayings for equality in s.equalities):
        if isinstance(each.other, tuple) and each.other[0] in chosen:
            yield each.column
    for index in chosen:
        yield from ((index, column) for column in scope.tables[index].columns or ())
    yield from (column for s in sayings for column in s.doubtful)
