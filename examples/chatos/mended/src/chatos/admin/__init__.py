"""Configuration: models, secrets, MCP servers, prompts, settings."""
