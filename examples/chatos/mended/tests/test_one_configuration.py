"""The promise of the policy, tried with every way of starting a child."""

import asyncio
from pathlib import Path

import pytest
from chatos.admin import config_source
from chatos.chat import model_picker, prompt_history, search, shell
from chatos.chat.session import add_message, new_session, stream
from chatos.mcp_servers import registry
from chatos.workers import async_jobs
from chatos.workers.subagent import run_subagent


def databases(state: Path) -> set[str]:
    return {str(path.relative_to(state)) for path in state.rglob("*") if path.is_file()}


@pytest.fixture(params=["chatos", "chatos_chat_runtime"])
def host_app(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The desktop itself, and the server that chats run in."""
    monkeypatch.setenv("CHATOS_HOST_APP", request.param)


@pytest.mark.usefixtures("host_app")
def test_workers_make_no_third_database(state: Path) -> None:
    session = new_session("plan")
    asyncio.run(run_subagent(session, "book a table"))
    async_jobs.wait_for(async_jobs.start_job(session, "tidy up"))
    async_jobs.prune_streams(older_than_days=1)
    assert databases(state) == {"chatos.db.sqlite", "chatos_chat_runtime/runtime.db.sqlite"}
    assert {line for line in stream(session) if "configured by" in line} == {
        "started with small-local, configured by chatos"
    }


@pytest.mark.usefixtures("host_app")
def test_a_subagent_uses_the_model_that_was_picked() -> None:
    config_source.save_model("large-remote", "a-vendor")
    model_picker.pick_model("large-remote")
    assert asyncio.run(run_subagent(new_session("plan"), "book a table")).model == "large-remote"


def test_an_mcp_server_reads_a_prompt_that_was_kept_in_a_chat(state: Path) -> None:
    prompt_history.keep_prompt("coast", "Plan three quiet days at the coast")
    answer = asyncio.run(registry.call_tool(registry.prompt_server(), "read_prompt", {"title": "coast"}))
    assert answer == "Plan three quiet days at the coast"
    assert databases(state) == {"chatos.db.sqlite", "chatos_chat_runtime/runtime.db.sqlite"}


@pytest.mark.usefixtures("host_app")
def test_shells_and_added_servers_know_whose_configuration_is_used(tmp_path: Path) -> None:
    config_source.save_mcp_server(config_source.McpServer("mine", "server", []))
    assert registry.added_servers()["mine"].env == {"CHATOS_CONFIG_HOST_APP": "chatos"}
    assert shell.run_command(new_session("shell"), "echo $CHATOS_CONFIG_HOST_APP", tmp_path).output == "chatos\n"


def test_the_index_is_the_same_from_every_directory(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = new_session("coast")
    add_message(session, "user", "a quiet beach")
    search.rebuild_in_worker()
    monkeypatch.chdir(tmp_path)
    assert search.search("beach") == [session]
    assert "chatos_index.db" in databases(state)
