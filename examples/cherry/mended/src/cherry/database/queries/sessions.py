"""Statements about sessions."""


class SessionQueries:
    """Parameters by name are the fields of a Session."""

    INSERT = """
        INSERT INTO sessions (
            id, name, main_agent_id, sub_agent_ids, user_goal, status, external_session_id, model, plan_model,
            small_model, built_in_tools, mcps, knowledges, configuration, accessible_paths, permission_mode, max_steps,
            created_at, updated_at, archived_at
        ) VALUES (
            :id, :name, :main_agent_id, :sub_agent_ids, :user_goal, :status, :external_session_id, :model, :plan_model,
            :small_model, :built_in_tools, :mcps, :knowledges, :configuration, :accessible_paths, :permission_mode,
            :max_steps, :created_at, :updated_at, :archived_at
        )"""
    UPDATE_STATUS = "UPDATE sessions SET status = ?, updated_at = ? WHERE id = ?"
    ARCHIVE = "UPDATE sessions SET archived_at = ?, updated_at = ? WHERE id = ?"
    GET_BY_ID = "SELECT * FROM sessions WHERE id = ?"
    GET_BY_EXTERNAL_ID = "SELECT * FROM sessions WHERE external_session_id = ?"
    LIST = "SELECT * FROM sessions ORDER BY created_at DESC, id LIMIT ? OFFSET ?"
    LIST_BY_STATUS = "SELECT * FROM sessions WHERE status = ? ORDER BY created_at DESC, id"
    COUNT_BY_STATUS = "SELECT status, count(*) AS sessions FROM sessions GROUP BY status ORDER BY status"
    DELETE = "DELETE FROM sessions WHERE id = ?"

    # What a session works with: its own settings where it has some, the agent's where it has none.
    EFFECTIVE_SETTINGS = """
        SELECT
            coalesce(session.model, agent.model) AS model,
            coalesce(session.plan_model, agent.plan_model) AS plan_model,
            coalesce(session.small_model, agent.small_model) AS small_model,
            coalesce(session.built_in_tools, agent.built_in_tools) AS built_in_tools,
            coalesce(session.mcps, agent.mcps) AS mcps,
            coalesce(session.knowledges, agent.knowledges) AS knowledges,
            coalesce(session.configuration, agent.configuration) AS configuration,
            coalesce(session.accessible_paths, agent.accessible_paths) AS accessible_paths,
            coalesce(session.permission_mode, agent.permission_mode) AS permission_mode,
            coalesce(session.max_steps, agent.max_steps) AS max_steps
        FROM sessions AS session JOIN agents AS agent ON agent.id = session.main_agent_id
        WHERE session.id = ?"""
