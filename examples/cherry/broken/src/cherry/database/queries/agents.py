"""Statements about agents."""


class AgentQueries:
    """Parameters by name are the fields of an Agent."""

    INSERT = """
        INSERT INTO agents (
            id, type, name, description, avatar, instructions, model, plan_model, small_model, built_in_tools, mcps,
            knowledges, configuration, accessible_paths, permission_mode, max_steps, created_at, updated_at
        ) VALUES (
            :id, :type, :name, :description, :avatar, :instructions, :model, :plan_model, :small_model, :built_in_tools,
            :mcps, :knowledges, :configuration, :accessible_paths, :permission_mode, :max_steps, :created_at,
            :updated_at
        )"""
    GET_BY_ID = "SELECT * FROM agents WHERE id = ?"
    DELETE = "DELETE FROM agents WHERE id = ?"
