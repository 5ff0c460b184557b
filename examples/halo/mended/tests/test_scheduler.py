import sqlite3

import pytest
from halo.platform.scheduler import jobs


def test_a_job_is_due_when_its_time_has_come(store: sqlite3.Connection) -> None:
    jobs.add_job(store, "water", "gardener", 60.0, now=100.0)
    assert jobs.due_jobs(store, 99.0) == []
    assert jobs.due_jobs(store, 100.0) == ["water"]


def test_what_matters_more_comes_first(store: sqlite3.Connection) -> None:
    jobs.add_job(store, "water", "gardener", 60.0, now=100.0)
    jobs.add_job(store, "alarm", "guard", 60.0, now=110.0, priority=1)
    assert jobs.due_jobs(store, 120.0) == ["alarm", "water"]


def test_a_job_that_ran_is_due_one_interval_later(store: sqlite3.Connection) -> None:
    jobs.add_job(store, "water", "gardener", 60.0, now=100.0)
    jobs.finish_run(store, "water", 100.0, "done")
    assert jobs.due_jobs(store, 159.0) == []
    assert jobs.due_jobs(store, 160.0) == ["water"]


def test_the_runs_of_a_job_are_kept_in_order(store: sqlite3.Connection) -> None:
    jobs.add_job(store, "water", "gardener", 60.0, now=100.0)
    jobs.finish_run(store, "water", 100.0, "failed")
    jobs.finish_run(store, "water", 160.0, "done")
    assert jobs.outcomes(store, "water") == ["failed", "done"]


def test_an_outcome_that_is_none_is_refused(store: sqlite3.Connection) -> None:
    jobs.add_job(store, "water", "gardener", 60.0, now=100.0)
    with pytest.raises(sqlite3.IntegrityError):
        jobs.finish_run(store, "water", 100.0, "perhaps")
