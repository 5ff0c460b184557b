"""Lists to which branches add: a form for each way through the branches, as long as these are few."""

from __future__ import annotations

from itertools import takewhile

from statefence.project.values import Choice, Sequence, Unknown, Value, kept

MOST_FORMS = 8
"""A list to which branches add is changed further in so many forms; then as what all begin with, and something more."""

MOST_JOINED = 64
"""In so many forms it is kept where branches meet, as long as nothing is done to it."""


def forms(value: Value) -> int:
    """In how many forms a list is there, by every way through its branches; 0 of what may be no list."""
    return _forms(value) if isinstance(value, Choice) else int(isinstance(value, Sequence))


@kept
def _forms(choice: Choice) -> int:
    then, orelse = forms(choice.then), forms(choice.orelse)
    return then + orelse if then and orelse else 0


def collapsed(value: Value, most: int = MOST_FORMS) -> Value:
    """The value; a list in one form where it has too many: what all begin with, and something unknown after it."""
    if forms(value) <= most:
        return value
    lists = _distinct(value)
    common = takewhile(lambda items: len(set(items)) == 1, zip(*[each.items for each in lists], strict=False))
    return Sequence((*[items[0] for items in common], Unknown("items that branches add to a list")))


def _distinct(value: Value) -> list[Sequence]:
    """The forms of a list, those that several ways share once."""
    found: dict[int, Value] = {}
    todo = [value]
    while todo:
        node = todo.pop()
        if id(node) not in found:
            found[id(node)] = node
            if isinstance(node, Choice):
                todo += (node.then, node.orelse)
    return [node for node in found.values() if isinstance(node, Sequence)]
