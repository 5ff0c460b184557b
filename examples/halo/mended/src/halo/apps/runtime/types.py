"""What an app tells the user, as its row is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ActivityEntry:
    """One entry of an app's thread; one that asks is answered by the user."""

    id: int
    run_id: str
    kind: str
    text: str
    response: str | None
    made_at: float
