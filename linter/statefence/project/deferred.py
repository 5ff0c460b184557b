"""Calls that call a function they are given: threads, executors, context stacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from statefence.facts import ir
from statefence.model import Span
from statefence.project import calls
from statefence.project.values import (
    ABSENT,
    Absent,
    Arguments,
    External,
    FunctionValue,
    Member,
    Partial,
    Result,
    Sequence,
    Value,
)

if TYPE_CHECKING:
    from statefence.project.interpreter import Interpreter

DEFERRED: Mapping[str, int] = {
    "asyncio.to_thread": 0,
    "anyio.to_thread.run_sync": 0,
    "trio.to_thread.run_sync": 0,
    "starlette.concurrency.run_in_threadpool": 0,
    "asgiref.sync.sync_to_async": 0,
    "run_in_executor": 1,
    "submit": 0,
    "call_soon_threadsafe": 0,
    "enter_context": 0,
    "enter_async_context": 0,
}
"""Calls that call what they are given with what follows it: the position of the callable. Two give it back."""
MAPPED = frozenset({"map", "imap", "imap_unordered", "builtins.map"})
"""Calls that call what they are given first with each item of what follows it."""


def deferred(interpreter: Interpreter, name: str, arguments: Arguments, node: ir.Call) -> Value | None:
    """A call that hands a function of the project, and its arguments, on to be called; None when it is none."""
    position = 0 if name in MAPPED else DEFERRED.get(name)
    if name in {"threading.Thread", "multiprocessing.Process", "threading.Timer"}:
        return _target(interpreter, arguments, node)
    if position is None or position >= len(arguments.positional):
        return None
    callee = arguments.positional[position]
    if name.startswith("enter_"):
        return callee
    if not isinstance(interpreter.content(callee), FunctionValue | Partial | External | Member):
        return None
    spans: dict[int | str, Span] = {
        key - position - 1: span for key, span in arguments.spans.items() if isinstance(key, int) and key > position
    }
    following = arguments.positional[position + 1 :]
    if name in MAPPED:
        each = tuple([interpreter.element(items) for items in following])
        calls.apply(interpreter, callee, Arguments(each, spans=spans), node)
        return None
    rest = Arguments(following, arguments.keywords, arguments.more, arguments.spreads, spans)
    return calls.apply(interpreter, callee, rest, node)


def _target(interpreter: Interpreter, arguments: Arguments, node: ir.Call) -> Value | None:
    """`Thread(target=..., args=..., kwargs=...)`."""
    target = interpreter.content(arguments.keywords.get("target", ABSENT))
    if not isinstance(target, FunctionValue | Partial):
        return None
    positional = interpreter.content(arguments.keywords.get("args", Sequence(())))
    spread = interpreter.state.freeze(arguments.keywords.get("kwargs", ABSENT))
    items = positional.items if isinstance(positional, Sequence) else ()
    calls.apply(interpreter, target, Arguments(items, {}, (), () if isinstance(spread, Absent) else (spread,)), node)
    return Result("threading.Thread")
