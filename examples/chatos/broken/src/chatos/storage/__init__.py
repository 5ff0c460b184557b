"""The databases: where they are, what is in them, how to open them."""

from chatos.storage.database import create_db, make_tables
from chatos.storage.stores import open_admin, open_index, open_runtime

__all__ = ["create_db", "make_tables", "open_admin", "open_index", "open_runtime"]
