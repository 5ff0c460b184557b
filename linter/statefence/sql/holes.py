"""What each piece of a statement that is not known stands for: a value, a part of a string, a name, or anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum

from statefence.sql.kinds import kind_of
from statefence.sql.model import Kind
from statefence.sql.tokens import HOLE, Statement, Token, TokenKind, joined, tokenize


class HoleRole(StrEnum):
    """What a hole stands for, by where it stands."""

    VALUE = "value"  # an operand, where a parameter can stand
    STRING = "string"  # inside a string literal
    NAME = "name"  # a whole name
    PART_OF_NAME = "part-of-name"  # a part of one, or what stands in its quotes
    LIST = "list"  # all that stands between the parentheses of an `IN`
    OTHER = "other"  # it may be several values, a condition, a list of columns


TAKES_PARAMETERS = frozenset(
    {Kind.SELECT, Kind.INSERT, Kind.REPLACE, Kind.UPDATE, Kind.DELETE, Kind.ATTACH, Kind.VACUUM, Kind.EXPLAIN}
)
_BEFORE_VALUE = frozenset({"=", "==", "<", ">", "<=", ">=", "<>", "!=", "||", "+", "-", "/"})
_WORDS_BEFORE_VALUE = frozenset(
    {"LIKE", "ILIKE", "GLOB", "REGEXP", "MATCH", "IS", "LIMIT", "OFFSET", "BETWEEN", "ESCAPE", "INTO"}
)
_AFTER_VALUE = frozenset({")", ",", ";", "", "||", "+", "-", "*", "/", "=", "<", ">", "<=", ">=", "<>", "!="})
_WORDS_AFTER_VALUE = frozenset(
    {"AND", "OR", "ORDER", "GROUP", "HAVING", "LIMIT", "OFFSET", "RETURNING", "ON", "WHERE", "THEN", "ELSE", "END"}
    | {"UNION", "EXCEPT", "INTERSECT", "ESCAPE", "FROM", "COLLATE", "ASC", "DESC", "WHEN", "AS"}
)
_BEFORE_NAME = frozenset({"FROM", "JOIN", "INTO", "UPDATE", "TABLE", "VIEW", "INDEX", "TRIGGER"})
_BEFORE_COMPARED = frozenset({"WHERE", "AND", "OR", "ON", "HAVING"})
_COMPARISONS = frozenset({"=", "==", "<", ">", "<=", ">=", "<>", "!="})
_WORDS_OF_COMPARISON = frozenset({"LIKE", "IN", "IS"})
_AFTER_TERM = frozenset({"", ";", ",", ")"})
_WORDS_AFTER_TERM = frozenset({"ASC", "DESC", "LIMIT", "COLLATE", "NULLS", "HAVING", "ORDER"})
_NOTHING = Token(TokenKind.SEMICOLON, "")


def hole_roles(pieces: Sequence[str | None]) -> tuple[HoleRole, ...]:
    """What each hole of a text stands for, in order; OTHER wherever the statement takes no parameters."""
    found: list[HoleRole] = []
    for statement in _statements(joined(pieces)):
        written = [token for token in statement if token.kind is not TokenKind.SPACE]
        takes = kind_of(Statement(tuple(written), "")) in TAKES_PARAMETERS
        items = _listed_holes(written)
        place = -1
        for token in statement:
            place += token.kind is not TokenKind.SPACE
            if HOLE in token.text:
                role = _role(written, place, place in items) if token.kind is not TokenKind.SPACE else HoleRole.OTHER
                parameter = role in {HoleRole.VALUE, HoleRole.STRING}
                found += [role if takes or not parameter else HoleRole.OTHER] * token.text.count(HOLE)
    return tuple(found)


def markers(pieces: Sequence[str | None]) -> tuple[str | tuple[int, ...], ...]:
    """The parameter markers of a text and its holes, by their numbers, in order; holes of one token stand together."""
    found: list[str | tuple[int, ...]] = []
    number = 0
    for token in tokenize(joined(pieces)):
        holes = token.text.count(HOLE)
        if token.kind is TokenKind.MARKER and not holes:
            found.append(token.text)
        elif holes:
            found.append(tuple(range(number, number + holes)))
        number += holes
    return tuple(found)


def _statements(text: str) -> Iterator[list[Token]]:
    """The tokens of each statement, spaces included. The body of a trigger is parted too: it takes no parameters."""
    current: list[Token] = []
    for token in tokenize(text):
        current.append(token)
        if token.kind is TokenKind.SEMICOLON:
            yield current
            current = []
    yield current


def _role(tokens: Sequence[Token], place: int, listed: bool) -> HoleRole:
    token = tokens[place]
    match token.kind:
        case TokenKind.STRING:
            return HoleRole.STRING
        case TokenKind.QUOTED | TokenKind.WORD:
            return HoleRole.PART_OF_NAME
        case TokenKind.HOLE:
            return HoleRole.VALUE if listed else _role_of_whole(tokens, place)
        case _:
            return HoleRole.OTHER


def _role_of_whole(tokens: Sequence[Token], place: int) -> HoleRole:
    """The role of a hole that is a token by itself."""
    before = tokens[place - 1] if place else _NOTHING
    after = tokens[place + 1] if place + 1 < len(tokens) else _NOTHING
    if "." in {before.text, after.text}:
        return HoleRole.NAME
    is_file = before.upper == "INTO" and tokens[0].upper == "VACUUM"
    if before.upper in _BEFORE_NAME and not is_file:
        return HoleRole.NAME
    if before.text == "(" and after.text == ")" and place > 1 and tokens[place - 2].upper == "IN":
        return HoleRole.LIST
    if _is_column(tokens, place, after):
        return HoleRole.NAME
    expects = before.text in _BEFORE_VALUE or before.upper in _WORDS_BEFORE_VALUE or _ends_between(tokens, place)
    if before.upper == "NOT" and place > 1 and tokens[place - 2].upper == "IS":
        expects = True
    ends = after.text in _AFTER_VALUE or after.upper in _WORDS_AFTER_VALUE
    return HoleRole.VALUE if expects and ends else HoleRole.OTHER


def _is_column(tokens: Sequence[Token], place: int, after: Token) -> bool:
    """Whether the hole is what a `SET` sets, what rows are ordered or grouped by, or what a condition compares."""
    before = tokens[place - 1] if place else _NOTHING
    if before.upper == "BY":
        return after.text in _AFTER_TERM or after.upper in _WORDS_AFTER_TERM or after.kind is TokenKind.HOLE
    if before.upper in _BEFORE_COMPARED and not _ends_between(tokens, place):
        return after.text in _COMPARISONS or after.upper in _WORDS_OF_COMPARISON
    return after.text == "=" and (before.upper == "SET" or (before.text == "," and _sets(tokens, place)))


def _sets(tokens: Sequence[Token], place: int) -> bool:
    """Whether the nearest clause before a place is `SET`."""
    clauses = (token.upper for token in reversed(tokens[:place]) if token.upper in {"SET", "WHERE", "FROM", "SELECT"})
    return next(clauses, "") == "SET"


def _ends_between(tokens: Sequence[Token], place: int) -> bool:
    """Whether the hole is the second limit of `BETWEEN a AND b`, with one token for the first."""
    return place > 2 and tokens[place - 1].upper == "AND" and tokens[place - 3].upper == "BETWEEN"


def _listed_holes(tokens: Sequence[Token]) -> set[int]:
    """The holes that are one of several items of a row of `VALUES`, or of a list after `IN`."""
    found: set[int] = set()
    opened: list[tuple[int, bool]] = []
    rows = False
    for place, token in enumerate(tokens):
        before = tokens[place - 1].upper if place else ""
        rows = before == "VALUES" or (rows and (bool(opened) or token.text in {"(", ","}))
        if token.text == "(":
            opened.append((place, before == "IN" or (rows and not any(listing for _, listing in opened))))
        elif token.text == ")" and opened:
            start, listing = opened.pop()
            items = _items(tokens, start, place) if listing else []
            if len(items) > 1:
                found.update(item[0] for item in items if len(item) == 1)
    return {place for place in found if tokens[place].kind is TokenKind.HOLE}


def _items(tokens: Sequence[Token], start: int, end: int) -> list[list[int]]:
    """The places of the tokens of each item between two parentheses."""
    items: list[list[int]] = [[]]
    depth = 0
    for place in range(start + 1, end):
        text = tokens[place].text
        depth += (text == "(") - (text == ")")
        if text == "," and depth == 0:
            items.append([])
        else:
            items[-1].append(place)
    return items
