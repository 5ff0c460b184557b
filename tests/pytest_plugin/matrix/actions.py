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
LEDGER = "ledger.db"
EVENTS = "events.log"
NOTES = "vault/ann/notes.md"
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


def ledger(*statements: str) -> Action:
    return lambda place: run(f"{place}/{LEDGER}", *statements)


def append(path: str) -> Action:
    def act(place: str) -> None:
        with Path(place, path).open("a") as file:
            file.write("three\n")

    return act


def patch(path: str, text: str, size: int | None = None) -> Action:
    """Writes over the file's beginning, and cuts it off at a size."""

    def act(place: str) -> None:
        with Path(place, path).open("r+") as file:
            file.write(text)
            file.truncate(size)

    return act


def replace(path: str, text: str) -> Action:
    def act(place: str) -> None:
        Path(place, "new").write_text(text)
        Path(place, "new").rename(f"{place}/{path}")

    return act


def make_anew(path: str) -> Action:
    def act(place: str) -> None:
        text = Path(place, path).read_text()
        Path(place, path).unlink()
        Path(place, path).write_text(text)

    return act


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


def write_by_another_name_and_leave(place: str) -> None:
    os.link(f"{place}/{STORE}", f"{place}/alias.db")
    run_and_leave(f"{place}/alias.db", FOREIGN_ROW)


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
    30: append(EVENTS),
    31: patch(EVENTS, "ONE", len("one\ntwo\n")),
    32: patch(EVENTS, "", len("one\n")),
    33: patch(EVENTS, "ONE\ntwo\nthree\n"),
    34: replace(EVENTS, "one\ntwo\nthree\n"),
    35: lambda place: Path(place, EVENTS).write_text("one\ntwo\nthree\n"),
    36: unrelated,
    37: forbidden("INSERT INTO models VALUES (7, 'x')"),
    38: forbidden("SELECT * FROM models"),
    39: forbidden_and_leave("SELECT * FROM models"),
    40: forbidden_and_leave("INSERT INTO models VALUES (7, 'x')"),
    41: lambda place: Path(place, FORBIDDEN).unlink(),
    42: keep_times(FORBIDDEN, forbidden("INSERT INTO models VALUES (7, 'x')")),
    43: store(FOREIGN_ROW, "DELETE FROM models WHERE id = 7"),
    53: write_by_another_name_and_leave,
    60: lambda place: Path(place, EVENTS).unlink(),
    61: make_anew(EVENTS),
    62: keep_times(NOTES, patch(NOTES, "ONE", len("one\ntwo\n"))),
    63: lambda place: Path(place, NOTES).unlink(),
    64: lambda place: Path(place, NOTES).rename(f"{place}/vault/moved.md"),
    65: append(NOTES),
    66: lambda place: Path(place, "vault/new.md").write_text("one"),
    67: ledger("INSERT INTO entries VALUES (3, 'c')"),
    68: ledger("UPDATE entries SET text = 'z' WHERE id = 1"),
    69: ledger("DELETE FROM entries WHERE id = 1"),
    70: ledger("ALTER TABLE entries ADD COLUMN more DEFAULT 7", "VACUUM"),
    71: ledger("DROP TABLE entries"),
    72: lambda place: Path(place, LEDGER).unlink(),
}

SHELL = {
    5: "cp {other} {forbidden}",
    7: "ln -s {store} {forbidden}",
    29: "touch {store}; chmod 600 {store}",
    30: "echo three >> {events}",
    31: "printf ONE | dd of={events} conv=notrunc status=none",
    32: "printf 'one\\n' > {events}",
    33: "printf 'ONE\\ntwo\\nthree\\n' > {events}",
    34: "printf 'one\\ntwo\\nthree\\n' > {events}.new; mv {events}.new {events}",
    35: "printf 'one\\ntwo\\nthree\\n' > {events}",
    36: "echo nothing > $(dirname {store})/notes.txt",
    41: "rm {forbidden}",
    60: "rm {events}",
    61: "cp {events} {events}.new; rm {events}; mv {events}.new {events}",
    62: "touch -r {notes} {events}; printf ONE | dd of={notes} conv=notrunc status=none; touch -r {events} {notes}",
    63: "rm -r $(dirname {notes})",
    64: "mv $(dirname {notes}) $(dirname {notes})-moved",
    65: "echo three >> {notes}",
    66: "mkdir -p $(dirname {notes})/2025; echo one > $(dirname {notes})/2025/new.md",
    72: "rm {ledger}*",
}

PROGRAM = {
    1: ("{forbidden}", "CREATE TABLE models (a)"),
    4: ("{store}", "VACUUM INTO '{forbidden}'"),
    8: ("{store}", OWN_ROW),
    9: ("{store}", FOREIGN_ROW),
    10: ("{store}", "UPDATE models SET name = 'ynn' WHERE id = 1"),
    11: ("{store}", "DELETE FROM models WHERE id = 1"),
    12: ("{store}", "CREATE TABLE settings (key, value)"),
    14: ("{store}", f"BEGIN; {FOREIGN_ROW}; ROLLBACK"),
    17: ("{store}", "SELECT * FROM models"),
    20: ("{store}", "PRAGMA wal_checkpoint(TRUNCATE)"),
    21: ("{store}", "VACUUM"),
    22: ("{store}", "ANALYZE"),
    37: ("{forbidden}", "INSERT INTO models VALUES (7, 'x')"),
    38: ("{forbidden}", "SELECT * FROM models"),
    67: ("{ledger}", "INSERT INTO entries VALUES (3, 'c')"),
    68: ("{ledger}", "UPDATE entries SET text = 'z' WHERE id = 1"),
    69: ("{ledger}", "DELETE FROM entries WHERE id = 1"),
}
"""The database and the SQL, for the sqlite3 program."""

NODE = {
    5: "fs.copyFileSync(other, forbidden)",
    7: "fs.symlinkSync(store, forbidden)",
    24: "fs.copyFileSync(other, store)",
    25: "fs.renameSync(other, store)",
    29: "fs.utimesSync(store, 1, 1)",
    30: "fs.appendFileSync(events, 'three\\n')",
    31: "fs.writeSync(fs.openSync(events, 'r+'), 'ONE')",
    32: "fs.truncateSync(events, 4)",
    33: "fs.writeFileSync(events, 'ONE\\ntwo\\nthree\\n')",
    34: "fs.writeFileSync(other, 'one\\ntwo\\nthree\\n'); fs.renameSync(other, events)",
    35: "fs.writeFileSync(events, 'one\\ntwo\\nthree\\n')",
    36: "fs.writeFileSync(store + '.txt', 'nothing')",
    41: "fs.unlinkSync(forbidden)",
    60: "fs.unlinkSync(events)",
    65: "fs.appendFileSync(notes, 'three\\n')",
}

if __name__ == "__main__":
    ACTIONS[int(sys.argv[1])](sys.argv[2])
