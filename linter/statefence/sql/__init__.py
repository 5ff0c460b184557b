"""What a SQL text touches: asked of SQLite itself, on an empty copy of the known schema in memory.

A statement is only ever prepared there (`EXPLAIN`), never run; what its tables are comes from SQLite's authorizer.
"""

from statefence.sql.model import Kind, Schema, Touch
from statefence.sql.prose import is_sql
from statefence.sql.schema import schema_of
from statefence.sql.touch import statements

__all__ = ["Kind", "Schema", "Touch", "is_sql", "schema_of", "statements"]
