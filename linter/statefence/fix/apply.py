"""Apply the edits of one Python file: every group whole or not at all, and not a byte changed outside them."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from msgspec import Struct

from statefence.fix.comments import remove_suppression
from statefence.fix.imports import added, missing
from statefence.fix.records import Applied, Plan, Refusal, Refused, Splice
from statefence.fix.scopes import Names
from statefence.fix.text import Text, encoded, spliced, text_of
from statefence.model import (
    AddArgument,
    AddElement,
    AddItem,
    Import,
    InsertStatement,
    InsertText,
    LocalEdit,
    RemoveStatement,
    RemoveSuppression,
    ReplaceExpression,
    Span,
)

if TYPE_CHECKING:
    from statefence.fix.tree import Tree


class _File(Struct, frozen=True):
    """A file as the standard library and as libcst parse it."""

    text: Text
    names: Names
    tree: Tree


def apply(data: bytes, edits: Sequence[tuple[LocalEdit, ...]]) -> Applied | Refused:
    """The bytes of a file after its edits.

    A group is applied whole or refused. Groups that ask for the same change share it; one that touches what an
    earlier group changes is refused, and can be tried again on the new bytes, once it has been analysed again.
    """
    from statefence.fix.tree import tree_of

    try:
        text = text_of(data)
        file = _File(text, Names(text.source.text, parsed(data)), tree_of(text))
    except Refusal as refusal:
        return Refused(str(refusal))
    plans = _without_overlaps([_planned(file, group) for group in edits])
    result = _result(file, plans)
    if result is None:
        plans = _without_broken(file, plans)
        result = _result(file, plans)
    return Applied(data if result is None else result, tuple(plan if isinstance(plan, str) else None for plan in plans))


def parsed(data: bytes) -> ast.Module:
    """The syntax tree of a file; raises Refusal when this interpreter cannot parse it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(data)
        except (SyntaxError, ValueError) as error:
            raise Refusal(f"the file does not parse: {error}") from error
        except (RecursionError, MemoryError) as error:
            raise Refusal("the file nests too deeply") from error


def _planned(file: _File, group: Sequence[LocalEdit]) -> Plan | str:
    """What one group does, or why it cannot."""
    if not group:
        return "it has no edits"
    try:
        splices = tuple(splice for part in _parts(group) for splice in _spliced_by(file, part))
        for splice in splices:
            encoded(file.text, splice.text)
        _refuse_own_overlaps(splices)
        return Plan(splices, tuple(_missing_imports(file, group)))
    except Refusal as refusal:
        return str(refusal)


def _parts(group: Sequence[LocalEdit]) -> Iterator[list[LocalEdit]]:
    """The edits of a group, those that add to the same call or dict together; of two in one place the inner first."""

    def place(edit: LocalEdit) -> tuple[str, Span]:
        return type(edit).__name__, edit.target

    unique = dict.fromkeys(group)
    for _, part in groupby(sorted(unique, key=place, reverse=True), key=place):
        yield list(part)


def _spliced_by(file: _File, part: Sequence[LocalEdit]) -> Iterator[Splice]:
    from statefence.fix import elements, expressions, removals, statements

    additions = [edit for edit in part if isinstance(edit, AddArgument | AddItem)]
    if additions:
        yield from elements.add(file.tree, additions[0].target, additions)
    new_elements = [edit for edit in part if isinstance(edit, AddElement)]
    if new_elements:
        yield from elements.add_elements(file.tree, new_elements[0].target, new_elements)
    for edit in part:
        match edit:
            case ReplaceExpression():
                yield from expressions.replace(file.tree, edit)
            case InsertStatement():
                yield from statements.insert(file.tree, edit)
            case RemoveStatement():
                yield removals.remove(file.tree, edit)
            case RemoveSuppression():
                yield from remove_suppression(file.text, edit)
            case InsertText():
                raise Refusal("text as it is goes into files only that are not Python")
            case AddArgument() | AddItem() | AddElement():
                pass


def _missing_imports(file: _File, group: Sequence[LocalEdit]) -> Iterator[Import]:
    for edit in group:
        for wanted in edit.imports:
            if missing(file.names, wanted, edit.target):
                yield wanted


def _refuse_own_overlaps(splices: Sequence[Splice]) -> None:
    ordered = sorted(splices)
    for one, following in pairwise(ordered):
        if following.start < one.end or (one.start == following.start and one.end > one.start):
            raise Refusal("its own edits overlap")


def _without_overlaps(plans: Sequence[Plan | str]) -> list[Plan | str]:
    """The plans, in order, with a refusal for each that meets the changes of an earlier one."""
    taken: set[Splice] = set()
    kept: list[Plan | str] = []
    for plan in plans:
        if isinstance(plan, Plan) and any(_meets(splice, other) for splice in plan.splices for other in taken):
            kept.append("it overlaps another fix: run again")
            continue
        if isinstance(plan, Plan):
            taken.update(plan.splices)
        kept.append(plan)
    return kept


def _meets(one: Splice, other: Splice) -> bool:
    return one != other and one.start <= other.end and other.start <= one.end


def _result(file: _File, plans: Sequence[Plan | str]) -> bytes | None:
    """The bytes after all plans, None when they do not parse."""
    made = [plan for plan in plans if isinstance(plan, Plan)]
    imports = added(file.text, file.names.tree, [wanted for plan in made for wanted in plan.imports])
    splices = dict.fromkeys(splice for plan in made for splice in plan.splices)
    data = encoded(file.text, spliced(file.text.utf8, (*imports, *splices)))
    try:
        parsed(data)
    except Refusal:
        return None
    return data


def _without_broken(file: _File, plans: Sequence[Plan | str]) -> list[Plan | str]:
    """The plans, with a refusal for each after which the file would not parse any more."""
    kept: list[Plan | str] = []
    for plan in plans:
        works = isinstance(plan, str) or _result(file, [*kept, plan]) is not None
        kept.append(plan if works else "the file would not parse any more")
    return kept
