"""Calls: whom an expression calls and what comes back; who called whom with what is recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import structs

from statefence.facts import ir
from statefence.project import (
    bindings,
    classes,
    closures,
    commands,
    configuration,
    functions,
    getters,
    handed,
    inherited,
    methods,
    scopes,
    sinks,
)
from statefence.project.comprehensions import comprehended
from statefence.project.frames import join
from statefence.project.program import (
    Edge,
    Effect,
    Summary,
)
from statefence.project.values import (
    CALLABLES,
    Arguments,
    Binding,
    Choice,
    ClassValue,
    Dictionary,
    Element,
    External,
    FunctionValue,
    Item,
    LiveEnvironment,
    Member,
    Object,
    Parameter,
    Partial,
    Reference,
    Result,
    Sequence,
    Unknown,
    Value,
    asked_variables,
    choose,
)

if TYPE_CHECKING:
    from statefence.project.interpreter import Interpreter


def call(interpreter: Interpreter, node: ir.Call) -> Value:
    """The value of a call; what it does to the world and to its arguments is recorded."""
    if (
        isinstance(node.function, ir.Name)
        and node.function.id == "super"
        and "super" not in interpreter.state.variables
    ):
        return classes.super_value(interpreter)
    if isinstance(node.function, ir.Attribute):
        changes = methods.changes_mapping(node.function.attr)
        owner = (interpreter.changing if changes else interpreter.evaluate)(node.function.value)
        arguments = bindings.evaluate_arguments(interpreter, node)
        result = method_call(interpreter, owner, node.function.attr, arguments, node)
        if arguments.positional:
            result = configuration.read(node.function.value, node.function.attr, result)
    else:
        function = interpreter.evaluate(node.function)
        arguments = bindings.evaluate_arguments(interpreter, node)
        result = apply(interpreter, function, arguments, node)
    closures.may_be_called(interpreter, arguments, node)
    return result


def method_call(interpreter: Interpreter, owner: Value, name: str, arguments: Arguments, node: ir.Call) -> Value:
    """`owner.name(...)`."""
    content = interpreter.state.followed(owner)
    if isinstance(content, Choice) and methods.is_container_method(name) and not _has_object(content):
        return methods.method_call(interpreter, owner, name, arguments, node)
    if isinstance(content, Choice):
        return _either(interpreter, content, lambda side: method_call(interpreter, side, name, arguments, node))
    resolved = scopes.attribute(interpreter, owner, name, interpreter.place(node.function.span))
    if isinstance(interpreter.content(resolved), Member) or not _is_callable(interpreter.content(resolved)):
        return methods.method_call(interpreter, owner, name, arguments, node)
    return apply(interpreter, resolved, arguments, node)


def _either(interpreter: Interpreter, choice: Choice, called: Callable[[Value], Value]) -> Value:
    """One of two values is called, each on a state of its own."""
    before = interpreter.state.copy()
    then = called(choice.then)
    after = interpreter.state.copy()
    interpreter.state.become(before)
    orelse = called(choice.orelse)
    interpreter.state.become(join(choice.test, after, interpreter.state.copy()))
    return interpreter.rooted(choose(choice.test, then, orelse))


def _has_object(choice: Choice) -> bool:
    """Whether a project object is among the alternatives, so that its own method is meant."""
    return any(
        isinstance(side, Object | ClassValue) or (isinstance(side, Choice) and _has_object(side))
        for side in (choice.then, choice.orelse)
    )


def _is_callable(value: Value) -> bool:
    return isinstance(value, FunctionValue | ClassValue | External | Partial | Choice | Object | Unknown)


def apply(interpreter: Interpreter, function: Value, arguments: Arguments, node: ir.Call) -> Value:
    """Call a value."""
    content = interpreter.state.followed(function)
    if isinstance(content, External):
        return sinks.external_call(interpreter, content.name, arguments, node)
    if isinstance(content, FunctionValue):
        return project_call(interpreter, content, arguments, node)
    if isinstance(content, ClassValue):
        return classes.construct(interpreter, content, arguments, node)
    if isinstance(content, Partial):
        ran = commands.called(interpreter, content, arguments, node)
        if ran is not None:
            return ran
        merged = Arguments(
            content.arguments + arguments.positional,
            {**dict(content.keywords), **arguments.keywords},
            arguments.more,
            arguments.spreads,
            arguments.spans if not content.arguments else {},
        )
        return apply(interpreter, content.function, merged, node)
    if isinstance(content, Choice):
        return _either(interpreter, content, lambda side: apply(interpreter, side, arguments, node))
    if isinstance(content, Unknown):
        return content
    if isinstance(content, Object):
        method = classes.attribute(interpreter.program, content, "__call__", function)
        if isinstance(method, FunctionValue):
            return project_call(interpreter, method, arguments, node)
    if isinstance(content, Parameter) and isinstance(content.default, CALLABLES):
        return handed.called(interpreter, content, arguments, node)
    if isinstance(content, Member):
        return methods.method_call(interpreter, content.owner, content.name, arguments, node)
    return Result("")


def project_call(interpreter: Interpreter, function: FunctionValue, arguments: Arguments, node: ir.Call) -> Value:
    """Call a function of the project: record who called whom with what, and use its summary."""
    program = interpreter.program
    definition = program.definitions[function.key]
    binding, live = bindings.bind(interpreter, function, arguments, node)
    sinks.record_declared(interpreter, function, arguments, node)
    opened = sinks.declared_open(interpreter, function, arguments, node)
    edge = Edge(
        interpreter.owner.key,
        function.key,
        definition.dotted,
        interpreter.unit.path,
        node.span,
        interpreter.owner.symbol,
        binding,
        bindings.argument_spans(program, function, arguments),
        interpreter.directory(),
        interpreter.reached_under(),
    )
    program.edges.setdefault(interpreter.owner.key, []).append(edge)
    summary = functions.summarize(program, function.key)
    for effect in summary.effects:
        _apply_effect(interpreter, live.get(effect.parameter), effect, binding)
    closures.apply_outer(interpreter, definition, summary, binding)
    yields, returns = _given(interpreter, summary, binding)
    _ask(interpreter, summary, returns, node)
    inherited.leave(interpreter, summary, binding)
    handed.call_what_is_handed(interpreter, function.key, binding, node)
    if opened is not None:
        return opened
    if function.key in program.managers and yields is not None:
        return interpreter.rooted(yields)
    if yields is not None:
        return Sequence((yields,))
    given = None if function.receiver is None else getters.given_attribute(program, function.key)
    if given is not None and function.receiver is not None:
        return scopes.attribute(interpreter, function.receiver, given, interpreter.place(node.span))
    return interpreter.rooted(returns)


def _ask(interpreter: Interpreter, summary: Summary, returns: Value, node: ir.Call) -> None:
    """A call that names the variables which a function asks for, one after the other, is where they are chosen."""
    names = asked_variables(returns)
    if len(names) > 1 and len(asked_variables(summary.returns)) < len(names):
        interpreter.remember_chain(node.span, names, returns, expression=True)


def _given(interpreter: Interpreter, summary: Summary, binding: Binding) -> tuple[Value | None, Value]:
    """What a call yields and returns."""
    if summary.yields is None:
        returns = bindings.instantiate(interpreter.program, summary.returns, binding)
        return None, inherited.seen_from(interpreter, returns)
    yields = bindings.instantiate(interpreter.program, summary.yields, binding)
    return inherited.seen_from(interpreter, yields), summary.returns


def _apply_effect(interpreter: Interpreter, target: Value | None, effect: Effect, binding: Binding) -> None:
    if isinstance(target, Choice):
        interpreter.either(target, lambda side: _apply_effect(interpreter, side, effect, binding))
        return
    if not isinstance(target, Reference | LiveEnvironment):
        return
    value = bindings.instantiate(interpreter.program, effect.value, binding)
    if isinstance(target, LiveEnvironment):
        inherited.change(interpreter, target, value)
        return
    content = interpreter.content(target)
    if isinstance(value, Object):
        if isinstance(content, Object):
            merged = {**dict(content.attributes), **dict(value.attributes)}
            value = Object(content.cls, content.bound, tuple(merged.items()))
        else:
            return
    if not isinstance(content, Parameter | Dictionary | Object | Choice | Item | Element | Member | Sequence):
        return
    interpreter.state.heap[target.number] = value


def entered(interpreter: Interpreter, manager: Value) -> Value:
    """What `with manager as name` binds."""
    content = interpreter.content(manager)
    inherited.patched(interpreter, content)
    if isinstance(content, Object):
        for method in ("__enter__", "__aenter__"):
            found = classes.attribute(interpreter.program, content, method, manager)
            if isinstance(found, FunctionValue):
                summary = functions.summarize(interpreter.program, found.key)
                inherited.leave(interpreter, summary, {})
                returned = summary.returns
                own = isinstance(returned, Object) and returned.bound is None and returned.cls == content.cls
                return manager if own else interpreter.rooted(returned)
    return manager


def comprehension(
    interpreter: Interpreter, node: ir.Comprehension, sources: list[Value], key: Value | None, value: Value
) -> Value:
    """The value of a comprehension."""
    pair = node.value.items if isinstance(node.value, ir.Display) else ()
    if key is None and isinstance(value, Sequence) and len(pair) == len(value.items) == 2:
        as_dict = structs.replace(node, key=pair[0], value=pair[1])
        return Result("items", (interpreter.content(comprehension(interpreter, as_dict, sources, *value.items)),))
    if key is None:
        return interpreter.allocate(Element(interpreter.state.freeze(value)))
    return interpreter.allocate(
        Dictionary(
            comprehended(interpreter, node, sources, interpreter.state.freeze(key), value),
            interpreter.place(node.span),
        ),
    )
