"""What a SQL text touches: asked of SQLite itself, on an empty copy of the known schema in memory.

A statement is only ever prepared there (`EXPLAIN`), never run; what its tables are comes from SQLite's authorizer.
"""

from collections.abc import Mapping, Sequence

from statefence.sql.holes import HoleRole, hole_roles, markers
from statefence.sql.model import Kind, Schema, Touch, Use
from statefence.sql.prose import begins_as_sql, is_sql
from statefence.sql.schema import schema_of
from statefence.sql.touch import statements

__all__ = [
    "HoleRole",
    "Kind",
    "Schema",
    "Touch",
    "Use",
    "begins_as_sql",
    "hole_roles",
    "is_sql",
    "markers",
    "schema_of",
    "statements",
    "uses",
]


def uses(pieces: Sequence[str | None], wanted: Mapping[str, str], schema: Schema) -> tuple[Use, ...]:
    """Each occurrence of the `wanted` tables (column by table) in a text that SQLite accepts, and whether it is pinned.

    Args:
        schema: what is known of tables and views; views are looked through.
    """
    from statefence.sql import pins

    return pins.uses(pieces, wanted, schema)
