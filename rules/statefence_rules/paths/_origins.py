"""Which expressions a value may be made of: through names, attributes, functions and imports, to where it is spelled.

The analysis resolves what a path is, and this only finds the places that spell it, so it may be generous: a name stands
for everything that is ever assigned to it in its function, an attribute for all that its module sets on `self`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from statefence.api import Module, Project, Span
from statefence_rules.syntax import Function, Syntax, parsed, syntax

MOST = 2_000
"""At most so many expressions are followed for one value."""


class Origin(NamedTuple):
    """An expression that a value may be made of, and the module it stands in."""

    module: Module
    node: ast.expr


class Names(NamedTuple):
    """What the names of a module stand for.

    Attributes:
        variables: by function (or module), the values assigned to each name, defaults of parameters among them.
        members: the values of attributes, and of names of classes.
        returns: what the functions and methods of a name return.
        imports: for a name, the module it comes from and its name there; empty for the module itself.
    """

    variables: dict[ast.AST, dict[str, list[ast.expr]]]
    members: dict[str, list[ast.expr]]
    returns: dict[str, list[ast.expr]]
    imports: dict[str, tuple[str, str]]


def origins(project: Project, module: Module, span: Span) -> Iterator[Origin]:
    """Every expression that the value of the one at the span may be made of, itself first, nearest first."""
    modules = {each.name: each for each in project.modules}
    start = syntax(module).expressions.get(span)
    todo = [] if start is None else [Origin(module, start)]
    seen: dict[int, ast.expr] = {}
    while todo and len(seen) < MOST:
        origin = todo.pop(0)
        if id(origin.node) not in seen:
            seen[id(origin.node)] = origin.node
            yield origin
            todo.extend(_made_of(origin, modules))


def imported_modules(module: Module, project: Project) -> set[str]:
    """The names of the project's modules that a module imports directly."""
    known = {each.name for each in project.modules}
    pairs = names_of(module).imports.values()
    return {name for source, member in pairs for name in (source, f"{source}.{member}") if name in known}


def defining_modules(project: Project, module: str, name: str) -> list[Module]:
    """The modules that hand a name on, from the one it is asked for in to the one that defines it."""
    modules = {each.name: each for each in project.modules}
    found: list[Module] = []
    while module in modules and module not in {each.name for each in found}:
        found.append(modules[module])
        module, name = names_of(modules[module]).imports.get(name, ("", ""))
    return found


def names_of(module: Module) -> Names:
    """What the names of a module stand for."""
    package = module.name if module.path.endswith("__init__.py") else module.name.rpartition(".")[0]
    return _names(module.source.text, package)


def _made_of(origin: Origin, modules: Mapping[str, Module]) -> Iterator[Origin]:
    module, node = origin
    found: Iterable[Origin] = ()
    if isinstance(node, ast.Name):
        found = _of_name(module, node, modules)
    elif isinstance(node, ast.Attribute):
        found = _of_attribute(module, node, modules)
    elif isinstance(node, ast.Call):
        found = _of_call(module, node, modules)
    yield from found
    yield from (Origin(module, child) for child in _parts(node))


def _parts(node: ast.expr) -> list[ast.expr]:
    """The parts that become a part of the value; what only decides about it does not."""
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    if isinstance(node, ast.Compare | ast.Lambda):
        return []
    if isinstance(node, ast.Call):
        return [node.func, *node.args, *(keyword.value for keyword in node.keywords)]
    return [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]


def _of_name(module: Module, node: ast.Name, modules: Mapping[str, Module]) -> Iterator[Origin]:
    names, tree = names_of(module), syntax(module)
    scope: ast.AST = tree.function(node)
    while node.id not in names.variables.get(scope, {}) and scope is not tree.tree:
        scope = tree.function(scope)
    values = names.variables.get(scope, {}).get(node.id, [])
    yield from (Origin(module, value) for value in values)
    source, member = names.imports.get(node.id, ("", ""))
    if not values and source in modules and member:
        yield from _members_of(modules[source], member, modules)


def _members_of(module: Module, name: str, modules: Mapping[str, Module]) -> Iterator[Origin]:
    """What a name means to those who import it."""
    module, name = _defined(module, name, modules)
    for value in names_of(module).variables.get(syntax(module).tree, {}).get(name, []):
        yield Origin(module, value)


