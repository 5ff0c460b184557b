"""Where chatty keeps its state."""

import os
from pathlib import Path


def data_directory() -> Path:
    """The directory of all but the vault: `$CHATTY_DATA_DIR`, or `data` of this copy of the program."""
    return Path(os.environ.get("CHATTY_DATA_DIR") or Path(__file__).parents[2] / "data")


def database_path() -> Path:
    """The database of runtimes."""
    return data_directory() / "chatty.db"


def logins_path() -> Path:
    """The database of who is logged in."""
    return data_directory() / "logins.db"


def references_directory(user: str) -> Path:
    """Where it is kept which conversations a user has imported."""
    return data_directory() / "users" / user / "imports"


def uploads_directory() -> Path:
    """The files that users gave to runtimes."""
    return data_directory() / "uploads"


def vault_directory() -> Path:
    """The vault of transcripts: `$CHATTY_VAULT_DIR`, or one in the home."""
    return Path(os.environ.get("CHATTY_VAULT_DIR") or Path.home() / "vvault")
