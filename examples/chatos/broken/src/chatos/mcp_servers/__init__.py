"""MCP servers: the one chatos brings along, and those the user adds."""
