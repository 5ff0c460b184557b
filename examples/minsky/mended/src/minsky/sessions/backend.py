"""What every backend can do, in the same way."""

from collections.abc import Iterable
from typing import Protocol

from minsky.sessions.session import Session


class SessionBackend(Protocol):
    """Keeps the sessions of the whole system. Each method is one transaction; processes may call it at the same time.

    All raise DatabaseDamagedError or DatabaseUnavailableError where the database cannot be used.
    """

    def add(self, session: Session) -> None:
        """Keep a new session; raises SessionExistsError."""
        ...

    def get(self, name: str) -> Session | None:
        """The session of that name."""
        ...

    def find_by_task(self, task: str) -> list[Session]:
        """The sessions for a task, oldest first."""
        ...

    def list_all(self) -> list[Session]:
        """All sessions, by name."""
        ...

    def update(self, session: Session) -> None:
        """Replace the session of that name; raises SessionNotFoundError."""
        ...

    def delete(self, name: str) -> bool:
        """Forget a session; returns whether there was one."""
        ...

    def merge(self, sessions: Iterable[Session]) -> int:
        """Keep those that are not there, all or none of them; what is there stays. Returns how many were added."""
        ...
