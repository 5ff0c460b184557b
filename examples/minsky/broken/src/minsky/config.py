"""The configuration, which every workspace has one of."""

import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from minsky.errors import ConfigurationError

WORKSPACE_CONFIGURATION = Path(".minsky", "config.toml")


class Settings(NamedTuple):
    """How sessions are kept.

    Attributes:
        backend: `sqlite`, `json` or `postgres`.
        url: of the PostgreSQL database; empty for the other backends.
    """

    backend: str = "sqlite"
    url: str = ""


def settings(workspace: Path) -> Settings:
    """What a workspace says of sessions; raises ConfigurationError."""
    return Settings(**read(workspace / WORKSPACE_CONFIGURATION).get("sessions", {}))


def base_branch(repository: Path) -> str:
    """The branch that the sessions of a repository start from."""
    project: dict[str, Any] = read(repository / WORKSPACE_CONFIGURATION).get("project", {})
    return str(project.get("base", "main"))


def read(path: Path) -> dict[str, Any]:
    """A configuration file, empty where there is none; raises ConfigurationError."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path}: {error}") from error
