"""Opening the databases of chatos."""

import sqlite3

from chatos.hostapp import resolve_config_host_app
from chatos.storage.database import create_db, make_tables
from chatos.storage.paths import config_db_path, index_db_path, runtime_db_path
from chatos.storage.schema import ADMIN_TABLES, RUNTIME_TABLES


def open_admin() -> sqlite3.Connection:
    """The database of the configuration."""
    connection = create_db(config_db_path(resolve_config_host_app()))
    make_tables(connection, *ADMIN_TABLES)
    return connection


def open_runtime() -> sqlite3.Connection:
    """The database of what chats produce."""
    connection = create_db(runtime_db_path())
    make_tables(connection, *RUNTIME_TABLES)
    return connection


def open_index() -> sqlite3.Connection:
    """The full-text index over messages."""
    connection = create_db(index_db_path())
    make_tables(connection, "message_index")
    return connection
