"""What the holes of a statement may stand for: texts that SQLite's grammar accepts in their place.

Holes are filled from the left. The grammar itself decides: a filling stays when the text up to the next hole is the
beginning of a statement, and the first that leads to a whole statement is tried first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from statefence.sql.clone import Clone
from statefence.sql.keywords import EXPECTING
from statefence.sql.tokens import HOLE, Token, TokenKind

STAND_IN = "statefence_hole"  # the name of what is not known, wherever a name must stand
_MOST_HOLES = 100
_MOST_ATTEMPTS = 400
_OPERAND = ("NULL", STAND_IN, "(NULL)", f"{STAND_IN} = NULL", "", f"{STAND_IN} AS (SELECT NULL)")
_NUMBER = "1"
_SIGNS = frozenset({"-", "+"})
_LIST = ("(NULL)", "NULL", STAND_IN)
_AFTER_OPERAND = (
    *("", "ASC", "=", f"SET {STAND_IN} = NULL", "DEFAULT VALUES", f"({STAND_IN})", f"ADD COLUMN {STAND_IN}"),
    *(f"JOIN {STAND_IN}", ", NULL", "AND NULL", STAND_IN),
)
_PREFIX = ("", "EXPLAIN")
_DATABASE = ("main",)
_TABLE_FOLLOWS = frozenset({"FROM", "JOIN", "INTO", "UPDATE", "TABLE", "EXISTS"})
_FROM_REGION = frozenset({"FROM", "JOIN", "ON", "USING"})
_REGIONS = _FROM_REGION | {"SELECT", "WHERE", "GROUP", "ORDER", "HAVING", "LIMIT", "SET", "VALUES", "RETURNING", "INTO"}
_IN_PLACE = frozenset({_NUMBER, "NULL", STAND_IN, "(NULL)", f"{STAND_IN} = NULL", "ASC", "=", ", NULL", "AND NULL"})


class Filled(Struct, frozen=True):
    """A statement without holes: one text per token, and why its tables may not be all (empty when they are)."""

    texts: tuple[str, ...]
    doubt: str = ""

    @property
    def sql(self) -> str:
        """The statement's text."""
        return " ".join(text for text in self.texts if text)


def fillings(tokens: Sequence[Token], clone: Clone) -> Iterator[Filled]:
    """The statements that the holes allow by the clone's grammar, best guess first."""
    holes = [index for index, token in enumerate(tokens) if token.kind is TokenKind.HOLE]
    texts = tuple(_written(token) for token in tokens)
    if not holes:
        yield Filled(texts)
    elif len(holes) <= _MOST_HOLES:
        attempts = iter(range(_MOST_ATTEMPTS))
        for chosen in _search(tokens, texts, holes, attempts, clone):
            yield Filled(chosen, _doubt(tokens, chosen, holes))


def widened(filled: Filled, tokens: Sequence[Token], count: int) -> Filled:
    """The same with `count` values in place of the last hole that is a value or a list."""
    texts = list(filled.texts)
    for index in reversed(range(len(texts))):
        if tokens[index].kind is TokenKind.HOLE and texts[index] in {"NULL", "(NULL)"}:
            texts[index] = texts[index].replace("NULL", ", ".join(["NULL"] * count))
            break
    return Filled(tuple(texts), filled.doubt)


def _search(
    tokens: Sequence[Token],
    texts: tuple[str, ...],
    holes: Sequence[int],
    attempts: Iterator[int],
    clone: Clone,
) -> Iterator[tuple[str, ...]]:
    """Depth first over the holes that are left, as long as there are attempts left."""
    if not holes:
        yield texts
        return
    index, *others = holes
    end = others[0] if others else len(tokens)
    for candidate in _candidates(tokens, texts, index):
        if next(attempts, None) is None:
            return
        filled = (*texts[:index], candidate, *texts[index + 1 :])
        if clone.accepts(" ".join(filled[:end]), whole=not others):
            yield from _search(tokens, filled, others, attempts, clone)


def _candidates(tokens: Sequence[Token], texts: Sequence[str], index: int) -> tuple[str, ...]:
    """What may stand in the place of the hole, likeliest first."""
    before = next((text for text in reversed(texts[:index]) if text), "").upper()
    if not before:
        return _PREFIX
    if before in _TABLE_FOLLOWS and tokens[index + 1 : index + 2] and tokens[index + 1].text == ".":
        return _DATABASE
    if before in {"IN", "VALUES"}:
        return _LIST
    if before in _SIGNS:
        return (_NUMBER, *_OPERAND)
    if before in EXPECTING:
        return (*_OPERAND, "IGNORE") if before == "OR" else _OPERAND
    last = before[-1]
    return _AFTER_OPERAND if last.isalnum() or last in "_)\"'`]*" else _OPERAND


def _doubt(tokens: Sequence[Token], chosen: Sequence[str], holes: Sequence[int]) -> str:
    """Why a filling leaves open which tables there are."""
    for index in holes:
        if chosen[index] in _DATABASE:
            return "which database it is in is not known"
        if chosen[index] in _IN_PLACE:
            continue
        region = next((token.upper for token in reversed(tokens[:index]) if token.upper in _REGIONS), "")
        if region in _FROM_REGION or not any(token.upper for token in tokens[:index]):
            return "a part that may name more tables is not known"
    return ""


def _written(token: Token) -> str:
    """The token as SQLite writes it: markers as NULL, casts of PostgreSQL left out, names with holes made whole."""
    match token.kind:
        case TokenKind.MARKER:
            return "NULL"
        case TokenKind.CAST:
            return ""
        case TokenKind.STRING:
            return token.text.replace(HOLE, "x")
        case TokenKind.WORD | TokenKind.QUOTED:
            return "LIKE" if token.upper == "ILIKE" else token.text.replace(HOLE, STAND_IN)
        case _:
            return "%" if token.text == "%%" else token.text
