import asyncio
import sys

from chatos.admin.config_source import DEFAULT_PROMPTS, McpServer, save_mcp_server
from chatos.mcp_servers import registry
from chatos.storage.paths import SOURCE_ROOT


def test_the_prompt_server_answers_over_stdio() -> None:
    answer = asyncio.run(registry.call_tool(registry.prompt_server(), "read_prompt", {"title": "review"}))
    assert answer == DEFAULT_PROMPTS["review"]


def test_an_added_server_is_started_as_the_user_wrote_it() -> None:
    program = f"import sys; sys.path.insert(0, {str(SOURCE_ROOT)!r}); from chatos.mcp_servers import prompt_server as p"
    save_mcp_server(McpServer("mine", sys.executable, ["-c", f"{program}; p.main()"]))
    server = registry.added_servers()["mine"]
    answer = asyncio.run(registry.call_tool(server, "read_prompt", {"title": "summarise"}))
    assert answer == DEFAULT_PROMPTS["summarise"]
