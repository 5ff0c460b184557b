"""Agents, sessions and logs, on a real database."""

import sqlite3
from pathlib import Path

import pytest
from cherry.errors import NotFoundError
from cherry.models import Agent
from cherry.services import agents, maintenance, session_logs, sessions, tags


def test_an_agent_is_kept_as_it_was_added(database: sqlite3.Connection, agent: Agent) -> None:
    assert agents.get_agent(database, agent.id) == agent
    assert (agent.max_steps, agent.permission_mode, agent.built_in_tools) == (20, "readOnly", '["search"]')


def test_agents_are_listed_by_a_field(database: sqlite3.Connection, agent: Agent) -> None:
    writer = agents.add_agent(database, "author", "large")
    assert agents.list_agents(database) == [agent, writer]
    assert agents.list_agents(database, "name") == [writer, agent]


def test_an_agent_is_found_by_its_name(database: sqlite3.Connection, agent: Agent) -> None:
    agents.add_agent(database, "author", "large")
    assert agents.search_agents(database, "reviewer") == [agent]


def test_an_agent_changes_only_where_it_is_told_to(database: sqlite3.Connection, agent: Agent) -> None:
    agents.change_agent(database, agent.id, "model", "larger")
    changed = agents.get_agent(database, agent.id)
    assert changed == agent._replace(model="larger", updated_at=changed.updated_at)


def test_a_session_works_with_its_agents_settings(database: sqlite3.Connection, agent: Agent) -> None:
    session = sessions.start_session(database, agent.id, "review the login")
    settings = sessions.effective_settings(database, session.id)
    assert (settings["model"], settings["small_model"], settings["max_steps"]) == ("large", "small", 20)
    assert (settings["permission_mode"], settings["built_in_tools"]) == ("readOnly", ["search"])


def test_a_session_overrides_what_it_says_itself(database: sqlite3.Connection, agent: Agent) -> None:
    session = sessions.start_session(database, agent.id, "fix it", model="larger", permission_mode="acceptEdits")
    settings = sessions.effective_settings(database, session.id)
    assert (settings["model"], settings["permission_mode"]) == ("larger", "acceptEdits")


def test_sessions_are_found_by_status_and_by_foreign_name(database: sqlite3.Connection, agent: Agent) -> None:
    one = sessions.start_session(database, agent.id, "one", external_session_id="x-1")
    two = sessions.start_session(database, agent.id, "two")
    sessions.set_status(database, one.id, "completed")
    assert sessions.sessions_with_status(database, ["running", "failed"]) == [two]
    assert len(sessions.sessions_with_status(database, ["running", "completed"])) == 2
    assert sessions.get_external_session(database, "x-1") == sessions.get_session(database, one.id)
    assert [session.id for session in sessions.list_sessions(database, limit=1)] == [two.id]


def test_what_is_not_there_is_said_not_to_be_there(database: sqlite3.Connection) -> None:
    for ask in (agents.get_agent, agents.delete_agent, sessions.get_session, sessions.effective_settings):
        with pytest.raises(NotFoundError):
            ask(database, "nobody")
    for change in (sessions.archive_session, sessions.delete_session):
        with pytest.raises(NotFoundError):
            change(database, "nobody")
    with pytest.raises(NotFoundError):
        sessions.set_status(database, "nobody", "failed")
    with pytest.raises(NotFoundError):
        sessions.get_external_session(database, "nobody")


@pytest.mark.parametrize("status", ["idle", "running", "completed", "failed", "stopped"])
def test_a_session_has_one_of_five_states(database: sqlite3.Connection, agent: Agent, status: str) -> None:
    session = sessions.start_session(database, agent.id, "one")
    sessions.set_status(database, session.id, status)
    assert sessions.get_session(database, session.id).status == status


def test_log_entries_belong_to_one_another(database: sqlite3.Connection, agent: Agent) -> None:
    session = sessions.start_session(database, agent.id, "one").id
    asked = session_logs.add_log(database, session, "user", "message", {"text": "look"})
    session_logs.add_log(database, session, "tool", "action", {"file": "a.py"}, parent_id=asked, metadata=[1])
    entries = session_logs.logs(database, session)
    assert [entry.role for entry in entries] == ["user", "tool"]
    assert session_logs.children(database, asked) == [entries[1]]
    assert session_logs.logs(database, session, limit=1, offset=1) == [entries[1]]


def test_with_an_agent_go_its_sessions_and_their_logs(database: sqlite3.Connection, agent: Agent) -> None:
    kept = sessions.start_session(database, agents.add_agent(database, "author", "large").id, "two").id
    gone = sessions.start_session(database, agent.id, "one").id
    for session in (kept, gone):
        session_logs.add_log(database, session, "user", "message", {"text": "hello"})
    agents.delete_agent(database, agent.id)
    assert [session.id for session in sessions.list_sessions(database)] == [kept]
    assert session_logs.logs(database, gone) == []
    assert session_logs.clear_logs(database, kept) == 1


def test_tagged_sessions_are_found_again(database: sqlite3.Connection, agent: Agent) -> None:
    session = sessions.start_session(database, agent.id, "one").id
    tags.tag_session(database, session, "login")
    assert tags.sessions_tagged(database, "login") == [session]
    assert tags.sessions_tagged(database, "logout") == []


def test_compacting_loses_nothing(database: sqlite3.Connection, agent: Agent, state: Path) -> None:
    session = sessions.start_session(database, agent.id, "one").id
    session_logs.add_log(database, session, "user", "message", {})
    maintenance.compact()
    assert maintenance.log_count() == 1
    assert (state / "agents.db").is_file()
