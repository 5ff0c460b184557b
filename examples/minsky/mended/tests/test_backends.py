"""Every backend does the same."""

import pytest
from conftest import configure
from minsky.errors import ConfigurationError, DatabaseUnavailableError, SessionExistsError, SessionNotFoundError
from minsky.sessions.provider import open_provider
from minsky.sessions.session import Session

FIRST = Session("first", "/work/project", "T1", "2025-01-28T10:00:00+00:00")
SECOND = Session("second", "/work/project", "T1", "2025-01-27T10:00:00+00:00")
OTHER = Session("Other", "/work/elsewhere", "", "2025-01-26T10:00:00+00:00", "pr/Other")

pytestmark = pytest.mark.usefixtures("backend")


def test_what_was_added_is_found_again() -> None:
    for session in (FIRST, SECOND, OTHER):
        open_provider().add(session)
    assert open_provider().get("first") == FIRST
    assert open_provider().get("third") is None
    assert open_provider().list_all() == [OTHER, FIRST, SECOND]
    assert open_provider().find_by_task("T1") == [SECOND, FIRST]


def test_a_name_is_taken_once() -> None:
    open_provider().add(FIRST)
    with pytest.raises(SessionExistsError):
        open_provider().add(FIRST._replace(task="T2"))
    assert open_provider().list_all() == [FIRST]


def test_a_session_can_be_changed() -> None:
    open_provider().add(FIRST)
    open_provider().update(FIRST._replace(pull_request="pr/first"))
    assert open_provider().get("first") == FIRST._replace(pull_request="pr/first")


def test_what_is_not_there_cannot_be_changed() -> None:
    with pytest.raises(SessionNotFoundError):
        open_provider().update(FIRST)
    assert open_provider().list_all() == []


def test_a_session_is_forgotten_once() -> None:
    open_provider().add(FIRST)
    assert open_provider().delete("first")
    assert not open_provider().delete("first")
    assert open_provider().get("first") is None


def test_merging_keeps_what_is_there() -> None:
    open_provider().add(FIRST)
    assert open_provider().merge([FIRST._replace(task="T9"), SECOND]) == 1
    assert open_provider().merge([FIRST, SECOND]) == 0
    assert open_provider().list_all() == [FIRST, SECOND]


def test_names_are_data_and_never_statements() -> None:
    strange = FIRST._replace(name="x'); DROP TABLE sessions; --", task="%s ?")
    open_provider().merge([strange, SECOND])
    assert open_provider().find_by_task("%s ?") == [strange]
    assert open_provider().get("second") == SECOND


def test_a_server_that_does_not_answer_is_no_empty_database() -> None:
    configure('[sessions]\nbackend = "postgres"\nurl = "postgresql://postgres@/postgres?host=/nowhere"\n')
    with pytest.raises(DatabaseUnavailableError):
        open_provider().list_all()


@pytest.mark.parametrize("said", ['backend = "mysql"', 'backend = "postgres"', 'database = "sessions.db"', "= 1"])
def test_a_configuration_that_cannot_be_meant_is_an_error(said: str) -> None:
    configure(f"[sessions]\n{said}\n")
    with pytest.raises(ConfigurationError, match=r"config\.toml"):
        open_provider()
