"""One libcst codemod per rule that has a fix, named like the rule.

`python -m libcst.tool codemod -x --no-format statefence_rules.codemods.PartialSpawnEnv src` makes what SF101 offers,
unsafe fixes too; `-x` is libcst's switch for codemods that are named in full, `--no-format` keeps it from reformatting
the file. The classes are made when they are first asked for, so that importing this module costs nothing.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from statefence.model import Safety
from statefence.registry import LoadedRule, rules

if TYPE_CHECKING:
    from statefence.fix.codemod import RuleCommand


def __getattr__(name: str) -> type[RuleCommand]:
    return _command(name)


@cache
def _command(name: str) -> type[RuleCommand]:
    """The codemod of that name, the same class each time, so that libcst can send it to its worker processes."""
    for rule in rules():
        if rule.rule.fix is not Safety.NONE and class_name(rule) == name:
            from statefence.fix.codemod import command_for

            return command_for(rule, __name__, name)
    raise AttributeError(f"module {__name__!r} has no codemod {name!r}")


def __dir__() -> list[str]:
    return sorted(class_name(rule) for rule in rules() if rule.rule.fix is not Safety.NONE)


def class_name(rule: LoadedRule) -> str:
    """`PartialSpawnEnv` for the rule `partial-spawn-env`."""
    return "".join(word.capitalize() for word in rule.name.split("-"))
