"""The session database as the commands use it."""

from collections.abc import Iterable

from minsky.config import Settings, system_settings
from minsky.sessions.backend import SessionBackend
from minsky.sessions.json_backend import JsonBackend
from minsky.sessions.session import Session
from minsky.sessions.sqlite_backend import SqliteBackend
from minsky.workspaces import session_in, workspace_of


def open_provider() -> "SessionProvider":
    """The sessions of the system. The working directory has no say in it; raises ConfigurationError."""
    return SessionProvider(backend_for(system_settings()))


def backend_for(settings: Settings) -> SessionBackend:
    """The backend that the settings name."""
    if settings.backend == "postgres":
        from minsky.sessions.postgres_backend import PostgresBackend  # a driver that others need not install

        return PostgresBackend(settings.url)
    return JsonBackend() if settings.backend == "json" else SqliteBackend()


class SessionProvider(SessionBackend):
    """A backend that also knows the sessions on disk.

    One that it lacks is registered when it is asked for; one of which it has no more than the name is completed.
    """

    def __init__(self, backend: SessionBackend) -> None:
        self._backend = backend

    def add(self, session: Session) -> None:
        """See SessionBackend."""
        self._backend.add(session)

    def get(self, name: str) -> Session | None:
        """The session of that name, from the database, or else from its workspace."""
        session = self._backend.get(name)
        return session if session is not None and session.repository else self._from_disk(name, session)

    def find_by_task(self, task: str) -> list[Session]:
        """See SessionBackend."""
        return self._backend.find_by_task(task)

    def list_all(self) -> list[Session]:
        """See SessionBackend."""
        return self._backend.list_all()

    def update(self, session: Session) -> None:
        """See SessionBackend."""
        self._backend.update(session)

    def delete(self, name: str) -> bool:
        """See SessionBackend."""
        return self._backend.delete(name)

    def merge(self, sessions: Iterable[Session]) -> int:
        """See SessionBackend."""
        return self._backend.merge(sessions)

    def _from_disk(self, name: str, known: Session | None) -> Session | None:
        """Register or complete the session that has a workspace of that name."""
        found = session_in(workspace_of(name))
        if found is None or found.name != name:
            return known
        if known is None:
            self._backend.merge([found])
        else:
            self._backend.update(found)
        return self._backend.get(name)
