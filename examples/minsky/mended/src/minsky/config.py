"""The configuration: where sessions are kept is said once for the system, how a project works in each project."""

import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from minsky.errors import ConfigurationError
from minsky.paths import configuration_path

BACKENDS = ("sqlite", "json", "postgres")
WORKSPACE_CONFIGURATION = Path(".minsky", "config.toml")


class Settings(NamedTuple):
    """How sessions are kept.

    Attributes:
        backend: one of BACKENDS.
        url: of the PostgreSQL database; empty for the other backends.
    """

    backend: str = "sqlite"
    url: str = ""


def system_settings() -> Settings:
    """What the system's configuration says of sessions.

    Raises:
        ConfigurationError: it cannot be read, or says something else than it may.
    """
    path = configuration_path()
    section = read(path).get("sessions", {})
    unknown = set(section) - set(Settings._fields)
    if unknown:
        raise ConfigurationError(f"{path}: [sessions] has no {', '.join(sorted(unknown))}: it takes backend and url")
    settings = Settings(**section)
    if settings.backend not in BACKENDS:
        raise ConfigurationError(f"{path}: no backend {settings.backend!r}: choose one of {', '.join(BACKENDS)}")
    if settings.backend == "postgres" and not settings.url:
        raise ConfigurationError(f"{path}: the backend postgres needs a url")
    return settings


def base_branch(repository: Path) -> str:
    """The branch that the sessions of a repository start from."""
    return str(project_settings(repository).get("base", "main"))


def project_settings(workspace: Path) -> dict[str, Any]:
    """What a workspace's own configuration says of its project.

    Raises:
        ConfigurationError: it says where sessions are kept, which would give this workspace a database of its own.
    """
    path = workspace / WORKSPACE_CONFIGURATION
    content = read(path)
    if "sessions" in content:
        raise ConfigurationError(
            f"{path}: [sessions] is said once for the whole system, in {configuration_path()}: move it there, "
            "and bring what was kept here home with `minsky consolidate`"
        )
    project: dict[str, Any] = content.get("project", {})
    return project


def read(path: Path) -> dict[str, Any]:
    """A configuration file, empty where there is none; raises ConfigurationError."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path}: {error}") from error
