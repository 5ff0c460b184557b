"""How a call that reaches the world is recorded, with the values of its decisive arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statefence.callees import Argument, Opener, Spawner
from statefence.facts import ir
from statefence.model import Span
from statefence.project import bindings
from statefence.project.bounds import bounded
from statefence.project.program import RawSite
from statefence.project.values import ABSENT, Arguments, Value

if TYPE_CHECKING:
    from statefence.project.interpreter import Interpreter


def role(interpreter: Interpreter, arguments: Arguments, where: Argument | None, node: ir.Expression) -> Value:
    """The value that a call hands over there; `ABSENT` when nothing, or nowhere."""
    if where is None:
        return ABSENT
    return interpreter.content(
        bindings.argument(arguments, where.keyword, where.position, interpreter.place(node.span)),
    )


def span_of(arguments: Arguments, where: Argument) -> Span | None:
    """Where the call hands it over, in its file."""
    found = arguments.spans.get(where.keyword)
    if found is None and where.position is not None:
        position = where.position if where.position >= 0 else len(arguments.positional) + where.position
        found = arguments.spans.get(position)
    return found


def record(
    interpreter: Interpreter,
    kind: str,
    entry: str,
    roles: dict[str, Value],
    node: ir.Expression,
    span: Span | None,
    starts: Spawner | None = None,
    opener: Opener | None = None,
) -> None:
    """Keep a site of the function that is interpreted.

    Args:
        kind: as `RawSite` has it.
        entry: the canonical name of the callee.
        roles: the decisive values, frozen.
        span: where the decisive argument stands.
    """
    owner = interpreter.owner
    roles = {name: interpreter.program.shared(bounded(value)) for name, value in roles.items()}
    site = RawSite(
        kind,
        entry,
        entry,
        interpreter.unit.path,
        node.span,
        owner.symbol,
        owner.key,
        roles,
        argument=span,
        conditions=interpreter.reached_under(),
        spawner=starts,
        opener=opener,
    )
    interpreter.program.sites.setdefault(owner.key, []).append(site)
