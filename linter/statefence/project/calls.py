"""Calls: whom an expression calls, what is handed over, what comes back, and what that call means to the world."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from statefence.facts import ir
from statefence.model import Place, Span
from statefence.project import classes, click, methods, models, sinks
from statefence.project.comprehensions import comprehended
from statefence.project.frames import State
from statefence.project.mappings import item
from statefence.project.program import (
    RECURSIVE,
    Definition,
    Edge,
    Effect,
    Program,
    Summary,
    Unit,
    parameter_values,
)
from statefence.project.values import (
    ABSENT,
    NONE,
    PARAMETERS,
    Absent,
    Arguments,
    Binding,
    Choice,
    ClassValue,
    Constant,
    Dictionary,
    Element,
    External,
    FunctionValue,
    Item,
    Member,
    ModuleValue,
    Object,
    Parameter,
    Partial,
    Put,
    Reference,
    Result,
    Sequence,
    Spread,
    Test,
    Unknown,
    Value,
    bounded,
    choose,
    key_of,
    rewrite,
)
from statefence.project.worlds import settled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from statefence.project.interpreter import Interpreter


# Names


def global_value(program: Program, unit: str, name: str) -> Value | None:
    """What a name means at module level, None when the module does not bind it."""
    running = program.running.get(key_of(unit, ""))
    if running is not None and unit not in program.namespaces:
        value = running.variables.get(name)
        return None if value is None else running.freeze(value)
    return namespace(program, unit).get(name)


def namespace(program: Program, unit: str) -> Mapping[str, Value]:
    """A module's names after it was run, frozen."""
    known = program.namespaces.get(unit)
    if known is not None:
        return known
    if key_of(unit, "") in program.running:
        return {}
    found = program.units.get(unit)
    if found is None:
        return {}
    try:
        return _run_module(program, found)
    except RecursionError:
        del program.running[key_of(unit, "")]
        program.too_deep[key_of(unit, "")] = (found.path, 1)
        return program.namespaces.setdefault(unit, {})


def _run_module(program: Program, unit: Unit) -> Mapping[str, Value]:
    from statefence.project.interpreter import Interpreter

    start = Span(1, 0, 1, 0)
    body = ir.Function(start, "<module>", (), unit.facts.body, (), None, generator=False)
    owner = Definition(unit, "", body)
    interpreter = Interpreter(program, owner, State({}, {}))
    program.running[owner.key] = interpreter.state
    interpreter.run(unit.facts.body)
    del program.running[owner.key]
    state = interpreter.state
    names = {name: state.freeze(value) for name, value in state.variables.items()}
    program.namespaces[unit.name] = names
    return names


def module_attribute(program: Program, module: Value, name: str) -> Value:
    """`module.name`, for a module of the project or outside."""
    if isinstance(module, External):
        return models.external(f"{module.name}.{name}")
    if not isinstance(module, ModuleValue):
        return Unknown("an attribute of something that is no module")
    value = global_value(program, module.name, name) if module.name in program.units else None
    if value is not None:
        return value
    inner = f"{module.name}.{name}"
    if inner in program.units or inner in program.packages:
        return ModuleValue(inner)
    if module.name in program.units:
        fallback = _module_getattr(program, module.name)
        return fallback or Unknown(f"{module.name} has no {name!r} that the analysis can see")
    return External(inner)


def _module_getattr(program: Program, unit: str) -> Value | None:
    """A module with a `__getattr__` makes its names on demand; what they are is not known."""
    return Unknown("made by the module's __getattr__") if "__getattr__" in namespace(program, unit) else None


def star_import(program: Program, module: Value) -> Mapping[str, Value]:
    """What `from module import *` binds: `__all__` where it is a literal, else every public name.

    Of a module outside the project only those names are known that the tables of callees list.
    """
    if isinstance(module, External):
        return sinks.listed_in(module.name)
    if not isinstance(module, ModuleValue):
        return {}
    names = namespace(program, module.name)
    declared = names.get("__all__")
    if isinstance(declared, Sequence):
        wanted = [entry.value for entry in declared.items if isinstance(entry, Constant)]
        return {name: names[name] for name in wanted if isinstance(name, str) and name in names}
    return {name: value for name, value in names.items() if not name.startswith("_")}


