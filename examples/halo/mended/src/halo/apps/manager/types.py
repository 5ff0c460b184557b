"""An installed app, as its row is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class InstalledApp:
    """An app as it was installed, with what the user has changed of it."""

    id: str
    space_id: str
    spec: str
    status: str
    user_config: str | None
    last_run_at: float | None
    last_outcome: str | None
    author: str
