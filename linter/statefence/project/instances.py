"""Whether a value is an instance of a class, as far as that is certain."""

from __future__ import annotations

from statefence.project.values import (
    AS_PATH,
    Choice,
    ClassValue,
    Connection,
    Constant,
    Dictionary,
    External,
    FunctionValue,
    LiveEnvironment,
    Object,
    Result,
    Sequence,
    Text,
    Value,
)

_NAMES: dict[type, str] = {str: "str", bool: "bool", int: "int", float: "float"}
_PLAIN = frozenset({"str", "bytes", "int", "float", "bool", "list", "tuple", "set", "frozenset", "dict"})
_MAPPINGS = frozenset({"dict", "Dict", "Mapping", "MutableMapping", "Collection", "Iterable", "Sized", "Container"})
_MODULES = frozenset({"builtins", "typing", "collections", "collections.abc", "pathlib", "os"})


def is_instance(asked: Result) -> bool | None:
    """The outcome of `isinstance(value, classes)`, None where it is not certain."""
    if asked.callee != "builtins.isinstance" or len(asked.arguments) != 2:
        return None
    value, classes = asked.arguments
    each = classes.items if isinstance(classes, Sequence) else (classes,)
    outcomes = [_of_class(value, cls) for cls in each]
    if True in outcomes:
        return True
    return None if None in outcomes or not outcomes else False


def _of_class(value: Value, cls: Value) -> bool | None:
    if isinstance(cls, ClassValue):
        return False if isinstance(value, Constant | Text | Dictionary | LiveEnvironment) else None
    if not isinstance(cls, External):
        return None
    module, _, name = cls.name.rpartition(".")
    return _of_known(value, name) if module in _MODULES else _of_other(value)


def _of_other(value: Value) -> bool | None:
    """Whether a value is an instance of a class of some library."""
    return False if isinstance(value, Constant) and value.value is None else None


def _of_known(value: Value, name: str) -> bool | None:
    """Whether a value is an instance of a class of Python itself."""
    if isinstance(value, Constant):
        own = _NAMES.get(type(value.value))
        return own == name or (own == "bool" and name == "int") if name in _PLAIN or own is None else None
    if isinstance(value, Text):
        return name == "str" if name in _PLAIN else None
    if isinstance(value, Dictionary):
        return name in _MAPPINGS
    if isinstance(value, LiveEnvironment):
        return name != "dict" and name in _MAPPINGS
    if isinstance(value, Object):
        return False if name in _PLAIN - {"dict"} and AS_PATH not in dict(value.attributes) else None
    if isinstance(value, Connection | FunctionValue):
        return False if name in _PLAIN else None
    return None


def settled_instance(value: Value) -> bool | None:
    """The same of any value, None for one that asks nothing of the kind or has choices left."""
    if not isinstance(value, Result) or any(isinstance(argument, Choice) for argument in value.arguments):
        return None
    return is_instance(value)
