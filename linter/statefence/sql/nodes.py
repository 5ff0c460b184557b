"""The tokens of a statement as a tree of parentheses, and what one node of it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from statefence.sql.tokens import Token, TokenKind


class Unclear(Exception):  # noqa: N818 - it is an answer, not an error
    """The structure cannot be told."""


class Group(Struct, frozen=True):
    """What stands in parentheses, or between `CASE` and `END`."""

    items: tuple[Node, ...]
    case: bool = False


class Leaf(Struct, frozen=True):
    """A token, and which one of the statement it is."""

    token: Token
    place: int


Node = Group | Leaf
Nodes = tuple[Node, ...]


_QUERY = frozenset({"SELECT", "VALUES", "WITH"})


def nodes_of(tokens: Sequence[Token]) -> Nodes:
    """The tokens as a tree of groups."""
    stack: list[list[Node]] = [[]]
    cases: list[bool] = []
    for place, token in enumerate(tokens):
        if token.text == "(" or token.upper == "CASE":
            stack.append([])
            cases.append(token.upper == "CASE")
        elif cases and (token.upper == "END" if cases[-1] else token.text == ")"):
            group = Group(tuple(stack.pop()), cases.pop())
            stack[-1].append(group)
        else:
            stack[-1].append(Leaf(token, place))
    if len(stack) > 1:
        raise Unclear
    return tuple(stack[0])


def word(node: Node) -> str:
    """The keyword that a node may be, in upper case; empty for anything but a word."""
    return node.token.upper if isinstance(node, Leaf) else ""


def sign(node: Node) -> str:
    """The text of an operator or another sign; empty for a group."""
    return node.token.text if isinstance(node, Leaf) else ""


def name(node: Node) -> str:
    """The name that a node is; empty when it is none."""
    return node.token.name if isinstance(node, Leaf) else ""


def is_hole(node: Node) -> bool:
    """Whether nothing is known of the piece."""
    return isinstance(node, Leaf) and node.token.kind is TokenKind.HOLE


def is_query(group: Node) -> bool:
    """Whether a query stands in the parentheses."""
    return isinstance(group, Group) and bool(group.items) and word(group.items[0]) in _QUERY


def queries_in(nodes: Nodes) -> Iterator[Group]:
    """The subqueries of an expression, outermost first, none within another."""
    for node in nodes:
        if isinstance(node, Group):
            if is_query(node):
                yield node
            else:
                yield from queries_in(node.items)


def split_by(nodes: Nodes, *separators: str) -> list[Nodes]:
    """The parts between words or signs of this level."""
    parts: list[list[Node]] = [[]]
    for node in nodes:
        if (word(node) or sign(node)) in separators:
            parts.append([])
        else:
            parts[-1].append(node)
    return [tuple(part) for part in parts]


def until(nodes: Nodes, stops: frozenset[str], start: int = 0) -> int:
    """Where the first of the words stands, from `start` on; the end when none does."""
    return next((index for index in range(start, len(nodes)) if word(nodes[index]) in stops), len(nodes))


def names(group: Node) -> tuple[str, ...]:
    """The names in parentheses, in lower case."""
    return tuple(name(node).lower() for node in group.items if name(node)) if isinstance(group, Group) else ()
