"""Callables that a function is handed for a parameter whose default is one: whoever hands another over calls that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statefence.facts import ir
from statefence.project import bindings, calls
from statefence.project.program import HandedCall, Program
from statefence.project.values import CALLABLES, Arguments, Binding, FunctionValue, Parameter, Test, Value

if TYPE_CHECKING:
    from statefence.project.interpreter import Interpreter


def called(interpreter: Interpreter, parameter: Parameter, arguments: Arguments, node: ir.Call) -> Value:
    """A parameter is called: its default, as long as nothing else is handed over for it."""
    assert parameter.default is not None
    _record(interpreter, parameter, arguments)
    interpreter.conditions.append(Test("equal", (parameter, parameter.default), interpreter.place(node.span)))
    result = calls.apply(interpreter, parameter.default, arguments, node)
    interpreter.conditions.pop()
    return result


def call_what_is_handed(interpreter: Interpreter, function: str, binding: Binding, node: ir.Call) -> None:
    """A function was called that calls a parameter of its own: what this call hands over for it is called too."""
    for each in tuple(interpreter.program.handed.get(function, ())):
        value = binding.get((each.parameter.function, each.parameter.name))
        if value is None or value == each.parameter.default:
            continue
        arguments = _instantiated(interpreter.program, each.arguments, binding)
        if isinstance(value, Parameter) and value.default == each.parameter.default:
            _record(interpreter, value, arguments)
        elif isinstance(value, (*CALLABLES, Parameter)) and not _is_called_already(interpreter, value, node):
            calls.apply(interpreter, value, arguments, node)


def _record(interpreter: Interpreter, parameter: Parameter, arguments: Arguments) -> None:
    """Remember the call for those who hand something over for the parameter."""
    freeze = interpreter.state.freeze
    frozen = Arguments(
        tuple(map(freeze, arguments.positional)),
        {name: freeze(value) for name, value in arguments.keywords.items()},
        tuple(map(freeze, arguments.more)),
        tuple(map(freeze, arguments.spreads)),
    )
    interpreter.program.handed.setdefault(interpreter.owner.key, []).append(HandedCall(parameter, frozen))


def _instantiated(program: Program, arguments: Arguments, binding: Binding) -> Arguments:
    def at_call(value: Value) -> Value:
        return bindings.instantiate(program, value, binding)

    return Arguments(
        tuple(map(at_call, arguments.positional)),
        {name: at_call(value) for name, value in arguments.keywords.items()},
        tuple(map(at_call, arguments.more)),
        tuple(map(at_call, arguments.spreads)),
    )


def _is_called_already(interpreter: Interpreter, value: Value, node: ir.Call) -> bool:
    """Whether this call is known to lead to the function, so that functions that hand each other on come to an end."""
    edges = interpreter.program.edges.get(interpreter.owner.key, ())
    return isinstance(value, FunctionValue) and any(
        edge.callee == value.key and edge.span == node.span for edge in edges
    )
