"""Where minsky keeps its state."""

import os
from pathlib import Path


def state_directory() -> str:
    """The directory of all state: `$MINSKY_STATE_DIR`, or one below the home."""
    return os.environ.get("MINSKY_STATE_DIR") or str(Path.home() / ".local" / "state" / "minsky")


def database_path() -> Path:
    """The session database of the system."""
    return Path(state_directory()) / "sessions.db"


def json_path() -> Path:
    """The session database where the backend is `json`."""
    return Path(state_directory()) / "sessions.json"


def workspaces_directory() -> Path:
    """Where the workspaces of sessions are; what runs in a session keeps its own inside it."""
    home = os.environ.get("HOME", "")
    state = os.environ.get("MINSKY_STATE_DIR", os.environ.get("MINSKY_WORKSPACE", f"{home}/.local/state/minsky"))
    return Path(state) / "workspaces"
