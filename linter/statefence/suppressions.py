"""Suppression comments: `# statefence: ignore[SF101] -- reason` and `# noqa: SF101`, on any line of a statement."""

from __future__ import annotations

import re
import tokenize
from collections.abc import Iterator, Sequence
from enum import StrEnum

from msgspec import Struct

from statefence.model import Span

_IN_BYTES = re.compile(rb"#[^\r\n]*(?:statefence\s*:\s*ignore|noqa\s*:[^\r\n]*\bSF\d)", re.IGNORECASE)
_REASON = r"(?:\s*--\s*(?P<reason>.*))?"
_IGNORE = re.compile(rf"#\s*statefence\s*:\s*ignore\b(?:\s*\[(?P<codes>[^\]]*)\])?{_REASON}", re.IGNORECASE)
_NOQA = re.compile(rf"#\s*noqa\s*:\s*(?P<codes>[A-Z]+\d+(?:[\s,]+[A-Z]+\d+)*){_REASON}", re.IGNORECASE)
_LAYOUT = frozenset({tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER})
_BETWEEN_CODES = re.compile(r"[\s,]+")


class Form(StrEnum):
    """How a suppression is written; `noqa` is shared with other linters, so only `SF` codes in it are ours."""

    IGNORE = "statefence: ignore"
    NOQA = "noqa"


class Suppression(Struct, frozen=True):
    """One suppression comment.

    Attributes:
        codes: the rule codes it names, in upper case; empty when it names none, and then it suppresses nothing.
        reason: the text after `--`, empty when there is none.
        span: the comment itself.
        first: the first line of the logical statement it belongs to, 1-based.
        last: the last line of that statement; a comment on a line of its own outside any statement covers only itself.
    """

    codes: tuple[str, ...]
    reason: str
    span: Span
    first: int
    last: int
    form: Form

    def covers(self, code: str, line: int) -> bool:
        """Whether it suppresses a finding of that code on that line."""
        return code in self.codes and self.first <= line <= self.last


def suppressions(data: bytes, lines: Sequence[str]) -> tuple[Suppression, ...]:
    """The suppression comments of a file, given as its bytes and as its lines without ends; none with bad syntax."""
    if not _IN_BYTES.search(data):
        return ()
    try:
        return tuple(_of_tokens(lines))
    except (tokenize.TokenError, SyntaxError):
        return ()


def _of_tokens(lines: Sequence[str]) -> Iterator[Suppression]:
    """Collect the comments of each logical line, which ends in a NEWLINE token; inner line breaks are NL tokens."""
    comments: list[tokenize.TokenInfo] = []
    first = 0
    for token in _tokens(lines):
        if token.type == tokenize.COMMENT:
            comments.append(token)
        elif token.type in _LAYOUT:
            continue
        elif token.type == tokenize.NEWLINE or (token.type == tokenize.NL and not first):
            for comment in comments:
                yield from _of_comment(comment, lines, first or token.start[0], token.start[0])
            comments, first = [], 0
        elif token.type != tokenize.NL:
            first = first or token.start[0]


def _tokens(lines: Sequence[str]) -> Iterator[tokenize.TokenInfo]:
    ended = iter([*(f"{line}\n" for line in lines), ""])
    return tokenize.generate_tokens(lambda: next(ended, ""))


def _of_comment(comment: tokenize.TokenInfo, lines: Sequence[str], first: int, last: int) -> Iterator[Suppression]:
    for form, pattern in ((Form.IGNORE, _IGNORE), (Form.NOQA, _NOQA)):
        if found := pattern.search(comment.string):
            codes = _codes(found["codes"] or "", form)
            if codes or form is Form.IGNORE:
                reason = (found["reason"] or "").strip()
                yield Suppression(codes, reason, _span(comment, lines), first, last, form)


def _codes(text: str, form: Form) -> tuple[str, ...]:
    codes = dict.fromkeys(code.upper() for code in _BETWEEN_CODES.split(text) if code)
    return tuple(code for code in codes if form is Form.IGNORE or code.startswith("SF"))


def _span(comment: tokenize.TokenInfo, lines: Sequence[str]) -> Span:
    line, column = comment.start
    start = len(lines[line - 1][:column].encode())
    return Span(line, start, line, start + len(comment.string.encode()))
