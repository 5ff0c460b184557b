"""Which rules there are: every rule module of the built-in pack and of the installed packs, found, never registered.

A pack is a package. Its sub-packages are families, and every public module of a family holds one `RULE`; the modules
directly in the pack, and those whose name begins with an underscore, are helpers and are not looked at. A third-party
pack names its package in the entry point group `statefence.rules`.
"""

from __future__ import annotations

import contextlib
import os
import pkgutil
import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from types import ModuleType

from msgspec import Struct

from statefence.errors import RuleError, UsageError
from statefence.rule import Rule

GROUP = "statefence.rules"
BUILT_IN = "statefence_rules"
_OWN_METADATA = "statefence-"


class LoadedRule(Struct, frozen=True):
    """A rule with what the place of its module says about it.

    Attributes:
        code: `SF101`.
        name: the module's name with hyphens, `partial-spawn-env`.
        family: the name of the package that the module is in, `env`.
        module: the module's dotted name.
        documentation: the module's docstring; its first line says in one sentence what the rule finds.
    """

    code: str
    name: str
    family: str
    module: str
    documentation: str
    rule: Rule

    @property
    def summary(self) -> str:
        """The first sentence of the documentation, without its full stop."""
        return self.documentation.partition("\n")[0].removesuffix(".")


def rules() -> tuple[LoadedRule, ...]:
    """Every installed rule, sorted by code; raises RuleError when a pack is broken or a code is declared twice."""
    packs = (BUILT_IN, *third_party_packs(sys.path))
    return ordered(rule for pack in packs for rule in pack_rules(pack))


def ordered(found: Iterable[LoadedRule]) -> tuple[LoadedRule, ...]:
    """The rules by code; raises RuleError for a code or a name that two modules declare."""
    by_key: dict[str, LoadedRule] = {}
    for rule in found:
        for key in (rule.code, rule.name):
            if key in by_key:
                raise RuleError(f"{key} is declared by both {by_key[key].module} and {rule.module}: rename one of them")
            by_key[key] = rule
    return tuple(sorted({rule.code: rule for rule in by_key.values()}.values(), key=lambda rule: rule.code))


def find(code_or_name: str, among: Iterable[LoadedRule]) -> LoadedRule:
    """The rule of that code or name, whatever its case; raises UsageError when there is none."""
    wanted = code_or_name.casefold()
    for rule in among:
        if wanted in {rule.code.casefold(), rule.name}:
            return rule
    raise UsageError(f"there is no rule {code_or_name!r}: `statefence rules` lists them")


def pack_rules(pack: str) -> Iterator[LoadedRule]:
    """The rules of one package; raises RuleError when it cannot be imported or holds a module without a rule."""
    families = [name for name, is_package in _members(_imported(pack)) if is_package]
    if not families:
        raise RuleError(f"the rule pack {pack} holds no family: put its rules in sub-packages")
    for family in families:
        for name, is_package in _members(_imported(f"{pack}.{family}")):
            if not is_package:
                yield _loaded(_imported(f"{pack}.{family}.{name}"))


def third_party_packs(search_path: Iterable[str]) -> tuple[str, ...]:
    """The packages that installed distributions other than this one offer in the group, sorted.

    Asking `importlib.metadata` costs more than all else at start-up, so it is asked only when some distribution's
    `entry_points.txt` mentions the group.
    """
    if not any(_mentions_group(directory) for directory in _metadata_directories(search_path)):
        return ()
    from importlib.metadata import distributions

    found = {
        entry.value
        for distribution in distributions(path=list(search_path))
        for entry in distribution.entry_points
        if entry.group == GROUP
    }
    return tuple(sorted(found - {BUILT_IN}))


def _metadata_directories(search_path: Iterable[str]) -> Iterator[str]:
    for folder in search_path:
        with contextlib.suppress(OSError), os.scandir(folder or os.curdir) as entries:
            for entry in entries:
                if entry.name.endswith((".dist-info", ".egg-info")) and not entry.name.startswith(_OWN_METADATA):
                    yield entry.path


def _mentions_group(directory: str) -> bool:
    try:
        with open(os.path.join(directory, "entry_points.txt"), "rb") as file:  # noqa: PTH118, PTH123 - 500 of them
            return f"[{GROUP}]".encode() in file.read()
    except OSError:
        return False


def _members(package: ModuleType) -> list[tuple[str, bool]]:
    """The public modules directly in a package: name, and whether it is itself a package."""
    found = pkgutil.iter_modules(package.__path__)
    return [(module.name, module.ispkg) for module in found if not module.name.startswith("_")]


def _imported(name: str) -> ModuleType:
    try:
        return import_module(name)
    except (ImportError, SyntaxError) as error:
        raise RuleError(f"the rule module {name} cannot be imported: {error}") from error


def _loaded(module: ModuleType) -> LoadedRule:
    rule = getattr(module, "RULE", None)
    if not isinstance(rule, Rule):
        raise RuleError(f"{module.__name__} has no RULE: give it one, or begin its name with an underscore")
    _, family, name = module.__name__.rsplit(".", 2)
    documentation = (module.__doc__ or "").strip()
    return LoadedRule(rule.code, name.replace("_", "-"), family, module.__name__, documentation, rule)
