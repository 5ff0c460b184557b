"""The classes of the project by name, and what a name in a module means, imports followed."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from statefence.api import Module, Project
from statefence_rules.syntax import tree_of

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


class Promise(NamedTuple):
    """An annotation of what a function returns or a variable holds, and the calls that make what it then is."""

    annotation: ast.expr
    calls: tuple[ast.Call, ...]


class _Contents(NamedTuple):
    """What a module holds: the classes at its top, the full names of what it imports, and its promises."""

    classes: tuple[ast.ClassDef, ...]
    imports: dict[str, str]
    promises: tuple[Promise, ...]


class Classes:
    """The classes of a project, each module read once, when it is first asked for."""

    def __init__(self, project: Project) -> None:
        self.modules = {module.name: module for module in project.modules}
        self._read: dict[str, _Contents] = {}
        self._naming: dict[str, list[Module]] = {}

    def naming(self, name: str) -> list[Module]:
        """The modules whose text holds a name."""
        if name not in self._naming:
            text = name.encode()
            self._naming[name] = [module for module in self.modules.values() if text in module.source.data]
        return self._naming[name]

    def _contents(self, module: Module) -> _Contents:
        if module.name not in self._read:
            tree = tree_of(module)
            nodes = list(_statements(tree))
            self._read[module.name] = _Contents(tuple(_top(tree)), _imports(module, nodes), tuple(_promises(nodes)))
        return self._read[module.name]

    def named(self, module: Module, name: str) -> Class | str:
        """The class that a dotted name means in a module; the full dotted name when it is none of the project."""
        for _ in range(_HOPS):
            first, _, rest = name.partition(".")
            found = next((each for each in self._contents(module).classes if each.name == first), None)
            if found is not None:
                return name if rest else Class(module, found)
            imported = self._contents(module).imports.get(first)
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
        for node in self._contents(module).classes:
            yield Class(module, node)

    def promises(self, module: Module) -> tuple[Promise, ...]:
        """What the functions and variables of a module are said to give and to hold, with what they do."""
        return self._contents(module).promises

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


def _statements(within: ast.AST) -> Iterator[ast.stmt]:
    """The statements in a tree, at any depth."""
    for field in _SUITES:
        for child in getattr(within, field, ()):
            if isinstance(child, ast.stmt):
                yield child
            yield from _statements(child)


_SUITES = ("body", "orelse", "finalbody", "handlers", "cases")
"""The fields that hold statements, or what holds statements; expressions are in none of them."""


def _imports(module: Module, nodes: Iterable[ast.stmt]) -> dict[str, str]:
    """The names that a module's imports bind, with the full dotted names they stand for."""
    found: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                found[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom):
            source = _source(module, node)
            found.update({alias.asname or alias.name: f"{source}.{alias.name}" for alias in node.names})
    return found


def _promises(nodes: Iterable[ast.stmt]) -> Iterator[Promise]:
    for node in nodes:
        if isinstance(node, Function) and node.returns is not None:
            values = [each.value for each in _statements(node) if isinstance(each, ast.Return)]
            yield Promise(node.returns, tuple([each for each in values if isinstance(each, ast.Call)]))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Call):
            yield Promise(node.annotation, (node.value,))


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


def _top(tree: ast.Module) -> Iterator[ast.ClassDef]:
    """The classes at a module's top, those under an `if` or `try` too."""
    todo: list[ast.stmt] = list(tree.body)
    while todo:
        node = todo.pop(0)
        if isinstance(node, ast.ClassDef):
            yield node
        elif isinstance(node, ast.If | ast.Try):
            todo += [*node.body, *node.orelse]
