"""Which classes of the project derive from a class, and what they override."""

from __future__ import annotations

from statefence.facts import ir
from statefence.module_names import is_test_file
from statefence.project import scopes
from statefence.project.mappings import open_test
from statefence.project.program import Program
from statefence.project.values import (
    Choice,
    ClassValue,
    FunctionValue,
    Unknown,
    Value,
    choose,
    key_of,
)

MOST = 6
"""A method is followed into at most so many classes that override it."""


def overridden(program: Program, cls: str, method: FunctionValue) -> Value:
    """A method of an instance of which only a class is known: that class's, or those of the classes derived from it.

    The class's own is the main answer, unless it is abstract.
    """
    name = method.key.rpartition(".")[2]
    if name.startswith("__") or cls not in program.models:
        return method
    others = [found for heir in heirs(program, cls) if (found := _own_method(program, heir, name)) is not None]
    if len(others) > MOST:
        return choose(open_test(), method, Unknown(f"a method that more than {MOST} classes override"))
    abstract = bool(others) and is_abstract(program, method.key)
    value: Value = others.pop(0) if abstract else method
    for other in others:
        value = choose(open_test(preferred=False), other, value)
    return value


def replaced(program: Program, cls: str, name: str, value: Value) -> Value:
    """A class attribute of an instance of which only a class is known, or what derived classes set it to."""
    if program.models[cls].names.get(name) != value:
        return value
    others = [found for heir in heirs(program, cls) if (found := program.models[heir].names.get(name)) is not None]
    if len(others) > MOST:
        return choose(open_test(), value, Unknown(f"an attribute that more than {MOST} classes set"))
    for other in others:
        value = choose(open_test(preferred=False), other, value)
    return value


def _own_method(program: Program, cls: str, name: str) -> FunctionValue | None:
    found = program.models[cls].names.get(name)
    return found if isinstance(found, FunctionValue) else None


def is_abstract(program: Program, key: str) -> bool:
    """Whether a method is there to be overridden: it says so, or does nothing but raise."""
    definition = program.definitions[key]
    if not isinstance(definition.node, ir.Function):
        return False
    node = program.function(definition)
    marks = [
        entry.attr if isinstance(entry, ir.Attribute) else entry.id
        for entry in node.decorators
        if isinstance(entry, ir.Attribute | ir.Name)
    ]
    if "abstractmethod" in marks or "abstractproperty" in marks:
        return True
    body = node.body or ()
    return bool(body) and all(isinstance(statement, ir.Leave) and statement.kind == "raise" for statement in body)


def heirs(program: Program, cls: str) -> tuple[str, ...]:
    """The keys of the classes that derive from a class, at any distance, each once; tests derive none for it."""
    found: list[str] = []
    todo = [cls]
    while todo:
        for heir in _derived(program, todo.pop(0)):
            if heir not in found and heir != cls:
                found.append(heir)
                todo.append(heir)
    return tuple(found)


def _derived(program: Program, cls: str) -> tuple[str, ...]:
    key = heirs_of(cls)
    program.consulted.ask(key)
    known = program.heirs.get(cls)
    if known is not None:
        return known
    units = _naming(program).get(cls.rpartition(":")[2].rpartition(".")[2].encode(), ())
    if not is_test_file(program.definitions[cls].unit.path):
        units = tuple([unit for unit in units if not is_test_file(program.units[unit].path)])
    with program.consulted.finding(key):
        for unit in units:
            scopes.namespace(program, unit)
    found = tuple([key for unit in units for key in program.by_unit.get(unit, ()) if _derives(program, key, cls)])
    if not any(key_of(unit, "") in program.running for unit in units):
        program.heirs[cls] = found
    return found


_HEIRS = ".<heirs>"


def heirs_of(cls: str) -> str:
    """The key under which it is noted on what the classes rest that derive from a class."""
    return f"{cls}{_HEIRS}"


def base_of(key: str) -> bytes | None:
    """The name of the class whose heirs such a key is about; None for any other key."""
    return key.removesuffix(_HEIRS).rpartition(":")[2].rpartition(".")[2].encode() if key.endswith(_HEIRS) else None


def _derives(program: Program, key: str, cls: str) -> bool:
    model = program.models.get(key)
    return model is not None and any(_is(base, cls) for base in model.bases)


def _is(base: Value, cls: str) -> bool:
    if isinstance(base, Choice):
        return _is(base.then, cls) or _is(base.orelse, cls)
    return isinstance(base, ClassValue) and base.key == cls


def _naming(program: Program) -> dict[bytes, tuple[str, ...]]:
    """For the last part of a base's name, the modules that have a class with such a base."""
    if program.bases is None:
        found: dict[bytes, dict[str, None]] = {}
        for unit in program.units.values():
            for base in unit.outline.bases:
                found.setdefault(base, {})[unit.name] = None
        program.bases = {base: tuple(units) for base, units in found.items()}
    return program.bases
