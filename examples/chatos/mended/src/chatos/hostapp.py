"""Which host application a process runs in, and whose configuration it uses."""

import os

DEFAULT_HOST_APP = "chatos"
RUNTIME_SUFFIX = "_chat_runtime"
RUNTIME_HOST_APP = "chatos_chat_runtime"


def host_app() -> str:
    """The host application of this process; chat workers run in `chatos_chat_runtime`."""
    return os.environ.get("CHATOS_HOST_APP") or DEFAULT_HOST_APP


def resolve_config_host_app() -> str:
    """The host application whose database holds the configuration; never that of a chat runtime."""
    configured = os.environ.get("CHATOS_CONFIG_HOST_APP") or host_app()
    return configured.removesuffix(RUNTIME_SUFFIX) or DEFAULT_HOST_APP


def child_environment(**extra: str) -> dict[str, str]:
    """All of this process's environment for a child, which is always told whose configuration it uses."""
    return {**os.environ, **extra, "CHATOS_CONFIG_HOST_APP": resolve_config_host_app()}
