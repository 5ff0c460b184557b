"""Every entry of the table of spawners does what its fields say, under every name; a new entry is tested by itself."""

import pytest

from statefence.callees import SPAWNERS, Given, Spawner
from statefence.model import Answer
from statefence.policy.load import default
from statefence.project.project import analyse
from statefence.project.sites import Environment, EnvKind
from statefence.source import Source, decoded

ENTRIES = {name: entry for entry in SPAWNERS for name in entry.names}
WITH_ENV = {name: entry for name, entry in ENTRIES.items() if entry.env is not None}
WHEN_GIVEN = {
    Given.REPLACES: {EnvKind.PARTIAL},
    Given.ADDS_TO_LIST: {EnvKind.PARTIAL, EnvKind.FILTERED},
    Given.ADDS: {EnvKind.FULL},
}


def environment(name: str, arguments: str) -> Environment:
    """What the one child of a call of `name` gets."""
    module, _, _ = name.partition(".")
    source = decoded("app.py", f"import os\nimport {module}\n{name}({arguments})\n".encode())
    assert isinstance(source, Source)
    project = analyse([source], default("/project"))
    (spawn,) = project.spawns_by_path["app.py"]
    assert spawn.api == ENTRIES[name].names[0]
    assert spawn.span.line == 3
    (found,) = spawn.environments
    return found


def handed_over(entry: Spawner, value: str) -> str:
    """The arguments of a call that hands `value` over, by position where the entry has one."""
    assert entry.env is not None
    if entry.env.position is None:
        return f"{entry.env.keyword}={value}"
    before = entry.env.position if entry.env.position >= 0 else 2
    return ", ".join([*["'a'"] * before, value])


@pytest.mark.parametrize("name", ENTRIES)
def test_without_an_environment_the_child_gets_what_the_entry_says(name: str) -> None:
    entry = ENTRIES[name]
    if entry.env is not None and entry.env.position == -1:
        assert environment(name, "'a', 'b', {}").kind is EnvKind.EMPTY
    else:
        assert environment(name, "").kind == entry.absent


@pytest.mark.parametrize("name", WITH_ENV)
def test_with_none_the_child_gets_what_the_entry_says(name: str) -> None:
    assert environment(name, handed_over(ENTRIES[name], "None")).kind == ENTRIES[name].none


@pytest.mark.parametrize("name", WITH_ENV)
def test_a_block_replaces_or_adds_as_the_entry_says(name: str) -> None:
    entry = ENTRIES[name]
    found = environment(name, handed_over(entry, "{'A': '1'}"))
    assert found.kind in WHEN_GIVEN[entry.given]
    assert found.sets == ("A",)
    assert found.carries("A") is Answer.YES
    assert found.carries("B") is (Answer.YES if entry.given is Given.ADDS else Answer.NO)
    assert [found.carries(kept) for kept in entry.keeps] == [Answer.YES] * len(entry.keeps)


@pytest.mark.parametrize("name", WITH_ENV)
def test_an_empty_block_leaves_what_the_entry_says(name: str) -> None:
    entry = ENTRIES[name]
    kinds = {Given.REPLACES: EnvKind.EMPTY, Given.ADDS_TO_LIST: EnvKind.FILTERED, Given.ADDS: EnvKind.FULL}
    assert environment(name, handed_over(entry, "{}")).kind is kinds[entry.given]


@pytest.mark.parametrize("name", WITH_ENV)
def test_the_whole_parent_is_full_whoever_is_called(name: str) -> None:
    found = environment(name, handed_over(ENTRIES[name], "{**os.environ, 'A': '1'}"))
    assert (found.kind, found.sets, found.carries("B")) == (EnvKind.FULL, ("A",), Answer.YES)


@pytest.mark.parametrize("name", WITH_ENV)
def test_a_block_by_keyword_is_the_same_as_by_position(name: str) -> None:
    entry = ENTRIES[name]
    assert entry.env is not None
    if entry.env.position is not None and entry.env.position < 0:
        assert environment(name, "'a', 'b', {'A': '1'}").sets == ("A",)
    else:
        assert environment(name, f"{entry.env.keyword}={{'A': '1'}}").sets == ("A",)


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_is_complete(name: str) -> None:
    entry = ENTRIES[name]
    assert entry.source
    assert {entry.absent, entry.none} <= {"inherits", "empty", "filtered"}
    assert bool(entry.keeps) == (entry.given is Given.ADDS_TO_LIST)


def test_no_name_is_listed_twice() -> None:
    names = [name for entry in SPAWNERS for name in entry.names]
    assert sorted(set(names)) == sorted(names)


def test_a_keyword_makes_a_block_replace_what_it_is_otherwise_merged_over() -> None:
    replacing = {name: entry for name, entry in WITH_ENV.items() if entry.replacing}
    assert replacing
    for name, entry in replacing.items():
        assert environment(name, f"env={{'A': '1'}}, {entry.replacing}=True").kind is EnvKind.PARTIAL
        assert environment(name, f"env={{'A': '1'}}, {entry.replacing}=False").kind is EnvKind.FULL
