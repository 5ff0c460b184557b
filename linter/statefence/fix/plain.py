"""Apply the edits of a file that is not Python: text put in, suppressions taken out; the rest stays byte for byte."""

from __future__ import annotations

import re
from collections.abc import Sequence

from statefence.fix.records import Applied, Refusal, Refused, Splice
from statefence.fix.text import Text, encoded, spliced, text_of
from statefence.model import InsertText, LocalEdit, RemoveSuppression

_LINE_END = re.compile(r"\r\n|\r|\n")


def apply_plain(path: str, data: bytes, groups: Sequence[tuple[LocalEdit, ...]]) -> Applied | Refused:
    """The bytes of a file after its edits; a group is applied whole or refused, an equal edit of two groups once."""
    try:
        text = text_of(data, path)
    except Refusal as refusal:
        return Refused(str(refusal))
    taken: dict[Splice, None] = {}
    refusals: list[str | None] = []
    for group in groups:
        try:
            splices = [splice for edit in group for splice in _splices(text, edit)]
            for splice in splices:
                encoded(text, splice.text)
        except Refusal as refusal:
            refusals.append(str(refusal))
            continue
        if any(_meets(splice, other) for splice in splices for other in taken):
            refusals.append("it overlaps another fix: run again")
            continue
        taken |= dict.fromkeys(splices)
        refusals.append(None)
    return Applied(encoded(text, spliced(text.utf8, tuple(taken))), tuple(refusals))


def _splices(text: Text, edit: LocalEdit) -> Sequence[Splice]:
    if isinstance(edit, InsertText):
        end = text.limits(edit.target)[1]
        return (Splice(end, end, _LINE_END.sub(text.source.newline, edit.text).encode()),)
    if isinstance(edit, RemoveSuppression):
        return (_without_suppression(text, edit),)
    raise Refusal("the file is not Python")


def _without_suppression(text: Text, edit: RemoveSuppression) -> Splice:
    """The splice that takes codes out of a suppression, and the whole comment when none is left."""
    start, end = text.limits(edit.target)
    comment = text.utf8[start:end].decode()
    found = re.search(r"\[(?P<codes>[^\]]*)\]", comment)
    if found is None:
        raise Refusal("the comment names no codes")
    present = [code.strip() for code in found["codes"].split(",") if code.strip()]
    left = [code for code in present if code.upper() not in edit.codes]
    if left == present:
        raise Refusal("the comment does not suppress that")
    if left:
        kept = comment[: found.start("codes")] + ", ".join(left) + comment[found.end("codes") :]
        return Splice(start, end, kept.encode())
    if text.starts_its_line(start) and end == text.line_end(end):
        newline = text.utf8.find(b"\n", end)
        return Splice(text.line_start(start), newline + 1 if newline >= 0 else end, b"")
    before = text.utf8[text.line_start(start) : start]
    return Splice(start - (len(before) - len(before.rstrip(b" \t"))), end, b"")


def _meets(one: Splice, other: Splice) -> bool:
    return one != other and one.start <= other.end and other.start <= one.end
