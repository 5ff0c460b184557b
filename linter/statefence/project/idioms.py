"""Statements that are another way to write one change of a mapping."""

from __future__ import annotations

from statefence.facts import ir


def removes_if_there(node: ir.If) -> bool:
    """Whether it is `if key in block: del block[key]` (or `block.pop(key)`), which does what `pop(key, None)` does."""
    test = node.test
    if not isinstance(test, ir.Compare) or test.operator != "in" or node.orelse or len(node.then) != 1:
        return False
    removed = _removed(node.then[0])
    return removed is not None and _same(removed[0], test.right) and _same(removed[1], test.left)


def _removed(statement: ir.Statement) -> tuple[ir.Expression, ir.Expression] | None:
    """The mapping and the key of a statement that removes one item."""
    if isinstance(statement, ir.Delete) and len(statement.targets) == 1:
        target = statement.targets[0]
        return (target.value, target.index) if isinstance(target, ir.Subscript) else None
    call = statement.value if isinstance(statement, ir.Evaluate) else None
    if isinstance(call, ir.Call) and isinstance(call.function, ir.Attribute) and call.function.attr == "pop":
        return (call.function.value, call.arguments[0]) if call.arguments else None
    return None


def _same(first: ir.Expression, second: ir.Expression) -> bool:
    """Whether two expressions are the same name, attribute or literal."""
    if isinstance(first, ir.Name) and isinstance(second, ir.Name):
        return first.id == second.id
    if isinstance(first, ir.Attribute) and isinstance(second, ir.Attribute):
        return first.attr == second.attr and _same(first.value, second.value)
    return isinstance(first, ir.Constant) and isinstance(second, ir.Constant) and first.value == second.value
