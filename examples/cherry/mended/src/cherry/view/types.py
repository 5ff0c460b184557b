"""The rows as the window gets them."""

from typing import TypedDict


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
    archived_at: str | None


def title(session: SessionView) -> str:
    """A session in one line, its fields between tabs."""
    archived = " (archived)" if session["archived_at"] else ""
    return "\t".join([session["id"], session["status"] + archived, session["name"] or session["user_goal"] or "-"])
