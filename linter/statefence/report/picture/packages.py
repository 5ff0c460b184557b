"""The packages that stand for layers where a policy names none."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from statefence.project import Module

MOST_PACKAGES = 20
_DEEPEST = 2


def package_of(modules: Sequence[Module]) -> Callable[[Module], str]:
    """A function from a module to its top-level package, or to the package directly below that one.

    Args:
        modules: those that are drawn. The packages below are told apart unless there are more than `MOST_PACKAGES`.
    """
    deep = {_package(module, _DEEPEST) for module in modules}
    depth = _DEEPEST if len(deep) <= MOST_PACKAGES else 1
    return lambda module: _package(module, depth)


def _package(module: Module, depth: int) -> str:
    parts = module.name.split(".")
    is_package = module.path.endswith("__init__.py")
    inside = parts if is_package or len(parts) == 1 else parts[:-1]
    return ".".join(inside[:depth])
