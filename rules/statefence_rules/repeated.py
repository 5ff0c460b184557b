"""What a caller does only because its callee does: a file that the callee chose, of which the caller fills in an id."""

from __future__ import annotations

from collections.abc import Callable

from statefence.api import Open, Project


def is_found_in_callee(opened: Open, project: Project, is_found: Callable[[Open], bool]) -> bool:
    """Whether a function that the call leads to is found to do the same, whatever it is handed.

    Args:
        is_found: whether a rule reports this open for the same reason.
    """
    places = {step.place for step in opened.trace}
    return any(
        other.effect is opened.effect and other.span == place.span and is_found(other)
        for place in places
        for other in project.opens_by_path.get(place.path, ())
    )
