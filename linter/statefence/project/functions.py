"""Functions of the project: what calling one gives and changes, found by interpreting it once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from statefence.facts import ir
from statefence.model import Place
from statefence.project import classes, click, closures, inherited, models, scopes, sinks
from statefence.project.bounds import bounded
from statefence.project.frames import State, join
from statefence.project.mappings import open_test
from statefence.project.program import (
    RECURSIVE,
    Definition,
    Effect,
    Program,
    Summary,
    Unit,
    parameter_values,
)
from statefence.project.values import (
    NONE,
    ClassValue,
    Constant,
    External,
    FunctionValue,
    Member,
    Object,
    Parameter,
    Reference,
    Result,
    Test,
    Unknown,
    Value,
    choose,
    key_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from statefence.project.interpreter import Interpreter


MOST_TRIED = 50
"""A function within one that is not yet interpreted to its end is interpreted anew for at most so many calls."""

DEEPEST = 60
"""At most so many functions are interpreted within each other; beyond, a value is unknown."""


def set_defaults(interpreter: Interpreter, key: str, node: ir.Function) -> None:
    """Evaluate a function's defaults where it is defined, and keep its open parameters."""
    defaults = {
        parameter.name: interpreter.state.freeze(interpreter.evaluate(parameter.default))
        for parameter in node.parameters
        if parameter.default is not None
    }
    if not FROM_ELSEWHERE.isdisjoint(interpreter.unit.words):
        defaults = dict(_declared(interpreter, node, defaults))
    values = []
    for value, parameter in zip(parameter_values(key, node.parameters, defaults), node.parameters, strict=True):
        types = tuple(classes.type_names(parameter.annotation))
        values.append(
            Parameter(value.function, value.name, value.kind, value.default, settings=False, types=types),
        )
    interpreter.program.signatures[key] = tuple(values)


FROM_ELSEWHERE = frozenset({b"typer"})
"""Packages by which a default or an annotation declares what a parameter is when the user gives nothing."""


def _declared(
    interpreter: Interpreter, node: ir.Function, defaults: Mapping[str, Value]
) -> Iterator[tuple[str, Value]]:
    """The defaults of a function's parameters, where a library's declarations say them."""
    for parameter in node.parameters:
        default = defaults.get(parameter.name)
        annotation = parameter.annotation
        said = interpreter.evaluate(annotation) if isinstance(annotation, ir.Subscript) else NONE
        place = interpreter.place(node.span if annotation is None else annotation.span)
        found = click.typed_default(default, interpreter.state.freeze(said), place)
        if found is not None:
            yield parameter.name, found


def summarize(program: Program, key: str) -> Summary:
    """What calling a function gives and changes, in terms of its parameters."""
    program.consulted.ask(key)
    known = program.summaries.get(key)
    if known is not None:
        return known
    if key in program.running or len(program.running) > DEEPEST:
        program.consulted.circle(key)
        return RECURSIVE
    definition = program.definitions[key]
    if not isinstance(definition.node, ir.Function):
        return classes.synthetic_summary(program, key)
    program.consulted.begin(key)
    program.consulted.ask(program.body_of(key_of(definition.unit.name, definition.around)))
    try:
        node = program.function(definition)
        return _interpret(program, structs.replace(definition, node=node), node)
    except RecursionError:
        program.running.pop(key, None)
        program.too_deep[key] = (definition.unit.path, definition.node.span.line)
        return program.summaries.setdefault(key, Summary(Unknown("code that is nested too deeply to follow")))
    finally:
        program.consulted.end()


def _interpret(program: Program, definition: Definition, node: ir.Function) -> Summary:
    from statefence.project.interpreter import Interpreter

    key = definition.key
    live = _is_live(program, definition)
    if live:
        program.tried[key] = program.tried.get(key, 0) + 1
        if program.tried[key] > MOST_TRIED:
            return Summary(Unknown("a function within a function that is called too often to follow"))
    interpreter = Interpreter(program, definition, State({}, {}), program.closures.get(key))
    for table in (program.sites, program.edges, program.chains, program.handed):
        table[key] = []
    cells = _bind_parameters(interpreter, definition, node)
    is_patched = _patch(interpreter, definition)
    program.running[key] = interpreter.state
    ended = interpreter.run(node.body or ())
    returns = _merge_returns(interpreter, ended=ended)
    final = _final(interpreter, ended=ended)
    summary = Summary(
        bounded(returns),
        _merge_yields(interpreter),
        _effects(final, cells),
        closures.outer_effects(interpreter, final),
        () if is_patched else inherited.left(interpreter.suspended or final),
    )
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


def _patch(interpreter: Interpreter, definition: Definition) -> bool:
    """Whether a decorator changes the block that children inherit while the function runs; if so, it is changed."""
    around = interpreter.program.definitions.get(definition.owner or "")
    node, name = definition.node, definition.qualified.rpartition(".")[2]
    decorators = [] if not isinstance(node, ir.Function) else list(node.decorators)
    if around is not None and isinstance(around.node, ir.Class) and name.startswith(inherited.PATCHED_METHODS):
        decorators = [*around.node.decorators, *decorators]
    found = [each for each in decorators if _is_of_a_dict(each)]
    patches = [inherited.patched(interpreter, interpreter.evaluate(each)) for each in found]
    return any(patches)


def _is_of_a_dict(node: ir.Expression) -> bool:
    return isinstance(node, ir.Call) and isinstance(node.function, ir.Attribute) and node.function.attr == "dict"


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
            content = ClassValue(definition.owner) if is_class else classes.received(program, definition.owner, node)
        elif models.is_test_function(definition.unit.path, node.name) or key in program.fixtures:
            content = _set_up(interpreter, definition, parameter) or parameter
        elif key in program.cells and parameter.name in sinks.MODULES:
            content = External(parameter.name)
        cells[parameter.name] = interpreter.allocate(content)
        interpreter.state.variables[parameter.name] = cells[parameter.name]
    return cells


