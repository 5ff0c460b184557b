"""A desktop assistant: chats, sub-agents, MCP tools."""
