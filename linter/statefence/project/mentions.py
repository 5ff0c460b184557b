"""How a text mentions a function: by what must stand in the file, and before the name.

A name alone says little: every program has a `run`. So a function of a module counts after a word that can mean the
module, or by itself where it is imported; a method after any dot, in files that mention its class or library.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from statefence.project.outlines import Outline
from statefence.project.program import Unit

BY_NAME = frozenset({b"getattr", b"attrgetter", b"methodcaller"})
NOWHERE: frozenset[bytes] = frozenset()
ANYWHERE = frozenset({b"*"})
"""Stands for every file."""

_EVERYTHING = re.compile(b"")
_GAP = rb"(?:\s|\\|#[^\n]*\n)*"


class Word(Struct, frozen=True):
    """A name, and when it counts.

    Attributes:
        owners: words after which it counts as an attribute.
        libraries: words of which the file must hold one for it to count after any dot.
        homes: the last names of modules that define it, where it counts by itself; elsewhere it must be imported.
    """

    name: bytes
    owners: frozenset[bytes] = NOWHERE
    libraries: frozenset[bytes] = NOWHERE
    homes: frozenset[bytes] = NOWHERE

    @staticmethod
    def function(name: str, modules: Sequence[str], home: str | None = None) -> Word:
        """A function or class that a module defines or passes on."""
        owners = frozenset(module.encode() for module in modules)
        homes = NOWHERE if home is None else frozenset({home.encode()})
        return Word(name.encode(), owners, homes=homes)

    @staticmethod
    def method(name: str, libraries: frozenset[bytes], home: str | None = None) -> Word:
        """A method of objects that the named libraries make; of objects from anywhere when there is none."""
        homes = NOWHERE if home is None else frozenset({home.encode()})
        return Word(name.encode(), libraries=libraries or ANYWHERE, homes=homes)

    @staticmethod
    def builtin(name: str) -> Word:
        """A function that needs no import."""
        return Word(name.encode(), homes=ANYWHERE)


class Mentions(Struct, frozen=True):
    """The words that make a text relevant.

    Attributes:
        packages: those that make any name mean something: all of a file counts that imports one.
    """

    words: Mapping[bytes, Word]
    packages: frozenset[bytes] = NOWHERE

    @staticmethod
    def of(words: Iterable[Word], packages: frozenset[bytes] = NOWHERE) -> Mentions:
        """All of these, one for each name."""
        found: dict[bytes, Word] = {}
        for word in words:
            known = found.get(word.name, Word(word.name))
            found[word.name] = Word(
                word.name, known.owners | word.owners, known.libraries | word.libraries, known.homes | word.homes
            )
        return Mentions(found, packages)

    @property
    def owners(self) -> frozenset[bytes]:
        """The words after which, or in whose files, some of them count."""
        return NOWHERE.union(*(word.owners | word.libraries for word in self.words.values()))

    def known_as(self, others: Mapping[bytes, frozenset[bytes]]) -> Mentions:
        """The same words, whose owners and libraries also go by the other names that imports give them."""

        def all_names(words: frozenset[bytes]) -> frozenset[bytes]:
            return words.union(*(others.get(word, NOWHERE) for word in words))

        return Mentions(
            {
                name: Word(name, all_names(word.owners), all_names(word.libraries), word.homes)
                for name, word in self.words.items()
            },
            self.packages,
        )

    def beyond(self, before: Mentions) -> Mentions:
        """The words that were not looked for before, or count elsewhere too."""
        return Mentions({name: word for name, word in self.words.items() if before.words.get(name) != word})

    def within(self, others: Mentions) -> Mentions:
        """The words that are among the others too, where they count there too."""
        both = [(word, others.words[name]) for name, word in self.words.items() if name in others.words]
        shared = [
            Word(one.name, one.owners & two.owners, one.libraries & two.libraries, one.homes & two.homes)
            for one, two in both
        ]
        return Mentions.of(shared, self.packages)

    def pattern(self, unit: Unit) -> re.Pattern[bytes] | None:
        """What to look for in a module's file; None when nothing counts in it. A module need not name itself."""
        if any(_imports(unit, package) for package in self.packages & unit.words):
            return _EVERYTHING
        known = unit.words | unit.own_name | ANYWHERE
        found = [self.words[name] for name in self.words.keys() & unit.words]
        alternatives = list(_alternatives(unit, [word for word in found if _may_count(word, known)], known))
        return re.compile(b"|".join(sorted(alternatives))) if alternatives else None


def _imports(unit: Unit, package: bytes) -> bool:
    return re.search(rb"\b(?:from|import)\b[^\n#]*\b" + package + rb"\b", unit.data) is not None


def _may_count(word: Word, known: frozenset[bytes]) -> bool:
    return not (known.isdisjoint(word.owners) and known.isdisjoint(word.libraries) and known.isdisjoint(word.homes))


def _alternatives(unit: Unit, words: Sequence[Word], known: frozenset[bytes]) -> Iterator[bytes]:
    """The forms in which the words count in this file."""
    if not words:
        return
    alone: list[bytes] = []
    dotted: list[bytes] = []
    owned: dict[frozenset[bytes], list[bytes]] = {}
    here = unit.own_name | ANYWHERE
    loose = unit.loose_words
    for word in words:
        if word.name in unit.imported or b"*" in unit.imported or not here.isdisjoint(word.homes):
            alone.append(word.name)
        if not known.isdisjoint(word.libraries) or not loose.isdisjoint(word.owners):
            dotted.append(word.name)
        elif owners := word.owners & known:
            owned.setdefault(owners, []).append(word.name)
    if alone:
        yield rb"\b" + _any(alone)
    if dotted:
        yield rb"\." + _GAP + _any(dotted)
    for owners, names in owned.items():
        yield rb"\b" + _any(owners) + _GAP + rb"\." + _GAP + _any(names)
    if not BY_NAME.isdisjoint(known):
        yield rb"\b" + _any(BY_NAME) + rb"\s*\([^()]*[\"']" + _any(word.name for word in words) + rb"[\"']"


def _any(names: Iterable[bytes]) -> bytes:
    return rb"(?:" + b"|".join(sorted(names)) + rb")\b"


def other_names(outlines: Iterable[Outline], words: Iterable[bytes]) -> dict[bytes, frozenset[bytes]]:
    """By what other names the project's modules import what goes by one of these words."""
    wanted = frozenset(words)
    found: dict[bytes, frozenset[bytes]] = {}
    for outline in outlines:
        for name, other in outline.names:
            if name in wanted:
                found[name] = found.get(name, NOWHERE) | {other}
    return found