def _defined(module: Module, name: str, modules: Mapping[str, Module]) -> tuple[Module, str]:
    """The module that a name comes from, through those that hand it on, and what it is called there."""
    seen = {module.name}
    while name not in names_of(module).variables.get(syntax(module).tree, {}):
        source, member = names_of(module).imports.get(name, ("", ""))
        if not member or source not in modules or source in seen:
            break
        seen.add(source)
        module, name = modules[source], member
    return module, name


def _of_attribute(module: Module, node: ast.Attribute, modules: Mapping[str, Module]) -> Iterator[Origin]:
    owner = _module_named(module, node.value, modules)
    if owner is not None:
        yield from _members_of(owner, node.attr, modules)
    elif isinstance(node.value, ast.Name):
        names = names_of(module)
        for value in (*names.members.get(node.attr, ()), *names.returns.get(node.attr, ())):
            yield Origin(module, value)


def _of_call(module: Module, node: ast.Call, modules: Mapping[str, Module]) -> Iterator[Origin]:
    """What a function of the project returns; a method is found by its name, in the caller's module."""
    if isinstance(node.func, ast.Attribute):
        owner = _module_named(module, node.func.value, modules)
        name = node.func.attr
    elif isinstance(node.func, ast.Name):
        source, member = names_of(module).imports.get(node.func.id, (module.name, node.func.id))
        owner, name = modules.get(source), member
    else:
        return
    if owner is not None:
        owner, name = _defined(owner, name, modules)
        yield from (Origin(owner, value) for value in names_of(owner).returns.get(name, ()))


def _module_named(module: Module, node: ast.expr, modules: Mapping[str, Module]) -> Module | None:
    """The module of the project that an expression such as `config` or `app.config` names."""
    members: list[str] = []
    while isinstance(node, ast.Attribute):
        members.insert(0, node.attr)
        node = node.value
    source, member = names_of(module).imports.get(node.id, ("", "")) if isinstance(node, ast.Name) else ("", "")
    return modules.get(".".join(filter(None, (source, member, *members)))) if source else None


@lru_cache(maxsize=64)
def _names(text: str, package: str) -> Names:
    names = Names({}, {}, {}, {})
    within = parsed(text)
    for node in ast.walk(within.tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names.imports.update(_imports(node, package))
        elif isinstance(node, ast.Return) and node.value is not None:
            function = within.function(node)
            if isinstance(function, Function):
                names.returns.setdefault(function.name, []).append(node.value)
        else:
            for target, value in _bindings(node):
                _bind(names, within, target, value)
        if isinstance(node, Function):
            names.variables.setdefault(node, {}).update(_defaults(node))
    return names


def _imports(node: ast.Import | ast.ImportFrom, package: str) -> Iterator[tuple[str, tuple[str, str]]]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            top = alias.name.partition(".")[0]
            yield (alias.asname, (alias.name, "")) if alias.asname else (top, (top, ""))
        return
    parts = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
    source = ".".join(filter(None, (*parts, node.module or "")))
    for alias in node.names:
        yield alias.asname or alias.name, (source, alias.name)


def _bindings(node: ast.AST) -> list[tuple[ast.expr, ast.expr]]:
    """What a node assigns to what."""
    if isinstance(node, ast.Assign):
        return [(target, node.value) for target in node.targets]
    if isinstance(node, ast.AnnAssign | ast.NamedExpr | ast.AugAssign) and node.value is not None:
        return [(node.target, node.value)]
    if isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
        return [(node.target, node.iter)]
    if isinstance(node, ast.withitem) and node.optional_vars is not None:
        return [(node.optional_vars, node.context_expr)]
    return []


def _bind(names: Names, within: Syntax, target: ast.expr, value: ast.expr) -> None:
    if isinstance(target, ast.Tuple | ast.List):
        for element in target.elts:
            _bind(names, within, element, value)
    elif isinstance(target, ast.Attribute):
        names.members.setdefault(target.attr, []).append(value)
    elif isinstance(target, ast.Name):
        scope = within.function(target)
        names.variables.setdefault(scope, {}).setdefault(target.id, []).append(value)
        if any(isinstance(each, ast.ClassDef) for each in within.ancestors(target)):
            names.members.setdefault(target.id, []).append(value)


def _defaults(function: Function) -> dict[str, list[ast.expr]]:
    """The parameters of a function, each with its default, if it has one."""
    positional = [*function.args.posonlyargs, *function.args.args]
    missing: list[ast.expr | None] = [None] * (len(positional) - len(function.args.defaults))
    pairs = [
        *zip(positional, [*missing, *function.args.defaults], strict=True),
        *zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True),
    ]
    return {parameter.arg: [] if default is None else [default] for parameter, default in pairs}
