"""SQL as tokens: enough of SQLite's lexical rules, and of its rivals' marker styles, to split and to fill texts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum

from msgspec import Struct

HOLE = "\ufffc"  # OBJECT REPLACEMENT CHARACTER stands for a piece of text that is not known


class TokenKind(StrEnum):
    """What a token is. A WORD may contain holes (`shard_{}`); a HOLE is one and nothing else."""

    SPACE = "space"
    STRING = "string"
    QUOTED = "quoted"
    NUMBER = "number"
    MARKER = "marker"
    CAST = "cast"
    HOLE = "hole"
    WORD = "word"
    SEMICOLON = "semicolon"
    SIGN = "sign"


class Token(Struct, frozen=True):
    """A token and its text as written."""

    kind: TokenKind
    text: str

    @property
    def upper(self) -> str:
        """The text without case, as keywords are compared; empty for anything but a word."""
        return self.text.upper() if self.kind is TokenKind.WORD else ""

    @property
    def name(self) -> str:
        """The identifier that a word or a quoted name stands for; empty for any other token."""
        if self.kind is TokenKind.WORD:
            return self.text
        if self.kind is TokenKind.QUOTED:
            return self.text[1:-1].replace(self.text[-1] * 2, self.text[-1])
        return ""


_LETTER = r"[A-Za-z0-9_\x80-\ufffb\ufffd-\U0010ffff]"
_TAIL = rf"(?:{_LETTER}|\$|{HOLE})"
_PATTERNS = {
    TokenKind.SPACE: r"\s+|--[^\n]*|/\*.*?(?:\*/|\Z)",
    TokenKind.STRING: r"[xX]?'(?:[^']|'')*+(?:'|\Z)|\$(?P<tag>[A-Za-z_]*)\$.*?(?:\$(?P=tag)\$|\Z)",
    TokenKind.QUOTED: r'"(?:[^"]|"")*+(?:"|\Z)|`(?:[^`]|``)*+(?:`|\Z)|\[[^\]]*+(?:\]|\Z)',
    TokenKind.CAST: rf"::\s*{_LETTER}+(?:\s*\(\s*\d+(?:\s*,\s*\d+)?\s*\))?(?:\[\d*\])*",
    TokenKind.MARKER: rf"\?\d*|[:@$]{_TAIL}+|%\(\w+\)s|%s(?!{_LETTER})",
    TokenKind.NUMBER: r"(?>0[xX][0-9a-fA-F]+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)(?![A-Za-z_])",
    TokenKind.WORD: rf"{HOLE}*{_LETTER}{_TAIL}*",
    TokenKind.HOLE: HOLE,
    TokenKind.SEMICOLON: ";",
    TokenKind.SIGN: r"%%|\|\||->>|->|<>|<=|>=|==|!=|<<|>>|.",
}
_TOKEN = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _PATTERNS.items()), re.DOTALL)


def joined(pieces: Sequence[str | None]) -> str:
    """The pieces as one text in which `HOLE` stands for each that is not known."""
    return "".join(HOLE if piece is None else piece.replace(HOLE, " ") for piece in pieces)


def tokenize(text: str) -> Iterator[Token]:
    """Every token of the text, spaces and comments included: their texts joined give the text back."""
    for match in _TOKEN.finditer(text):
        yield Token(TokenKind(match.lastgroup or TokenKind.SIGN), match.group())


class Statement(Struct, frozen=True):
    """One statement of a script: its text, and its tokens without spaces, comments and the final semicolon.

    Attributes:
        start: where in the script its first token begins, in characters.
        end: where its last token ends.
    """

    tokens: tuple[Token, ...]
    text: str
    start: int = 0
    end: int = 0

    @property
    def words(self) -> tuple[str, ...]:
        """The upper-case words, in order; a token that is not a word is left out."""
        return tuple(token.upper for token in self.tokens if token.kind is TokenKind.WORD)

    @property
    def holes(self) -> int:
        """How many pieces of the text are not known."""
        return self.text.count(HOLE)


def split(text: str) -> tuple[Statement, ...]:
    """The statements of a script; empty ones are left out."""
    found: list[Statement] = []
    tokens: list[Token] = []
    written: list[str] = []
    position = start = end = 0
    for token in (*tokenize(text), Token(TokenKind.SEMICOLON, "")):
        position += len(token.text)
        if token.kind is TokenKind.SEMICOLON and (not token.text or _is_complete(tokens)):
            if tokens:
                found.append(Statement(tuple(tokens), "".join(written).strip(), start, end))
            tokens, written = [], []
            continue
        written.append(token.text)
        if token.kind is not TokenKind.SPACE:
            start, end = start if tokens else position - len(token.text), position
            tokens.append(token)
    return tuple(found)


def _is_complete(statement: Sequence[Token]) -> bool:
    """Whether a semicolon here ends the statement; inside a trigger only the one after `END` does."""
    head = [token.upper for token in statement[:4]]
    if head[:1] == ["EXPLAIN"]:
        head = head[3:] if head[1:3] == ["QUERY", "PLAN"] else head[1:]
    head = [word for word in head if word not in {"TEMP", "TEMPORARY"}]
    if head[:2] != ["CREATE", "TRIGGER"]:
        return True
    previous = statement[-2:-1]
    closed = bool(previous) and previous[0].kind is TokenKind.SEMICOLON
    return closed and statement[-1].upper == "END"
