"""What the backends do, as far as they do it."""

from contextlib import closing
from pathlib import Path

import pytest
from minsky.errors import ConfigurationError, InvalidNameError, SessionExistsError
from minsky.paths import json_path
from minsky.sessions.json_backend import JsonBackend
from minsky.sessions.provider import SessionProvider, open_provider
from minsky.sessions.session import Session, new_session
from minsky.sessions.sqlite_backend import SqliteBackend, open_workspace

FIRST = Session("first", "/work/project", "T1", "2025-01-28T10:00:00+00:00")
SECOND = Session("second", "/work/project", "T1", "2025-01-27T10:00:00+00:00")


def provider() -> SessionProvider:
    return open_provider(Path.cwd())


@pytest.mark.usefixtures("backend")
@pytest.mark.parametrize("backend", ["sqlite", "json", "postgres"], indirect=True)
def test_what_was_added_is_found_again() -> None:
    provider().add(SECOND)
    provider().add(FIRST)
    assert provider().get("first") == FIRST
    assert provider().get("third") is None
    assert provider().list_all() == [FIRST, SECOND]


@pytest.mark.usefixtures("backend")
@pytest.mark.parametrize("backend", ["sqlite", "json", "postgres"], indirect=True)
def test_a_name_is_taken_once() -> None:
    provider().add(FIRST)
    with pytest.raises(SessionExistsError):
        provider().add(FIRST)


@pytest.mark.usefixtures("backend")
@pytest.mark.parametrize("backend", ["sqlite", "postgres"], indirect=True)
def test_a_session_can_be_changed() -> None:
    provider().add(FIRST)
    provider().update(FIRST._replace(pull_request="pr/first"))
    assert provider().get("first") == FIRST._replace(pull_request="pr/first")


@pytest.mark.usefixtures("backend")
@pytest.mark.parametrize("backend", ["sqlite", "json"], indirect=True)
def test_a_session_is_forgotten_once() -> None:
    provider().add(FIRST)
    assert provider().delete("first")
    assert not provider().delete("first")


@pytest.mark.parametrize("backend", [SqliteBackend(), JsonBackend()], ids=["sqlite", "json"])
def test_the_sessions_of_a_task_come_oldest_first(backend: SqliteBackend | JsonBackend) -> None:
    backend.add(FIRST)
    backend.add(SECOND)
    assert backend.find_by_task("T1") == [SECOND, FIRST]


def test_a_damaged_database_is_no_reason_to_stop() -> None:
    with closing(open_workspace()) as connection:
        _, _, file = connection.execute("PRAGMA database_list").fetchone()
    Path(file).write_bytes(b"not a database" * 100)
    assert provider().list_all() == []


def test_a_file_that_cannot_be_read_is_an_empty_one() -> None:
    json_path().write_text("{")
    assert JsonBackend().list_all() == []


@pytest.mark.usefixtures("backend")
@pytest.mark.parametrize("backend", ["mysql"], indirect=True)
def test_a_backend_that_there_is_not_is_an_error() -> None:
    with pytest.raises(ConfigurationError):
        provider()


def test_a_name_that_is_no_directory_is_refused() -> None:
    with pytest.raises(InvalidNameError):
        new_session("../up", "/work/project", "")
