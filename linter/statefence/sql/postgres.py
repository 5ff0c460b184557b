"""What a statement for PostgreSQL touches, by the parser of sqlglot, which is an extra: `statefence[postgres]`.

It answers as SQLite does for its own statements. What the parser takes for an opaque command is not known.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from functools import lru_cache

from statefence.model import Answer
from statefence.sql.fillings import STAND_IN
from statefence.sql.holes import HoleRole, hole_roles
from statefence.sql.kinds import kind_of
from statefence.sql.model import Kind, Touch
from statefence.sql.postgres_tables import Tables, tables_of
from statefence.sql.tokens import HOLE, Statement, TokenKind, joined, split, tokenize

NOT_PARSED = "sqlglot cannot parse it"
_SYSTEM = re.compile(
    r"pg_catalog\.|information_schema\.|pg_toast\.|"
    r"pg_(?:stat(?:_\w+|io_\w+)?|\w*_stat(?:istic|s)\w*|aggregate|am|amop|amproc|attrdef|attribute|auth_members|authid|"
    r"available_extension\w*|cast|class|collation|config|constraint|conversion|cursors|database|db_role_setting|"
    r"default_acl|depend|description|enum|event_trigger|extension|file_settings|foreign_\w+|group|hba_\w+|index|indexes|"
    r"inherits|init_privs|language|largeobject\w*|locks|matviews|namespace|opclass|operator|opfamily|parameter_acl|"
    r"partitioned_table|policies|policy|prepared_statements|prepared_xacts|proc|publication\w*|range|replication_\w+|"
    r"rewrite|roles|rules|seclabels?|sequences?|settings|shadow|sh\w*depend|shdescription|shmem_allocations|shseclabel|"
    r"statistic\w*|subscription\w*|tables|tablespace|timezone_\w+|transform|trigger|ts_\w+|type|user|user_mappings?|views)$"
)
"""What a server keeps of itself. Source: www.postgresql.org/docs/current, "System Catalogs" and "System Views"."""
_AROUND = re.compile(
    r"\s*(?:EXPLAIN(?:\s*\([^()]*\)|\s+(?:ANALYZE|VERBOSE)\b)*|PREPARE\s+\w+(?:\s*\([^()]*\))?\s+AS\b|"
    r"DECLARE\s+\w+(?:\s+\w+)*?\s+CURSOR(?:\s+WITH(?:OUT)?\s+HOLD)?\s+FOR\b)",
    re.IGNORECASE,
)
_WITHOUT_TABLES = re.compile(
    r"\s*(?:(?:NOTIFY|LISTEN|UNLISTEN|SHOW|RESET|DISCARD|LOCK|VACUUM|REINDEX|CHECKPOINT|DEALLOCATE|CLOSE|SET)\b|"
    r"(?:CREATE|ALTER)\s+(?:EXTENSION|SEQUENCE|TYPE|DOMAIN|SCHEMA|ROLE|USER|DATABASE|PUBLICATION|COLLATION)\b)",
    re.IGNORECASE,
)
_ALTERED = re.compile(
    r"""\s*ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?(?P<name>(?:"[^"]+"|\w+)(?:\.(?:"[^"]+"|\w+))?)(?!.*\bRENAME\s+TO\b)""",
    re.IGNORECASE | re.DOTALL,
)
_FILLINGS = ("NULL", STAND_IN, "", "(NULL)", f"{STAND_IN} = NULL")


def touches(pieces: Sequence[str | None]) -> tuple[Touch, ...] | None:
    """What each statement of the text touches, in order; None when sqlglot is not installed."""
    try:
        import sqlglot  # noqa: F401 # whether it is installed
    except ImportError:
        return None
    return _touches(tuple(pieces))


@lru_cache(maxsize=4096)
def _touches(pieces: tuple[str | None, ...]) -> tuple[Touch, ...]:
    return tuple([_touch(statement) for statement in split(joined(pieces))])


def _touch(statement: Statement) -> Touch:
    kind, text = kind_of(statement), statement.text.replace(HOLE, "{}")
    for filling in _FILLINGS if statement.holes else ("",):
        for question_marks in (True, False):
            sql = _filled(statement, filling, question_marks=question_marks)
            found = _tables(_inner(sql))
            if found is not None:
                return _answer(kind, statement, found, text)
    return Touch(kind, known=Answer.UNKNOWN, reason=NOT_PARSED, holes=statement.holes, sql=text)


def _inner(sql: str) -> str:
    """The statement that is explained, prepared or given a cursor; any other is itself."""
    found = _AROUND.match(sql)
    return sql[found.end() :] if found else sql


def _tables(sql: str) -> Tables | None:
    """The tables of a statement, None when it is none, or one that is not understood."""
    import sqlglot
    from sqlglot import exp

    if _WITHOUT_TABLES.match(sql):
        return Tables()
    if altered := _ALTERED.match(sql):
        return _altered(altered["name"])
    logger = logging.getLogger("sqlglot")
    silent, logger.disabled = logger.disabled, True
    try:
        found = sqlglot.parse(sql, read="postgres")
    except (sqlglot.errors.SqlglotError, RecursionError):
        return None
    finally:
        logger.disabled = silent
    tree = found[0] if len(found) == 1 else None
    return None if tree is None or isinstance(tree, exp.Command) else tables_of(tree)


def _altered(name: str) -> Tables:
    """The table of an `ALTER TABLE` whose actions need not be understood."""
    parts = [token.name for token in tokenize(name) if token.name]
    return Tables(ddl=(".".join(parts).removeprefix("public."),))


def _filled(statement: Statement, filling: str, *, question_marks: bool) -> str:
    """The statement's text without holes and markers; a question mark may be a marker, or an operator on JSON."""
    roles = iter(hole_roles([piece for part in statement.text.split(HOLE) for piece in (part, None)][:-1]))
    texts: list[str] = []
    for token in tokenize(statement.text):
        own = [next(roles, HoleRole.OTHER) for _ in range(token.text.count(HOLE))]
        if token.kind is TokenKind.MARKER and (question_marks or token.text[0] != "?"):
            texts.append(" NULL ")
        elif token.kind is TokenKind.HOLE:
            texts.append(f" {({HoleRole.VALUE: 'NULL', HoleRole.NAME: STAND_IN}).get(own[0], filling)} ")
        else:
            texts.append("%" if token.text == "%%" else token.text.replace(HOLE, STAND_IN if token.name else "x"))
    return "".join(texts)


