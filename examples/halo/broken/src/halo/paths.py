"""Where halo keeps what it keeps: asked for here, and nowhere else."""

import os
from pathlib import Path


def base_dir() -> Path:
    """The directory of everything halo keeps for this user."""
    return Path(os.environ.get("HALO_DATA_DIR") or Path.home() / ".halo")


def database_path() -> Path:
    """The one database of the platform and of the apps."""
    return base_dir() / "halo.db"
