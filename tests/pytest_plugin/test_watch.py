"""The gate: everything that may have changed is noticed by stat, and only that."""

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from pytest_statefence.locations import Location
from pytest_statefence.records import Clause
from pytest_statefence.watch import QUIET, RACY_NS, Look, Watch
from statefence.template import fixed_prefix, is_literal, parse


def location(text: str) -> Location:
    template = parse(text)
    return Location(
        Clause(template, "x.toml:1"), template, text if is_literal(template) else None, fixed_prefix(template)
    )


def settle(watch: Watch) -> None:
    """Looks until no stamp is too young to be trusted."""
    time.sleep(2 * RACY_NS / 1e9)
    watch.look()
    assert watch.look() == QUIET


@pytest.fixture
def state(tmp_path: Path) -> Path:
    (tmp_path / "a_rt").mkdir()
    (tmp_path / "a_rt" / "a_rt.db").touch()
    (tmp_path / "own.db").touch()
    return tmp_path


@pytest.fixture
def watch(state: Path) -> Watch:
    made = Watch()
    made.add([location(f"{state}/own.db"), location(f"{state}/*_rt/*_rt.db"), location(f"{state}/deep/**/*.db")])
    settle(made)
    return made


def test_what_is_there_is_found(watch: Watch, state: Path) -> None:
    assert set(watch.files) == {f"{state}/own.db", f"{state}/a_rt/a_rt.db"}


def test_files_are_found_at_every_depth_of_a_glob(watch: Watch, state: Path) -> None:
    (state / "b_rt").mkdir()
    (state / "b_rt" / "b_rt.db").touch()
    (state / "deep" / "er" / "est").mkdir(parents=True)
    (state / "deep" / "er" / "est" / "z.db").touch()
    (state / "deep" / "y.db").touch()

    appeared = watch.look().appeared

    assert set(appeared) == {f"{state}/b_rt/b_rt.db", f"{state}/deep/er/est/z.db", f"{state}/deep/y.db"}


def test_names_that_only_resemble_a_glob_are_not_found(watch: Watch, state: Path) -> None:
    for name in ("a_rt/b.db", "a_rt/x/a_rt.db", "c/c_rt.db", "a_rt/d_rt.db-wal.bak"):
        (state / name).parent.mkdir(exist_ok=True)
        (state / name).touch()

    assert watch.look().appeared == ()


def test_a_log_is_part_of_its_database_and_no_file_of_its_own(watch: Watch, state: Path) -> None:
    watch.add([location(f"{state}/logs/*")])
    (state / "logs").mkdir()
    for name in ("x.db", "x.db-wal", "x.db-shm", "x.db-journal"):
        (state / "logs" / name).touch()

    assert watch.look().appeared == (f"{state}/logs/x.db",)


def test_a_directory_is_no_database(watch: Watch, state: Path) -> None:
    (state / "b_rt" / "b_rt.db").mkdir(parents=True)

    assert watch.look().appeared == ()


def test_a_link_that_leads_nowhere_is_there(watch: Watch, state: Path) -> None:
    (state / "b_rt").mkdir()
    (state / "b_rt" / "b_rt.db").symlink_to(state / "nowhere")

    assert watch.look().appeared == (f"{state}/b_rt/b_rt.db",)


def test_a_removed_file_is_gone_with_its_directory(watch: Watch, state: Path) -> None:
    (state / "a_rt" / "a_rt.db").unlink()
    (state / "a_rt").rmdir()

    assert watch.look().vanished == (f"{state}/a_rt/a_rt.db",)


def test_a_write_into_the_log_alone_is_noticed(watch: Watch, state: Path) -> None:
    with closing(sqlite3.connect(state / "own.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = wal").fetchall()
        connection.execute("PRAGMA wal_autocheckpoint = 0").fetchall()
        connection.execute("CREATE TABLE t (a)")
        settle(watch)
        connection.execute("INSERT INTO t VALUES (1)")

        assert watch.look().suspect == (f"{state}/own.db",)


def test_a_write_through_a_link_is_noticed(watch: Watch, state: Path) -> None:
    (state / "elsewhere.db").touch()
    (state / "own.db").unlink()
    (state / "own.db").symlink_to(state / "elsewhere.db")
    settle(watch)

    (state / "elsewhere.db").write_bytes(b"x")

    assert watch.look().suspect == (f"{state}/own.db",)


def test_times_that_were_put_back_do_not_hide_a_write(watch: Watch, state: Path) -> None:
    before = (state / "own.db").stat()
    (state / "own.db").write_bytes(b"")
    os.utime(state / "own.db", ns=(before.st_atime_ns, before.st_mtime_ns))

    assert watch.look().suspect == (f"{state}/own.db",)


def test_a_young_stamp_is_not_trusted(watch: Watch, state: Path) -> None:
    for number in range(500):
        with (state / "own.db").open("r+b") as file:
            file.write(b"%03d" % number)

        assert watch.look().suspect == (f"{state}/own.db",), number
    settle(watch)


def test_a_directory_that_comes_later_is_watched(tmp_path: Path) -> None:
    watch = Watch()
    watch.add([location(f"{tmp_path}/to/come/x.db")])
    settle(watch)
    (tmp_path / "to" / "come").mkdir(parents=True)
    (tmp_path / "to" / "come" / "x.db").touch()

    assert watch.look() == Look(appeared=(f"{tmp_path}/to/come/x.db",), directories_moved=True)


def test_what_is_dropped_is_forgotten(watch: Watch, state: Path) -> None:
    kept = next(place for place in watch.locations if place.path == f"{state}/own.db")

    assert watch.retain([kept]) == (f"{state}/a_rt/a_rt.db",)
    (state / "a_rt" / "a_rt.db").unlink()

    settle(watch)
    assert set(watch.files) == {f"{state}/own.db"}
