"""Methods that give an attribute of their object as it is: asked of the object itself, they know what it is by now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statefence.facts import ir

if TYPE_CHECKING:
    from statefence.project.program import Program


def given_attribute(program: Program, key: str) -> str | None:
    """The attribute that a method gives whose whole body is `return self.name`; None for any other function."""
    definition = program.definitions[key]
    if definition.owner is None or not isinstance(definition.node, ir.Function) or len(definition.node.parameters) != 1:
        return None
    body = program.function(definition).body or ()
    value = body[0].value if len(body) == 1 and isinstance(body[0], ir.Return) else None
    if not isinstance(value, ir.Attribute) or not isinstance(value.value, ir.Name):
        return None
    own = value.value.id == definition.node.parameters[0].name and value.attr != definition.node.name
    return value.attr if own else None
