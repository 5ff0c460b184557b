"""Every entry of the table of openers reaches what its fields say, under every name; a new one is tested by itself."""

import pytest

from statefence.callees import OPENERS, Argument, Opener
from statefence.policy.load import default
from statefence.project.project import analyse
from statefence.project.sites import Mode, Open, PathKind, Target
from statefence.source import Source, decoded

ENTRIES = {name: entry for entry in OPENERS for name in entry.names}
FILES = {name: entry for name, entry in ENTRIES.items() if entry.form in {"path", "uri"} and entry.database}
URLS = {name: entry for name, entry in ENTRIES.items() if entry.form == "url"}
READING = {name: entry for name, entry in ENTRIES.items() if entry.reading}
SERVERS = {name: entry for name, entry in ENTRIES.items() if entry.form == "server"}
WITH_MEMORY = {name: entry for name, entry in ENTRIES.items() if entry.memory}
ABSENT = {"memory": PathKind.MEMORY, "server": PathKind.LITERAL, "": PathKind.UNKNOWN}


def opened(name: str, arguments: str) -> Open:
    """What the one call of `name` does."""
    module, _, _ = name.rpartition(".")
    source = decoded("app.py", f"import os\nimport {module}\n{name}({arguments})\n".encode())
    assert isinstance(source, Source)
    project = analyse([source], default("/project"))
    (site,) = project.opens_by_path["app.py"]
    assert site.api == ENTRIES[name].names[0]
    assert site.span.line == 3
    return site


def targets(name: str, arguments: str) -> tuple[Target, ...]:
    """What the one call of `name` reaches."""
    return opened(name, arguments).targets


def handed_over(argument: Argument, value: str) -> str:
    """The arguments of a call that hands `value` over, by position where the entry has one."""
    if argument.position is None:
        return f"{argument.keyword}={value}"
    return ", ".join([*["None"] * argument.position, value])


@pytest.mark.parametrize("name", FILES)
def test_a_path_is_reached(name: str) -> None:
    for argument in FILES[name].path:
        (target,) = targets(name, handed_over(argument, "'/srv/x.db'"))
        assert (target.kind, str(target.template)) == (PathKind.LITERAL, "/srv/x.db")


@pytest.mark.parametrize("name", FILES)
def test_a_path_by_keyword_is_reached(name: str) -> None:
    for argument in FILES[name].path:
        (target,) = targets(name, f"{argument.keyword}='/srv/x.db'")
        assert str(target.template) == "/srv/x.db"


@pytest.mark.parametrize("name", FILES)
def test_a_relative_path_is_the_working_directory_s(name: str) -> None:
    (target,) = targets(name, handed_over(FILES[name].path[0], "'x.db'"))
    assert target.kind is PathKind.CWD_RELATIVE


@pytest.mark.parametrize("name", URLS)
def test_a_sqlite_url_is_its_file(name: str) -> None:
    (target,) = targets(name, handed_over(URLS[name].path[0], "'sqlite:////srv/x.db'"))
    assert (target.kind, str(target.template)) == (PathKind.LITERAL, "/srv/x.db")


@pytest.mark.parametrize("name", URLS)
def test_a_variable_that_holds_the_url_is_configuration(name: str) -> None:
    (target,) = targets(name, handed_over(URLS[name].path[0], "os.environ['DATABASE_URL']"))
    assert target.kind is PathKind.CONFIG


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_is_no_file(name: str) -> None:
    argument = SERVERS[name].path[0]
    (literal,) = targets(name, handed_over(argument, "'scheme://host/app'"))
    assert (literal.kind, literal.template) == (PathKind.LITERAL, None)
    (configured,) = targets(name, handed_over(argument, "os.environ['DATABASE_URL']"))
    assert configured.kind is PathKind.CONFIG


@pytest.mark.parametrize("name", WITH_MEMORY)
def test_a_keyword_makes_it_memory(name: str) -> None:
    for keyword in WITH_MEMORY[name].memory:
        assert [target.kind for target in targets(name, f"{keyword}=True")] == [PathKind.MEMORY]


def absent(entry: Opener) -> PathKind:
    """The class of a call without a path."""
    return ABSENT.get(entry.absent, PathKind.CWD_RELATIVE)


@pytest.mark.parametrize("name", [name for name, entry in ENTRIES.items() if entry.database])
def test_without_a_path_it_opens_what_the_entry_says(name: str) -> None:
    (target,) = targets(name, "")
    assert target.kind is absent(ENTRIES[name])
    assert target.kind is not PathKind.UNKNOWN or target.reason


@pytest.mark.parametrize("name", [name for name, entry in ENTRIES.items() if entry.database])
def test_none_is_the_same_as_no_path(name: str) -> None:
    entry = ENTRIES[name]
    (target,) = targets(name, handed_over(entry.path[0], "None"))
    assert target.kind is absent(entry)


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_is_complete(name: str) -> None:
    entry = ENTRIES[name]
    assert entry.source
    assert entry.path
    assert entry.form in {"configuration", "path", "uri", "url", "server", "settings"}
    assert entry.database


def test_no_name_is_listed_twice() -> None:
    names = [name for entry in OPENERS for name in entry.names]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("name", READING)
def test_a_database_is_only_read_where_an_argument_says_so(name: str) -> None:
    entry = READING[name]
    assert entry.mode_at is not None
    for value in entry.reading:
        assert opened(name, f"'/srv/x.db', {entry.mode_at.keyword}={value!r}").mode is Mode.READ
    assert (
        opened(name, f"'/srv/x.db', {entry.mode_at.keyword}={'w' if 'r' in entry.reading else False!r}").mode
        is Mode.WRITE
    )
    assert opened(name, "'/srv/x.db'").mode is (Mode.READ if entry.mode in entry.reading else Mode.WRITE)