def fixture_value(program: Program, definition: Definition, parameter: Parameter) -> Value | None:
    """What pytest hands to a test for a parameter: the nearest fixture of that name, or a built-in one."""
    key = _fixture(program, definition, parameter)
    if key is None:
        return models.builtin_fixture(parameter.name)
    summary = summarize(program, key)
    return summary.yields if summary.yields is not None else summary.returns


def _set_up(interpreter: Interpreter, definition: Definition, parameter: Parameter) -> Value | None:
    """What pytest hands over for a parameter, after the fixture has changed what children inherit."""
    key = _fixture(interpreter.program, definition, parameter)
    if key is not None:
        inherited.leave(interpreter, summarize(interpreter.program, key), {})
    return fixture_value(interpreter.program, definition, parameter)


def _fixture(program: Program, definition: Definition, parameter: Parameter) -> str | None:
    """The key of the nearest fixture of that name."""
    return _fixture_of_class(program, definition, parameter) or _fixture_of_module(program, definition.unit, parameter)


def _fixture_of_class(program: Program, definition: Definition, parameter: Parameter) -> str | None:
    """The fixture among the methods of a test's class and of its bases."""
    for cls in () if definition.owner is None else classes.lineage(program, definition.owner):
        model = program.models.get(cls.key) if isinstance(cls, ClassValue) else None
        found = None if model is None else model.names.get(parameter.name)
        if isinstance(found, FunctionValue) and found.key in program.fixtures and found.key != parameter.function:
            return found.key
    return None


def _fixture_of_module(program: Program, unit: Unit, parameter: Parameter) -> str | None:
    """The fixture of the module or of a conftest above it."""
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
        scopes.namespace(program, candidate.name)
        key = program.fixture_names.get((candidate.name, parameter.name))
        if key is None:
            value = scopes.global_value(program, candidate.name, parameter.name)
            key = value.key if isinstance(value, FunctionValue) and value.key in program.fixtures else None
        if key is not None and key != parameter.function:
            return key
    return None


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
    if not interpreter.yielded:
        return None
    result = interpreter.yielded[-1]
    for value in reversed(interpreter.yielded[:-1]):
        result = choose(Test("open"), value, result)
    return result


def _final(interpreter: Interpreter, *, ended: bool) -> State:
    """The state in which the function leaves what it was given: that of its end, joined with those of its returns."""
    left = list(zip(interpreter.returned, interpreter.left, strict=True))
    if not ended and len(left) == 1:
        return left[0][1]
    final = interpreter.state
    if not ended and left:
        final = left.pop()[1]
    for (conditions, _), state in reversed(left):
        test = conditions[0] if len(conditions) == 1 else Test("and", conditions) if conditions else open_test()
        final = join(test, state, final)
    return final


def _effects(final: State, cells: Mapping[str, Reference]) -> tuple[Effect, ...]:
    effects = []
    for name, cell in cells.items():
        content = final.heap[cell.number]
        if not isinstance(content, Parameter) and content != Object(getattr(content, "cls", ""), None):
            effects.append(Effect(name, bounded(final.freeze(content))))
    return tuple(effects)


HANDED_BY_DECORATORS = {
    **dict.fromkeys(("nox.session", "nox.sessions.session", "nox.registry.session_decorator"), "nox.Session"),
    **dict.fromkeys(("invoke.task", "invoke.tasks.task"), "invoke.Context"),
    **dict.fromkeys(("fabric.task", "fabric.tasks.task"), "fabric.Connection"),
}
"""What the function under a decorator is called with first."""


def _type_first(program: Program, key: str, cls: str) -> None:
    """Say of which class a function's first parameter is, where its annotation does not."""
    signature = program.signatures.get(key, ())
    if signature and not signature[0].types:
        program.signatures[key] = (structs.replace(signature[0], types=(cls,)), *signature[1:])


def decorated(interpreter: Interpreter, decorator: Value, value: Value, place: Place) -> Value:
    """A function under a decorator. Decorators not known here are taken to keep the function as it is."""
    program = interpreter.program
    content = interpreter.content(decorator)
    name = content.callee if isinstance(content, Result) else content.name if isinstance(content, External) else ""
    if not isinstance(value, FunctionValue):
        return value
    if (
        isinstance(content, Member)
        and content.name in {"setter", "deleter"}
        and isinstance(content.owner, FunctionValue)
    ):
        return content.owner
    if name in HANDED_BY_DECORATORS:
        _type_first(program, value.key, HANDED_BY_DECORATORS[name])
    last = content.name if isinstance(content, Member) else name.rpartition(".")[2]
    if last in {"option", "argument"} and isinstance(content, Result):
        click.declare(program, value.key, content, place, required=last == "argument")
    marked = _marked_by(program, last)
    if marked is not None:
        marked.add(value.key)
    if last == "fixture":
        named = dict(content.keywords).get("name") if isinstance(content, Result) else None
        if isinstance(named, Constant) and isinstance(named.value, str):
            program.fixture_names[interpreter.unit.name, named.value] = value.key
    return value


def _marked_by(program: Program, decorator: str) -> set[str] | None:
    """Where the functions under a decorator are kept, None for one that says nothing of them."""
    return {
        "staticmethod": program.static_methods,
        "classmethod": program.class_methods,
        "property": program.properties,
        "cached_property": program.properties,
        "contextmanager": program.managers,
        "asynccontextmanager": program.managers,
        "fixture": program.fixtures,
        "cell": program.cells,
        "dataclass_transform": program.field_decorators,
    }.get(decorator)
