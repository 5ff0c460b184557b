"""What a condition says for certain: which columns equal a value that is handed over, and which equal each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from statefence.sql.nodes import Group, Leaf, Node, Nodes, is_hole, is_query, name, sign, split_by, word
from statefence.sql.tokens import TokenKind

_CONSTANT = frozenset({TokenKind.MARKER, TokenKind.STRING, TokenKind.NUMBER, TokenKind.HOLE, TokenKind.CAST})
_CONSTANT_WORDS = frozenset({"TRUE", "FALSE", "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME", "AS", "NULL"})
_OPERATORS = frozenset({"+", "-", "*", "/", "||", ",", "%"})
_COMPARISONS = frozenset({"=", "==", "<", ">", "<=", ">=", "<>", "!="})
_COMPARING = frozenset({"IS", "IN", "LIKE", "GLOB", "BETWEEN", "MATCH", "REGEXP", "ILIKE", "NOT"})

Column = tuple[int, str]
"""A column of a source of the scope: the source's index, and the column in lower case."""


class Held(Struct, frozen=True):
    """A column that is held to a value from outside the scope, or one whose value is not told by it."""


HELD = Held()
Meaning = Column | Held | None
"""What a name means: a column of the scope, one of a surrounding scope that is held there, or nothing known."""
Resolve = Callable[[str, str], Meaning]
"""From a qualifier, which may be empty, and a column's name to what they mean."""


class Equality(Struct, frozen=True):
    """A column that equals a value from outside, or another column."""

    column: Column
    other: Meaning


class Said(Struct, frozen=True):
    """What a condition says.

    Attributes:
        equalities: those that hold wherever it does.
        doubtful: columns that it compares with what is not told here: a subquery, an ambiguous name.
        open: a piece that is not known may say more.
    """

    equalities: tuple[Equality, ...] = ()
    doubtful: tuple[Column, ...] = ()
    open: bool = False


NOTHING = Said()


def said(nodes: Nodes, resolve: Resolve) -> Said:
    """What a condition says for certain."""
    nodes = _bare(nodes)
    sides = split_by(nodes, "OR")
    if len(sides) > 1:
        return _either([said(side, resolve) for side in sides])
    parts = _conjuncts(nodes)
    if len(parts) > 1:
        return _all([said(part, resolve) for part in parts])
    return _compared(nodes, resolve)


def _bare(nodes: Nodes) -> Nodes:
    """The nodes without parentheses around them all."""
    while len(nodes) == 1 and isinstance(nodes[0], Group) and not nodes[0].case and not is_query(nodes[0]):
        nodes = nodes[0].items
    return nodes


def _conjuncts(nodes: Nodes) -> list[Nodes]:
    """The parts that `AND` joins; that of a `BETWEEN` joins none."""
    parts: list[list[Node]] = [[]]
    between = False
    for node in nodes:
        if word(node) == "AND" and not between:
            parts.append([])
            continue
        between = word(node) == "BETWEEN" or (between and word(node) != "AND")
        parts[-1].append(node)
    return [tuple(part) for part in parts]


def _all(parts: list[Said]) -> Said:
    return Said(
        tuple(equality for part in parts for equality in part.equalities),
        tuple(column for part in parts for column in part.doubtful),
        any(part.open for part in parts),
    )


def _either(sides: list[Said]) -> Said:
    """What holds whichever side does: a column that each of them holds to a value."""
    held = [{each.column for each in side.equalities if isinstance(each.other, Held)} for side in sides]
    doubtful = {column for side, own in zip(sides, held, strict=True) for column in (*side.doubtful, *own)}
    certain = set.intersection(*held)
    possible = [{*own, *side.doubtful} for side, own in zip(sides, held, strict=True)]
    maybe = {column for column in doubtful - certain if all(column in each for each in possible)}
    return Said(
        tuple(Equality(column, HELD) for column in sorted(certain)), tuple(sorted(maybe)), any(s.open for s in sides)
    )


def _compared(nodes: Nodes, resolve: Resolve) -> Said:
    """What one comparison says; one that is not understood says nothing."""
    if not nodes:
        return NOTHING
    place = next((i for i, node in enumerate(nodes) if _compares(node)), len(nodes))
    left, right = nodes[:place], nodes[place + 1 :]
    operator = (word(nodes[place]) or sign(nodes[place])) if place < len(nodes) else ""
    if operator == "IS" and [word(node) for node in right[:3]] == ["NOT", "DISTINCT", "FROM"]:
        operator, right = "=", right[3:]
    if any(_compares(node) for node in right):
        return Said(open=any(is_hole(node) for node in nodes))
    if operator == "IN":
        return _listed(left, right, resolve)
    if operator not in {"=", "==", "IS"}:
        return Said(open=_is_open(nodes) or (not operator and any(is_hole(node) for node in nodes)))
    return _equal(left, right, resolve)


def _compares(node: Node) -> bool:
    return sign(node) in _COMPARISONS or word(node) in _COMPARING


def _is_open(nodes: Nodes) -> bool:
    """Whether a piece that is not known is more than one operand."""
    return is_hole(nodes[0]) or (len(nodes) > 1 and is_hole(nodes[-1]) and not _expects(nodes[-2]))


