"""Comments: take a suppression out of one, and know which a file must have after its edits."""

from __future__ import annotations

import io
import re
import tokenize
from collections import Counter
from collections.abc import Collection, Iterable

from statefence.fix.records import Refusal, Splice
from statefence.fix.text import Text
from statefence.model import LocalEdit, RemoveSuppression

_IGNORE = re.compile(
    r"#\s*statefence\s*:\s*ignore\b(?:\s*\[(?P<codes>[^\]]*)\])?(?:\s*--(?:(?!\s#\s).)*)?", re.IGNORECASE
)
_NOQA = re.compile(r"#\s*noqa\s*:\s*(?P<codes>[A-Z]+\d+(?:[\s,]+[A-Z]+\d+)*)(?:\s*--(?:(?!\s#\s).)*)?", re.IGNORECASE)
_CODE = re.compile(r"[^\s,]+")


def remove_suppression(text: Text, edit: RemoveSuppression) -> tuple[Splice, ...]:
    """The splice that takes codes out of the comment on the target's line; the comment goes when nothing is left."""
    comment = comments_by_line(text.source.data).get(edit.target.line)
    if comment is None:
        raise Refusal("there is no comment on that line")
    remaining = without_codes(comment, edit.codes)
    if remaining == comment:
        raise Refusal("the comment does not suppress that")
    end = text.line_end(text.offset(edit.target.line, 0))
    start = text.utf8.rindex(comment.encode(), 0, end)
    if remaining:
        return (Splice(start, start + len(comment.encode()), remaining.encode()),)
    if text.starts_its_line(start):
        return (Splice(text.line_start(start), _next_line(text, end), b""),)
    line = text.utf8[text.line_start(start) : start].rstrip(b" \t")
    return (Splice(text.line_start(start) + len(line), start + len(comment.encode()), b""),)


def without_codes(comment: str, codes: Collection[str]) -> str:
    """A comment after its suppressions have lost these codes; no codes stands for a suppression that names none."""
    wanted = {code.upper() for code in codes}
    for pattern in (_IGNORE, _NOQA):
        comment = pattern.sub(lambda found: _shortened(found, wanted), comment)
    return comment.strip()


def comments_by_line(data: bytes) -> dict[int, str]:
    """Each comment of a file, by its 1-based line, which holds one at most; raises Refusal when it has no tokens."""
    tokens = tokenize.tokenize(io.BytesIO(data).readline)
    try:
        return {token.start[0]: token.string for token in tokens if token.type == tokenize.COMMENT}
    except (tokenize.TokenError, SyntaxError) as error:
        raise Refusal(f"its comments cannot be told: {error}") from error


def keeps_comments(before: bytes, after: bytes, edits: Iterable[LocalEdit]) -> bool:
    """Whether the comments are the same, in any order, but for the suppressions that the edits remove."""
    try:
        meant, present = comments_by_line(before), comments_by_line(after)
    except Refusal:
        return False
    for edit in edits:
        if isinstance(edit, RemoveSuppression) and edit.target.line in meant:
            meant[edit.target.line] = without_codes(meant[edit.target.line], edit.codes)
    return Counter(filter(None, meant.values())) == Counter(present.values())


def _shortened(found: re.Match[str], wanted: Collection[str]) -> str:
    """One suppression without the wanted codes, empty when none is left."""
    if found["codes"] is None:
        return found.group() if wanted else ""
    present = list(dict.fromkeys(_CODE.findall(found["codes"])))
    left = [code for code in present if code.upper() not in wanted]
    if len(left) == len(present) and (left or wanted):
        return found.group()
    if not left:
        return ""
    start, end = (found.start("codes") - found.start(), found.end("codes") - found.start())
    return found.group()[:start] + ", ".join(left) + found.group()[end:]


def _next_line(text: Text, end: int) -> int:
    newline = text.utf8.find(b"\n", end)
    return newline + 1 if newline >= 0 else end
