"""The nouns every other module speaks in. Frozen, comparable, and free of behaviour that could surprise."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Answer(StrEnum):
    """The three answers of the analysis. *Unknown* is never a violation and never clean."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """How much a finding matters to whoever reads the report."""

    ERROR = "error"
    WARNING = "warning"


class Safety(StrEnum):
    """Whether a fix keeps the program's meaning (safe), may change it (unsafe), or does not exist."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    NONE = "none"


class Span(Struct, frozen=True, order=True):
    """A piece of one file, as `ast` counts: 1-based lines, 0-based columns in UTF-8 bytes, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Place(Struct, frozen=True, order=True):
    """A span of a file; `path` is relative to the project's root, with forward slashes."""

    path: str
    span: Span


class Step(Struct, frozen=True):
    """One stop on the way from a finding to its cause."""

    place: Place
    message: str


class Import(Struct, frozen=True, order=True):
    """A name that an edit needs in scope: `import module`, or `from module import name`."""

    module: str
    name: str | None = None


class AddArgument(Struct, frozen=True, tag=True):
    """Add `keyword=value` to the call that spans `target`; by position, as the last one, when the keyword is empty."""

    target: Span
    keyword: str
    value: str
    imports: tuple[Import, ...] = ()


class AddItem(Struct, frozen=True, tag=True):
    """Add `key: value` as the last item of the dict display or `dict(...)` call that spans `target`.

    `key` is source text; an empty key means that `value` is spread (`**value`).
    """

    target: Span
    key: str
    value: str
    imports: tuple[Import, ...] = ()


class ReplaceExpression(Struct, frozen=True, tag=True):
    """Replace the expression that spans `target`; `{}` in `source` stands for its present text."""

    target: Span
    source: str
    imports: tuple[Import, ...] = ()


class InsertStatement(Struct, frozen=True, tag=True):
    """Insert statements before or after the statement that holds `target`; `source` is indented with four spaces."""

    target: Span
    source: str
    after: bool = False
    imports: tuple[Import, ...] = ()


class RemoveStatement(Struct, frozen=True, tag=True):
    """Remove the statement that spans `target`, with its lines; its block must hold others."""

    target: Span
    imports: tuple[Import, ...] = ()


class RemoveSuppression(Struct, frozen=True, tag=True):
    """Take `codes` out of the suppression comment on `target`'s line; the comment goes when none is left."""

    target: Span
    codes: tuple[str, ...]
    imports: tuple[Import, ...] = ()


class AddElement(Struct, frozen=True, tag=True):
    """Add `value` to the list or tuple display that spans `target`: before the element that spans `before`, or last."""

    target: Span
    value: str
    imports: tuple[Import, ...] = ()
    before: Span | None = None


class InsertText(Struct, frozen=True, tag=True):
    """Insert `text` as it is at the end of `target`, in a file that is not Python; its line ends become the file's."""

    target: Span
    text: str
    imports: tuple[Import, ...] = ()


LocalEdit = (
    AddArgument | AddItem | AddElement | ReplaceExpression | InsertStatement | InsertText | RemoveStatement
    | RemoveSuppression
)  # fmt: skip


class CreateFile(Struct, frozen=True, tag=True):
    """Make the file at `path`, relative to the root, which must not be there yet."""

    path: str
    text: str


class InFile(Struct, frozen=True, tag=True):
    """Make `edit` in the file at `path`, which is another than the one the finding stands in."""

    path: str
    edit: LocalEdit


Edit = LocalEdit | CreateFile | InFile


class Hit(Struct, frozen=True):
    """What a rule's check yields: a place in the file it is about, and how to repair it.

    Attributes:
        span: where the finding stands; its first line is the line reported.
        message: one sentence, without the code and without a full stop.
        trace: the way to where it takes effect, nearest first.
        edits: what repairs it, all or nothing; empty when nothing does.
        safety: whether those edits keep the program's meaning; None takes the rule's own.
    """

    span: Span
    message: str
    trace: tuple[Step, ...] = ()
    edits: tuple[Edit, ...] = ()
    safety: Safety | None = None


class FileHit(Struct, frozen=True):
    """A hit in the file at `path`, relative to the root, whether that is Python or not."""

    path: str
    hit: Hit


class Finding(Struct, frozen=True):
    """A hit with everything a report needs. `symbol` is the dotted name of the enclosing function or module."""

    code: str
    name: str
    message: str
    place: Place
    symbol: str
    severity: Severity
    fix: Safety
    trace: tuple[Step, ...] = ()
    edits: tuple[Edit, ...] = ()


class Skipped(Struct, frozen=True, order=True):
    """A file that was not analysed, and why; it is counted and shown, never taken for clean."""

    path: str
    reason: str
