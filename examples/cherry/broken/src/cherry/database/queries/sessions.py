"""Statements about sessions."""


class SessionQueries:
    """Parameters by name are the fields of a Session."""

    INSERT = """
        INSERT INTO sessions (
            id, name, main_agent_id, sub_agent_ids, user_goal, status, external_session_id, model, plan_model,
            small_model, built_in_tools, mcps, knowledges, configuration, accessible_paths, permission_mode, max_steps,
            created_at, updated_at
        ) VALUES (
            :id, :name, :main_agent_id, :sub_agent_ids, :user_goal, :status, :external_session_id, :model, :plan_model,
            :small_model, :built_in_tools, :mcps, :knowledges, :configuration, :accessible_paths, :permission_mode,
            :max_steps, :created_at, :updated_at
        )"""
    ARCHIVE = "UPDATE sessions SET archived_at = ?, updated_at = ? WHERE id = ?"
    GET_BY_ID = "SELECT * FROM sessions WHERE id = ?"
    LIST = "SELECT * FROM sessions ORDER BY created_at DESC, id LIMIT ? OFFSET ?"
    DELETE = "DELETE FROM sessions WHERE id = ?"
