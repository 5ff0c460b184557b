"""What functions assign that is not their own: names that they declare `global`, and attributes of classes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from statefence.facts import ir
from statefence.project import bindings, functions
from statefence.project.bounds import bounded
from statefence.project.mappings import open_test
from statefence.project.program import Definition, Effect, Program, Unit
from statefence.project.values import Binding, Constant, Unknown, Value, choose, is_constant_none, key_of

if TYPE_CHECKING:
    from statefence.project.frames import State
    from statefence.project.interpreter import Interpreter

GLOBAL, CLASS = "global ", "class "
"""Begin the names under which effects tell of such variables; no Python name can be one."""

MOST = 4
"""What more functions than these assign is unknown."""

GLOBALS = re.compile(rb"^[ \t]+global[ \t]+([\w, \t]+)", re.MULTILINE)
_OF_CLASS = re.compile(
    rb"^[ \t]+(cls|[A-Z]\w*|(?:\w+\.)__class__|type\(self\))\.(\w+)[ \t]*(?::[^=\n]+)?=[^=]", re.MULTILINE
)


def of_class(key: str, name: str) -> str:
    """The variable of a state that holds what a body assigned to an attribute of a class."""
    return f"{CLASS}{key} {name}"


def effects(interpreter: Interpreter, final: State) -> Iterator[Effect]:
    """What a body leaves assigned of such variables, given the state in which it is left."""
    for name in sorted(interpreter.globals):
        if name in final.variables:
            yield Effect(f"{GLOBAL}{name}", bounded(final.freeze(final.variables[name])))
    for variable in interpreter.of_classes.values():
        if variable in final.variables:
            yield Effect(variable, bounded(final.freeze(final.variables[variable])))


def apply(interpreter: Interpreter, called: Definition, effect: Effect, binding: Binding) -> None:
    """A function of this module was called that assigns such a variable."""
    if called.unit is not interpreter.unit:
        return
    variables = interpreter.state.variables
    name = effect.parameter.removeprefix(GLOBAL)
    if effect.parameter.startswith(CLASS):
        interpreter.of_classes[name.rpartition(" ")[2]] = name
    elif name in variables and name not in interpreter.globals and interpreter.owner.qualified:
        return
    else:
        interpreter.globals.add(name)
    variables[name] = interpreter.rooted(bindings.instantiate(interpreter.program, effect.value, binding))


def is_shared(effect: Effect) -> bool:
    """Whether an effect tells of such a variable."""
    return effect.parameter.startswith((GLOBAL, CLASS))


def declared_global(program: Program, unit: str) -> frozenset[str]:
    """The module's names that functions declare `global`, and so may assign."""
    known = program.reassigned.get(unit)
    if known is None:
        module = program.units.get(unit)
        found = GLOBALS.findall(module.data) if module is not None and b"global" in module.words else []
        known = frozenset(name.strip().decode() for names in found for name in names.split(b","))
        program.reassigned[unit] = known
    return known


def global_value(program: Program, unit: str, name: str, value: Value | None) -> Value:
    """What a name of a module is that functions declare `global`, given what the module itself binds it to.

    While the one function runs that assigns it, it is still what the module says.
    """
    pattern = re.compile(rb"^[ \t]+global[ \t][\w, \t]*\b" + name.encode() + rb"\b", re.MULTILINE)
    setters = _waiting(program, _setters(program, program.units[unit], f"{GLOBAL}{unit} {name}", pattern))
    unknown = Unknown(f"functions of {unit} assign {name!r} too")
    if not setters:
        return unknown if value is None else value
    late = _assigned(program, setters, f"{GLOBAL}{name}") or unknown
    return late if value is None else _either(late, value)


def class_value(program: Program, key: str, name: str, value: Value | None) -> Value | None:
    """What an attribute of a class is, given what the class body binds it to: functions of its module may assign it."""
    unit = program.definitions[key].unit
    program.consulted.ask(key_of(unit.name, ""))
    own = key.rpartition(":")[2].rpartition(".")[2].encode()
    owners = _assigned_of_classes(program, unit).get(name.encode(), ())
    if not any(owner == own or not owner[:1].isupper() for owner in owners):
        return value
    dotted = rb"\." + re.escape(name.encode()) + rb"[ \t]*(?::[^=\n]+)?=[^=]"
    setters = _setters(program, unit, of_class(key, name), re.compile(dotted))
    late = _assigned(program, _waiting(program, setters), of_class(key, name))
    return value if late is None else late if value is None else _either(late, value)


def _either(late: Value, value: Value) -> Value:
    """What is assigned later, or what a variable begins with: the later where it begins with nothing."""
    nothing = is_constant_none(value) or getattr(value, "changes", None) == ()
    return choose(open_test(preferred=nothing), late, value)


def _waiting(program: Program, setters: Iterable[str]) -> tuple[str, ...]:
    """The functions of these that do not run at present."""
    running = [key for key in setters if key in program.running]
    for key in running:
        program.consulted.circle(key)
    return tuple([key for key in setters if key not in running])


def _assigned(program: Program, setters: tuple[str, ...], variable: str) -> Value | None:
    """One value of all that functions assign to a variable, the first of them first; None where none does."""
    if len(setters) > MOST:
        return Unknown("what many functions assign")
    values = [
        effect.value
        for key in setters
        for effect in functions.summarize(program, key).outer
        if effect.parameter == variable and not (isinstance(effect.value, Constant) and not effect.value.value)
    ]
    result = values.pop() if values else None
    while values and result is not None:
        result = choose(open_test(), values.pop(), result)
    return result


def _setters(program: Program, unit: Unit, variable: str, pattern: re.Pattern[bytes]) -> tuple[str, ...]:
    """The functions of a module, those within others left aside, whose text assigns a variable; kept."""
    known = program.assigning.get(variable)
    if known is None:
        known = program.assigning[variable] = tuple(_matching(program, unit, pattern))
    return known


def _matching(program: Program, unit: Unit, pattern: re.Pattern[bytes]) -> Iterator[str]:
    for key in list(program.by_unit.get(unit.name, ())):
        definition = program.definitions[key]
        within = definition.owner is None and bool(definition.around)
        if not isinstance(definition.node, ir.Function) or within:
            continue
        if pattern.search(unit.data, *program.extent(definition)):
            yield key


def _assigned_of_classes(program: Program, unit: Unit) -> dict[bytes, set[bytes]]:
    """By the names of attributes that a module's functions assign to classes, the classes as the text has them."""
    known = program.class_assignments.get(unit.name)
    if known is None:
        known = program.class_assignments[unit.name] = {}
        for owner, name in _OF_CLASS.findall(unit.data):
            known.setdefault(name, set()).add(owner)
    return known
