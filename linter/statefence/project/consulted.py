"""Who asked whom: what each answer rests on, so that a later run knows which answers still hold.

The answers are those about functions and modules, by their keys. While one is found out, whatever it asks about is
noted. Where an answer is asked for while it is being found out, those on the way rest on who was asked first.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import Struct


class Root(Struct, frozen=True, array_like=True, order=True):
    """Something that a run asks about by itself, in the order in which it does.

    Attributes:
        round: which widening of what is looked for it belongs to.
        phase: 0 for modules, 1 for functions that name something; what is asked about besides comes after these.
        path: the file.
        number: which of those in the file.
        key: what is asked about.
    """

    round: int
    phase: int
    path: str
    number: int
    key: str


class Consulted:
    """The notes of one run.

    Attributes:
        asked: by key, the keys it asked about.
        asking: the keys that are being found out, outermost first.
        circular: the keys whose answers may depend on which of them was asked about first.
        first: by key, the root from which it was asked about first.
        root: what the run asks about at present.
    """

    def __init__(self) -> None:
        self.asked: dict[str, set[str]] = {}
        self.asking: list[str] = []
        self.circular: set[str] = set()
        self.first: dict[str, Root] = {}
        self.root = Root(0, 0, "", 0, "")

    def ask(self, key: str) -> None:
        """Whatever is being found out asks about `key`."""
        if self.asking:
            self.asked[self.asking[-1]].add(key)

    def begin(self, key: str) -> None:
        """It is being found out, until `end`; what is asked about meanwhile, and its module, is asked about by it."""
        self.asking.append(key)
        self.asked.setdefault(key, {key.partition(":")[0] + ":"})
        self.first.setdefault(key, self.root)

    def end(self) -> None:
        """It is found out."""
        self.asking.pop()

    @contextmanager
    def finding(self, key: str) -> Iterator[None]:
        """It is being found out within the `with`."""
        self.begin(key)
        try:
            yield
        finally:
            self.end()

    def circle(self, key: str) -> None:
        """`key` is asked about while it is being found out.

        What only it can lead to is always found out within it: the functions of a module while that is run, and those
        within a function. Of a circle that is not one of keys, such as names imported from one another, all that is
        being found out may be on the way.
        """
        if key not in self.asking:
            self.circular.update(self.asking)
            return
        on_the_way = self.asking[self.asking.index(key) :]
        inner = key if key.endswith(":") else f"{key}."
        if not all(each == key or each.startswith(inner) for each in on_the_way):
            self.circular.update(on_the_way)
