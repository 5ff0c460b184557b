"""How each MCP server is started, and calling a tool of one."""

import sys

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.types import TextContent

from chatos.admin.config_source import list_mcp_servers
from chatos.hostapp import RUNTIME_HOST_APP
from chatos.storage.paths import SOURCE_ROOT, state_dir


def server_environment(name: str) -> dict[str, str]:
    """What a server of ours needs to know; the SDK adds PATH and HOME."""
    environment = {"PYTHONPATH": str(SOURCE_ROOT), "CHATOS_STATE_DIR": str(state_dir())}
    environment["CHATOS_HOST_APP"] = RUNTIME_HOST_APP
    environment["CHATOS_MCP_SERVER"] = name
    return environment


def prompt_server() -> StdioServerParameters:
    """The server that chatos brings along."""
    return StdioServerParameters(
        command=sys.executable,
        args=["-m", "chatos.mcp_servers.prompt_server"],
        env=server_environment("prompts"),
    )


def added_servers() -> dict[str, StdioServerParameters]:
    """The servers that the user added, by name."""
    return {
        server.name: StdioServerParameters(command=server.command, args=server.arguments)
        for server in list_mcp_servers()
    }


async def call_tool(parameters: StdioServerParameters, tool: str, arguments: dict[str, str]) -> str:
    """Start a server, call one of its tools, stop it; returns the text of the answer."""
    async with stdio_client(parameters) as streams, ClientSession(*streams) as session:
        await session.initialize()
        answer = await session.call_tool(tool, dict(arguments))
    return "".join(part.text for part in answer.content if isinstance(part, TextContent))
