"""Start-up: every namespace brings its tables to where they should be."""

import sqlite3

from halo.apps import manager, runtime
from halo.platform import scheduler
from halo.platform.store import apply_migrations, open_store


def start() -> sqlite3.Connection:
    """The database of the platform, with every namespace's migrations applied."""
    connection = open_store()
    for namespace in (scheduler.NAMESPACE, manager.NAMESPACE, runtime.NAMESPACE):
        apply_migrations(connection, namespace)
    return connection
