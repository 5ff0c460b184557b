"""The first half of every run: find the files, read them, and analyse them as one project."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from statefence.discover import files
from statefence.errors import UsageError
from statefence.facts import Reader
from statefence.migrations.files import texts
from statefence.migrations.model import History
from statefence.migrations.rehearse import not_run
from statefence.model import Skipped
from statefence.module_names import module_names
from statefence.policy.check import check_modules
from statefence.policy.model import Policy
from statefence.project import Past, Project, analyse
from statefence.source import Source, decoded, is_python, read


class Loaded(Struct, frozen=True):
    """A project that was read and analysed.

    Attributes:
        sources: every file that decodes, by path: those with bad syntax too, and the files of SQL that were read.
        unreadable: the Python files that were not analysed.
        tracked: the files that git tracks, of whatever kind; None when it cannot say.
        left_out: the places that are not part of the project, such as submodules, and migrations that cannot be run.
        listing: what the list of its files was made from.
    """

    project: Project
    sources: dict[str, Source]
    unreadable: tuple[Skipped, ...]
    left_out: tuple[Skipped, ...]
    listing: bytes
    tracked: tuple[str, ...] | None = None

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """Everything that was not analysed, by path."""
        return tuple(sorted((*self.unreadable, *self.left_out), key=lambda place: place.path))


def load(
    policy: Policy,
    overrides: Mapping[str, bytes] = {},
    reader: Reader | None = None,
    earlier: tuple[History, ...] = (),
    past: Past | None = None,
) -> Loaded:
    """Read and analyse the whole project of `policy`.

    Args:
        policy: says where the project is and how its modules are named.
        overrides: bytes to use instead of what is on disk, by path; a path that is not on disk is added.
        reader: how files are parsed; by default in this process, remembering nothing.
        earlier: the sequences of migrations as they were at the revision that the run compares with.
        past: what an earlier run found out, of which only what no longer holds is found out anew.

    Raises:
        UsageError: there is no Python file.
        PolicyError: the policy does not fit the modules that were found.
    """
    found = files(policy)
    root = Path(policy.root)
    paths = sorted({*found.paths, *filter(is_python, overrides)})
    if not paths:
        raise UsageError(f"{policy.root}: no Python file to analyse")
    check_modules(policy, module_names(paths, policy))
    others = sorted({*texts(policy, overrides), *overrides} - {*paths})
    results = [decoded(p, overrides[p]) if p in overrides else read(root, p) for p in (*paths, *others)]
    sources = {result.path: result for result in results if isinstance(result, Source)}
    sources |= {query.path: query for query in _queries(root, found.queries, sources.values(), overrides)}
    project = replace(analyse(tuple(sources.values()), policy, reader=reader, past=past), earlier=earlier)
    left_out = (*found.skipped, *not_run(project.migrations))
    undecoded = (result for result in results if isinstance(result, Skipped))
    unreadable = tuple(sorted((*undecoded, *project.skipped), key=lambda skipped: skipped.path))
    return Loaded(project, sources, unreadable, left_out, found.listing, found.tracked)


def _queries(
    root: Path, paths: Sequence[str], sources: Iterable[Source], overrides: Mapping[str, bytes]
) -> tuple[Source, ...]:
    """The files of SQL that the program may read: none are, unless some module speaks of one."""
    if not any(b".sql" in source.data for source in sources):
        return ()
    given = {path: data for path, data in overrides.items() if not is_python(path)}
    small = [path for path in paths if path not in given and _size(root / path) <= LARGEST_QUERY]
    found = (*(decoded(path, data) for path, data in given.items()), *(read(root, path) for path in small))
    return tuple(source for source in found if isinstance(source, Source))


LARGEST_QUERY = 1_000_000
"""In bytes: a larger file of SQL is a dump, and no query."""


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
