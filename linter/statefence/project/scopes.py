"""What names and attributes mean: of modules, of the project and outside, and of values."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from statefence.facts import ir
from statefence.model import Place, Span
from statefence.project import assigned, bindings, classes, commands, functions, methods, models, mutations, sinks
from statefence.project.frames import State
from statefence.project.mappings import literal
from statefence.project.program import (
    Definition,
    Program,
    Unit,
)
from statefence.project.values import (
    IMPORTS,
    Change,
    Choice,
    ClassValue,
    Constant,
    Dictionary,
    External,
    FunctionValue,
    Imported,
    Item,
    Member,
    ModuleValue,
    Object,
    Partial,
    Result,
    Sequence,
    Unknown,
    Value,
    choose,
    key_of,
    rewrite,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from statefence.project.interpreter import Interpreter


def global_value(program: Program, unit: str, name: str) -> Value | None:
    """What a name means at module level, None when the module does not bind it."""
    running = program.running.get(key_of(unit, ""))
    if running is not None and unit not in program.namespaces:
        program.consulted.ask(key_of(unit, ""))
        program.consulted.circle(key_of(unit, ""))
        value = running.variables.get(name)
        return None if value is None else looked_up(program, running.freeze(value))
    value = namespace(program, unit).get(name)
    if value is not None:
        value = looked_up(program, value)
    if name in assigned.declared_global(program, unit):
        return assigned.global_value(program, unit, name, value)
    if isinstance(value, Dictionary):
        return Dictionary((*value.changes, *_changed_later(program, unit, name)), value.place, value.display)
    return value


def looked_up(program: Program, value: Value) -> Value:
    """The value with the names it imports looked up."""
    if not isinstance(value, Imported | Choice) or not value.holds & IMPORTS:
        return value
    return rewrite(value, IMPORTS, lambda node: _meaning(program, node) if isinstance(node, Imported) else None)


def _meaning(program: Program, imported: Imported) -> Value:
    if imported in program.looking_up:
        if imported != next(reversed(program.looking_up)):
            program.consulted.circle("")
        inner = f"{imported.module}.{imported.name}"
        if inner in program.units or inner in program.packages:  # `from package import module`, in the package itself
            return ModuleValue(inner)
        return Unknown(f"{imported.module} and others import {imported.name!r} from one another")
    program.looking_up[imported] = None
    try:
        return module_attribute(program, ModuleValue(imported.module), imported.name)
    finally:
        del program.looking_up[imported]


def _changed_later(program: Program, unit: str, name: str) -> tuple[Change, ...]:
    """What functions of the module may do to the mapping that a name of it holds."""
    known = program.mutations.get((unit, name))
    if known is None:
        known = program.mutations[unit, name] = tuple(_mutations(program, program.units[unit], name))
    return known


def _mutations(program: Program, unit: Unit, name: str) -> Iterator[Change]:
    pattern = mutations.pattern(name)
    if not pattern.search(unit.data):
        return

    def matches(node: ir.Expression) -> bool:
        return isinstance(node, ir.Name) and node.id == name

    for key in list(program.by_unit.get(unit.name, ())):
        definition = program.definitions[key]
        if not isinstance(definition.node, ir.Function) or (definition.owner is None and definition.around):
            continue  # what stands within a function is found with it
        if not pattern.search(unit.data, *program.extent(definition)):
            continue
        function = program.function(definition)
        if not mutations.binds(function, name):
            yield from mutations.alternatives(unit.path, function.body or (), matches)


def namespace(program: Program, unit: str) -> Mapping[str, Value]:
    """A module's names after it was run, frozen."""
    key = key_of(unit, "")
    program.consulted.ask(key)
    known = program.namespaces.get(unit)
    if known is not None:
        return known
    if key in program.running:
        program.consulted.circle(key)
        return {}
    found = program.units.get(unit)
    if found is None:
        return {}
    program.consulted.begin(key)
    try:
        return _run_module(program, found)
    except RecursionError:
        del program.running[key]
        program.too_deep[key] = (found.path, 1)
        return program.namespaces.setdefault(unit, {})
    finally:
        program.consulted.end()