def _expects(node: Node) -> bool:
    """Whether an operand must follow."""
    return sign(node) in _OPERATORS | _COMPARISONS or word(node) in _COMPARING | {"AND", "ESCAPE", "FROM"}


def _listed(left: Nodes, right: Nodes, resolve: Resolve) -> Said:
    """`column IN (values)`: the values may be several, but all are handed over."""
    rows = _rows(left, right, resolve)
    if rows is not None:
        return rows
    column = _column(left, resolve)
    if not isinstance(column, tuple):
        return Said(open=any(is_hole(node) for node in left))
    group = right[0] if right else None
    if isinstance(group, Group) and not is_query(group) and is_constant(group.items) and len(right) == 1:
        return Said((Equality(column, HELD),))
    return Said(doubtful=(column,))


def _rows(left: Nodes, right: Nodes, resolve: Resolve) -> Said | None:
    """`(column, column) IN (rows)`; None for anything else."""
    columns = [_column(part, resolve) for part in split_by(_bare(left), ",")]
    group = right[0] if len(right) == 1 else None
    if len(columns) < 2 or not isinstance(group, Group):
        return None
    plain = tuple(column for column in columns if isinstance(column, tuple))
    known = not is_query(group) and is_constant(group.items)
    return Said(tuple(Equality(column, HELD) for column in plain)) if known else Said(doubtful=plain)


def _equal(left: Nodes, right: Nodes, resolve: Resolve) -> Said:
    """`left = right`, of columns, values and rows of them."""
    left, right = _bare(left), _bare(right)
    lefts, rights = split_by(left, ","), split_by(right, ",")
    if len(lefts) == len(rights) > 1:
        return _all([_equal(*pair, resolve) for pair in zip(lefts, rights, strict=True)])
    if _is_open((*left, *right)) and not (is_constant(right) and isinstance(_column(left, resolve), tuple)):
        return Said(open=True)
    one, other = _column(left, resolve), _column(right, resolve)
    known: list[Equality] = []
    doubtful: list[Column] = []
    for column, meaning, text in ((one, other, right), (other, one, left)):
        value = HELD if meaning is None and is_constant(text) else meaning
        if isinstance(column, tuple) and value is not None:
            known.append(Equality(column, value))
        elif isinstance(column, tuple) and not _is_null(text) and not _keeps_all(text):
            doubtful.append(column)
        elif column is None:
            doubtful += _columns_in(left if text is right else right, resolve)
    return Said(tuple(known), () if known else tuple(doubtful))


def _is_null(nodes: Nodes) -> bool:
    return len(nodes) == 1 and word(nodes[0]) == "NULL"


_FALLING_BACK = frozenset({"COALESCE", "IFNULL", "NULLIF", "IIF", "IF", "CASE"})


def _keeps_all(nodes: Nodes) -> bool:
    """Whether an expression may fall back on the column that it is compared with, so that every row stays."""
    return any(is_case(node) or word(node) in _FALLING_BACK for node in nodes)


def _columns_in(nodes: Nodes, resolve: Resolve) -> list[Column]:
    """The columns that a function of one is compared by: `lower(name)`, `CAST(id AS TEXT)`."""
    if _keeps_all(nodes):
        return []
    groups = [node for node in nodes if isinstance(node, Group) and not is_query(node)]
    inner = [_column(group.items[:1], resolve) for group in groups]
    return [column for column in inner if isinstance(column, tuple)]


def is_case(node: Node) -> bool:
    """Whether the node is a `CASE ... END`."""
    return isinstance(node, Group) and node.case


def _column(nodes: Nodes, resolve: Resolve) -> Meaning:
    """What a bare or qualified name means; None for any other expression."""
    column = written_column(nodes)
    return None if column is None else resolve(*column)


def written_column(nodes: Nodes) -> tuple[str, str] | None:
    """The qualifier and the column that an expression is; None for any other expression."""
    names = [name(node).lower() for node in nodes[::2]]
    dots = [sign(node) for node in nodes[1::2]]
    if not 1 <= len(names) <= 3 or len(nodes) % 2 == 0 or not all(names) or any(dot != "." for dot in dots):
        return None
    if len(names) == 1 and word(nodes[0]) in _CONSTANT_WORDS:
        return None
    return (names[-2] if len(names) > 1 else ""), names[-1]


def is_constant(nodes: Nodes) -> bool:
    """Whether an expression is made of parameters and literals alone, and is not NULL."""
    return bool(nodes) and not _is_null(nodes) and all(_constants(nodes))


def _constants(nodes: Nodes) -> Iterator[bool]:
    for index, node in enumerate(nodes):
        if isinstance(node, Group):
            yield not is_query(node) and not node.case and all(_constants(node.items))
        elif isinstance(node, Leaf):
            calls = index + 1 < len(nodes) and isinstance(nodes[index + 1], Group) and bool(name(node))
            known = node.token.kind in _CONSTANT or sign(node) in _OPERATORS or word(node) in _CONSTANT_WORDS
            casts = index > 0 and word(nodes[index - 1]) == "AS"
            yield known or calls or casts
