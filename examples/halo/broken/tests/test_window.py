import sqlite3
from contextlib import closing
from pathlib import Path

from halo.apps.manager import store as manager
from halo.apps.runtime import runs
from halo.platform.memory import memory_write, user_scope
from halo.window import overview
from halo.window.cards import card, thread_lines
from halo.window.messages import app_message, entry_message


def test_an_app_is_shown_with_its_last_outcome(store: sqlite3.Connection) -> None:
    manager.install(store, "gardener", "garden", "{}")
    app = manager.app(store, "gardener")
    assert app is not None
    assert card(app_message(app)) == "gardener (active): not run yet"


def test_a_thread_is_shown_with_its_answers(store: sqlite3.Connection) -> None:
    runs.start_run(store, "r1", "gardener", 100.0)
    runs.tell(store, "r1", "question", "Water the roses?", 101.0)
    runs.answer(store, runs.thread(store, "r1")[0].id, "yes")
    assert thread_lines([entry_message(entry) for entry in runs.thread(store, "r1")]) == [
        "question: Water the roses? -> yes"
    ]


def test_the_overview_counts_apps(store: sqlite3.Connection) -> None:
    manager.install(store, "gardener", "garden", "{}")
    assert overview.app_count() == 1


def test_the_overview_says_what_it_knows_of_the_user() -> None:
    memory_write(user_scope(), "Likes roses.\nHas a dog.\n")
    assert overview.about_user() == "Likes roses."


def test_compacting_loses_nothing(store: sqlite3.Connection) -> None:
    manager.install(store, "gardener", "garden", "{}")
    overview.compact()
    assert manager.app(store, "gardener") is not None


def test_a_backup_holds_everything(store: sqlite3.Connection, tmp_path: Path) -> None:
    manager.install(store, "gardener", "garden", "{}")
    overview.back_up(tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("SELECT id FROM installed_apps").fetchall() == [("gardener",)]
