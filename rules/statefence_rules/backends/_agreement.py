"""Whether a backend's method can be called as the interface's."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from statefence_rules.backends._classes import Class, Function, dotted

_AWAITED = frozenset({"Awaitable", "Coroutine", "Future", "Task", "Any"})
_ITERATED = frozenset({"AsyncIterator", "AsyncGenerator", "AsyncIterable"})


def is_twin(cls: Class, wanted: Mapping[str, Function]) -> bool:
    """Whether a class is the interface's asynchronous twin on purpose: by its name, and in all of its methods."""
    own = [method for name, method in cls.methods.items() if name in wanted]
    return cls.node.name.startswith("Async") and all(map(_is_awaited, own))


def differences(
    cls: Class, method: Function, declared: Class, wanted: Function, *, twin: bool = False
) -> Iterator[str]:
    """What a caller of the interface's method would find different in the backend's, each as a clause.

    That a `twin` is asynchronous is none.
    """
    if {"property", "cached_property"} & (cls.decorators(method) | declared.decorators(wanted)):
        return
    if not twin and _is_awaited(method) != _is_awaited(wanted) and not _may_be_either(method, wanted):
        own, other = _kind(method), _kind(wanted)
        yield f"is {own}, where the interface's is {other}"
    yield from _of_parameters(_parameters(cls, method), _parameters(declared, wanted), method)


def _kind(method: Function) -> str:
    return "async" if _is_awaited(method) else "not async"


def _is_awaited(method: Function) -> bool:
    return isinstance(method, ast.AsyncFunctionDef)


def _may_be_either(method: Function, wanted: Function) -> bool:
    """Whether one of the two gives something that is awaited or iterated over by itself, or is handed on untouched."""
    plain = wanted if _is_awaited(method) else method
    if any(_returns(each, _ITERATED) for each in (method, wanted)) or _returns(plain, _AWAITED):
        return True
    yields = any(isinstance(node, ast.Yield | ast.YieldFrom) for node in ast.walk(method))
    return yields or bool(method.decorator_list) or (plain is method and plain.returns is None)


def _returns(method: Function, names: frozenset[str]) -> bool:
    annotation = method.returns.value if isinstance(method.returns, ast.Subscript) else method.returns
    return annotation is not None and dotted(annotation).rpartition(".")[2].partition("[")[0] in names


def _parameters(cls: Class, method: Function) -> ast.arguments:
    """The parameters that a caller passes: without the receiver."""
    if "staticmethod" in cls.decorators(method):
        return method.args
    arguments = method.args
    leading, rest = (arguments.posonlyargs, arguments.args) if arguments.posonlyargs else ([], arguments.args)
    return ast.arguments(
        posonlyargs=leading[1:],
        args=rest if leading else rest[1:],
        vararg=arguments.vararg,
        kwonlyargs=arguments.kwonlyargs,
        kw_defaults=arguments.kw_defaults,
        kwarg=arguments.kwarg,
        defaults=arguments.defaults,
    )


def _of_parameters(own: ast.arguments, wanted: ast.arguments, method: Function) -> Iterator[str]:
    if _takes_anything(own) or _takes_anything(wanted) or method.decorator_list:
        return
    own = _with_unused_ones_named(own, wanted)
    names, asked = _names(own), _names(wanted)
    missing = [name for name in asked if not own.kwarg and name not in names and not _stands_for(name, names)]
    if own.vararg:
        missing = [name for name in missing if name in {each.arg for each in wanted.kwonlyargs}]
    extra = [name for name in _required(own) if name not in asked and not _stands_for(name, asked) and not wanted.kwarg]
    stricter = [name for name in _required(own) if name in asked and name not in _required(wanted)]
    if missing:
        yield f"does not take {', '.join(missing)}"
    if extra:
        yield f"demands {', '.join(extra)}"
    if stricter:
        yield f"demands {', '.join(stricter)}, which the interface lets callers leave out"
    if not (missing or extra):
        order = [each.arg for each in (*own.posonlyargs, *own.args) if each.arg in asked]
        theirs = [each.arg for each in (*wanted.posonlyargs, *wanted.args) if each.arg in order]
        if order[: len(theirs)] != theirs:
            yield f"takes {', '.join(order)} in another order than {', '.join(theirs)}"


def _with_unused_ones_named(own: ast.arguments, wanted: ast.arguments) -> ast.arguments:
    """The parameters, where one called `_`, which is not used, has the name of the interface's in its place."""
    theirs = [each.arg for each in (*wanted.posonlyargs, *wanted.args)]
    places = {id(each): place for place, each in enumerate((*own.posonlyargs, *own.args))}

    def named(each: ast.arg) -> ast.arg:
        place = places[id(each)]
        return ast.arg(theirs[place]) if not each.arg.strip("_") and place < len(theirs) else each

    return ast.arguments(
        posonlyargs=[named(each) for each in own.posonlyargs],
        args=[named(each) for each in own.args],
        vararg=own.vararg,
        kwonlyargs=own.kwonlyargs,
        kw_defaults=own.kw_defaults,
        kwarg=own.kwarg,
        defaults=own.defaults,
    )


def _takes_anything(arguments: ast.arguments) -> bool:
    return arguments.vararg is not None and arguments.kwarg is not None


def _names(arguments: ast.arguments) -> list[str]:
    return [each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]


def _stands_for(name: str, others: list[str]) -> bool:
    """Whether one of the names is the same but for underscores, as of a parameter that is not used."""
    return name.strip("_") in {other.strip("_") for other in others}


def _required(arguments: ast.arguments) -> list[str]:
    positional = [*arguments.posonlyargs, *arguments.args]
    needed = positional[: len(positional) - len(arguments.defaults)]
    by_name = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    return [each.arg for each in (*needed, *(each for each, default in by_name if default is None))]
