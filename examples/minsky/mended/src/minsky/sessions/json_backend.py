"""Sessions in one JSON file."""

import json
from collections.abc import Iterable
from pathlib import Path

from minsky.errors import DatabaseDamagedError, SessionExistsError, SessionNotFoundError
from minsky.paths import json_path
from minsky.sessions.atomic import exclusive, write_atomically
from minsky.sessions.backend import SessionBackend
from minsky.sessions.session import Session, session_from


class JsonBackend(SessionBackend):
    """A file that one process at a time changes; it is small, so it is read and written as a whole."""

    def add(self, session: Session) -> None:
        """See SessionBackend."""
        with exclusive(json_path()):
            sessions = read_sessions(json_path())
            if session.name in sessions:
                raise SessionExistsError(session.name)
            write_sessions({**sessions, session.name: session})

    def get(self, name: str) -> Session | None:
        """See SessionBackend."""
        return read_sessions(json_path()).get(name)

    def find_by_task(self, task: str) -> list[Session]:
        """See SessionBackend."""
        found = [session for session in read_sessions(json_path()).values() if session.task == task]
        return sorted(found, key=lambda session: (session.created_at, session.name))

    def list_all(self) -> list[Session]:
        """See SessionBackend."""
        return sorted(read_sessions(json_path()).values())

    def update(self, session: Session) -> None:
        """See SessionBackend."""
        with exclusive(json_path()):
            sessions = read_sessions(json_path())
            if session.name not in sessions:
                raise SessionNotFoundError(session.name)
            write_sessions({**sessions, session.name: session})

    def delete(self, name: str) -> bool:
        """See SessionBackend."""
        with exclusive(json_path()):
            sessions = read_sessions(json_path())
            found = sessions.pop(name, None) is not None
            if found:
                write_sessions(sessions)
            return found

    def merge(self, sessions: Iterable[Session]) -> int:
        """See SessionBackend."""
        with exclusive(json_path()):
            kept = read_sessions(json_path())
            added = {session.name: session for session in sessions if session.name not in kept}
            write_sessions({**added, **kept})
            return len(added)


def read_sessions(path: Path) -> dict[str, Session]:
    """The sessions of a file by name, none where there is no file; raises DatabaseDamagedError."""
    try:
        records = json.loads(path.read_text(encoding="utf-8"))["sessions"]
        return {session.name: session for session in map(session_from, records)}
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DatabaseDamagedError(path, error) from error


def write_sessions(sessions: dict[str, Session]) -> None:
    """Write all sessions."""
    records = [session._asdict() for session in sorted(sessions.values())]
    write_atomically(json_path(), json.dumps({"version": 1, "sessions": records}, indent=1) + "\n")
