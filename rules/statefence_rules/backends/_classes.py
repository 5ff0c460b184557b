"""The classes of the project by name, and what a name in a module means, imports followed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from statefence.api import Module, Project
from statefence_rules.syntax import syntax

Function = ast.FunctionDef | ast.AsyncFunctionDef
_HOPS = 8
"""A name is followed through at most so many imports."""


class Class(NamedTuple):
    """A class at the top of a module."""

    module: Module
    node: ast.ClassDef

    @property
    def symbol(self) -> str:
        """Its dotted name."""
        return f"{self.module.name}.{self.node.name}"

    @property
    def methods(self) -> dict[str, Function]:
        """The functions of its body by name; of several of one name the last."""
        return {each.name: each for each in self.node.body if isinstance(each, Function)}

    def decorators(self, function: Function) -> set[str]:
        """The last parts of the names of a method's decorators."""
        return {dotted(each).rpartition(".")[2] for each in function.decorator_list}


class Classes:
    """The classes of a project, each module read when it is first asked for."""

    def __init__(self, project: Project) -> None:
        self.modules = {module.name: module for module in project.modules}

    def named(self, module: Module, name: str) -> Class | str:
        """The class that a dotted name means in a module; the full dotted name when it is none of the project."""
        for _ in range(_HOPS):
            first, _, rest = name.partition(".")
            found = next((each for each in _top(module, ast.ClassDef) if each.name == first), None)
            if found is not None:
                return name if rest else Class(module, found)
            imported = imports(module).get(first)
            if imported is None:
                return name
            full = f"{imported}.{rest}" if rest else imported
            owner = self._owner(full)
            if owner is None:
                return full
            module, name = owner, full.removeprefix(f"{owner.name}.")
        return name

    def at(self, reference: str) -> Class | None:
        """The class that the policy names as `module:Class`."""
        module, _, name = reference.partition(":")
        found = self.named(self.modules[module], name) if module in self.modules else None
        return found if isinstance(found, Class) else None

    def of(self, module: Module) -> Iterator[Class]:
        """The classes of a module."""
        for node in _top(module, ast.ClassDef):
            yield Class(module, node)

    def bases(self, cls: Class) -> Iterator[Class | str]:
        """What a class inherits from, without the parameters of generic classes."""
        for base in cls.node.bases:
            yield self.named(cls.module, dotted(base.value if isinstance(base, ast.Subscript) else base))

    def ancestors(self, cls: Class) -> list[Class]:
        """The class itself and the classes of the project that it inherits from, nearest first."""
        found = [cls]
        for each in found:
            found += [base for base in self.bases(each) if isinstance(base, Class) and base not in found]
        return found

    def _owner(self, full: str) -> Module | None:
        """The module of the project that a full dotted name is in."""
        owner = full.rpartition(".")[0]
        while owner and owner not in self.modules:
            owner = owner.rpartition(".")[0]
        return self.modules.get(owner)


def imports(module: Module) -> dict[str, str]:
    """The names that a module's imports bind, with the full dotted names they stand for."""
    found: dict[str, str] = {}
    for node in ast.walk(syntax(module).tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom):
            source = _source(module, node)
            found.update({alias.asname or alias.name: f"{source}.{alias.name}" for alias in node.names})
    return found


def dotted(node: ast.expr) -> str:
    """A name or attribute as dotted text, also when it is called or quoted; empty for anything else."""
    if isinstance(node, ast.Call):
        return dotted(node.func)
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value)
        return f"{owner}.{node.attr}" if owner else ""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return node.id if isinstance(node, ast.Name) else ""


def _source(module: Module, node: ast.ImportFrom) -> str:
    """The full name of the module that names are imported from."""
    if not node.level:
        return node.module or ""
    package = module.name.split(".")
    up = node.level - 1 if module.path.endswith("__init__.py") else node.level
    return ".".join([*package[: len(package) - up], *([node.module] if node.module else [])])


def _top(module: Module, kind: type[ast.ClassDef]) -> Iterator[ast.ClassDef]:
    """The classes at a module's top, those under an `if` or `try` too."""
    todo: list[ast.stmt] = list(syntax(module).tree.body)
    while todo:
        node = todo.pop(0)
        if isinstance(node, kind):
            yield node
        elif isinstance(node, ast.If | ast.Try):
            todo += [*node.body, *node.orelse]
