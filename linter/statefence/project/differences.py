"""What has changed in a program since a run, and which modules it concerns, as the files' texts tell it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from msgspec import Struct, structs

from statefence.project.answers import Answers, File
from statefence.project.heirs import base_of
from statefence.project.mentions import NOWHERE, Mentions, other_names
from statefence.project.outlines import Outline, digest
from statefence.project.program import Program, Unit
from statefence.project.relevance import Wrappers, derived_classes, wrapper_words
from statefence.project.rounds import Round, searched

SHARE = 3
"""Where more than one in so many modules is concerned, all are found out anew."""


class Difference(Struct, frozen=True):
    """What has to be found out anew.

    Attributes:
        units: the modules of which everything has.
        stale: other keys that do not hold: of what is gone, and of classes that others derive from now.
        outlines: those of all files, as they are now.
        rounds: what is searched for, in these modules; what is known of the others was found so too.
        steady: so many of the rounds are those of a whole run.
        keys: the wrappers that this looks for.
        seen: the words by which they are called.
    """

    units: frozenset[str]
    stale: frozenset[str]
    outlines: tuple[Outline, ...]
    rounds: tuple[Round, ...]
    steady: int
    keys: frozenset[str]
    seen: Mentions


class _Files(Struct, frozen=True):
    """The files that differ: those that came, those that went, and those that changed as they are and as they were."""

    came: list[Unit]
    went: list[File]
    changed: list[tuple[Unit, File]]


def difference(before: Answers, program: Program) -> Difference | None:
    """What has changed since the run; None where that may concern anything."""
    files = _files(before, program)
    if files is None:
        return None
    outlines = _outlines(before, program, files)
    renamed = _under_other_names(before, outlines)
    if renamed is None:
        return None
    words, rounds = renamed
    own = {unit.name for unit in (*files.came, *(unit for unit, _ in files.changed))}
    units = frozenset(own | _with(program, words | _called_otherwise(before, program)))
    seen = wrapper_words(before.wrappers, derived_classes(file.outline for file in before.files))
    stale, steady = _stale(before, files), len(rounds)
    found = Difference(units, stale, outlines, rounds, steady, before.wrappers.keys, seen)
    return adapted(found, before.wrappers, program) if _is_small(found, program) else None


def _files(before: Answers, program: Program) -> _Files | None:
    """The files that differ; None where one of them says something about others, or others are called otherwise now."""
    was = {file.path: file for file in before.files}
    kept = [(unit, was[unit.path]) for unit in program.units.values() if unit.path in was]
    came = [unit for unit in program.units.values() if unit.path not in was]
    went = [file for file in before.files if file.path not in program.by_path]
    if any(map(_is_of_a_directory, [unit.path for unit in came] + [file.path for file in went])):
        return None
    if any(unit.name != file.name for unit, file in kept):
        return None
    return _Files(came, went, [(unit, file) for unit, file in kept if digest(unit.data) != file.digest])


def _is_of_a_directory(path: str) -> bool:
    """Whether a file says something about all others in its directory, which need not mention it."""
    return path.rpartition("/")[2] in {"__init__.py", "conftest.py"}


def _outlines(before: Answers, program: Program, files: _Files) -> tuple[Outline, ...]:
    known = {file.path: file.outline for file in before.files}
    known |= {unit.path: unit.outline for unit in (*files.came, *(unit for unit, _ in files.changed))}
    return tuple([known[path] for path in program.by_path])


def _stale(before: Answers, files: _Files) -> frozenset[str]:
    """The keys of what went, and of classes that others derive from now, or do no longer."""
    pairs = [(file.outline, unit.outline) for unit, file in files.changed]
    pairs += [(file.outline, Outline()) for file in files.went] + [(Outline(), unit.outline) for unit in files.came]
    bases = {base for then, now in pairs for base in {*then.bases} ^ {*now.bases}}
    gone = {file.name for file in files.went}
    return frozenset(key for key in before.bodies if _unit(key) in gone or base_of(key) in bases)


def _called_otherwise(before: Answers, program: Program) -> set[bytes]:
    """The last parts of the names of modules and packages that there were not before, or are no longer."""
    names = _paths(file.name for file in before.files) ^ _paths(program.units)
    return {name.rpartition(".")[2].encode() for name in names}


def _paths(names: Iterable[str]) -> set[str]:
    """The names of modules, and of the packages that they are in."""
    found = set()
    for name in names:
        while name:
            found.add(name)
            name = name.rpartition(".")[0]
    return found


def _under_other_names(
    before: Answers, outlines: Iterable[Outline]
) -> tuple[frozenset[bytes], tuple[Round, ...]] | None:
    """The other names that imports have come to give what is searched for, and what is searched for with them."""
    owners = NOWHERE.union(*(each.words.owners for each in before.rounds))
    then, now = other_names((file.outline for file in before.files), owners), other_names(outlines, owners)
    if then == now:
        return NOWHERE, before.rounds
    if any(not others <= now.get(name, NOWHERE) for name, others in then.items()):
        return None
    new = NOWHERE.union(*(others - then.get(name, NOWHERE) for name, others in now.items()))
    return new, tuple([structs.replace(each, words=each.words.known_as(now)) for each in before.rounds])


def _with(program: Program, words: Collection[bytes]) -> set[str]:
    """The modules that hold one of the words."""
    pattern = re.compile(rb"\b(?:" + b"|".join(map(re.escape, sorted(words))) + rb")\b")
    return {unit.name for unit in program.units.values() if pattern.search(unit.data)} if words else set()


def _is_small(found: Difference, program: Program) -> bool:
    return SHARE * len(found.units) <= len(program.units)


def adapted(found: Difference, now: Wrappers, program: Program) -> Difference | None:
    """What has to be found out anew where these are the wrappers; None where that may concern anything."""
    words = wrapper_words(now, derived_classes(found.outlines))
    differing = now.keys ^ found.keys
    if words == found.seen and not differing:
        return found
    if any(_unit(key) in program.units and _unit(key) not in found.units for key in differing):
        return None
    more, fewer = (searched(found.outlines, each) for each in (words.beyond(found.seen), found.seen.beyond(words)))
    tops = {key.partition(":")[2].partition(".")[0].encode() for key in differing}
    either = Mentions.of([*more.words.values(), *fewer.words.values()])
    units = {unit.name for unit in program.units.values() if _is_concerned(unit, either, tops)}
    steady, rounds = found.steady, found.rounds
    if fewer.words:
        steady, rounds = 1, _within(rounds, searched(found.outlines, words))
    if more.words:
        rounds = (*rounds, Round(more, frozenset(words.words)))
    wider = structs.replace(found, units=found.units | units, rounds=rounds, steady=steady, keys=now.keys, seen=words)
    return wider if _is_small(wider, program) else None


def _within(rounds: tuple[Round, ...], words: Mentions) -> tuple[Round, ...]:
    """The rounds, of which those for wrappers look for no more than these words; the first is for callees."""
    return (rounds[0], *(Round(each.words.within(words), each.classes & words.words.keys()) for each in rounds[1:]))


def _unit(key: str) -> str:
    return key.partition(":")[0]


def _is_concerned(unit: Unit, words: Mentions, tops: Collection[bytes]) -> bool:
    """Whether a module mentions one of the words, imports one of the names, or has a class that is called so."""
    pattern = words.pattern(unit)
    if pattern is not None and pattern.search(unit.data):
        return True
    if not unit.words.isdisjoint(tops) and not unit.imported.isdisjoint(tops):
        return True
    present = words.words.keys() & unit.words if b"class" in unit.words else ()
    return any(re.search(rb"\bclass[ \t]+" + name + rb"\b", unit.data) for name in present)
