"""Where cherry keeps its state."""

import os
from pathlib import Path


def database_path() -> Path:
    """The database of agents: in `$CHERRY_HOME`, or below the home."""
    directory = os.environ.get("CHERRY_HOME") or Path.home() / ".cherry"
    return Path(directory) / "agents.db"
