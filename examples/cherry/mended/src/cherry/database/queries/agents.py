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
    UPDATE = """
        UPDATE agents SET
            type = :type, name = :name, description = :description, avatar = :avatar, instructions = :instructions,
            model = :model, plan_model = :plan_model, small_model = :small_model, built_in_tools = :built_in_tools,
            mcps = :mcps, knowledges = :knowledges, configuration = :configuration,
            accessible_paths = :accessible_paths, permission_mode = :permission_mode, max_steps = :max_steps,
            updated_at = :updated_at
        WHERE id = :id"""
    GET_BY_ID = "SELECT * FROM agents WHERE id = ?"
    LIST = "SELECT * FROM agents ORDER BY created_at, id"
    LIST_BY_NAME = "SELECT * FROM agents ORDER BY name, id"
    SEARCH = "SELECT * FROM agents WHERE instr(lower(name), lower(?)) > 0 ORDER BY name, id"
    DELETE = "DELETE FROM agents WHERE id = ?"
