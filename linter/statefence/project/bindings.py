"""What a call hands over, which parameters that binds, and a summary in terms of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statefence.facts import ir
from statefence.model import Place, Span
from statefence.project import classes, scopes
from statefence.project.bounds import bounded
from statefence.project.mappings import item
from statefence.project.program import (
    Program,
)
from statefence.project.texts import finished
from statefence.project.values import (
    ABSENT,
    PARAMETERS,
    Absent,
    Arguments,
    Binding,
    Choice,
    Constant,
    Dictionary,
    FunctionValue,
    Item,
    Member,
    Object,
    Parameter,
    Put,
    Reference,
    Result,
    Sequence,
    Spread,
    Unknown,
    Value,
    rewrite,
)
from statefence.project.worlds import settled

if TYPE_CHECKING:
    from statefence.project.interpreter import Interpreter


def evaluate_arguments(interpreter: Interpreter, node: ir.Call) -> Arguments:
    """The arguments of a call, in the order of evaluation."""
    positional: list[Value] = []
    more: list[Value] = []
    spans: dict[int | str, Span] = {}
    for argument in node.arguments:
        value = interpreter.evaluate(argument)
        if isinstance(argument, ir.Starred):
            content = interpreter.content(value)
            if isinstance(content, Sequence) and not more:
                positional.extend(content.items)
            else:
                more.append(value)
        elif more:
            more.append(value)
        else:
            spans[len(positional)] = argument.span
            positional.append(value)
    keywords: dict[str, Value] = {}
    spreads: list[Value] = []
    for keyword in node.keywords:
        value = interpreter.evaluate(keyword.value)
        if keyword.name is None:
            spreads.append(interpreter.state.freeze(value))
        else:
            keywords[keyword.name] = value
            spans[keyword.name] = keyword.value.span
    return Arguments(tuple(positional), keywords, tuple(more), tuple(spreads), spans)


def argument(arguments: Arguments, keyword: str, position: int | None, place: Place) -> Value:
    """One argument by keyword or position, `ABSENT` when it is not passed."""
    if keyword in arguments.keywords:
        return arguments.keywords[keyword]
    if position is not None and -len(arguments.positional) <= position < len(arguments.positional):
        return arguments.positional[position]
    result: Value = ABSENT
    for spread in reversed(arguments.spreads):
        found = item(spread, Constant(keyword), ABSENT, place)
        if not isinstance(found, Absent):
            return found
    if position is not None and arguments.more:
        for source in arguments.more:
            if isinstance(source, Reference | Parameter):
                return result
    return result


def argument_spans(program: Program, function: FunctionValue, arguments: Arguments) -> dict[str, Span]:
    """Where each parameter's argument stands in the call."""
    spans = {name: span for name, span in arguments.spans.items() if isinstance(name, str)}
    names = [p.name for p in program.signatures.get(function.key, ()) if p.kind in {"positional", "both"}]
    shift = 1 if function.receiver is not None else 0
    for position, span in arguments.spans.items():
        if isinstance(position, int) and position + shift < len(names):
            spans[names[position + shift]] = span
    return spans


def bind(
    interpreter: Interpreter, function: FunctionValue, arguments: Arguments, node: ir.Call
) -> tuple[Binding, dict[str, Value]]:
    """What a call binds each parameter to: frozen, and as the live objects whose changes the caller sees."""
    program = interpreter.program
    signature = program.signatures.get(function.key, ())
    live: dict[str, Value] = {}
    positional = list(arguments.positional)
    place = interpreter.place(node.span)
    if function.receiver is not None:
        positional.insert(0, function.receiver)
    taken = set()
    for index, parameter in enumerate(p for p in signature if p.kind in {"positional", "both"}):
        taken.add(parameter.name)
        if index < len(positional):
            live[parameter.name] = positional[index]
        else:
            live[parameter.name] = argument(arguments, parameter.name, None, place)
    count = len([p for p in signature if p.kind in {"positional", "both"}])
    for parameter in signature:
        if parameter.kind == "keyword":
            taken.add(parameter.name)
            live[parameter.name] = argument(arguments, parameter.name, None, place)
        elif parameter.kind == "args":
            live[parameter.name] = _rest(positional[count:], arguments)
        elif parameter.kind == "kwargs":
            left = tuple(Put(Constant(name), value) for name, value in arguments.keywords.items() if name not in taken)
            live[parameter.name] = Dictionary((*[Spread(spread) for spread in arguments.spreads], *left))
    frozen: dict[tuple[str, str], Value] = {}
    for parameter in signature:
        value = live.get(parameter.name, ABSENT)
        if isinstance(value, Absent):
            value = _not_passed(parameter)
        frozen[function.key, parameter.name] = bounded(interpreter.state.freeze(value))
    receiver = interpreter.content(function.receiver) if function.receiver is not None else None
    if isinstance(receiver, Object) and receiver.bound is not None:
        for owner, name, value in receiver.bound:
            frozen.setdefault((owner, name), interpreter.state.freeze(value))
    return frozen, live


def _not_passed(parameter: Parameter) -> Value:
    """What a parameter is that a call does not pass: its default, but a settings field is read from elsewhere."""
    if parameter.settings:
        return parameter
    return parameter.default if parameter.default is not None else Unknown("an argument that is not passed")


def _rest(positional: list[Value], arguments: Arguments) -> Value:
    if arguments.more and not positional and len(arguments.more) == 1:
        return arguments.more[0]
    return Unknown("positional arguments of unknown number") if arguments.more else Sequence(tuple(positional))


def instantiate(program: Program, value: Value, binding: Binding) -> Value:
    """A summary's value at a call: parameters replaced, and what that decides simplified."""
    if not binding:
        return value

    def replace(node: Value) -> Value | None:
        return binding.get((node.function, node.name)) if isinstance(node, Parameter) else None

    def finish(node: Value) -> Value:
        if isinstance(node, Choice):
            holds = settled(node.test)
            return node if holds is None else node.then if holds else node.orelse
        if isinstance(node, Item):
            return item(node.owner, node.key, node.default, Place("", Span(0, 0, 0, 0)))
        if isinstance(node, Member):
            found = classes.attribute(program, node.owner, node.name, node.owner)
            return node if found is None else found
        if isinstance(node, Result) and node.callee == "importlib.import_module":
            return scopes.imported_by_name(program, *node.arguments)
        if isinstance(node, Result) and node.callee == "builtins.getattr":
            return scopes.named_attribute(program, node)
        return finished(node) if isinstance(node, Result) else node

    return rewrite(value, PARAMETERS, replace, finish)