def _answer(kind: Kind, statement: Statement, found: Tables, text: str) -> Touch:
    named = (*found.reads, *found.writes, *found.ddl)
    doubt = "a table's name is not known" if any(STAND_IN in name for name in named) else found.doubt
    if statement.holes and not doubt and _may_name_more(statement):
        doubt = "a part that may name more tables is not known"
    return Touch(
        kind=kind,
        reads=_shown(found.reads),
        writes=_shown(found.writes),
        rewrites=_shown(found.rewrites),
        ddl=_shown(found.ddl),
        known=Answer.UNKNOWN if doubt else Answer.YES,
        reason=doubt,
        holes=statement.holes,
        sql=text,
    )


def _shown(names: Sequence[str]) -> tuple[str, ...]:
    """The names without stand-ins and what belongs to the server itself."""
    return tuple(name for name in names if STAND_IN not in name and not _SYSTEM.match(name))


def _may_name_more(statement: Statement) -> bool:
    """Whether a piece that is not known stands by itself where a source may be named."""
    words = [token.upper for token in statement.tokens]
    for index, token in enumerate(statement.tokens):
        if token.kind is TokenKind.HOLE:
            region = next((word for word in reversed(words[:index]) if word in _REGIONS), "")
            if region in {"FROM", "JOIN", "USING", ""}:
                return True
    return False


_REGIONS = frozenset(
    {
        "SELECT",
        "FROM",
        "JOIN",
        "USING",
        "ON",
        "WHERE",
        "GROUP",
        "ORDER",
        "HAVING",
        "LIMIT",
        "SET",
        "VALUES",
        "RETURNING",
    }
    | {"INTO", "UPDATE", "TABLE"}
)
