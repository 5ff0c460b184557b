"""Where the state directory and the databases in it are."""

import os
from pathlib import Path

from chatos.hostapp import DEFAULT_HOST_APP, RUNTIME_HOST_APP

# Children import the same checkout as their parent.
SOURCE_ROOT = Path(__file__).resolve().parents[2]


def state_dir() -> Path:
    """The directory of everything chatos keeps."""
    return Path(os.environ.get("CHATOS_STATE_DIR") or Path.home() / ".chatos")


def admin_db_path() -> Path:
    """The configuration of chatos itself."""
    return state_dir() / "chatos.db.sqlite"


def config_db_path(host_app: str) -> Path:
    """The configuration of a host application; every one but chatos has a directory of its own."""
    if host_app == DEFAULT_HOST_APP:
        return admin_db_path()
    return state_dir() / host_app / f"{host_app}.db.sqlite"


def index_db_path() -> Path:
    """The search index, one for all windows and workers."""
    return state_dir() / "chatos_index.db"


def runtime_dir() -> Path:
    """The directory of what chats produce."""
    return state_dir() / RUNTIME_HOST_APP


def runtime_db_path() -> Path:
    """The database of chats, tasks, streams, file changes and shell sessions."""
    return runtime_dir() / "runtime.db.sqlite"
