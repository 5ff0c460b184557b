"""The steps of a random run. Done in a test's process, in a thread, or as a child: `python -S steps.py STEP PLACE`."""

# Started as a child without site, where starting counts: plain functions on paths of text.
# ruff: noqa: ANN001, ANN201, PTH103, PTH104, PTH108, PTH110, PTH118, PTH120, PTH123, PTH202

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing


def do(step, place):
    path = place_of(step, place)
    if "sql" in step:
        run_sql(path, step["sql"], leave=step["leave"])
    else:
        OPERATIONS[step["operation"]](path, step.get("text", ""))


def place_of(step, place):
    path = os.path.join(place, step["path"])
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return path


def run_sql(path, statements, *, leave):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement).fetchall()
        if leave:
            os._exit(0)


def append(path, text):
    with open(path, "a") as file:
        file.write(text)


def patch(path, text):
    with open(path, "r+") as file:
        file.write(text)


def halve(path, _text):
    os.truncate(path, os.path.getsize(path) // 2)


def write_anew(path, text):
    with open(path) as file:
        kept = file.read()
    with open(path, "w") as file:
        file.write(kept + text)


def replace(path, text):
    shutil.copy(path, path + ".new")
    append(path + ".new", text)
    os.rename(path + ".new", path)


def remake(path, text):
    with open(path) as file:
        kept = file.read()
    os.unlink(path)
    append(path, kept + text)


def remove(path, _text):
    for name in (path, path + "-wal", path + "-shm", path + "-journal"):
        if os.path.exists(name):
            os.unlink(name)


def set_times(path, _text):
    os.utime(path, (1, 1))


OPERATIONS = {
    "append": append,
    "patch": patch,
    "halve": halve,
    "write_anew": write_anew,
    "replace": replace,
    "remake": remake,
    "remove": remove,
    "set_times": set_times,
}


def by_thread(step, place):
    thread = threading.Thread(target=do, args=(step, place))
    thread.start()
    thread.join()


def by_child(step, place):
    subprocess.run([sys.executable, "-S", __file__, json.dumps(step), place], env={}, check=True)


def by_sqlite(step, place):
    command = ["sqlite3", place_of(step, place), "; ".join(step["sql"])]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def by_shell(step, place):
    script = {
        "append": 'printf %s "$2" >> "$1"',
        "write_anew": 'kept=$(cat "$1"; echo x); printf %s "${kept%x}$2" > "$1"',
        "remove": 'rm -f "$1" "$1-wal" "$1-shm" "$1-journal"',
        "set_times": 'touch -t 200001010000 "$1"',
    }[step["operation"]]
    command = ["/bin/sh", "-c", script, "sh", place_of(step, place), step.get("text", "")]
    subprocess.run(command, env={"PATH": os.defpath}, check=True)


ACTORS = {"process": do, "thread": by_thread, "child": by_child, "sqlite": by_sqlite, "shell": by_shell}

if __name__ == "__main__":
    do(json.loads(sys.argv[1]), sys.argv[2])