def attribute(interpreter: Interpreter, owner: Value, name: str, place: Place) -> Value:
    """`owner.name`."""
    content = interpreter.state.followed(owner)
    if isinstance(content, Choice):
        then = attribute(interpreter, content.then, name, place)
        return choose(content.test, then, attribute(interpreter, content.orelse, name, place))
    if isinstance(content, ModuleValue | External):
        return module_attribute(interpreter.program, content, name)
    found = classes.attribute(interpreter.program, content, name, owner)
    if found is not None:
        if isinstance(found, Dictionary) and not classes.is_property(interpreter.program, content, name):
            value = interpreter.met(found)
            interpreter.set_attribute(owner, name, value)
            return value
        return interpreter.rooted(found)
    derived = methods.derived(interpreter.state.freeze(content), name)
    return derived if derived is not None else Member(interpreter.state.freeze(content), name)


def with_attribute(content: Value, name: str, value: Value) -> Value:
    """An object the analysis has no class for, with an attribute set on it."""
    if isinstance(content, Choice):
        then = with_attribute(content.then, name, value)
        return Choice(content.test, then, with_attribute(content.orelse, name, value))
    if isinstance(content, Result):
        return Result(content.callee, content.arguments, (*content.keywords, (name, value)))
    return content


# Functions


def set_defaults(interpreter: Interpreter, key: str, node: ir.Function) -> None:
    """Evaluate a function's defaults where it is defined, and keep its open parameters."""
    defaults = {
        parameter.name: interpreter.state.freeze(interpreter.evaluate(parameter.default))
        for parameter in node.parameters
        if parameter.default is not None
    }
    values = []
    for value, parameter in zip(parameter_values(key, node.parameters, defaults), node.parameters, strict=True):
        types = tuple(classes.type_names(parameter.annotation))
        values.append(
            Parameter(value.function, value.name, value.kind, value.default, settings=False, types=types),
        )
    interpreter.program.signatures[key] = tuple(values)


def summarize(program: Program, key: str) -> Summary:
    """What calling a function gives and changes, in terms of its parameters."""
    known = program.summaries.get(key)
    if known is not None:
        return known
    if key in program.running or len(program.running) > DEEPEST:
        return RECURSIVE
    definition = program.definitions[key]
    if not isinstance(definition.node, ir.Function):
        return classes.synthetic_summary(program, key)
    try:
        node = program.function(definition)
        return _interpret(program, structs.replace(definition, node=node), node)
    except RecursionError:
        program.running.pop(key, None)
        program.too_deep[key] = (definition.unit.path, definition.node.span.line)
        return program.summaries.setdefault(key, Summary(Unknown("code that is nested too deeply to follow")))


MOST_TRIED = 50
"""A function within one that is not yet interpreted to its end is interpreted anew for at most so many calls."""

DEEPEST = 60
"""At most so many functions are interpreted within each other; beyond, a value is unknown."""


def _interpret(program: Program, definition: Definition, node: ir.Function) -> Summary:
    from statefence.project.interpreter import Interpreter

    key = definition.key
    live = _is_live(program, definition)
    if live:
        program.tried[key] = program.tried.get(key, 0) + 1
        if program.tried[key] > MOST_TRIED:
            return Summary(Unknown("a function within a function that is called too often to follow"))
    interpreter = Interpreter(program, definition, State({}, {}), program.closures.get(key))
    for table in (program.sites, program.edges, program.chains):
        table[key] = []
    cells = _bind_parameters(interpreter, definition, node)
    program.running[key] = interpreter.state
    ended = interpreter.run(node.body or ())
    returns = _merge_returns(interpreter, ended=ended)
    summary = Summary(bounded(returns), _merge_yields(interpreter), _effects(interpreter, cells))
    if not live:
        program.summaries[key] = summary
    program.running[key] = interpreter.state
    for nested in interpreter.nested:
        summarize(program, nested)
    del program.running[key]
    if not live:
        for nested in interpreter.nested:
            program.closures[nested] = interpreter.enclosing()
            summarize(program, nested)
    return summary


def _is_live(program: Program, definition: Definition) -> bool:
    """Whether the function that encloses this one is being interpreted, so that its variables may still change."""
    outer = definition.qualified.rpartition(".")[0]
    while outer:
        key = key_of(definition.unit.name, outer)
        if key in program.running:
            return True
        outer = outer.rpartition(".")[0]
    return False


def _bind_parameters(interpreter: Interpreter, definition: Definition, node: ir.Function) -> dict[str, Reference]:
    """Give every parameter a cell of its own, so that what happens to its object is seen."""
    program, key = interpreter.program, definition.key
    cells: dict[str, Reference] = {}
    values = program.signatures.get(key, ())
    for position, parameter in enumerate(values):
        content: Value = parameter
        if position == 0 and definition.owner is not None and key not in program.static_methods:
            is_class = key in program.class_methods or node.name == "__new__"
            content = ClassValue(definition.owner) if is_class else Object(definition.owner, None)
        elif models.is_test_function(definition.unit.path, node.name) or key in program.fixtures:
            content = fixture_value(program, definition.unit, parameter) or parameter
        cells[parameter.name] = interpreter.allocate(content)
        interpreter.state.variables[parameter.name] = cells[parameter.name]
    return cells


