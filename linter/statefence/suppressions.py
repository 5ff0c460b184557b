"""Suppression comments: `# statefence: ignore[SF101] -- reason` and `# noqa: SF101`, on any line of a statement.

In SQL the comment begins with `--`; it belongs to the statement that it stands in, beside or above.
"""

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
_IN_SQL = re.compile(rf"--\s*statefence\s*:\s*ignore\b(?:\s*\[(?P<codes>[^\]]*)\])?{_REASON}", re.IGNORECASE)
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


def may_suppress(data: bytes) -> bool:
    """Whether the bytes of a module hold what a suppression comment begins with."""
    return _IN_BYTES.search(data) is not None


def suppressions(lines: Sequence[str]) -> tuple[Suppression, ...]:
    """The suppression comments of a module, given as its lines without ends; none with bad syntax."""
    try:
        return tuple(_of_tokens(lines))
    except (tokenize.TokenError, SyntaxError):
        return ()


def suppressions_of_sql(lines: Sequence[str]) -> tuple[Suppression, ...]:
    """The suppression comments of a file of SQL statements, given as its lines without ends."""
    if not any(_IN_SQL.search(line) for line in lines):
        return ()
    return tuple(
        suppression
        for first, last in _statements(lines)
        for number in range(first, last + 1)
        for suppression in _of_line(_IN_SQL, lines, number, (first, last))
    )


def suppressions_of_lines(lines: Sequence[str]) -> tuple[Suppression, ...]:
    """The suppression comments of a text whose comments begin with `#`; each covers its own line."""
    return tuple(
        suppression
        for number in range(1, len(lines) + 1)
        for suppression in _of_line(_IGNORE, lines, number, (number, number))
    )


def _statements(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """First and last line of each SQL statement, with the comments above it; a rest without end is one too."""
    from sqlite3 import complete_statement

    first = 1
    for number in range(1, len(lines) + 1):
        if ";" in lines[number - 1] and complete_statement("\n".join(lines[first - 1 : number])):
            yield first, number
            first = number + 1
    if first <= len(lines):
        yield first, len(lines)


def _of_line(
    pattern: re.Pattern[str], lines: Sequence[str], number: int, extent: tuple[int, int]
) -> Iterator[Suppression]:
    text = lines[number - 1]
    if found := pattern.search(text):
        start, end = (len(text[:offset].encode()) for offset in (found.start(), len(text.rstrip())))
        reason = (found["reason"] or "").strip()
        yield Suppression(
            _codes(found["codes"] or "", Form.IGNORE), reason, Span(number, start, number, end), *extent, Form.IGNORE
        )


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
