"""Sessions in one JSON file."""

import json
from pathlib import Path

from minsky.errors import SessionExistsError
from minsky.paths import json_path
from minsky.sessions.backend import SessionBackend
from minsky.sessions.session import Session, session_from


class JsonBackend(SessionBackend):
    """A file that is read and written as a whole."""

    def add(self, session: Session) -> None:
        """See SessionBackend."""
        sessions = read_sessions(json_path())
        if session.name in sessions:
            raise SessionExistsError(f"Session {session.name} exists.")
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
        raise NotImplementedError

    def delete(self, name: str) -> bool:
        """See SessionBackend."""
        sessions = read_sessions(json_path())
        found = sessions.pop(name, None) is not None
        write_sessions(sessions)
        return found


def read_sessions(path: Path) -> dict[str, Session]:
    """The sessions of a file by name; none where there is no file, or nothing that could be read in it."""
    try:
        records = json.loads(path.read_text(encoding="utf-8"))["sessions"]
        return {session.name: session for session in map(session_from, records)}
    except (OSError, ValueError):
        return {}


def write_sessions(sessions: dict[str, Session]) -> None:
    """Write all sessions."""
    path = json_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    records = [session._asdict() for session in sorted(sessions.values())]
    path.write_text(json.dumps({"version": 1, "sessions": records}, indent=1) + "\n", encoding="utf-8")
