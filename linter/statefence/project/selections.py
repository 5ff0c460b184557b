"""What conditions on names leave of a mapping: `name in (...)`, `not name.startswith("X_")`, and several together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from statefence.facts import ir
from statefence.project import name_sets
from statefence.project.program import Program, Unit
from statefence.project.values import Change, Constant, Dictionary, FunctionValue, Select, Spread, Value

if TYPE_CHECKING:
    from statefence.project.interpreter import Interpreter


class Key(NamedTuple):
    """How expressions name what a mapping is gone through by: a variable, or the first of a pair that is one."""

    variable: ir.Expression
    of_pair: bool = False

    def is_(self, node: ir.Expression | None) -> bool:
        """Whether an expression is the name."""
        node = _recoded(node)
        if not self.of_pair:
            return _is_same(node, self.variable)
        return isinstance(node, ir.Subscript) and _is_same(node.value, self.variable) and _is_item(node, 0)

    def is_in(self, node: object) -> bool:
        """Whether an expression may ask about the name."""
        todo = [node]
        while todo:
            entry = todo.pop()
            if isinstance(entry, ir.Name) and _is_same(entry, self.variable):
                return True
            if isinstance(entry, tuple):
                todo.extend(entry)
            elif isinstance(entry, ir.Node | ir.Keyword | ir.Entry | ir.Clause):
                value = self.of_pair and isinstance(entry, ir.Subscript) and _is_item(entry, 1)
                fields = () if value else entry.__struct_fields__
                todo.extend(getattr(entry, field) for field in fields)
        return False


RECODINGS = frozenset({"str", "bytes", "fsdecode", "fsencode", "intern"})
"""Functions that leave a name what it is."""


def _recoded(node: ir.Expression | None) -> ir.Expression | None:
    if isinstance(node, ir.Call) and len(node.arguments) == 1 and _last_name(node.function) in RECODINGS:
        return node.arguments[0]
    return node


def _last_name(function: ir.Expression) -> str:
    return function.attr if isinstance(function, ir.Attribute) else function.id if isinstance(function, ir.Name) else ""


def _is_item(node: ir.Subscript, index: int) -> bool:
    return isinstance(node.index, ir.Constant) and node.index.value == index


def selected(
    interpreter: Interpreter,
    mapping: Value,
    key: Key,
    conditions: Iterable[ir.Expression],
    *,
    holds: bool = True,
) -> tuple[Change, ...]:
    """What is left of a mapping: the items for whose names all conditions hold, or not all of them."""
    about_name = [condition for condition in conditions if key.is_in(condition)]
    if not about_name:
        return (Spread(mapping),)
    return _every(interpreter, mapping, key, about_name, holds=holds)


def _every(
    interpreter: Interpreter, mapping: Value, key: Key, conditions: Iterable[ir.Expression], *, holds: bool
) -> tuple[Change, ...]:
    """One condition after the other takes away from what is left."""
    left: tuple[Change, ...] = (Spread(mapping),)
    for condition in conditions:
        source = mapping if left == (Spread(mapping),) else Dictionary(left)
        left = _one(interpreter, source, key, condition, holds=holds) or (Select(source),)
    return left


def _one(
    interpreter: Interpreter, mapping: Value, key: Key, node: ir.Expression, *, holds: bool
) -> tuple[Change, ...] | None:
    """What a condition leaves where it holds, or does not; None when it is not understood."""
    if isinstance(node, ir.Not):
        return _one(interpreter, mapping, key, node.operand, holds=not holds)
    if not key.is_in(node):
        return None
    if isinstance(node, ir.Boolean):
        return _combined(interpreter, mapping, key, node, holds=holds)
    if isinstance(node, ir.Compare) and key.is_(node.left):
        names = _names(interpreter, node.right)
        if names is None or node.operator not in {"in", "not in", "==", "!="}:
            return None
        listed = holds == (node.operator in {"in", "=="})
        return (Select(mapping, names),) if listed else (Select(mapping, denied=names),)
    prefixes = _prefixes(interpreter, key, node)
    if prefixes is None:
        return None
    beginning, positive = prefixes
    return (Select(mapping, kept=beginning),) if holds == positive else (Select(mapping, prefixes=beginning),)


def _combined(
    interpreter: Interpreter, mapping: Value, key: Key, node: ir.Boolean, *, holds: bool
) -> tuple[Change, ...] | None:
    """`and` and `or`: what both leave, or what either leaves. A condition on a value may take anything away."""
    if (node.operator == "and") == holds:
        about_name = [value for value in node.values if key.is_in(value)]
        return _every(interpreter, mapping, key, about_name, holds=holds)
    found: list[Change] = []
    for value in node.values:
        part = _one(interpreter, mapping, key, value, holds=holds)
        if part is None:
            return None
        found.extend(part)
    return tuple(found)


def _prefixes(interpreter: Interpreter, key: Key, node: ir.Expression) -> tuple[tuple[str, ...], bool] | None:
    """The beginnings that a condition asks for, and whether it holds with one of them or with none."""
    if not isinstance(node, ir.Call) or len(node.arguments) != 1:
        return None
    (argument,) = node.arguments
    if _begins(node, key) is not None:
        prefixes = _names(interpreter, argument)
        return (prefixes, True) if prefixes else None
    if _last_name(node.function) not in {"any", "all"} or not isinstance(argument, ir.Comprehension):
        return None
    clause, negated = argument.clauses[0], isinstance(argument.value, ir.Not)
    begins = _begins(argument.value.operand if isinstance(argument.value, ir.Not) else argument.value, key)
    simple = len(argument.clauses) == 1 and not clause.conditions and negated == (_last_name(node.function) == "all")
    if not simple or not _is_same(begins, clause.target):
        return None
    prefixes = _names(interpreter, clause.iterable)
    return (prefixes, not negated) if prefixes else None


def _begins(node: ir.Expression, key: Key) -> ir.Expression | None:
    """What `name.startswith(...)` asks for; None where it is no such question."""
    if not isinstance(node, ir.Call) or not isinstance(node.function, ir.Attribute) or len(node.arguments) != 1:
        return None
    asks = node.function.attr == "startswith" and key.is_(node.function.value)
    return node.arguments[0] if asks else None


def _is_same(name: ir.Expression | None, target: ir.Expression) -> bool:
    return isinstance(name, ir.Name) and isinstance(target, ir.Name) and name.id == target.id


def _names(interpreter: Interpreter, node: ir.Expression) -> tuple[str, ...] | None:
    value = interpreter.state.freeze(interpreter.evaluate(node))
    if isinstance(value, Constant) and isinstance(value.value, str):
        return (value.value,)
    return name_sets.texts(value)


def expression_of(program: Program, unit: Unit, function: Value) -> tuple[ir.Expression, ir.Expression] | None:
    """The parameter of a function of this module and the one expression that it gives; None for any other function."""
    definition = program.definitions.get(function.key) if isinstance(function, FunctionValue) else None
    if definition is None or definition.unit is not unit or not isinstance(definition.node, ir.Function):
        return None
    node = program.function(definition)
    body = [statement for statement in node.body or () if not _is_text(statement)]
    if len(node.parameters) != 1 or len(body) != 1 or not isinstance(body[0], ir.Return) or body[0].value is None:
        return None
    return ir.Name(node.span, node.parameters[0].name), body[0].value


def _is_text(statement: ir.Statement) -> bool:
    """Whether a statement is a docstring."""
    return isinstance(statement, ir.Evaluate) and isinstance(statement.value, ir.Constant)
