import sqlite3

from halo.apps.manager import store as manager
from halo.apps.runtime import cache, runs
from halo.platform.memory import app_scope, memory_read
from halo.platform.scheduler import jobs
from halo.spaces import Space


def test_an_installed_app_comes_back_with_its_fields(store: sqlite3.Connection) -> None:
    manager.install(store, "gardener", "garden", '{"every": "morning"}')
    app = manager.app(store, "gardener")
    assert app is not None
    assert (app.space_id, app.spec, app.status, app.last_outcome) == ("garden", '{"every": "morning"}', "active", None)


def test_the_apps_of_a_space_are_its_own(store: sqlite3.Connection) -> None:
    manager.install(store, "gardener", "garden", "{}")
    manager.install(store, "cook", "kitchen", "{}")
    assert [app.id for app in manager.apps_in(store, "garden")] == ["gardener"]


def test_an_app_that_is_not_there_is_none(store: sqlite3.Connection) -> None:
    assert manager.app(store, "nobody") is None


def test_the_list_of_apps_knows_how_the_last_run_went(store: sqlite3.Connection) -> None:
    manager.install(store, "gardener", "garden", "{}")
    runs.start_run(store, "r1", "gardener", 100.0)
    runs.end_run(store, "r1", 130.0, "no water")
    app = manager.app(store, "gardener")
    assert app is not None
    assert (app.last_run_at, app.last_outcome) == (130.0, "failed")


def test_a_question_is_answered(store: sqlite3.Connection) -> None:
    runs.start_run(store, "r1", "gardener", 100.0)
    runs.tell(store, "r1", "question", "Water the roses?", 101.0)
    (entry,) = runs.thread(store, "r1")
    runs.answer(store, entry.id, "yes")
    assert [entry.response for entry in runs.thread(store, "r1")] == ["yes"]


def test_what_an_app_did_goes_with_it(store: sqlite3.Connection) -> None:
    manager.install(store, "gardener", "garden", "{}")
    jobs.add_job(store, "water", "gardener", 60.0, now=100.0)
    runs.start_run(store, "r1", "gardener", 100.0)
    runs.tell(store, "r1", "note", "Watered.", 101.0)
    runs.remove_app(store, "gardener")
    assert runs.thread(store, "r1") == []
    assert jobs.due_jobs(store, 1000.0) == []


def test_an_app_remembers_in_its_space(space: Space) -> None:
    runs.remember(space, "gardener", "the roses are dry")
    runs.remember(space, "gardener", "the roses are fine")
    assert memory_read(app_scope(space, "gardener")) == "the roses are dry\nthe roses are fine\n"


def test_what_was_fetched_is_kept(store: sqlite3.Connection) -> None:
    cache.keep(store, "weather", "dry")
    assert (cache.kept(store, "weather"), cache.kept(store, "news")) == ("dry", None)
