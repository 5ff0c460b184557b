"""Whether migrations make a sequence: no gaps, no number twice, one end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from statefence.migrations.model import Fault, Migration
from statefence.migrations.names import is_dated, is_day, ordinal


def sequence_faults(ordered: Sequence[Migration]) -> list[Fault]:
    """What is wrong with numbered migrations: versions twice, gaps, and an order of names that is not theirs."""
    numbered = [migration for migration in ordered if migration.version.isascii() and migration.version.isdigit()]
    return sorted(
        [*_twice(numbered), *_gaps(numbered), *_misordered(numbered)],
        key=lambda fault: (fault.place.path, fault.message),
    )


def _twice(numbered: Sequence[Migration]) -> Iterator[Fault]:
    seen: dict[int, Migration] = {}
    for migration in sorted(numbered, key=lambda each: (ordinal(each.version)[0], each.key)):
        number = int(migration.version)
        if number in seen and not is_day(migration.version):
            yield Fault(migration.place, f"the number {migration.version} is taken by {seen[number].key} too")
        seen.setdefault(number, migration)


def _gaps(numbered: Sequence[Migration]) -> Iterator[Fault]:
    if any(is_dated(migration.version) for migration in numbered):
        return
    by_number = sorted({int(migration.version): migration for migration in numbered}.items())
    for (before, _), (number, migration) in zip(
        [(min(1, by_number[0][0]) - 1, None), *by_number] if by_number else [], by_number, strict=False
    ):
        if number > before + 1:
            width = len(migration.version)
            missing = str(before + 1).zfill(width)
            many = f"{missing} to {str(number - 1).zfill(width)} are" if number > before + 2 else f"{missing} is"
            yield Fault(migration.place, f"{many} missing before {migration.key}")


def _misordered(numbered: Sequence[Migration]) -> Iterator[Fault]:
    """Files are mostly applied in the order of their names, where 10 comes before 2."""
    files = sorted({migration.place.path: migration for migration in numbered}.items())
    if len(files) < len(numbered):
        return
    highest: Migration | None = None
    for _, migration in files:
        if highest is not None and _before(migration, highest):
            yield Fault(migration.place, f"its name sorts after {highest.key}: write the numbers with as many digits")
        elif highest is None or _before(highest, migration):
            highest = migration


def _before(one: Migration, other: Migration) -> bool:
    """Whether the first has a lower number, however many zeros it begins with."""
    return int(one.version) != int(other.version) and ordinal(one.version) < ordinal(other.version)


def alembic_order(versions: Sequence[Migration]) -> tuple[tuple[Migration, ...], tuple[Fault, ...]]:
    """Alembic's versions, each after those it revises, and what is wrong with their graph."""
    by_key = {migration.key: migration for migration in versions}
    faults = [*_revision_faults(versions, by_key)]
    ordered: dict[str, Migration] = {}
    waiting = sorted(versions, key=lambda migration: migration.place.path)
    while waiting:
        ready = [m for m in waiting if all(key in ordered or key not in by_key for key in m.after)]
        if not ready:
            faults += [Fault(m.place, f"{m.key} revises itself by way of others") for m in waiting]
            break
        ordered |= {migration.key: migration for migration in ready}
        waiting = [migration for migration in waiting if migration.key not in ordered]
    revised = {key for migration in versions for key in migration.after}
    heads = [migration for migration in ordered.values() if migration.key not in revised]
    for head in heads[1:]:
        faults.append(Fault(head.place, f"{head.key} and {heads[0].key} both end the sequence: merge them"))
    return tuple(ordered.values()), tuple(faults)


def _revision_faults(versions: Sequence[Migration], by_key: Mapping[str, Migration]) -> Iterator[Fault]:
    for migration in versions:
        if by_key[migration.key] is not migration:
            yield Fault(migration.place, f"the revision {migration.key} is taken by another file too")
        for key in migration.after:
            if key not in by_key:
                yield Fault(migration.place, f"it revises {key}, which is not there")
