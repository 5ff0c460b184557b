"""Where minsky keeps its state: one place for the whole system, whatever directory it is run in."""

import os
from pathlib import Path


def state_directory() -> str:
    """The directory of all state: `$MINSKY_STATE_DIR`, or one below the home."""
    return os.environ.get("MINSKY_STATE_DIR") or str(Path.home() / ".local" / "state" / "minsky")


def database_path() -> Path:
    """The one session database."""
    return Path(state_directory()) / "sessions.db"


def json_path() -> Path:
    """The one session database where the backend is `json`."""
    return Path(state_directory()) / "sessions.json"


def workspaces_directory() -> Path:
    """Where the workspaces of all sessions are, one directory each."""
    return Path(state_directory()) / "workspaces"


def configuration_path() -> Path:
    """The one configuration that may say where sessions are kept."""
    directory = os.environ.get("MINSKY_CONFIG_DIR") or Path.home() / ".config" / "minsky"
    return Path(directory) / "config.toml"
