"""Texts put together from parts: `format`, `%`, `join` and the methods of literal texts."""

from __future__ import annotations

import re
from collections.abc import Mapping

from statefence.project.mappings import NOWHERE, item, literal
from statefence.project.pieces import computed
from statefence.project.values import (
    ABSENT,
    NONE,
    Choice,
    Constant,
    Derived,
    Directory,
    EnvironmentVariable,
    Path,
    Result,
    Sequence,
    Text,
    Unknown,
    Value,
    choose,
)

TEXT_METHODS = frozenset({"removesuffix", "removeprefix", "replace", "lower", "upper"})
"""Methods of texts that give another form of one."""
JOINED = "os.path.join"
_PARTS = Constant | Text | Path | Directory | Derived | EnvironmentVariable


def finished(value: Result) -> Value:
    """A method of a text that waited for a parameter to be bound; as it was when that is still not known."""
    owner, *others = value.arguments or (value,)
    if value.callee == JOINED:
        return joined_path(value.arguments)
    if value.callee == "format":
        return formatted(owner, tuple(others), dict(value.keywords))
    text = literal(owner)
    if text is None:
        return value
    if value.callee == "join" and others and isinstance(others[0], Sequence):
        return joined_text(Constant(text), tuple(others))
    return computed(text, value.callee, tuple([_literal(each) for each in others])) or value


def _literal(value: Value) -> Value:
    """The text that a value is for certain, as a literal; else the value itself."""
    text = literal(value)
    return value if text is None else Constant(text)


def joined_path(pieces: tuple[Value, ...]) -> Value:
    """A path joined from parts and from lists of them; it waits while one of these is not known."""
    parts: list[Value] = []
    for piece in pieces:
        if isinstance(piece, Sequence):
            parts.extend(piece.items)
        elif isinstance(piece, _PARTS):
            parts.append(piece)
        else:
            return Result(JOINED, pieces)
    return Path(tuple(parts)) if parts else Constant(".")


def joined_text(separator: Constant, positional: tuple[Value, ...]) -> Value:
    """`separator.join(items)`."""
    items = positional[0] if positional else ABSENT
    if isinstance(items, Choice):
        return choose(items.test, joined_text(separator, (items.then,)), joined_text(separator, (items.orelse,)))
    if not isinstance(items, Sequence):
        return Text((Result("join", (separator, items)),))
    parts: list[Value] = []
    for index, entry in enumerate(items.items):
        parts.extend([separator, entry] if index else [entry])
    return Text(tuple(parts))


FIELD = re.compile(r"\{\{|\}\}|\{([^{}!:]*)[^{}]*\}")
PERCENT = re.compile(r"%%|%(?:\((\w+)\))?[-#0 +]*\d*(?:\.\d+)?[sdifrgxa]")


def formatted(owner: Value, positional: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    """`text.format(...)`; of a text that is not literal, what a call that binds it finishes."""
    if isinstance(owner, Text) and not positional:
        return Text(
            tuple([formatted(part, (), keywords) if isinstance(part, Constant) else part for part in owner.parts])
        )
    if not isinstance(owner, Constant) or not isinstance(owner.value, str):
        return Result("format", (owner, *positional), tuple(keywords.items()))
    parts: list[Value] = []
    last = automatic = 0
    for match in FIELD.finditer(owner.value):
        parts.append(Constant(owner.value[last : match.start()]))
        last = match.end()
        name = match.group(1)
        if name is None:
            parts.append(Constant(match.group()[0]))
            continue
        if name == "":
            name, automatic = str(automatic), automatic + 1
        if name.isdigit():
            parts.append(positional[int(name)] if int(name) < len(positional) else Unknown("a missing argument"))
        else:
            parts.append(keywords.get(name, Unknown("a formatted value")))
    parts.append(Constant(owner.value[last:]))
    return Text(tuple(part for part in parts if part != Constant("")))


def interpolated(owner: Value, values: Value) -> Value:
    """`text % values`."""
    if not isinstance(owner, Constant) or not isinstance(owner.value, str):
        return Text((owner, Unknown("interpolated values")))
    operands = list(values.items) if isinstance(values, Sequence) else [values]
    parts: list[Value] = []
    last = 0
    for match in PERCENT.finditer(owner.value):
        parts.append(Constant(owner.value[last : match.start()]))
        last = match.end()
        if match.group() == "%%":
            parts.append(Constant("%"))
        elif match.group(1):
            parts.append(item(values, Constant(match.group(1)), NONE, NOWHERE))
        else:
            parts.append(operands.pop(0) if operands else Unknown("a missing argument"))
    parts.append(Constant(owner.value[last:]))
    return Text(tuple(part for part in parts if part != Constant("")))