def _run_module(program: Program, unit: Unit) -> Mapping[str, Value]:
    from statefence.project.interpreter import Interpreter

    start = Span(1, 0, 1, 0)
    body = program.parse(unit)
    owner = Definition(unit, "", ir.Function(start, "<module>", (), body, (), None))
    interpreter = Interpreter(program, owner, State({}, {}))
    program.running[owner.key] = interpreter.state
    interpreter.run(body)
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
    inner = f"{module.name}.{name}"
    if isinstance(value, FunctionValue | ClassValue) and _is_standard_callee(inner):
        return External(inner)
    if value is not None:
        return value
    if inner in program.units or inner in program.packages:
        return ModuleValue(inner)
    if module.name in program.units:
        last = module.name.rpartition(".")[2]
        if _is_standard_callee(f"{last}.{name}"):
            return External(f"{last}.{name}")
        fallback = _module_getattr(program, module.name, name)
        return fallback or Unknown(f"{module.name} has no {name!r} that the analysis can see")
    return External(inner)


def _is_standard_callee(name: str) -> bool:
    """Whether a name is that of a spawner or opener of the standard library.

    A project's module of the same name either is the standard one, or stands in for it, or is not what is imported:
    the last where it lacks the name.
    """
    return name.partition(".")[0] in sys.stdlib_module_names and (
        sinks.spawner(name) is not None or sinks.opener(name) is not None
    )


def _module_getattr(program: Program, unit: str, name: str) -> Value | None:
    """What a module's `__getattr__` makes of a name; None where the module has none.

    What it makes in ways that are not followed is what the tables of callees list under that name, if they do.
    """
    method = namespace(program, unit).get("__getattr__")
    if method is None:
        return None
    unknown = External(f"{unit}.{name}") if sinks.is_listed(f"{unit}.{name}") else Unknown("made by __getattr__")
    signature = program.signatures.get(method.key, ()) if isinstance(method, FunctionValue) else ()
    if not isinstance(method, FunctionValue) or len(signature) != 1:
        return unknown
    if (unit, name) in program.making:
        return unknown
    program.making.add((unit, name))
    try:
        binding = {(method.key, signature[0].name): Constant(name)}
        made = bindings.instantiate(program, functions.summarize(program, method.key).returns, binding)
    finally:
        program.making.remove((unit, name))
    followed = not isinstance(made, Unknown | Result | Item | Member | Choice) or bool(made.holds & IMPORTS)
    return looked_up(program, made) if followed else unknown


def imported_by_name(program: Program, name: Value, package: Value) -> Value:
    """`importlib.import_module(name, package)`: the module, where its name is known."""
    text, around = literal(name), literal(package)
    if text is not None and text.startswith(".") and around is not None:
        level = len(text) - len(text.lstrip("."))
        kept = around.split(".")[: around.count(".") + 2 - level]
        text = ".".join([*kept, text.lstrip(".")])
    if text is None or not text.strip(".") or text.startswith("."):
        return Result("importlib.import_module", (name, package))
    return ModuleValue(text) if text in program.units or text in program.packages else models.external(text)


def named_attribute(program: Program, asked: Result) -> Value:
    """`getattr(owner, name)`, once both are known; else what is asked."""
    owner, name = asked.arguments
    if not isinstance(owner, ModuleValue | External) or not isinstance(name, Constant):
        return asked
    return module_attribute(program, owner, str(name.value))


def star_import(program: Program, module: Value) -> Mapping[str, Value]:
    """What `from module import *` binds: `__all__` where it is a literal, else every public name.

    Of a module outside the project only those names are known that the tables of callees list.
    """
    if isinstance(module, External):
        return sinks.listed_in(module.name)
    if not isinstance(module, ModuleValue):
        return {}
    names = namespace(program, module.name)
    declared = global_value(program, module.name, "__all__")
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
    if isinstance(content, Partial):
        command = commands.attribute(content, name)
        return Member(content, name) if command is None else command
    if name in interpreter.of_classes and isinstance(content, ClassValue | Object):
        key = content.key if isinstance(content, ClassValue) else content.cls
        held = interpreter.state.variables.get(assigned.of_class(key, name))
        if held is not None:
            return held
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
