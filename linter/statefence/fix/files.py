"""The edits of findings, file by file: those of the findings' own file, of others, and files that are made."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from statefence.fix.records import Applied, Refused
from statefence.model import CreateFile, Edit, InFile, LocalEdit

Read = Callable[[str], bytes | None]


class Changed(Struct, frozen=True):
    """What some groups of edits come to.

    Attributes:
        contents: the new bytes of every file that changes or is made.
        refusals: for each group in order, why it was refused, or None when all of it was made, in every file.
    """

    contents: dict[str, bytes]
    refusals: tuple[str | None, ...]


def changed(read: Read, path: str, groups: Sequence[tuple[Edit, ...]]) -> Changed:
    """Make each group whole, in all the files it is about, or not at all.

    Args:
        read: the bytes of a file by its path, None when there is none.
        path: the file that the groups' local edits are about.
        groups: the edits of each finding.
    """
    refusals: list[str | None] = [None if group else "it has no edits" for group in groups]
    while True:
        contents, newly = _attempted(read, path, groups, refusals)
        if not newly:
            return Changed(contents, tuple(refusals))
        for number, reason in newly.items():
            refusals[number] = reason


def _attempted(
    read: Read, path: str, groups: Sequence[tuple[Edit, ...]], refusals: Sequence[str | None]
) -> tuple[dict[str, bytes], dict[int, str]]:
    """The contents after the groups that are not refused, and what else must be refused, by the group's number."""
    kept = {number: group for number, group in enumerate(groups) if refusals[number] is None}
    contents, newly = _created(read, kept)
    for file in dict.fromkeys(_path(edit, path) for group in kept.values() for edit in group if _is_local(edit)):
        before = read(file)
        if file in contents or before is None:
            reason = f"{file} is made by another fix: run again" if file in contents else f"there is no file {file}"
            return {}, newly | {number: reason for number, group in kept.items() if _edits_in(group, file, path)}
        numbers = [number for number, group in kept.items() if _edits_in(group, file, path)]
        result = _applied(file, before, [_edits_in(kept[number], file, path) for number in numbers])
        reasons = [result.reason] * len(numbers) if isinstance(result, Refused) else result.refusals
        newly |= {number: reason for number, reason in zip(numbers, reasons, strict=True) if reason is not None}
        if isinstance(result, Applied):
            contents[file] = result.data
    return contents, newly


def _created(read: Read, groups: dict[int, tuple[Edit, ...]]) -> tuple[dict[str, bytes], dict[int, str]]:
    contents: dict[str, bytes] = {}
    newly: dict[int, str] = {}
    for number, group in groups.items():
        for edit in group:
            if not isinstance(edit, CreateFile):
                continue
            data = edit.text.encode()
            if read(edit.path) is not None:
                newly[number] = f"{edit.path} is there already"
            elif contents.setdefault(edit.path, data) != data:
                newly[number] = f"another fix makes {edit.path}: run again"
    return contents, newly


def _applied(path: str, before: bytes, groups: Sequence[tuple[LocalEdit, ...]]) -> Applied | Refused:
    if path.endswith(".py"):
        from statefence.fix.apply import apply

        return apply(before, groups)
    from statefence.fix.plain import apply_plain

    return apply_plain(path, before, groups)


def _is_local(edit: Edit) -> bool:
    return not isinstance(edit, CreateFile)


def _path(edit: Edit, own: str) -> str:
    return edit.path if isinstance(edit, InFile | CreateFile) else own


def _edits_in(group: Sequence[Edit], path: str, own: str) -> tuple[LocalEdit, ...]:
    """The edits of a group that are made in the existing file at `path`."""
    inner = (edit.edit if isinstance(edit, InFile) else edit for edit in group if _path(edit, own) == path)
    return tuple(edit for edit in inner if not isinstance(edit, CreateFile | InFile))


def local(group: Sequence[Edit]) -> tuple[LocalEdit, ...]:
    """Those edits of a group that are made in the finding's own file."""
    return tuple(edit for edit in group if not isinstance(edit, CreateFile | InFile))
