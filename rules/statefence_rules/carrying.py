"""What a child must carry, which blocks of a call lack it, and what a block that has it looks like."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase

import msgspec

from statefence.api import Anchor, Environment, Import, Module, Policy, Project, Span, Spawn, Variable

Lacks = Callable[[Environment, str], bool]
"""Whether a block lacks the variable of that name, in a rule's sense of lacking."""


class Item(msgspec.Struct, frozen=True):
    """One item of a dict display as source text; without a key, `value` is spread."""

    key: str
    value: str
    imports: tuple[Import, ...]

    @property
    def source(self) -> str:
        """The item as it stands in a display."""
        return f"{self.key}: {self.value}" if self.key else f"**{self.value}"


def required_variables(module: Module, spawn: Spawn, policy: Policy) -> Iterator[Variable]:
    """The variables that this child must carry: those of its layer, unless its program is exempt."""
    layer = policy.layer_of(module.name)
    for variable in policy.variables:
        exempt = spawn.program is not None and any(fnmatchcase(spawn.program, glob) for glob in variable.exempt)
        if not exempt and (not variable.layers or layer in variable.layers):
            yield variable


def lacking_blocks(project: Project, spawn: Spawn, name: str, lacks: Lacks) -> list[Environment]:
    """The blocks of a call that certainly lack the variable, without those found lacking in what the call leads to.

    Where something is found there, a call that hands over no block gets what is made there.
    """
    found_there = {origin(block) for block in inner_blocks(project, spawn) if block.certain and lacks(block, name)}
    lacking = [block for block in spawn.environments if block.certain and lacks(block, name)]
    made_there = {*found_there, None} if found_there else found_there
    return [block for block in lacking if origin(block) not in made_there]


def inner_blocks(project: Project, spawn: Spawn) -> Iterator[Environment]:
    """The blocks of the calls that a call leads to, as they are whoever calls."""
    for step in spawn.trace:
        for inner in project.spawns_by_path.get(step.place.path, ()):
            if inner.span == step.place.span:
                yield from inner.environments


def origin(block: Environment) -> tuple[str, Span] | None:
    """Where the block is written; None for all those that are not passed."""
    if block.anchor is Anchor.ABSENT or block.anchor_span is None:
        return None
    return block.anchor_path, block.anchor_span


def item_for(variable: Variable, module: Module, symbol: str) -> Item:
    """The item by which a block carries the variable, and nothing else of the parent's environment.

    A resolver alone may read its variable, so it is asked even where the policy says what else the variable must be;
    not by itself, when `symbol`, where the block is needed, is it.
    """
    name, os = quoted(variable.name), Import("os")
    if variable.resolver is not None and symbol != variable.resolver.replace(":", "."):
        call, imports = resolver_call(variable.resolver, module)
        return Item(name, call, imports)
    if variable.ensure is not None:
        return Item(name, f"os.environ.get({name}, {quoted(variable.ensure)})", (os,))
    return Item("", f"{{name: os.environ[name] for name in ({name},) if name in os.environ}}", (os,))


def resolver_call(resolver: str, module: Module) -> tuple[str, tuple[Import, ...]]:
    """A call of `module:function`, and the import that it needs there."""
    home, _, function = resolver.partition(":")
    return f"{function}()", () if home == module.name else (Import(home, function),)


def quoted(text: str) -> str:
    """The text as a Python literal in double quotes."""
    return msgspec.json.encode(text).decode()
