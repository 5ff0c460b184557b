"""Migrations, read without being imported and run on databases in memory only: their sequences, schemas and faults."""

from statefence.migrations.files import LOCK_FILE, texts
from statefence.migrations.lock import locked, parse_lock
from statefence.migrations.model import Fault, History, Migration, Registry, Shape, Sql
from statefence.migrations.read import histories

__all__ = [
    "LOCK_FILE",
    "Fault",
    "History",
    "Migration",
    "Registry",
    "Shape",
    "Sql",
    "histories",
    "locked",
    "parse_lock",
    "texts",
]
