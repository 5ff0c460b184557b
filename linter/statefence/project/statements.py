"""From the value handed over as SQL to what the statement touches, and on which connection."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from msgspec.structs import replace

from statefence.callees import Opener
from statefence.model import Answer, Step
from statefence.project.program import RawSite
from statefence.project.sinks import OPENER_BY_NAME
from statefence.project.sites import Target
from statefence.project.targets import targets_of, told
from statefence.project.text_files import Texts, text_read
from statefence.project.values import Connection, Constant, Parameter, Text, Value, kept, walk
from statefence.project.worlds import main_world, worlds
from statefence.sql import Schema, Touch, begins_as_sql, is_sql
from statefence.sql import statements as touches_of

Pieces = tuple[str | None, ...]


def pieces_of(value: Value, files: Texts) -> Pieces:
    """A text as literal pieces, each hole None; what is read from one of the files is a literal too."""
    if isinstance(value, Constant) and isinstance(value.value, str):
        return (value.value,)
    if isinstance(value, Text):
        return tuple([piece for part in value.parts for piece in pieces_of(part, files)])
    return (text_read(value, files),)


def texts(site: RawSite, files: Texts) -> tuple[Pieces, ...]:
    """The texts a statement may have, the main one first; those without any literal part left out."""
    found = dict.fromkeys(pieces_of(value, files) for value in _alternatives(site.roles["sql"]))
    return tuple([pieces for pieces in found if any(piece is None or piece.strip() for piece in pieces)])


@kept
def _alternatives(sql: Value) -> tuple[Value, ...]:
    return tuple([world.value for world in worlds(sql, lambda _: None)])


def is_decided_by_caller(site: RawSite) -> bool:
    """Whether the whole text is a parameter, so that the callers' calls are the statements."""
    return isinstance(site.roles["sql"], Parameter)


def is_database_call(site: RawSite) -> bool:
    """Whether the receiver is known to be a database, so that whatever it is given is a statement."""
    return any(isinstance(value, Connection) for value in _ways(site.roles["connection"]))


@kept
def _ways(connection: Value) -> tuple[Value, ...]:
    return tuple([world.value for world in worlds(connection)])


def ddl_of(sites: Iterable[RawSite], files: Texts) -> Iterator[Pieces]:
    """The texts that may make or change tables."""
    for site in sites:
        if site.kind == "statement":
            yield from (pieces for pieces in texts(site, files) if _may_be_ddl(pieces))


def _may_be_ddl(pieces: Pieces) -> bool:
    return any(piece is not None and any(word in piece.upper() for word in ("CREATE", "ALTER")) for piece in pieces)


def touched(
    site: RawSite, pieces: Sequence[str | None], schema: Schema, *, postgres: bool = False
) -> tuple[Touch, ...] | None:
    """What a text touches, statement by statement; None when it is no SQL at all.

    Args:
        postgres: on a connection that is not known, it may be for PostgreSQL where SQLite does not understand it.
    """
    if not is_database_call(site) and not is_sql(pieces, schema):
        return _of_postgres_alone(pieces) if postgres else None
    return _of_postgres(pieces, schema) if is_postgres(site.roles["connection"]) else touches_of(pieces, schema)


def _of_postgres_alone(pieces: Sequence[str | None]) -> tuple[Touch, ...] | None:
    """What PostgreSQL would touch, of a text that begins as a program writes SQL; None when it is none of its own."""
    from statefence.sql import postgres

    found = postgres.touches(pieces) if begins_as_sql(pieces) else None
    return found if found and all(touch.reason != postgres.NOT_PARSED for touch in found) else None


def mentions_postgres(words: Collection[bytes]) -> bool:
    """Whether a file with these words speaks of PostgreSQL."""
    return not _POSTGRES_WORDS.isdisjoint(words)


_POSTGRES_WORDS = frozenset(
    {b"psycopg", b"psycopg2", b"psycopg_pool", b"asyncpg", b"aiopg", b"pg8000", b"postgres", b"postgresql", b"pgvector"}
)


def _of_postgres(pieces: Sequence[str | None], schema: Schema) -> tuple[Touch, ...]:
    """What PostgreSQL would touch; without the extra that tells, what SQLite understands of it."""
    from statefence.sql import postgres

    own = postgres.touches(pieces)
    if own is not None:
        return own
    hint = "the extra statefence[postgres] reads what is PostgreSQL's alone"
    found = touches_of(pieces, schema)
    return tuple([replace(each, reason=f"{each.reason}; {hint}") if each.reason else each for each in found])


_POSTGRES_DRIVERS = frozenset({"psycopg", "psycopg2", "psycopg_pool", "asyncpg", "aiopg", "pg8000"})


@kept
def is_postgres(value: Value) -> bool:
    """Whether the connection's main world is to a PostgreSQL server, by its driver or its URL."""
    opened = (node for node in walk(main_world(value)) if isinstance(node, Connection))
    connection = next(opened, None)
    if connection is None:
        return False
    texts = (node.value for node in walk(connection.path) if isinstance(node, Constant) and isinstance(node.value, str))
    is_url = next(texts, "").startswith(("postgres:", "postgresql:", "postgresql+"))
    return is_url or connection.api.partition(".")[0] in _POSTGRES_DRIVERS or "Postgresql" in connection.api


@kept
def connection_targets(value: Value) -> tuple[Target, ...]:
    """The places that the connection behind a cursor, session or connection may have been opened on."""
    found: list[Target] = []
    for way in _ways(value):
        for node in walk(way):
            if isinstance(node, Connection):
                found.extend(
                    target for target in targets_of(node.path, told(opener_of(node), node.uri)) if target not in found
                )
                break
    return tuple(found)


@kept
def opened_at(value: Value) -> tuple[Step, ...]:
    """Where the connection behind a cursor, session or connection may have been opened."""
    first = (next((node for node in walk(way) if isinstance(node, Connection)), None) for way in _ways(value))
    places = dict.fromkeys(connection.place for connection in first if connection is not None)
    return tuple([Step(place, "the connection is opened here") for place in places])


@kept
def driver(value: Value) -> str:
    """The callee that opened the connection, in its main world; empty when none did."""
    opened = (node.api for way in _ways(value) for node in walk(way) if isinstance(node, Connection))
    return next(opened, "")


def opener_of(connection: Connection) -> Opener:
    """What opened a connection; what the policy declares to open one takes a path like SQLite's own."""
    return OPENER_BY_NAME.get(connection.api, OPENER_BY_NAME["sqlite3.connect"])


def all_known(touches: Iterable[Touch]) -> Answer:
    """Whether the tables of every one of the statements are known."""
    return Answer.YES if all(touch.known is Answer.YES for touch in touches) else Answer.UNKNOWN
