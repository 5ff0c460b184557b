"""Agents, sessions and logs, on a real database."""

import sqlite3

import pytest
from cherry.database import open_agents
from cherry.errors import InvalidError, NotFoundError
from cherry.models import Agent
from cherry.services import agents, session_logs, sessions

STRANGE = "O'Brien\"; DROP TABLE agents; -- %s {0}"


def test_an_agent_is_kept_as_it_was_added(database: sqlite3.Connection, agent: Agent) -> None:
    assert agents.get_agent(database, agent.id) == agent
    assert (agent.max_steps, agent.permission_mode, agent.built_in_tools) == (20, "readOnly", '["search"]')


def test_agents_are_listed_by_age_or_name(database: sqlite3.Connection, agent: Agent) -> None:
    writer = agents.add_agent(database, "author", "large")
    assert agents.list_agents(database) == [agent, writer]
    assert agents.list_agents(database, by_name=True) == [writer, agent]


@pytest.mark.parametrize("name", [STRANGE, "100%", "under_score"])
def test_names_are_values_whatever_they_hold(database: sqlite3.Connection, agent: Agent, name: str) -> None:
    strange = agents.add_agent(database, name, "large")
    assert agents.search_agents(database, name.upper()) == [strange]
    assert agents.get_agent(database, agent.id) == agent


def test_an_agent_changes_only_where_it_is_told_to(database: sqlite3.Connection, agent: Agent) -> None:
    changed = agents.change_agent(database, agent.id, model="larger", knowledges=["style guide"])
    assert agents.get_agent(database, agent.id) == changed
    assert changed == agent._replace(model="larger", knowledges='["style guide"]', updated_at=changed.updated_at)


def test_a_setting_that_the_schema_does_not_know_is_refused(database: sqlite3.Connection, agent: Agent) -> None:
    with pytest.raises(InvalidError):
        agents.change_agent(database, agent.id, permission_mode="everything")
    assert agents.get_agent(database, agent.id) == agent


def test_a_session_works_with_its_agents_settings(database: sqlite3.Connection, agent: Agent) -> None:
    session = sessions.start_session(database, agent.id, "review the login")
    settings = sessions.effective_settings(database, session.id)
    assert settings["model"] == "large"
    assert settings["small_model"] == "small"
    assert settings["max_steps"] == 20
    assert settings["permission_mode"] == "readOnly"
    assert settings["built_in_tools"] == ["search"]


def test_a_session_overrides_what_it_says_itself(database: sqlite3.Connection, agent: Agent) -> None:
    session = sessions.start_session(database, agent.id, "fix it", model="larger", permission_mode="acceptEdits")
    agents.change_agent(database, agent.id, model="other", max_steps=99)
    settings = sessions.effective_settings(database, session.id)
    assert (settings["model"], settings["permission_mode"], settings["max_steps"]) == ("larger", "acceptEdits", 99)


def test_sessions_are_found_by_status_and_by_foreign_name(database: sqlite3.Connection, agent: Agent) -> None:
    one = sessions.start_session(database, agent.id, "one", external_session_id="x-1")
    two = sessions.start_session(database, agent.id, "two")
    sessions.set_status(database, one.id, "completed")
    assert sessions.sessions_with_status(database, "running") == [two]
    assert sessions.get_external_session(database, "x-1") == sessions.get_session(database, one.id)
    assert sessions.status_counts(database) == {"completed": 1, "running": 1}
    assert [session.id for session in sessions.list_sessions(database, limit=1)] == [two.id]
    assert [session.id for session in sessions.list_sessions(database, offset=1)] == [one.id]


def test_an_archived_session_says_when(database: sqlite3.Connection, agent: Agent) -> None:
    session = sessions.start_session(database, agent.id, "one")
    sessions.archive_session(database, session.id)
    assert sessions.get_session(database, session.id).archived_at is not None


def test_what_is_not_there_is_said_not_to_be_there(database: sqlite3.Connection) -> None:
    for ask in (agents.get_agent, agents.delete_agent, sessions.get_session, sessions.effective_settings):
        with pytest.raises(NotFoundError):
            ask(database, "nobody")
    for change in (sessions.archive_session, sessions.delete_session):
        with pytest.raises(NotFoundError):
            change(database, "nobody")
    with pytest.raises(NotFoundError):
        sessions.set_status(database, "nobody", "failed")


def test_a_session_needs_its_agent_and_a_status_there_is(database: sqlite3.Connection, agent: Agent) -> None:
    with pytest.raises(InvalidError):
        sessions.start_session(database, "nobody", "one")
    session = sessions.start_session(database, agent.id, "one")
    with pytest.raises(InvalidError):
        sessions.set_status(database, session.id, "lost")
    assert sessions.get_session(database, session.id).status == "running"


def test_log_entries_belong_to_one_another(database: sqlite3.Connection, agent: Agent) -> None:
    session = sessions.start_session(database, agent.id, "one").id
    asked = session_logs.add_log(database, session, "user", "message", {"text": "look"})
    acted = session_logs.add_log(database, session, "tool", "action", {"file": "a.py"}, parent_id=asked, metadata=[1])
    session_logs.correct_log(database, acted, {"file": "b.py"})
    entries = session_logs.logs(database, session)
    assert [(entry.role, entry.content) for entry in entries] == [
        ("user", '{"text": "look"}'),
        ("tool", '{"file": "b.py"}'),
    ]
    assert session_logs.children(database, asked) == [entries[1]]
    assert session_logs.latest_logs(database, session, 1) == [entries[1]]
    assert session_logs.logs(database, session, limit=1, offset=1) == [entries[1]]
    assert session_logs.count_logs(database, session) == 2
    with pytest.raises(NotFoundError):
        session_logs.correct_log(database, 99, {})


@pytest.mark.parametrize(("role", "kind"), [("nobody", "message"), ("user", "song")])
def test_a_log_entry_of_no_kind_is_refused(database: sqlite3.Connection, agent: Agent, role: str, kind: str) -> None:
    session = sessions.start_session(database, agent.id, "one").id
    with pytest.raises(InvalidError):
        session_logs.add_log(database, session, role, kind, {})
    assert session_logs.count_logs(database, session) == 0


def test_with_an_agent_go_its_sessions_and_their_logs(database: sqlite3.Connection, agent: Agent) -> None:
    kept = sessions.start_session(database, agents.add_agent(database, "author", "large").id, "two").id
    gone = sessions.start_session(database, agent.id, "one").id
    for session in (kept, gone):
        session_logs.add_log(database, session, "user", "message", {"text": "hello"})
    agents.delete_agent(database, agent.id)
    assert [session.id for session in sessions.list_sessions(database)] == [kept]
    assert session_logs.count_logs(database, gone) == 0
    assert session_logs.clear_logs(database, kept) == 1


def test_a_second_connection_sees_what_was_committed(agent: Agent) -> None:
    other = open_agents()
    assert agents.get_agent(other, agent.id) == agent
    other.close()