def fixture_value(program: Program, unit: Unit, parameter: Parameter) -> Value | None:
    """What pytest hands to a test for a parameter: a fixture of the module or of a conftest above it, or a built-in."""
    folder = unit.path.rpartition("/")[0]
    candidates = [unit]
    while True:
        above = program.by_path.get(f"{folder}/conftest.py" if folder else "conftest.py")
        if above is not None and above is not unit:
            candidates.append(above)
        if not folder:
            break
        folder = folder.rpartition("/")[0]
    for candidate in candidates:
        names = namespace(program, candidate.name)
        key = program.fixture_names.get((candidate.name, parameter.name))
        if key is None:
            value = names.get(parameter.name)
            key = value.key if isinstance(value, FunctionValue) and value.key in program.fixtures else None
        if key is not None and key != parameter.function:
            summary = summarize(program, key)
            return summary.yields if summary.yields is not None else summary.returns
    return models.builtin_fixture(parameter.name)


def _merge_returns(interpreter: Interpreter, *, ended: bool) -> Value:
    """One value of all returns: the first whose conditions hold."""
    returned = list(interpreter.returned)
    if ended:
        returned.append(((), NONE))
    if not returned:
        return Unknown("never returns")
    result = returned[-1][1]
    for conditions, value in reversed(returned[:-1]):
        if conditions:
            test = conditions[0] if len(conditions) == 1 else Test("and", conditions)
            result = choose(test, value, result)
        else:
            result = value
    interpreter.chain(interpreter.owner.node.span, result, [value for _, value in returned], expression=False)
    return result


def _merge_yields(interpreter: Interpreter) -> Value | None:
    node = interpreter.owner.node
    if not isinstance(node, ir.Function) or not node.generator or not interpreter.yielded:
        return None
    result = interpreter.yielded[-1]
    for value in reversed(interpreter.yielded[:-1]):
        result = choose(Test("open"), value, result)
    return result


def _effects(interpreter: Interpreter, cells: Mapping[str, Reference]) -> tuple[Effect, ...]:
    effects = []
    for name, cell in cells.items():
        content = interpreter.state.heap[cell.number]
        if not isinstance(content, Parameter) and content != Object(getattr(content, "cls", ""), None):
            effects.append(Effect(name, bounded(interpreter.state.freeze(content))))
    return tuple(effects)


def decorated(interpreter: Interpreter, decorator: Value, value: Value) -> Value:
    """A function under a decorator. Decorators not known here are taken to keep the function as it is."""
    program = interpreter.program
    content = interpreter.content(decorator)
    name = content.callee if isinstance(content, Result) else content.name if isinstance(content, External) else ""
    if not isinstance(value, FunctionValue):
        return value
    last = name.rpartition(".")[2]
    if last in {"option", "argument"} and isinstance(content, Result):
        click.declare(program, value.key, content, required=last == "argument")
    elif last == "staticmethod":
        program.static_methods.add(value.key)
    elif last == "classmethod":
        program.class_methods.add(value.key)
    elif last in {"property", "cached_property"}:
        program.properties.add(value.key)
    elif last in {"contextmanager", "asynccontextmanager"}:
        program.managers.add(value.key)
    elif last == "fixture":
        program.fixtures.add(value.key)
        named = dict(content.keywords).get("name") if isinstance(content, Result) else None
        if isinstance(named, Constant) and isinstance(named.value, str):
            program.fixture_names[interpreter.unit.name, named.value] = value.key
    return value


def entered(interpreter: Interpreter, manager: Value) -> Value:
    """What `with manager as name` binds."""
    content = interpreter.content(manager)
    if isinstance(content, Object):
        for method in ("__enter__", "__aenter__"):
            found = classes.attribute(interpreter.program, content, method, manager)
            if isinstance(found, FunctionValue):
                summary = summarize(interpreter.program, found.key)
                returned = summary.returns
                own = isinstance(returned, Object) and returned.bound is None and returned.cls == content.cls
                return manager if own else interpreter.rooted(returned)
    return manager


# Calls


def call(interpreter: Interpreter, node: ir.Call) -> Value:
    """The value of a call; what it does to the world and to its arguments is recorded."""
    if (
        isinstance(node.function, ir.Name)
        and node.function.id == "super"
        and "super" not in interpreter.state.variables
    ):
        return classes.super_value(interpreter)
    if isinstance(node.function, ir.Attribute):
        owner = interpreter.evaluate(node.function.value)
        arguments = evaluate_arguments(interpreter, node)
        return method_call(interpreter, owner, node.function.attr, arguments, node)
    function = interpreter.evaluate(node.function)
    return apply(interpreter, function, evaluate_arguments(interpreter, node), node)


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


