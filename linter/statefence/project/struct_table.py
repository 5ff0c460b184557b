"""Frozen structs as data: each distinct one stands once, under a number, and equal ones under the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import TypeVar

from msgspec import Struct, msgpack
from msgspec.structs import astuple

Kind = TypeVar("Kind", bound=Struct)

_STRUCT, _ENUM, _INTEGER, _TEXT = range(4)
_SMALL = range(-(2**63), 2**64)
"""The integers that MessagePack can hold."""


class StructTable:
    """The structs of some classes, by number. Their fields hold structs, members of enums, literals, tuples and dicts.

    Args:
        classes: theirs, and those of the structs and enums in them.
        nodes: what `nodes` of an earlier table was.
    """

    def __init__(self, classes: Iterable[type], nodes: Sequence[bytes] = ()) -> None:
        self.classes = {cls.__name__: cls for cls in classes}
        self.nodes = list(nodes)
        self._by_node = {node: number for number, node in enumerate(nodes)}
        self._numbers: dict[Struct, int] = {}
        self._structs: dict[int, object] = {}

    def number(self, struct: Struct) -> int:
        """The number of a struct, which is put into the table unless it is there."""
        node = msgpack.encode((type(struct).__name__, *map(self._plain, astuple(struct))))
        number = self._by_node.setdefault(node, len(self.nodes))
        if number == len(self.nodes):
            self.nodes.append(node)
        return number

    def _plain(self, field: object) -> object:
        if isinstance(field, Struct):
            if field not in self._numbers:
                self._numbers[field] = self.number(field)
            return msgpack.Ext(_STRUCT, self._numbers[field].to_bytes(4))
        if isinstance(field, Enum):
            return msgpack.Ext(_ENUM, f"{type(field).__name__}:{field.value}".encode())
        if isinstance(field, tuple):
            return tuple(map(self._plain, field))
        if isinstance(field, Mapping):
            return {key: self._plain(field[key]) for key in sorted(field)}
        if isinstance(field, int) and field not in _SMALL:
            return msgpack.Ext(_INTEGER, hex(field).encode())
        if isinstance(field, str) and not field.isascii():
            return msgpack.Ext(_TEXT, field.encode("utf-8", "surrogatepass"))
        return field

    def struct(self, number: int, kind: type[Kind]) -> Kind:
        """The struct that has a number.

        Raises:
            TypeError: it is of another kind.
        """
        struct = self._struct(number)
        if not isinstance(struct, kind):
            raise TypeError(f"{number} is no {kind.__name__}")
        return struct

    def _struct(self, number: int) -> object:
        if number not in self._structs:
            name, *fields = msgpack.decode(self.nodes[number])
            self._structs[number] = self.classes[name](*map(self._meant, fields))
        return self._structs[number]

    def _meant(self, field: object) -> object:
        if isinstance(field, list):
            return tuple(map(self._meant, field))
        if isinstance(field, dict):
            return {key: self._meant(value) for key, value in field.items()}
        return self._of_kind(field.code, bytes(field.data)) if isinstance(field, msgpack.Ext) else field

    def _of_kind(self, kind: int, data: bytes) -> object:
        if kind == _STRUCT:
            return self._struct(int.from_bytes(data))
        if kind == _ENUM:
            name, _, value = data.decode().partition(":")
            return self.classes[name](value)
        return int(data, 16) if kind == _INTEGER else data.decode("utf-8", "surrogatepass")
