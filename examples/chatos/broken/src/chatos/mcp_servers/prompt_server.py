"""The MCP server that lets an agent read the user's prompts, over standard input and output."""

from mcp.server.mcpserver import MCPServer

from chatos.admin import config_source

server = MCPServer("chatos-prompts", log_level="ERROR")


@server.tool()
def read_prompt(title: str) -> str:
    """Return the prompt with that title, or an empty text."""
    return config_source.read_prompt(title) or ""


def main() -> None:
    """Serve until standard input is closed."""
    config_source.seed_defaults()
    server.run()


if __name__ == "__main__":
    main()
