"""Copies of the types of apps, for code that shows them and must not know where they are kept."""

from typing import TypedDict


class InstalledApp(TypedDict):
    """An installed app."""

    id: str
    spaceId: str
    spec: str
    status: str
    userConfig: str | None
    lastRunAt: float | None
    lastOutcome: str | None
    author: str


class ActivityEntry(TypedDict):
    """One entry of an app's thread."""

    id: int
    runId: str
    kind: str
    text: str
    response: str | None
    madeAt: float
