"""A repair stays in the directory it was given, unless a store elsewhere is asked for by name."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from statefence.errors import StatefenceError
from statefence.state import steps
from statefence.state.journal import Step, read
from statefence.state.repair import Outcome, repair

from .databases import POLICY, make, policy, rows

NOTES = "CREATE TABLE notes (text TEXT PRIMARY KEY)"
MAIN = """
state = "{env:APP_STATE|{home}/.app}"
[layers]
core = ["app.**"]
[stores.main]
path = "{state}/main.db"
owners = ["core"]
tables = ["notes"]
[[forbidden]]
path = "{cwd}/.app/main.db"
belongs-to = "main"
reason = "one for all"
"""
RUNTIME = """
[stores.runtime]
path = "{state}/runtime.db"
owners = ["core"]
tables = ["chats"]
"""
DISCOVER = """
[stores.main.discover.notes]
path = "{cwd}/notes/{name}"
columns = { text = "{name}" }
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's home, with a database of the application."""
    directory = tmp_path / "home"
    make(directory / ".app" / "main.db", NOTES)
    monkeypatch.setenv("HOME", str(directory))
    return directory


@pytest.fixture
def given(tmp_path: Path, home: Path) -> Path:
    """A directory that is nobody's state directory, with a database that lies where none may."""
    del home
    make(tmp_path / "given" / "w" / "a" / ".app" / "main.db", NOTES, "INSERT INTO notes VALUES ('astray')")
    return tmp_path / "given"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state directory with a stray database, whose rows belong into one that is not there yet."""
    stray = tmp_path / "state" / "x" / "stray.db"
    make(stray, "CREATE TABLE models (name PRIMARY KEY)", "INSERT INTO models VALUES (1)")
    return tmp_path / "state"


def outcomes(
    directory: Path, text: str = MAIN, *, into: str | None = None, apply: bool = True, state: Path | None = None
) -> tuple[Outcome, ...]:
    environ = {name: value for name, value in os.environ.items() if name != "APP_STATE"}
    if state is not None:
        environ["APP_STATE"] = str(state)
    return repair(policy(text), str(directory), environ, into=into, apply=apply).outcomes


def refused(directory: Path, text: str = MAIN, *, into: str | None = None, state: Path | None = None) -> str:
    """Why the only repair is refused, in a dry run as in a real one, which leave everything elsewhere as it is."""
    before = outside(directory)
    ((dry,), (done,)) = (outcomes(directory, text, into=into, apply=apply, state=state) for apply in (False, True))
    assert dry == done
    assert not dry.into
    assert outside(directory) == before
    return done.refused


def outside(directory: Path) -> dict[Path, tuple[bytes, int]]:
    """Every file beside the directory, with its bytes and when they were written."""
    return {
        path: (path.read_bytes(), path.stat().st_mtime_ns)
        for path in directory.parent.rglob("*")
        if path.is_file() and directory not in path.parents
    }


def test_rows_do_not_leave_the_directory(given: Path, home: Path) -> None:
    reason = f"the store main is {home}/.app/main.db, outside {given}: `--into main` allows it to be changed"
    assert refused(given) == reason
    assert (given / "w" / "a" / ".app" / "main.db").exists()


def test_no_database_is_made_elsewhere(given: Path, home: Path) -> None:
    (home / ".app" / "main.db").unlink()
    assert "--into main" in refused(given)
    assert not (home / ".app" / "main.db").exists()


def test_a_store_asked_for_by_name_is_changed_wherever_it_is(given: Path, home: Path) -> None:
    assert [each.refused for each in outcomes(given, into="main")] == [""]
    assert rows(home / ".app" / "main.db", "SELECT * FROM notes") == [("astray",)]


def test_only_the_store_asked_for_is_changed_elsewhere(given: Path) -> None:
    make(given / "w" / "a" / ".app" / "main.db", "CREATE TABLE chats (text)", "INSERT INTO chats VALUES (1)")
    assert "`--into runtime`" in refused(given, MAIN + RUNTIME, into="main")


def test_what_is_on_disk_is_not_registered_elsewhere(given: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (given / "w" / "a" / ".app" / "main.db").unlink()
    (given / "notes").mkdir()
    (given / "notes" / "one").touch()
    monkeypatch.chdir(given)
    assert "`--into main`" in refused(given, MAIN + DISCOVER)
    assert [each.refused for each in outcomes(given, MAIN + DISCOVER, into="main")] == [""]


def linked_file(state: Path, elsewhere: Path) -> str:
    (state / "admin.db").symlink_to(make(elsewhere / "admin.db", NOTES))
    return POLICY


def linked_directory(state: Path, elsewhere: Path) -> str:
    elsewhere.mkdir()
    (state / "kept").symlink_to(elsewhere)
    return POLICY.replace("{state}/admin.db", "{state}/kept/admin.db")


def climbing(state: Path, elsewhere: Path) -> str:
    del state
    return POLICY.replace("{state}/admin.db", f"{{state}}/x/../../{elsewhere.name}/admin.db")


@pytest.mark.parametrize("lead_out", [linked_file, linked_directory, climbing])
def test_no_way_leads_out_of_the_state_directory(state: Path, lead_out: Callable[[Path, Path], str]) -> None:
    text = lead_out(state, state.parent / "elsewhere")
    assert "`--into admin`" in refused(state, text, state=state)


@pytest.mark.parametrize("part", ["", "-wal", "-shm", "-journal"])
@pytest.mark.parametrize("name", ["admin.db", "x/stray.db"])
@pytest.mark.parametrize("link", [os.link, os.symlink])
def test_a_file_that_is_also_elsewhere_is_not_written(
    state: Path, part: str, name: str, link: Callable[[Path, Path], None]
) -> None:
    other = state.parent / "other"
    make(state / "admin.db", "CREATE TABLE models (name PRIMARY KEY)")
    if part:
        other.write_bytes(b"")
    else:
        (state / name).rename(other)
    link(other, state / f"{name}{part}")
    before = outside(state)
    assert all(each.refused for each in outcomes(state, POLICY, state=state))
    assert outside(state) == before


def cut_off(state: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repair that ended before its first step; its journal."""

    def fail(*_: object) -> None:
        raise OSError("no room")

    with monkeypatch.context() as patch:
        patch.setattr(steps, "save", fail)
        with pytest.raises(StatefenceError, match="no room"):
            outcomes(state, POLICY, state=state)
    return state / ".statefence" / "journal.jsonl"


