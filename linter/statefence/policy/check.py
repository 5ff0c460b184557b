"""What is wrong with a policy that only the project can tell: globs, roots without modules, modules in two layers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import accumulate

from statefence.errors import PolicyError
from statefence.policy.globs import matches_module
from statefence.policy.model import Policy
from statefence.policy.problem import Problem, rendered


def check_modules(policy: Policy, modules: Mapping[str, str]) -> None:
    """Raise PolicyError, with every problem, when the policy does not fit the project.

    Args:
        modules: the dotted names of the project's modules by their paths.
    """
    names = sorted(set(modules.values()))
    problems = [*_idle_roots(policy, modules), *_idle_globs(policy, names), *_shared_modules(policy, names)]
    if problems:
        source = policy.source or ""
        raise PolicyError(*(rendered(problem, source, policy.lines.get(_key(problem), 1)) for problem in problems))


def _key(problem: Problem) -> str:
    return ".".join(problem.path)


def _idle_roots(policy: Policy, paths: Collection[str]) -> Iterator[Problem]:
    for number, root in enumerate(policy.src):
        prefix = root.rstrip("/").removeprefix("./") + "/"
        if prefix not in {"/", "./"} and not any(path.startswith(prefix) for path in paths):
            yield Problem(("src", str(number)), f'"{root}" holds no Python file{_other_roots(paths)}')


def _other_roots(paths: Collection[str]) -> str:
    tops = sorted({path.split("/")[0] for path in paths if "/" in path})
    return f": directories that do are {', '.join(tops[:8])}" if tops else ""


def _idle_globs(policy: Policy, modules: list[str]) -> Iterator[Problem]:
    for layer, globs in policy.layers.items():
        for number, glob in enumerate(globs):
            yield from _idle_glob(("layers", layer, str(number)), glob, modules)
    for glob in policy.namespaces:
        yield from _idle_glob(("namespaces", glob), glob, modules)
    for interface, classes in policy.backends.items():
        for reference in (interface, *classes):
            yield from _idle_glob(("backends", interface), reference.partition(":")[0], modules)


def _idle_glob(path: tuple[str, ...], glob: str, modules: list[str]) -> Iterator[Problem]:
    if not any(matches_module(glob, module) for module in modules):
        yield Problem(path, f'"{glob}" matches no module{_meant(glob, modules)}')


def _meant(glob: str, modules: list[str]) -> str:
    """The way out: the glob with its fixed beginning replaced by the nearest package or module there is."""
    from difflib import get_close_matches

    beginning = re.split("[*?]", glob, maxsplit=1)[0].rstrip(".")
    packages = {package for module in modules for package in accumulate(module.split("."), "{}.{}".format)}
    close = get_close_matches(beginning, sorted(packages), n=1)
    if close:
        nearest = f"{close[0]}{glob[len(beginning) :]}"
        return f', did you mean "{nearest if nearest != glob else f"{glob}.**"}"?'
    tops = sorted({module.split(".")[0] for module in modules})
    return f": the project's packages are {', '.join(tops[:8])}" if tops else ": the project has no modules"


def _shared_modules(policy: Policy, modules: list[str]) -> Iterator[Problem]:
    for module in modules:
        layers = [
            layer for layer, globs in policy.layers.items() if any(matches_module(glob, module) for glob in globs)
        ]
        for other in layers[1:]:
            message = f'the module "{module}" is in the layer "{layers[0]}" too: a module has one layer'
            yield Problem(("layers", other), message)
