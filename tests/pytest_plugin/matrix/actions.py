"""What can be done to state on disk, each by its number in the fault matrix. Run in a test's process and as a child.

As a child it is started without site and with an empty environment: `python -S actions.py NUMBER PLACE`.
"""

import os
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

Action = Callable[[str], object]
STORE = "runtime.db"
FORBIDDEN = "x_chat_runtime/x_chat_runtime.db"
OWN_ROW = "INSERT INTO messages VALUES (7, 'own')"
FOREIGN_ROW = "INSERT INTO models VALUES (7, 'foreign')"
LEAVE = os._exit


def run(path: str, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement).fetchall()


def run_and_leave(path: str, *statements: str) -> None:
    """Runs them and ends the process without closing anything."""
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        connection.execute(statement).fetchall()
    LEAVE(0)


def store(*statements: str) -> Action:
    return lambda place: run(f"{place}/{STORE}", *statements)


def store_and_leave(*statements: str) -> Action:
    return lambda place: run_and_leave(f"{place}/{STORE}", *statements)


def forbidden(*statements: str) -> Action:
    return lambda place: run(f"{place}/{FORBIDDEN}", *statements)


def forbidden_and_leave(*statements: str) -> Action:
    return lambda place: run_and_leave(f"{place}/{FORBIDDEN}", *statements)


def create_and_remove(place: str) -> None:
    run(f"{place}/{FORBIDDEN}", "CREATE TABLE models (a)")
    Path(place, FORBIDDEN).unlink()


def link(place: str) -> None:
    Path(place, FORBIDDEN).symlink_to(f"{place}/{STORE}")


def keep_times(path: str, action: Action) -> Action:
    def act(place: str) -> None:
        before = Path(place, path).stat()
        action(place)
        os.utime(f"{place}/{path}", ns=(before.st_atime_ns, before.st_mtime_ns))

    return act


def write_by_another_name(place: str) -> None:
    os.link(f"{place}/{STORE}", f"{place}/alias.db")
    run(f"{place}/alias.db", FOREIGN_ROW)


def back_up_over(place: str) -> None:
    with (
        closing(sqlite3.connect(f"{place}/other.db")) as source,
        closing(sqlite3.connect(f"{place}/{STORE}")) as target,
    ):
        source.backup(target)


def touch(place: str) -> None:
    os.utime(f"{place}/{STORE}")
    Path(place, STORE).chmod(0o600)


def unrelated(place: str) -> None:
    Path(place, "notes.txt").write_text("nothing to see")


SPILLED = (
    "PRAGMA cache_size = 2",
    "PRAGMA cache_spill = 1",
    "BEGIN",
    "INSERT INTO models SELECT value, hex(randomblob(3000)) FROM generate",
)

ACTIONS: dict[int, Action] = {
    1: forbidden("CREATE TABLE models (a)"),
    2: lambda place: sqlite3.connect(f"{place}/{FORBIDDEN}").close(),
    3: lambda place: run(":memory:", f"ATTACH '{place}/{FORBIDDEN}' AS other", "CREATE TABLE other.models (a)"),
    4: lambda place: run(f"{place}/{STORE}", f"VACUUM INTO '{place}/{FORBIDDEN}'"),
    5: lambda place: shutil.copy(f"{place}/other.db", f"{place}/{FORBIDDEN}"),
    6: create_and_remove,
    7: link,
    8: store(OWN_ROW),
    9: store(FOREIGN_ROW),
    10: store("UPDATE models SET name = 'ynn' WHERE id = 1"),
    11: store("DELETE FROM models WHERE id = 1"),
    12: store("CREATE TABLE settings (key, value)"),
    13: store_and_leave(FOREIGN_ROW),
    14: store("BEGIN", FOREIGN_ROW, "ROLLBACK"),
    15: store_and_leave("BEGIN", FOREIGN_ROW),
    16: store_and_leave(*SPILLED),
    17: store("SELECT * FROM models"),
    18: store_and_leave("SELECT * FROM models"),
    19: lambda place: sqlite3.connect(f"file:{place}/{STORE}?mode=ro&immutable=1", uri=True).execute(
        "SELECT * FROM models"
    ),
    20: store("PRAGMA wal_checkpoint(TRUNCATE)"),
    21: store("VACUUM"),
    22: store("ANALYZE"),
    23: keep_times(STORE, store(FOREIGN_ROW)),
    24: lambda place: shutil.copy2(f"{place}/other.db", f"{place}/{STORE}"),
    25: lambda place: Path(place, "other.db").rename(f"{place}/{STORE}"),
    26: write_by_another_name,
    27: back_up_over,
    28: store("INSERT INTO events VALUES (1)"),
    29: touch,
    36: unrelated,
    37: forbidden("INSERT INTO models VALUES (7, 'x')"),
    38: forbidden("SELECT * FROM models"),
    39: forbidden_and_leave("SELECT * FROM models"),
    40: forbidden_and_leave("INSERT INTO models VALUES (7, 'x')"),
    41: lambda place: Path(place, FORBIDDEN).unlink(),
    42: keep_times(FORBIDDEN, forbidden("INSERT INTO models VALUES (7, 'x')")),
    43: store(FOREIGN_ROW, "DELETE FROM models WHERE id = 7"),
}

SHELL = {
    1: "sqlite3 {forbidden} 'CREATE TABLE models (a)'",
    4: "sqlite3 {store} \"VACUUM INTO '{forbidden}'\"",
    5: "cp {other} {forbidden}",
    6: "sqlite3 {forbidden} 'CREATE TABLE models (a)'; rm {forbidden}",
    7: "ln -s {store} {forbidden}",
    8: f'sqlite3 {{store}} "{OWN_ROW}"',
    9: f'sqlite3 {{store}} "{FOREIGN_ROW}"',
    10: "sqlite3 {store} \"UPDATE models SET name = 'ynn' WHERE id = 1\"",
    12: "sqlite3 {store} 'CREATE TABLE settings (key, value)'",
    14: f'sqlite3 {{store}} "BEGIN; {FOREIGN_ROW}; ROLLBACK"',
    17: "sqlite3 {store} 'SELECT * FROM models'",
    21: "sqlite3 {store} VACUUM",
    29: "touch {store}; chmod 600 {store}",
    36: "echo nothing > $(dirname {store})/notes.txt",
    37: "sqlite3 {forbidden} \"INSERT INTO models VALUES (7, 'x')\"",
    38: "sqlite3 {forbidden} 'SELECT * FROM models'",
    41: "rm {forbidden}",
}

if __name__ == "__main__":
    ACTIONS[int(sys.argv[1])](sys.argv[2])