def method_call(interpreter: Interpreter, owner: Value, name: str, arguments: Arguments, node: ir.Call) -> Value:
    """`owner.name(...)`."""
    content = interpreter.state.followed(owner)
    if isinstance(content, Choice) and methods.is_mapping_method(name) and not _has_object(content):
        return methods.method_call(interpreter, owner, name, arguments, node)
    if isinstance(content, Choice):
        then = method_call(interpreter, content.then, name, arguments, node)
        return interpreter.rooted(
            choose(content.test, then, method_call(interpreter, content.orelse, name, arguments, node)),
        )
    resolved = attribute(interpreter, owner, name, interpreter.place(node.function.span))
    if isinstance(interpreter.content(resolved), Member) or not _is_callable(interpreter.content(resolved)):
        return methods.method_call(interpreter, owner, name, arguments, node)
    return apply(interpreter, resolved, arguments, node)


def _has_object(choice: Choice) -> bool:
    """Whether a project object is among the alternatives, so that its own method is meant."""
    return any(
        isinstance(side, Object | ClassValue) or (isinstance(side, Choice) and _has_object(side))
        for side in (choice.then, choice.orelse)
    )


def _is_callable(value: Value) -> bool:
    return isinstance(value, FunctionValue | ClassValue | External | Partial | Choice | Object)


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
        merged = Arguments(
            content.arguments + arguments.positional,
            {**dict(content.keywords), **arguments.keywords},
            arguments.more,
            arguments.spreads,
            arguments.spans if not content.arguments else {},
        )
        return apply(interpreter, content.function, merged, node)
    if isinstance(content, Choice):
        then = apply(interpreter, content.then, arguments, node)
        return interpreter.rooted(choose(content.test, then, apply(interpreter, content.orelse, arguments, node)))
    if isinstance(content, Object):
        method = classes.attribute(interpreter.program, content, "__call__", function)
        if isinstance(method, FunctionValue):
            return project_call(interpreter, method, arguments, node)
    if isinstance(content, Parameter) and isinstance(content.default, FunctionValue | External | ClassValue | Partial):
        return apply(interpreter, content.default, arguments, node)
    if isinstance(content, Member):
        return methods.method_call(interpreter, content.owner, content.name, arguments, node)
    return Result("")


def project_call(interpreter: Interpreter, function: FunctionValue, arguments: Arguments, node: ir.Call) -> Value:
    """Call a function of the project: record who called whom with what, and use its summary."""
    program = interpreter.program
    definition = program.definitions[function.key]
    binding, live = bind(interpreter, function, arguments, node)
    edge = Edge(
        interpreter.owner.key,
        function.key,
        definition.qualified,
        interpreter.unit.path,
        node.span,
        interpreter.owner.symbol,
        binding,
        argument_spans(program, function, arguments),
        interpreter.reached_under(),
    )
    program.edges.setdefault(interpreter.owner.key, []).append(edge)
    summary = summarize(program, function.key)
    for effect in summary.effects:
        _apply_effect(interpreter, live.get(effect.parameter), effect, binding)
    if function.key in program.managers and summary.yields is not None:
        return interpreter.rooted(instantiate(program, summary.yields, binding))
    if summary.yields is not None:
        return Sequence((instantiate(program, summary.yields, binding),))
    return interpreter.rooted(instantiate(program, summary.returns, binding))


def argument_spans(program: Program, function: FunctionValue, arguments: Arguments) -> dict[str, Span]:
    """Where each parameter's argument stands in the call."""
    spans = {name: span for name, span in arguments.spans.items() if isinstance(name, str)}
    names = [p.name for p in program.signatures.get(function.key, ()) if p.kind in {"positional", "both"}]
    shift = 1 if function.receiver is not None else 0
    for position, span in arguments.spans.items():
        if isinstance(position, int) and position + shift < len(names):
            spans[names[position + shift]] = span
    return spans


def _apply_effect(interpreter: Interpreter, target: Value | None, effect: Effect, binding: Binding) -> None:
    if isinstance(target, Choice):
        interpreter.either(target, lambda side: _apply_effect(interpreter, side, effect, binding))
        return
    if not isinstance(target, Reference):
        return
    value = instantiate(interpreter.program, effect.value, binding)
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
        return node

    return rewrite(value, PARAMETERS, replace, finish)


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
