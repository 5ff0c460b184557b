"""What every backend can do."""

from typing import Protocol

from minsky.sessions.session import Session


class SessionBackend(Protocol):
    """Keeps sessions."""

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
