"""Adapters: classes whose methods hand each call on to an object of the same interface that they hold."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from statefence_rules.backends._classes import Class, Function


class _Call(NamedTuple):
    """A call of a method of something the object holds: `self.holder.name(...)`."""

    holder: str
    name: str
    node: ast.Call
    awaited: bool


def faults(cls: Class, wanted: Mapping[str, Function]) -> Iterator[tuple[Function, str]]:
    """The methods of an adapter that do not hand their call on, with what they do instead."""
    holder = held(cls, wanted)
    for name, method in cls.methods.items() if holder else ():
        if name in wanted and not cls.decorators(method) & {"classmethod", "staticmethod"}:
            calls = [call for call in _calls(method) if call.holder == holder]
            said = _fault(name, method, calls, wanted) if calls else _silence(method, holder)
            if said:
                yield method, said


def held(cls: Class, wanted: Mapping[str, Function]) -> str:
    """The attribute to which most of a class's methods of the interface hand their calls on; empty for no adapter."""
    present = [(name, method) for name, method in cls.methods.items() if name in wanted]
    holders = Counter(
        holder for name, method in present for holder in {each.holder for each in _calls(method) if each.name == name}
    )
    holder, handed_on = holders.most_common(1)[0] if holders else ("", 0)
    return holder if handed_on >= 2 and handed_on * 2 > len(present) else ""


def _calls(method: Function) -> Iterator[_Call]:
    awaited = {id(node.value) for node in ast.walk(method) if isinstance(node, ast.Await)}
    for node in ast.walk(method):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            if isinstance(owner, ast.Attribute) and isinstance(owner.value, ast.Name) and owner.value.id == "self":
                yield _Call(owner.attr, node.func.attr, node, id(node) in awaited)


def _silence(method: Function, holder: str) -> str:
    """Said of a method that never calls what it wraps, unless it uses it in another way."""
    uses = any(isinstance(node, ast.Attribute) and node.attr == holder for node in ast.walk(method))
    own = any(isinstance(node, ast.Name) and node.id == "self" for node in ast.walk(method))
    return "" if uses or own else f"does not hand the call on to self.{holder}"


def _fault(name: str, method: Function, calls: list[_Call], wanted: Mapping[str, Function]) -> str:
    """Said of a method that is nothing but one call, which is another than its own."""
    (call, *more) = calls
    if more or not _is_all(method, call):
        return ""
    if call.name != name and call.name in wanted:
        return f"hands the call on to {call.name}"
    dropped = [each for each in _own_parameters(method) if not _mentions(call.node, each)]
    if dropped and call.name == name:
        return f"does not hand {', '.join(dropped)} on"
    same = wanted.get(call.name)
    if isinstance(method, ast.AsyncFunctionDef) and isinstance(same, ast.AsyncFunctionDef) and not call.awaited:
        return "does not await the call that it hands on"
    return ""


def _is_all(method: Function, call: _Call) -> bool:
    """Whether the method's body is the call alone, its docstring apart."""
    body = [each for each in method.body if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))]
    if len(body) != 1 or not isinstance(body[0], ast.Return | ast.Expr):
        return False
    value = body[0].value
    return (value.value if isinstance(value, ast.Await) else value) is call.node


def _own_parameters(method: Function) -> list[str]:
    arguments = method.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [each.arg for each in every[1:] if not each.arg.startswith("_")]


def _mentions(node: ast.AST, name: str) -> bool:
    return any(isinstance(each, ast.Name) and each.id == name for each in ast.walk(node))
