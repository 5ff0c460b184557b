"""From the sites of a project to what is drawn of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from statefence.engine import Loaded, is_within
from statefence.model import Answer
from statefence.policy.model import Policy, Store
from statefence.project import Module, Project
from statefence.project.sites import EnvKind, Mode, PathKind, Target
from statefence.report.picture.graph import Edge, Node, Picture, Shape, Use
from statefence.report.picture.packages import package_of
from statefence.template import Template, match

MOST_PLACES = 24
"""So many places outside the stores of the policy are told apart; of more, those of one directory become one."""

_OUTSIDE = Node("outside", "modules in no layer", Shape.OUTSIDE)
_UNKNOWN = Node("not known", "the analysis cannot say", Shape.VAGUE)
_VAGUE = {
    PathKind.MEMORY: Node("in memory", "gone with the connection", Shape.VAGUE),
    PathKind.TMP: Node("temporary", "files of temporary directories", Shape.VAGUE),
    PathKind.PARAMETER: Node("decided by the caller", "a parameter", Shape.VAGUE),
    PathKind.CONFIG: Node("decided by settings", "environment or configuration", Shape.VAGUE),
    PathKind.UNKNOWN: _UNKNOWN,
}
_ENVIRONMENTS = {
    EnvKind.INHERITS: Node("inherits", "passes no environment", Shape.WHOLE),
    EnvKind.FULL: Node("full", "the parent's, and more", Shape.WHOLE),
    EnvKind.PARTIAL: Node("partial", "only named variables", Shape.PART),
    EnvKind.EMPTY: Node("empty", "no variable at all", Shape.PART),
    EnvKind.FILTERED: Node("filtered", "some of the parent's", Shape.PART),
    EnvKind.PASSTHROUGH: Node("passthrough", "the caller decides", Shape.OPEN),
    EnvKind.UNKNOWN: Node("unknown", "the analysis cannot say", Shape.OPEN),
}
_USES = {Mode.READ: Use.READ, Mode.UNKNOWN: Use.OPEN}
_STORES = (Shape.STORE, Shape.FORBIDDEN, Shape.PLACE, Shape.VAGUE)


class _Use(Struct, frozen=True):
    """One thing that one site of one module does."""

    module: Module
    target: Node
    use: Use
    site: str


def picture(loaded: Loaded, policy: Policy, paths: Sequence[str] = ()) -> Picture:
    """What is drawn: every layer and store of the policy, and what else there is sites of.

    Without layers in the policy, packages stand for them; without stores, the places that are opened. A site with
    several answers is drawn with all of them.

    Args:
        loaded: the project.
        policy: its policy.
        paths: the files and directories whose sites are drawn, relative to the root; empty means all.
    """
    project = loaded.project
    modules = [module for module in project.modules if is_within(module.path, paths)]
    place = _placing(project, modules, policy)
    uses = [use for module in modules for use in _uses(project, module, place)]
    layer = _layering(policy, [use.module for use in uses])
    edges = _edges(uses, layer)
    return Picture(
        _ordered([*map(_layer, policy.layers)], (edge.layer for edge in edges), (Shape.LAYER, Shape.OUTSIDE)),
        _ordered([_store(store, policy) for store in policy.stores], (edge.target for edge in edges), _STORES),
        tuple(node for node in _ENVIRONMENTS.values() if any(edge.target == node for edge in edges)),
        edges,
    )


def _ordered(declared: Sequence[Node], used: Iterator[Node], shapes: Sequence[Shape]) -> tuple[Node, ...]:
    """The declared nodes, then the others of these shapes by shape and name."""
    others = {node for node in used if node.shape in shapes} - {*declared}
    return (*declared, *sorted(others, key=lambda node: (shapes.index(node.shape), node)))


def _layer(name: str) -> Node:
    return Node(name, "", Shape.LAYER)


def _store(store: Store, policy: Policy) -> Node:
    return Node(store.name, _written(store.path, policy), Shape.STORE)


def _written(template: Template, policy: Policy) -> str:
    """The template as text, with `{state}` for the policy's state directory."""
    text, state = str(template), "" if policy.state is None else str(policy.state)
    return f"{{state}}{text.removeprefix(state)}" if state and text.startswith(f"{state}/") else text


