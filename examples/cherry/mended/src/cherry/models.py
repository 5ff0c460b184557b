"""The rows of the tables, field for column. JSON columns are text here; `services` gives them a meaning."""

from typing import NamedTuple


class Agent(NamedTuple):
    """An agent and the settings it works with."""

    id: str
    type: str
    name: str
    description: str | None
    avatar: str | None
    instructions: str | None
    model: str
    plan_model: str | None
    small_model: str | None
    built_in_tools: str | None
    mcps: str | None
    knowledges: str | None
    configuration: str | None
    accessible_paths: str | None
    permission_mode: str
    max_steps: int
    created_at: str
    updated_at: str


class Session(NamedTuple):
    """A session of an agent. A setting that is None is the agent's."""

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


class SessionLog(NamedTuple):
    """One thing said or done in a session; `parent_id` is the entry it belongs to."""

    id: int
    session_id: str
    parent_id: int | None
    role: str
    type: str
    content: str
    metadata: str | None
    created_at: str
    updated_at: str
