"""Which session a command is about, in whatever directory it is run."""

from pathlib import Path

from minsky import git
from minsky.errors import GitError, SessionNotFoundError, SessionNotNamedError
from minsky.sessions.backend import SessionBackend
from minsky.sessions.session import Session
from minsky.workspaces import session_of


def chosen(sessions: SessionBackend, name: str | None, directory: Path) -> Session:
    """The session that is named, else the one in whose workspace we are, else the only one of this repository.

    Raises:
        SessionNotFoundError: there is none of that name.
        SessionNotNamedError: nothing says which one.
    """
    name = name or session_of(directory)
    if name is None:
        return only_one(sessions, directory)
    session = sessions.get(name)
    if session is None:
        raise SessionNotFoundError(name)
    return session


def only_one(sessions: SessionBackend, directory: Path) -> Session:
    """The only session of the repository that a directory is in; raises SessionNotNamedError."""
    try:
        repository = str(git.repository_of(directory))
    except GitError:
        raise SessionNotNamedError([]) from None
    candidates = [session for session in sessions.list_all() if session.repository == repository]
    if len(candidates) != 1:
        raise SessionNotNamedError([session.name for session in candidates])
    return candidates[0]
