"""The blocks that children inherit, as functions leave them to their callers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from statefence.project import bindings
from statefence.project.bounds import bounded
from statefence.project.process_block import after, plain
from statefence.project.program import Effect, Summary
from statefence.project.values import (
    BLOCKS,
    ENVIRON,
    LOCAL_BLOCK,
    UNSEEN_BLOCK,
    Binding,
    Change,
    Clear,
    Constant,
    Dictionary,
    Drop,
    LiveEnvironment,
    Parameter,
    Put,
    Result,
    Spread,
    Value,
)

if TYPE_CHECKING:
    from statefence.project.frames import State
    from statefence.project.interpreter import Interpreter

KINDS = (ENVIRON, LOCAL_BLOCK, UNSEEN_BLOCK)

LARGEST = 200
"""Up to so many nodes what was done to a block is followed in full."""

PATCHES = frozenset({"unittest.mock.patch.dict", "mock.patch.dict", "mock.mock.patch.dict"})
"""Managers that change a mapping and change it back. Source: docs.python.org/3/library/unittest.mock.html#patch-dict"""

PATCHED_METHODS = "test"
"""Over a class they are over its methods that begin so (`patch.TEST_PREFIX`)."""


def current(interpreter: Interpreter, block: LiveEnvironment) -> LiveEnvironment:
    """A block as it is at the present statement, with what this body did to it."""
    changes = interpreter.ambient(block.name).changes
    return LiveEnvironment(block.name, _frozen(interpreter.state, changes)) if changes or block.changes else block


def handed_down(interpreter: Interpreter, block: LiveEnvironment) -> LiveEnvironment:
    """The block that a child is given when nothing is said: with what `os.putenv` added, too."""
    seen = current(interpreter, block)
    unseen = current(interpreter, UNSEEN_BLOCK) if block.name == ENVIRON.name else block
    return LiveEnvironment(block.name, (*seen.changes, *unseen.changes)) if unseen.changes else seen


def _frozen(state: State, changes: tuple[Change, ...]) -> tuple[Change, ...]:
    frozen = state.freeze(Dictionary(changes))
    kept = bounded(Dictionary(plain(frozen.changes)), LARGEST) if isinstance(frozen, Dictionary) else frozen
    return kept.changes if isinstance(kept, Dictionary) else (Clear(), Spread(kept))


def left(state: State) -> tuple[Effect, ...]:
    """What becomes of the blocks in a body, given the state in which it is left."""
    found = []
    for block in KINDS:
        made = state.variables.get(block.name)
        if isinstance(made, Dictionary) and made.changes:
            found.append(Effect(block.name, Dictionary(_frozen(state, made.changes))))
    return tuple(found)


def seen_from(interpreter: Interpreter, value: Value) -> Value:
    """What a call gives, where this body has changed the blocks before."""
    if value.holds & BLOCKS:
        for block in KINDS:
            value = after(value, block.name, current(interpreter, block).changes)
    return value


def leave(interpreter: Interpreter, summary: Summary, binding: Binding) -> None:
    """A function was called that changes the blocks for whoever calls it."""
    for effect in summary.inherited:
        made = seen_from(interpreter, bindings.instantiate(interpreter.program, effect.value, binding))
        changes = made.changes if isinstance(made, Dictionary) else (Spread(made),)
        before = interpreter.ambient(effect.parameter)
        interpreter.state.variables[effect.parameter] = Dictionary(before.changes + changes)


def change(interpreter: Interpreter, block: LiveEnvironment, becomes: Value) -> None:
    """A function was handed a block, and what it did is told as what becomes of that: all of it, and then changes."""
    changes = becomes.changes if isinstance(becomes, Dictionary) else ()
    first = changes[0].source if changes and isinstance(changes[0], Spread) else None
    if isinstance(first, LiveEnvironment) and first.name == block.name:
        interpreter.change(block, *changes[1:])


def set_by_pytest(interpreter: Interpreter, owner: Value, name: str, arguments: Sequence[Value]) -> None:
    """`monkeypatch.setenv(name, value)` and `monkeypatch.delenv(name)`, which pytest undoes after the test.

    Source: docs.pytest.org/en/stable/reference/reference.html#pytest.MonkeyPatch
    """
    is_pytests = isinstance(owner, Parameter) and owner.name == "monkeypatch"
    if not arguments or not (is_pytests or (isinstance(owner, Result) and owner.callee == "pytest.MonkeyPatch")):
        return
    variable = interpreter.state.freeze(arguments[0])
    if name == "delenv":
        interpreter.change(ENVIRON, Drop(variable))
    elif name == "setenv" and len(arguments) > 1:
        interpreter.change(ENVIRON, Put(variable, interpreter.state.freeze(arguments[1])))


def patched(interpreter: Interpreter, manager: Value) -> bool:
    """`with patch.dict(os.environ, {...}, clear=True)` is entered, or a function under it; whether that is one."""
    if not isinstance(manager, Result) or manager.callee not in PATCHES or not manager.arguments:
        return False
    block, *values = manager.arguments
    if not isinstance(block, LiveEnvironment) and block != Constant(ENVIRON.name):
        return False
    keywords = dict(manager.keywords)
    values += [keywords.pop("values")] if "values" in keywords else []
    clears = keywords.pop("clear", Constant(value=False)) == Constant(value=True)
    changes: list[Change] = [Clear()] if clears else []
    changes += [Spread(value) for value in values]
    changes += [Put(Constant(name), value) for name, value in keywords.items()]
    interpreter.change(block if isinstance(block, LiveEnvironment) else ENVIRON, *changes)
    return True
