"""Which classes are interfaces of storage, and which classes implement them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from statefence.api import Effect, Module, Open, Policy, Project
from statefence_rules.backends._classes import Class, Classes, Function, dotted
from statefence_rules.opening import stores_at
from statefence_rules.testing_code import is_test

_PROTOCOLS = frozenset({"typing.Protocol", "typing_extensions.Protocol"})


class Interface(NamedTuple):
    """An interface, what it asks for, and the classes that say they implement it, its adapters among them."""

    declared: Class
    methods: dict[str, Function]
    backends: tuple[Class, ...]


def interfaces(classes: Classes, project: Project, policy: Policy) -> Iterator[Interface]:
    """The storage interfaces: those that the policy names, and those one of whose backends keeps state."""
    named = dict(_of_policy(classes, policy))
    keeping = set(_keeping_state(project, classes, policy))
    for declared in [*named, *(each for each in _declared(classes, keeping) if each not in named)]:
        backends = list(dict.fromkeys([*named.get(declared, ()), *_backends(classes, declared)]))
        methods = _asked(classes, declared)
        if methods and (declared in named or keeping.intersection(backends)):
            yield Interface(declared, methods, tuple(backends))


def _of_policy(classes: Classes, policy: Policy) -> Iterator[tuple[Class, list[Class]]]:
    for reference, references in policy.backends.items():
        declared = classes.at(reference)
        if declared is not None:
            yield declared, [found for each in references if (found := classes.at(each)) is not None]


def _keeping_state(project: Project, classes: Classes, policy: Policy) -> Iterator[Class]:
    """The classes in whose methods a database, or a file of a declared store, is opened or written."""
    for module in project.modules:
        if is_test(module):
            continue
        opens = [each for each in project.opens(module) if _is_of_state(each, policy)]
        symbols = [*(each.symbol for each in opens), *(each.symbol for each in project.statements(module))]
        inside = {symbol.removeprefix(f"{module.name}.").partition(".")[0] for symbol in symbols if "." in symbol}
        if inside:
            yield from (each for each in classes.of(module) if each.node.name in inside)


def _is_of_state(opened: Open, policy: Policy) -> bool:
    return opened.effect is Effect.DATABASE or any(stores_at(target, policy) for target in opened.targets)


def _declared(classes: Classes, keeping: Iterable[Class]) -> list[Class]:
    """The interfaces that classes which keep state may implement: those they inherit, and protocols that they fit."""
    inherited = [base for each in keeping for base in classes.ancestors(each)[1:]]
    methods = [set(each.methods) for each in keeping]
    fitting = [each for each in (_protocols(classes) if methods else ()) if _fits(each, methods)]
    return [each for each in dict.fromkeys([*inherited, *fitting]) if is_interface(classes, each)]


def _protocols(classes: Classes) -> Iterator[Class]:
    for module in classes.modules.values():
        if b"Protocol" in module.source.data:
            yield from (each for each in classes.of(module) if is_protocol(classes, each))


def _fits(protocol: Class, methods: Iterable[set[str]]) -> bool:
    """Whether some class has half of the protocol's methods, two at least."""
    wanted = {name for name in protocol.methods if not name.startswith("__")}
    return any(len(wanted & present) >= max(2, len(wanted) / 2) for present in methods)


def is_protocol(classes: Classes, cls: Class) -> bool:
    """Whether a class is a protocol, rather than one that implements one."""
    return any(base in _PROTOCOLS for base in classes.bases(cls))


def is_interface(classes: Classes, cls: Class) -> bool:
    """Whether a class is a protocol, or abstract by its own declaration."""
    abstract = any("abstractmethod" in cls.decorators(method) for method in cls.methods.values())
    return abstract or is_protocol(classes, cls)


def _asked(classes: Classes, declared: Class) -> dict[str, Function]:
    """The methods that whoever implements the interface has to have."""
    every = {name: each for cls in reversed(classes.ancestors(declared)) for name, each in _own(classes, cls)}
    return {name: method for name, method in every.items() if not name.startswith("__")}


def _own(classes: Classes, cls: Class) -> Iterator[tuple[str, Function]]:
    """Of a protocol every method, of an abstract class the abstract ones, of any other those without underscore."""
    protocol, interface = is_protocol(classes, cls), is_interface(classes, cls)
    for name, method in cls.methods.items():
        marked = "abstractmethod" in cls.decorators(method)
        if marked or (protocol and is_stub(method)) or (not interface and not name.startswith("_")):
            yield name, method


def is_stub(method: Function) -> bool:
    """Whether a method does nothing but say so: a docstring, `...`, `pass` or `raise NotImplementedError`."""
    return all(_is_nothing(statement) for statement in method.body)


def _is_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Raise):
        raised = statement.exc
        return raised is not None and dotted(raised).rpartition(".")[2] == "NotImplementedError"
    constant = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return constant or isinstance(statement, ast.Pass)


def _backends(classes: Classes, declared: Class) -> Iterator[Class]:
    """The classes that inherit from the interface, or that a function which promises one gives back."""
    found = {declared}
    names: set[str] = set()
    while names != (known := {each.node.name for each in found}):
        names = known
        naming = {module.name: module for name in sorted(names) for module in classes.naming(name)}
        for module in naming.values():
            found.update(cls for cls in classes.of(module) if found.intersection(classes.ancestors(cls)[1:]))
    yield from sorted(found - {declared}, key=lambda cls: cls.symbol)
    for module in classes.naming(declared.node.name):
        yield from _given_as(classes, module, declared)


def _given_as(classes: Classes, module: Module, declared: Class) -> Iterator[Class]:
    """The classes whose new objects a function returns, or a variable holds, under the interface's name."""
    for annotation, calls in classes.promises(module):
        if _means(classes, module, annotation, declared):
            made = [classes.named(module, dotted(call.func)) for call in calls]
            yield from (each for each in made if isinstance(each, Class) and each != declared)


def _means(classes: Classes, module: Module, annotation: ast.expr, declared: Class) -> bool:
    """Whether an annotation is the interface, or the interface or None."""
    if isinstance(annotation, ast.BinOp):
        return any(_means(classes, module, side, declared) for side in (annotation.left, annotation.right))
    if isinstance(annotation, ast.Subscript) and dotted(annotation.value).rpartition(".")[2] == "Optional":
        return _means(classes, module, annotation.slice, declared)
    name = dotted(annotation)
    return bool(name) and classes.named(module, name) == declared
