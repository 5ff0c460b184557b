"""Every name in the table of commands makes one, which runs as its entry says."""

from __future__ import annotations

import pytest

from statefence.callees import COMMANDS, Commands
from statefence.model import Answer
from statefence.policy.load import default
from statefence.project.project import analyse
from statefence.project.sites import Spawn
from statefence.source import Source, decoded

HOMES = [(library, home) for library in COMMANDS for home in library.homes]
INDEXES = [(library, index) for library in COMMANDS for index in library.indexes]
MAKERS = [(library, maker) for library in COMMANDS for maker in library.makers]
CONTEXTS = [(library, context) for library in COMMANDS for context in library.contexts]
MODIFIERS = [(library, modifier) for library in COMMANDS for modifier in sorted(library.modifiers)]


def spawns(name: str, text: str) -> tuple[Spawn, ...]:
    """The spawns of a program that imports the package of a dotted name."""
    source = decoded("app.py", f"import {name.partition('.')[0]}\n{text}\n".encode())
    assert isinstance(source, Source)
    return analyse([source], default("/project")).spawns_by_path.get("app.py", ())


def handed(library: Commands) -> str:
    """The argument by which a command gets a block."""
    assert library.run.env is not None
    return f"{library.run.env.keyword}={{'A': '1'}}"


@pytest.mark.parametrize(("library", "home"), HOMES)
def test_an_attribute_of_a_home_is_a_command(library: Commands, home: str) -> None:
    (spawn,) = spawns(home, f"{home}.tool({handed(library)})")
    assert (spawn.api, spawn.program) == (library.run.names[0], "tool")
    assert spawn.environments[0].carries("A") is Answer.YES


@pytest.mark.parametrize(("library", "home"), HOMES)
def test_what_else_a_home_has_is_no_command(library: Commands, home: str) -> None:
    for name in (*sorted(library.others), *(f"{beginning}_1" for beginning in library.errors)):
        if f"{home}.{name}" not in {*library.contexts, *library.makers}:
            assert spawns(home, f"{home}.{name}()") == ()


@pytest.mark.parametrize(("library", "index"), INDEXES)
def test_an_item_is_a_command(library: Commands, index: str) -> None:
    (spawn,) = spawns(index, f"{index}['tool']({handed(library)})")
    assert (spawn.api, spawn.program) == (library.run.names[0], "tool")


@pytest.mark.parametrize(("library", "maker"), MAKERS)
def test_a_maker_makes_one_and_starts_nothing_itself(library: Commands, maker: str) -> None:
    assert spawns(maker, f"{maker}('tool')") == ()
    (spawn,) = spawns(maker, f"{maker}('tool')({handed(library)})")
    assert (spawn.program, spawn.environments[0].sets) == ("tool", ("A",))


@pytest.mark.parametrize(("library", "context"), CONTEXTS)
def test_a_context_tells_all_its_commands(library: Commands, context: str) -> None:
    (spawn,) = spawns(context, f"{context}({handed(library)}).tool()")
    assert spawn.environments[0].sets == ("A",)


@pytest.mark.parametrize(("library", "modifier"), MODIFIERS)
def test_a_modifier_runs_a_command(library: Commands, modifier: str) -> None:
    (spawn,) = spawns(modifier, f"{library.indexes[0]}['tool'] & {modifier}")
    assert spawn.program == "tool"


@pytest.mark.parametrize("library", COMMANDS)
def test_every_method_does_what_its_entry_says(library: Commands) -> None:
    command = f"{library.homes[0]}.tool"
    for method in sorted(library.tells | library.sets):
        assert spawns(command, f"{command}.{method}()") == ()
        assert len(spawns(command, f"{command}.{method}()()")) == 1
    for method in sorted(library.runs):
        assert len(spawns(command, f"{command}.{method}()")) == 1
    for method in sorted(library.sets):
        (spawn,) = spawns(command, f"{command}.{method}(A='1')()")
        assert spawn.environments[0].sets == ("A",)
