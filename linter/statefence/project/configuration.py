"""What a program asks of something that its own code calls a configuration, where nothing more is known of it."""

from __future__ import annotations

import re

from statefence.facts import ir
from statefence.project.values import PARAMETERS, Item, Member, Object, Result, Unknown, Value

NAME = re.compile(r"(?:.*_)?(?:config|cfg|conf|settings|configuration|prefs|preferences)", re.IGNORECASE)
"""How a variable, an attribute or a function is called that holds or gives a configuration."""

ORIGIN = re.compile(
    r"(?:^|[._])(?:settings|config|conf|cfg|configuration|configparser|prefs|preferences)(?:$|[._:(])", re.IGNORECASE
)
"""The dotted name of what a setting comes from."""


def read(owner: ir.Expression, name: str, value: Value) -> Value:
    """What `owner.name`, `owner[...]` or `owner.name(...)` gives: a setting, where that is all that can be told.

    Args:
        name: the attribute or method, for the message.
        value: what the analysis has found.
    """
    if not _is_unknown(value) or value.holds & PARAMETERS:
        return value
    own = _name(owner)
    return Result(f"{own}.{name}") if NAME.fullmatch(own) else value


def _is_unknown(value: Value) -> bool:
    root = value
    while isinstance(root, Member | Item):
        root = root.owner
    if isinstance(root, Object):
        return root is not value
    return isinstance(root, Unknown) or (isinstance(root, Result) and not ORIGIN.search(root.callee))


def _name(node: ir.Expression) -> str:
    """The last name of an expression; of a call, of what is called."""
    if isinstance(node, ir.Call):
        return _name(node.function)
    return node.id if isinstance(node, ir.Name) else node.attr if isinstance(node, ir.Attribute) else ""
