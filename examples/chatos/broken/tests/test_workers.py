import asyncio

import pytest

from chatos.chat.session import new_session, stream
from chatos.workers import async_jobs, model_cache
from chatos.workers.subagent import SubagentError, SubagentResult, run_subagent


def test_subagent_runs() -> None:
    session = new_session("plan")
    result = asyncio.run(run_subagent(session, "book a table"))
    assert result == SubagentResult("small-local", "book a table: done")
    assert stream(session)[-1] == "finished: book a table"


def test_a_failing_subagent_says_why() -> None:
    with pytest.raises(SubagentError, match="surrogate"):
        asyncio.run(run_subagent(new_session("plan"), "\udcff"))


def test_a_job_leaves_its_task_done() -> None:
    session = new_session("background")
    job = async_jobs.start_job(session, "tidy up")
    assert async_jobs.wait_for(job) == "done"
    assert len(stream(session)) == 2


def test_pruning_forgets_only_old_lines() -> None:
    session = new_session("plan")
    asyncio.run(run_subagent(session, "book a table"))
    assert async_jobs.prune_streams(older_than_days=1) == 0
    assert async_jobs.prune_streams(older_than_days=-1) == 2
    assert stream(session) == []


def test_the_first_answer_about_a_model_stays() -> None:
    model_cache.remember_model("large-remote", "a-vendor")
    model_cache.remember_model("large-remote", "another")
    assert model_cache.remembered_provider("large-remote") == "a-vendor"
    assert model_cache.remembered_provider("never-used") is None
