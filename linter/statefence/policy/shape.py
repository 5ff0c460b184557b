"""What is wrong with the shape of a document: every unknown key, missing key, wrong type and bad choice at once.

msgspec stops at the first problem of a conversion, so its description of the types is walked here instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct, inspect

from statefence.policy.problem import KeyPath, Problem, suggestion

_EXPECTED: dict[type, tuple[Any, str]] = {
    inspect.StrType: (str, "text"),
    inspect.BoolType: (bool, "true or false"),
    inspect.VarTupleType: (list, "a list"),
    inspect.DictType: (dict, "a table"),
    inspect.StructType: (dict, "a table"),
    inspect.EnumType: (str, "text"),
    inspect.LiteralType: (str, "text"),
}
_FOUND = {bool: "true or false", int: "a whole number", float: "a number", str: "text", list: "a list", dict: "a table"}


def problems_of_shape(raw: object, model: type[Struct]) -> list[Problem]:
    """Every way in which `raw` is not a `model`; the value at each problem's path cannot be used."""
    return list(_problems(raw, inspect.type_info(model), ()))


def usable(raw: Mapping[str, object], problems: list[Problem]) -> dict[str, object]:
    """What is left of the document for further checks: every entry with a problem is gone.

    Entries of a list are replaced by one without consequence instead, so that the others keep their numbers.
    """
    left = {key: _copied(value) for key, value in raw.items()}
    for problem in problems:
        section = left.get(problem.path[0]) if problem.path else None
        if len(problem.path) > 1 and isinstance(section, dict):
            section.pop(problem.path[1], None)
        elif len(problem.path) > 1 and isinstance(section, list) and problem.path[0] == "forbidden":
            section[int(problem.path[1])] = {"path": "{any}"}
        elif problem.path:
            left.pop(problem.path[0], None)
    return left


def _copied(value: object) -> object:
    return value.copy() if isinstance(value, dict | list) else value


def _problems(value: object, expected: inspect.Type, path: KeyPath) -> Iterator[Problem]:
    expected = _unwrapped(expected, value)
    python, name = _EXPECTED[type(expected)]
    if not isinstance(value, python):
        hint = f': write ["{value}"]' if python is list and isinstance(value, str) else ""
        yield Problem(path, f"expected {name}, found {_FOUND.get(type(value), 'a date or time')}{hint}")
    elif isinstance(expected, inspect.StructType):
        yield from _table_problems(value, expected, path)
    elif isinstance(expected, inspect.DictType):
        yield from _mapping_problems(value, expected, path)
    elif isinstance(expected, inspect.VarTupleType):
        yield from _list_problems(value, expected, path)
    elif isinstance(expected, inspect.EnumType | inspect.LiteralType):
        choices = _choices(expected)
        if value not in choices:
            yield Problem(path, f'"{value}" is no value of this key{suggestion(str(value), choices)}')
    elif isinstance(expected, inspect.StrType) and expected.min_length and not value:
        yield Problem(path, "the text is empty: give a value or remove the key")


def _unwrapped(expected: inspect.Type, value: object) -> inspect.Type:
    """The type without descriptions; of several the one that the value is of, else the first, never None."""
    while isinstance(expected, inspect.Metadata | inspect.UnionType):
        if isinstance(expected, inspect.Metadata):
            expected = expected.type
        else:
            choices = [kind for kind in expected.types if not isinstance(kind, inspect.NoneType)]
            fitting = (kind for kind in choices if isinstance(value, _EXPECTED[type(_bare(kind))][0]))
            expected = next(fitting, choices[0])
    return expected


def _bare(kind: inspect.Type) -> inspect.Type:
    """One type of a union, without its description."""
    return _bare(kind.type) if isinstance(kind, inspect.Metadata) else kind


def _choices(expected: inspect.EnumType | inspect.LiteralType) -> list[str]:
    if isinstance(expected, inspect.EnumType):
        return [str(member.value) for member in expected.cls]
    return [str(value) for value in expected.values]


def _table_problems(value: Mapping[str, object], expected: inspect.StructType, path: KeyPath) -> Iterator[Problem]:
    fields = {field.encode_name: field for field in expected.fields}
    for key, inner in value.items():
        if key in fields:
            yield from _problems(inner, fields[key].type, (*path, key))
        else:
            yield Problem((*path, key), f"unknown key{suggestion(key, list(fields))}")
    for key, field in fields.items():
        if field.required and key not in value:
            yield Problem((*path, key), f"the key is missing: {_description(field.type)}")


def _mapping_problems(value: Mapping[str, object], expected: inspect.DictType, path: KeyPath) -> Iterator[Problem]:
    for key, inner in value.items():
        if not key:
            yield Problem((*path, key), "the name is empty")
        else:
            yield from _problems(inner, expected.value_type, (*path, key))


def _list_problems(value: list[object], expected: inspect.VarTupleType, path: KeyPath) -> Iterator[Problem]:
    if expected.min_length and not value:
        yield Problem(path, "the list is empty: name at least one")
    for number, inner in enumerate(value):
        yield from _problems(inner, expected.item_type, (*path, str(number)))


def _description(expected: inspect.Type) -> str:
    described = expected.extra_json_schema if isinstance(expected, inspect.Metadata) else None
    return str((described or {}).get("description", "it has no default"))
