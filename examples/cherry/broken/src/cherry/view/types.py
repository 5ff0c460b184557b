"""The rows as the window gets them."""

from typing import TypedDict

from cherry.database import open_agents


class SessionView(TypedDict):
    """A session, as the list of sessions shows it."""

    id: str
    name: str | None
    main_agent_id: str
    sub_agent_ids: str | None
    user_goal: str | None
    status: str
    external_session_id: str | None
    model: str | None
    plan_model: str | None
    small_model: str | None
    built_in_tools: str | None
    mcps: str | None
    knowledges: str | None
    configuration: str | None
    accessible_paths: str | None
    permission_mode: str | None
    max_steps: int | None
    created_at: str
    updated_at: str
    agent_name: str


def title(session: SessionView) -> str:
    """A session in one line, its fields between tabs."""
    return "\t".join([session["id"], session["status"], session["name"] or session["user_goal"] or "-"])


def session_views() -> list[SessionView]:
    """All sessions as the window shows them."""
    connection = open_agents()
    rows = connection.execute(
        "SELECT session.*, agent.name AS agent_name FROM sessions AS session "
        "JOIN agents AS agent ON agent.id = session.main_agent_id ORDER BY session.created_at DESC, session.id"
    ).fetchall()
    connection.close()
    fields = SessionView.__annotations__
    views: list[SessionView] = [{field: row[field] for field in fields} for row in rows]  # type: ignore[misc] # the fields are those of the type
    return views