def _layering(policy: Policy, modules: Sequence[Module]) -> Callable[[Module], Node]:
    if policy.layers:
        return lambda module: _layer(layer) if (layer := policy.layer_of(module.name)) else _OUTSIDE
    package = package_of(modules)
    return lambda module: _layer(package(module))


def _edges(uses: Sequence[_Use], layer: Callable[[Module], Node]) -> tuple[Edge, ...]:
    grouped: dict[tuple[Node, Node], list[_Use]] = defaultdict(list)
    for use in uses:
        grouped[layer(use.module), use.target].append(use)
    return tuple(_edge(ends, grouped[ends]) for ends in sorted(grouped, key=_reading_order))


def _reading_order(ends: tuple[Node, Node]) -> tuple[Node, bool, Node]:
    """By layer, then stores before environments."""
    layer, target = ends
    return layer, target.shape not in _STORES, target


def _edge(ends: tuple[Node, Node], group: Sequence[_Use]) -> Edge:
    counts = Counter(use for use, _ in {(use.use, use.site): None for use in group})
    return Edge(
        *ends, tuple((use, counts[use]) for use in Use if counts[use]), tuple(dict.fromkeys(u.site for u in group))
    )


def _uses(project: Project, module: Module, place: Callable[[Target], Node]) -> Iterator[_Use]:
    for spawn in project.spawns(module):
        for environment in spawn.environments:
            yield _Use(module, _ENVIRONMENTS[environment.kind], Use.SPAWN, f"{spawn.path}:{spawn.span.line}")
    for opened in project.opens(module):
        for target in opened.targets:
            yield _Use(module, place(target), _USES.get(opened.mode, Use.WRITE), f"{opened.path}:{opened.span.line}")
    for statement in project.statements(module):
        site = f"{statement.path}:{statement.span.line}"
        for node in [place(target) for target in statement.connection] or [_UNKNOWN]:
            yield _Use(module, node, Use.SQL, site)


def _placing(project: Project, modules: Sequence[Module], policy: Policy) -> Callable[[Target], Node]:
    """Which node a target is drawn as."""
    found: dict[Target, Node | Template] = {}
    for module in modules:
        for site in (*(o.targets for o in project.opens(module)), *(s.connection for s in project.statements(module))):
            for target in site:
                found.setdefault(target, _node_or_template(target, policy))
    shown = _places({answer for answer in found.values() if isinstance(answer, Template)}, policy)
    nodes = {target: shown[answer] if isinstance(answer, Template) else answer for target, answer in found.items()}
    return nodes.__getitem__


def _node_or_template(target: Target, policy: Policy) -> Node | Template:
    template = target.template
    if template is not None:
        for store in policy.stores:
            if match(store.path, template) is Answer.YES:
                return _store(store, policy)
        for forbidden in policy.forbidden:
            if match(forbidden.path, template) is Answer.YES:
                return Node(_last(template), _written(template, policy), Shape.FORBIDDEN)
    if template is None or target.kind in _VAGUE.keys() - {PathKind.CONFIG}:
        return _VAGUE.get(target.kind, Node(target.reason or target.kind.value, target.kind.value, Shape.VAGUE))
    return template


def _places(templates: set[Template], policy: Policy) -> dict[Template, Node]:
    """A node for each place, directories in their stead as near to the root as it takes to be few."""
    depth = max((len(template.segments) for template in templates), default=0)
    while depth > 1 and len({template.segments[:depth] for template in templates}) > MOST_PLACES:
        depth -= 1
    return {template: _place(template, depth, policy) for template in templates}


def _place(template: Template, depth: int, policy: Policy) -> Node:
    if len(template.segments) <= depth:
        return Node(_last(template), _written(template, policy), Shape.PLACE)
    directory = Template(template.segments[:depth])
    return Node(f"{_last(directory)}/...", f"{_written(directory, policy)}/...", Shape.PLACE)


def _last(template: Template) -> str:
    return str(Template(template.segments[-1:])) or "/"
