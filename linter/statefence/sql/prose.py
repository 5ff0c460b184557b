"""Telling SQL from prose that looks like it: the text must be a statement to SQLite, and look like nobody's sentence.

`Delete from disk` is a statement to SQLite. What sets programs apart from sentences: keywords are written in one case,
either upper or lower; there is a sign that sentences lack (a marker, an operator, a column list), or keywords in upper
case beside names that are not, or a table that is known; and no name is an article or a pronoun.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from statefence.model import Answer
from statefence.sql.clone import opened
from statefence.sql.keywords import KEYWORDS
from statefence.sql.kinds import VERBS
from statefence.sql.model import Schema, Touch
from statefence.sql.tokens import Statement, Token, TokenKind, joined, split
from statefence.sql.touch import NOT_PREPARED, statements

_NO_SCHEMA = Schema()
_ENGLISH_WORDS = """
A AN THE THIS THAT THESE THOSE IT ITS YOU YOUR MY OUR THEIR HIS HER ME US THEM WE THEY ONE SOME ANY EVERY AT BE ARE WAS
WERE WILL CAN MAY MUST SHOULD PLEASE HERE THERE WHICH WHAT HOW WHY OTHER ANOTHER NEW
"""
_TYPE_NAMES = """
BIGINT BLOB BOOLEAN BYTEA CHAR DATE DATETIME DECIMAL DOUBLE FLOAT INT INTEGER JSON JSONB NUMERIC REAL SERIAL SMALLINT
TEXT TIMESTAMP TIMESTAMPTZ UUID VARCHAR
"""
_TYPES = frozenset(_TYPE_NAMES.split())
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
_OTHER_VERBS = frozenset({"COPY", "TRUNCATE", "MERGE", "COMMENT", "GRANT", "REVOKE", "LOCK", "CALL", "REFRESH"})
_SIGNS = frozenset("=*<>(),.+|")
_PHRASES = frozenset(
    {("IF", "EXISTS"), ("NOT", "EXISTS"), ("ORDER", "BY"), ("GROUP", "BY"), ("IS", "NULL"), ("NOT", "NULL")}
    | {("INSERT", "INTO"), ("ALTER", "TABLE"), ("BEGIN", "IMMEDIATE"), ("BEGIN", "EXCLUSIVE"), ("BEGIN", "DEFERRED")}
)
_LITERALS = frozenset({TokenKind.MARKER, TokenKind.QUOTED, TokenKind.STRING, TokenKind.CAST})
_ALONE = frozenset({"BEGIN", "COMMIT", "ROLLBACK", "VACUUM"})
_AFTER_ALONE = frozenset({"TRANSACTION", "IMMEDIATE", "EXCLUSIVE", "DEFERRED"})


def is_sql(pieces: Sequence[str | None], schema: Schema = _NO_SCHEMA) -> bool:
    """Whether the text is SQL, going by the text alone: prose that merely looks like SQL never is. Never raises.

    Very short lower-case statements on unknown tables (`delete from cart`) are taken for prose: whoever knows that a
    text is handed to a database need not ask.
    """
    script = split(joined(pieces))
    if not script or any(statement.tokens[0].upper not in VERBS for statement in script):
        return False
    whole = Statement(tuple(token for statement in script for token in statement.tokens), "")
    if not _looks_written(whole, schema):
        return False
    touches = statements(pieces, schema)
    return len(touches) == len(script) and all(_is_prepared(touch) for touch in touches)


def begins_as_sql(pieces: Sequence[str | None]) -> bool:
    """Whether keywords, names and signs are those of a program, and each statement begins with a verb of SQL.

    For texts that SQLite does not understand; whoever asks must know who does. Never raises.
    """
    script = split(joined(pieces))
    return bool(script) and all(
        each.tokens[0].upper in VERBS | _OTHER_VERBS and len(each.tokens) > 1 and _looks_written(each, _NO_SCHEMA)
        for each in script
    )


def _is_prepared(touch: Touch) -> bool:
    """Whether SQLite took it for a statement, whatever its holes may stand for."""
    return touch.known is Answer.YES or not touch.reason.startswith(NOT_PREPARED)


def _looks_written(statement: Statement, schema: Schema) -> bool:
    """Whether keywords, names and signs are those of a program."""
    keywords = [token for token in statement.tokens if token.upper in KEYWORDS]
    upper = all(token.text.isupper() for token in keywords)
    if not upper and not all(token.text.islower() for token in keywords):
        return _knows_a_table(statement, schema) and _has_sign(statement)
    if any(_is_english(token, after) for token, after in pairwise(statement.tokens)):
        return False
    if upper and _is_alone(statement):
        return True
    mixed = upper and any(token.text != token.text.upper() for token in statement.tokens if _is_name(token))
    return mixed or _has_sign(statement) or _knows_a_table(statement, schema)


def _is_name(token: Token) -> bool:
    """Whether the token is a bare name."""
    return token.kind is TokenKind.WORD and token.upper not in KEYWORDS


def _is_english(token: Token, after: Token) -> bool:
    """Whether two names in a row are an article or a pronoun and its noun: nobody gives a column such an alias.

    A column of that name has a type behind it where it is defined.
    """
    return token.upper in _ENGLISH and _is_name(after) and after.upper not in _TYPES


def _is_alone(statement: Statement) -> bool:
    """A transaction statement or VACUUM without names, or `SELECT 1`."""
    first, *others = statement.words
    if first == "SELECT" and len(statement.tokens) == 2:  # the verb and the number
        return statement.tokens[1].kind is TokenKind.NUMBER
    return first in _ALONE and all(word in _AFTER_ALONE for word in others)


def _has_sign(statement: Statement) -> bool:
    """Whether there is something that sentences lack: an operator, a literal, a snake_case name, `IF EXISTS`."""
    tokens = statement.tokens
    if any(
        token.kind in _LITERALS or token.text in _SIGNS or (_is_name(token) and "_" in token.text) for token in tokens
    ):
        return True
    return any((token.upper, after.upper) in _PHRASES for token, after in pairwise(tokens))


def _knows_a_table(statement: Statement, schema: Schema) -> bool:
    """Whether it names a table of the schema."""
    known = opened(schema).catalogue()
    return any(token.name.lower() in known.tables | known.views for token in statement.tokens if token.name)
