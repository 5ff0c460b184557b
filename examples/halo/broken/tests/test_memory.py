from pathlib import Path

import pytest
from halo.platform.memory import Scope, app_scope, memory_list, memory_read, memory_write, space_scope, user_scope
from halo.spaces import Space


def scopes(space: Space) -> list[Scope]:
    return [user_scope(), space_scope(space), app_scope(space, "gardener")]


def test_every_level_has_files_of_its_own(space: Space, data_dir: Path) -> None:
    assert [scope.summary for scope in scopes(space)] == [
        data_dir / "user-memory.md",
        space.path / ".halo" / "memory.md",
        space.path / "apps" / "gardener" / "memory" / "memory.md",
    ]


def test_what_is_written_is_read_again(space: Space) -> None:
    for number, scope in enumerate(scopes(space)):
        memory_write(scope, f"level {number}")
    assert [memory_read(scope) for scope in scopes(space)] == ["level 0", "level 1", "level 2"]


def test_nothing_is_remembered_at_first(space: Space) -> None:
    assert [memory_read(scope) for scope in scopes(space)] == ["", "", ""]
    assert memory_list(user_scope()) == []


def test_notes_are_listed_by_name(space: Space) -> None:
    memory_write(space_scope(space), "dry", note="roses.md")
    memory_write(space_scope(space), "wet", note="lawn.md")
    assert memory_list(space_scope(space)) == ["lawn.md", "roses.md"]
    assert memory_read(space_scope(space), "roses.md") == "dry"


@pytest.mark.parametrize("note", ["../roses.md", "a/b.md", ".."])
def test_a_note_cannot_be_anywhere_else(note: str) -> None:
    with pytest.raises(ValueError, match="plain name"):
        memory_write(user_scope(), "text", note=note)


def test_no_half_written_file_stays() -> None:
    memory_write(user_scope(), "one")
    memory_write(user_scope(), "two")
    assert [path.name for path in user_scope().summary.parent.iterdir()] == ["user-memory.md"]
