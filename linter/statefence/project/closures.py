"""What functions do to variables that are not their own: of the functions around them, and of their module."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from statefence.facts import ir
from statefence.project import assigned, bindings, functions
from statefence.project.bounds import bounded
from statefence.project.frames import State, join
from statefence.project.mappings import open_test
from statefence.project.program import Definition, Effect, Summary
from statefence.project.values import (
    Arguments,
    Binding,
    Dictionary,
    FunctionValue,
    Partial,
    Reference,
    Value,
)

if TYPE_CHECKING:
    from statefence.project.interpreter import Interpreter

OUTER = "outer "
"""Begins the variables of a state that hold objects from outside the body; no Python name can be one."""

CHANGES = re.compile(rb"\bnonlocal\b|\][ \t]*(?:\|)?=[^=]|\.(?:update|setdefault|pop|popitem|clear)\(|\|=|\bdel\b")
"""Text of a function that changes something in place."""


def outer_effects(interpreter: Interpreter, final: State) -> tuple[Effect, ...]:
    """What a body leaves changed of the variables from outside, given the state in which it is left."""
    changed = [Effect(name, bounded(value)) for name, value in _changed(interpreter, final)]
    return (*changed, *assigned.effects(interpreter, final))


def _changed(interpreter: Interpreter, final: State) -> Iterator[tuple[str, Value]]:
    for name in sorted(interpreter.nonlocals):
        value = final.variables.get(name)
        if value is not None:
            yield name, final.freeze(value)
    for variable, value in final.variables.items():
        if not variable.startswith(OUTER) or not isinstance(value, Reference):
            continue
        content = final.heap.get(value.number)
        if content is not None and content is not final.origins.get(value.number):
            yield variable.removeprefix(OUTER), final.freeze(content)


def apply_outer(interpreter: Interpreter, called: Definition, summary: Summary, binding: Binding) -> None:
    """A function was called that changes variables from outside, which are those of this body or of one around it."""
    for effect in summary.outer:
        if assigned.is_shared(effect):
            assigned.apply(interpreter, called, effect, binding)
    around = called.around
    owner = interpreter.owner
    within = owner.qualified == around or not around or owner.qualified.startswith(f"{around}.")
    if not summary.outer or owner.unit.name != called.unit.name or not within:
        return
    for effect in summary.outer:
        if not assigned.is_shared(effect):
            _set(interpreter, effect.parameter, bindings.instantiate(interpreter.program, effect.value, binding))


def _set(interpreter: Interpreter, name: str, value: Value) -> None:
    """A variable that this body sees under the name is, or refers to, something else now."""
    state = interpreter.state
    own = state.variables.get(name)
    held = interpreter.lookup(name) if own is None else own
    if isinstance(held, Reference) and isinstance(value, Dictionary):
        state.heap[held.number] = value
    elif own is not None:
        state.variables[name] = interpreter.rooted(value)
    else:
        state.variables[name] = interpreter.rooted(value)
        interpreter.nonlocals.add(name)


def may_be_called(interpreter: Interpreter, arguments: Arguments, node: ir.Call) -> None:
    """Functions of this body that a call hands on may be called by whoever gets them."""
    for value in (*arguments.positional, *arguments.keywords.values()):
        function = value.function if isinstance(value, Partial) else value
        if isinstance(function, FunctionValue) and _changes_outer(interpreter, function):
            before = interpreter.state.copy()
            called = interpreter.program.definitions[function.key]
            apply_outer(interpreter, called, functions.summarize(interpreter.program, function.key), {})
            test = open_test(interpreter.place(node.span), preferred=False)
            interpreter.state.become(join(test, interpreter.state.copy(), before))


def _changes_outer(interpreter: Interpreter, function: FunctionValue) -> bool:
    """Whether it is a function within this body whose text changes something in place."""
    owner = interpreter.owner
    called = interpreter.program.definitions.get(function.key)
    if called is None or called.unit is not owner.unit or not owner.qualified:
        return False
    if called.around != owner.qualified:
        return False
    return CHANGES.search(called.unit.data, *interpreter.program.extent(called)) is not None
