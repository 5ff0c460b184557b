"""The two rules that speak of the run itself: files that were not analysed (SF001), suppressions without use (SF002).

No rule's `check` can know these, since they come from what the engine reads and from what the other rules find.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Collection, Iterator

from statefence.engine.newer_syntax import python_needed
from statefence.engine.selection import unknown_code
from statefence.model import Hit, RemoveSuppression, Safety, Skipped, Span
from statefence.source import Source
from statefence.suppressions import Form, Suppression

UNREADABLE_FILE = "SF001"
UNUSED_IGNORE = "SF002"


def unreadable(skipped: Skipped, source: Source | None) -> Hit:
    """Why a file was not analysed; with its source, when it decoded, also where it stops being Python."""
    if source is not None and (error := _syntax_error(source)) is not None:
        return _bad_syntax(error, source)
    return Hit(Span(1, 0, 1, 0), f"this file was not analysed: {skipped.reason}")


def _syntax_error(source: Source) -> SyntaxError | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source.text)  # of text, the offsets count characters
    except SyntaxError as error:
        return error
    except (RecursionError, MemoryError):
        return None  # too deeply nested for the parser, which is what the reason then says
    return None


def _bad_syntax(error: SyntaxError, source: Source) -> Hit:
    line = min(max(error.lineno or 1, 1), len(source.lines))
    text = source.line_text(line)
    column = len(text[: max(error.offset or 1, 1) - 1].encode())
    version = python_needed(error.msg, text)
    newer = f" (it needs Python {version} or later: run statefence under that)" if version else ""
    return Hit(Span(line, column, line, column), f"this file was not analysed: {error.msg}{newer}")


def misused(
    suppression: Suppression, used: Collection[str], judged: Collection[str], known: Collection[str], *, reasons: bool
) -> Iterator[Hit]:
    """What is wrong with one suppression.

    Args:
        suppression: the comment.
        used: those of its codes that suppressed something.
        judged: the codes of the rules that ran.
        known: the codes of all rules.
        reasons: whether the policy demands a reason.
    """
    span = suppression.span
    if not suppression.codes:
        yield Hit(span, f"`{Form.IGNORE}` suppresses nothing without codes: write `{Form.IGNORE}[SF101]`")
        return
    for code in suppression.codes:
        if code not in known:
            yield Hit(span, unknown_code(code, sorted(known)))
    unused = tuple(code for code in suppression.codes if code in judged and code not in used)
    if unused:
        verb = "suppresses" if len(unused) == 1 else "suppress"
        yield Hit(
            span,
            f"{', '.join(unused)} {verb} nothing here",
            edits=(RemoveSuppression(span, unused),),
            safety=Safety.SAFE,
        )
    elif reasons and not suppression.reason:
        yield Hit(span, "the policy requires a reason: write it after the codes, as `-- why`")
