"""What a statement does, told by its keywords."""

from __future__ import annotations

from statefence.sql.model import Kind
from statefence.sql.tokens import Statement, Token

_BY_VERB = {
    "SELECT": Kind.SELECT,
    "VALUES": Kind.SELECT,
    "INSERT": Kind.INSERT,
    "UPDATE": Kind.UPDATE,
    "DELETE": Kind.DELETE,
    "REPLACE": Kind.REPLACE,
    "ALTER": Kind.ALTER,
    "DROP": Kind.DROP,
    "PRAGMA": Kind.PRAGMA,
    "ATTACH": Kind.ATTACH,
    "DETACH": Kind.DETACH,
    "BEGIN": Kind.TRANSACTION,
    "COMMIT": Kind.TRANSACTION,
    "END": Kind.TRANSACTION,
    "ROLLBACK": Kind.TRANSACTION,
    "SAVEPOINT": Kind.TRANSACTION,
    "RELEASE": Kind.TRANSACTION,
    "VACUUM": Kind.VACUUM,
    "ANALYZE": Kind.ANALYZE,
    "REINDEX": Kind.REINDEX,
    "EXPLAIN": Kind.EXPLAIN,
}
_BY_OBJECT = {"TABLE": Kind.CREATE_TABLE, "INDEX": Kind.INDEX, "TRIGGER": Kind.TRIGGER, "VIEW": Kind.VIEW}
_AFTER_WITH = frozenset({"SELECT", "VALUES", "INSERT", "UPDATE", "DELETE", "REPLACE"})
VERBS = frozenset({*_BY_VERB, "CREATE", "WITH"})
CHANGES_SCHEMA = frozenset({Kind.CREATE_TABLE, Kind.ALTER, Kind.DROP, Kind.INDEX, Kind.TRIGGER, Kind.VIEW})


def kind_of(statement: Statement) -> Kind:
    """The kind by the main verb: that after the common table expressions of a `WITH`."""
    first = statement.tokens[0].upper if statement.tokens else ""
    if first == "CREATE":
        return next((_BY_OBJECT[word] for word in statement.words[1:5] if word in _BY_OBJECT), Kind.OTHER)
    if first == "WITH":
        first = _verb_after_with(statement)
    if first == "INSERT" and statement.words[:3] == ("INSERT", "OR", "REPLACE"):
        return Kind.REPLACE
    return _BY_VERB.get(first, Kind.OTHER)


def _verb_after_with(statement: Statement) -> str:
    """The first verb outside all parentheses."""
    depth = 0
    for token in statement.tokens:
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if depth == 0 and token.upper in _AFTER_WITH:
            return token.upper
    return ""


def unconditional(kind: Kind, tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """The tokens without `IF [NOT] EXISTS`, which would let SQLite skip what it does not find."""
    if kind not in CHANGES_SCHEMA:
        return tokens
    words = [token.upper for token in tokens]
    for condition in (["IF", "NOT", "EXISTS"], ["IF", "EXISTS"]):
        for start in range(min(len(words), 6)):
            if words[start : start + len(condition)] == condition:
                return tokens[:start] + tokens[start + len(condition) :]
    return tokens