@pytest.mark.parametrize("into", [None, "admin"])
@pytest.mark.parametrize("changed", ["admin.db", "x/stray.db", "x/stray.db.bak"])
def test_a_journal_that_was_changed_leads_nowhere(
    state: Path, changed: str, into: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = cut_off(state, monkeypatch)
    elsewhere = state.parent / Path(changed).name
    make(elsewhere, NOTES)
    old, new = f'"{state}/{changed}"', f'"{elsewhere}"'
    assert old in journal.read_text()
    journal.write_text(journal.read_text().replace(old, new))
    before = outside(state)
    first, *_ = outcomes(state, POLICY, into=into, state=state)
    assert first.refused
    assert outside(state) == before


def test_a_journal_whose_paths_climb_leads_nowhere(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = cut_off(state, monkeypatch)
    journal.write_text(journal.read_text().replace("/admin.db", "/x/../../admin.db"))
    before = outside(state)
    first, *_ = outcomes(state, POLICY, state=state)
    assert first.refused
    assert outside(state) == before


def test_a_repair_that_was_cut_off_elsewhere_is_finished_with_the_same_option(
    given: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(steps, "_merge_all", lambda *_: (_ for _ in ()).throw(OSError("no room")))
        with pytest.raises(StatefenceError, match="no room"):
            outcomes(given, into="main")
    assert "`--into main`" in refused(given)
    assert [each.refused for each in outcomes(given, into="main")] == [""]
    assert rows(home / ".app" / "main.db", "SELECT * FROM notes") == [("astray",)]
    assert [entry.step for entry in read(str(given))][-1:] == [Step.DONE]


@pytest.mark.parametrize("name", [".statefence", ".statefence/lock", ".statefence/journal.jsonl", ".statefence/0001"])
@pytest.mark.parametrize("apply", [False, True])
def test_work_files_are_not_written_through_links(state: Path, name: str, apply: bool) -> None:
    elsewhere = state.parent / "elsewhere"
    elsewhere.mkdir()
    (state / name).parent.mkdir(exist_ok=True)
    (state / name).symlink_to(elsewhere if name in {".statefence", ".statefence/0001"} else elsewhere / "new")
    with pytest.raises(StatefenceError, match="a link, by which a repair would write elsewhere"):
        outcomes(state, POLICY, apply=apply, state=state)
    assert list(elsewhere.iterdir()) == []


def test_the_marker_is_not_written_through_a_link(state: Path) -> None:
    kept = state.parent / "kept"
    kept.write_text("kept")
    (state / "x" / "stray.db.bak.statefence.json.tmp").symlink_to(kept)
    assert [each.refused for each in outcomes(state, POLICY, state=state)] == [""]
    assert kept.read_text() == "kept"
