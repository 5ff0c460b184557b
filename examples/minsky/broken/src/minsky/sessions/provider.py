"""The session database as the commands use it."""

from pathlib import Path

from minsky.config import Settings, settings
from minsky.errors import ConfigurationError
from minsky.sessions.backend import SessionBackend
from minsky.sessions.json_backend import JsonBackend
from minsky.sessions.session import Session
from minsky.sessions.sqlite_backend import SqliteBackend


def open_provider(workspace: Path) -> "SessionProvider":
    """The sessions, kept as a workspace's configuration says; raises ConfigurationError."""
    return SessionProvider(backend_for(settings(workspace)))


def backend_for(chosen: Settings) -> SessionBackend:
    """The backend that the settings name; raises ConfigurationError."""
    if chosen.backend == "postgres":
        from minsky.sessions.postgres_backend import PostgresBackend  # a driver that others need not install

        return PostgresBackend(chosen.url)
    if chosen.backend == "json":
        return JsonBackend()
    if chosen.backend == "sqlite":
        return SqliteBackend()
    raise ConfigurationError(f"unknown backend {chosen.backend!r}")


class SessionProvider(SessionBackend):
    """Hands every question on to a backend."""

    def __init__(self, backend: SessionBackend) -> None:
        self._backend = backend

    def add(self, session: Session) -> None:
        """See SessionBackend."""
        self._backend.add(session)

    def get(self, name: str) -> Session | None:
        """See SessionBackend."""
        return self._backend.get(name)

    def list_all(self) -> list[Session]:
        """See SessionBackend."""
        return self._backend.list_all()

    def update(self, session: Session) -> None:
        """See SessionBackend."""
        self._backend.update(session)

    def delete(self, name: str) -> bool:
        """See SessionBackend."""
        return self._backend.delete(name)
