"""What git knows of the project's state: the databases it tracks, and whether it ignores the stores that lie in it."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from msgspec import Struct

from statefence.database_file import is_database
from statefence.discover import git, in_work_tree
from statefence.policy.model import Policy, Store, StoreKind
from statefence.template import Segment, Template, Text, matches, resolve
from statefence.template.records import TREE

_NOWHERE = "/\1"
"""A directory that no file lies in, for what has no place in a repository: the home directory, a temporary one."""
_SAMPLE = "statefence-sample"
_BESIDE = re.compile(r"-(?:wal|shm|journal)$")
_SPECIAL = re.compile(r"([*?\[\]!#\\ ])")


class Place(Struct, frozen=True):
    """A store that lies in the project.

    Attributes:
        pattern: the absolute template that its files lie on.
        sample: a path that it may have, relative to the root.
        line: the narrowest line of a `.gitignore` in the root that covers it and what SQLite puts beside it.
        is_tree: whether it is a directory, so that a file of it lies in there.
    """

    store: str
    pattern: Template
    sample: str
    line: str
    is_tree: bool = False


class Repository(Struct, frozen=True):
    """What git says of the project; everything is empty when it cannot be asked.

    Attributes:
        databases: the tracked files, relative to the root, that are SQLite databases by their header, and
            what lies beside one.
        kept: for a tracked file on the path of a store, the names of the stores.
        unignored: the stores in the project that no rule of git's ignores.
        ignore_file: the text of the root's `.gitignore`, None when there is none.
        problem: why git could not be asked what there was to ask it; empty otherwise.
    """

    databases: tuple[str, ...] = ()
    kept: dict[str, tuple[str, ...]] = {}
    unignored: tuple[Place, ...] = ()
    ignore_file: str | None = None
    problem: str = ""


def repository(policy: Policy, tracked: Sequence[str] | None, overrides: Mapping[str, bytes] = {}) -> Repository:
    """Ask git about the project.

    Args:
        policy: says where the project is and which stores it keeps.
        tracked: the files that git tracks below the root, None when it cannot say.
        overrides: bytes to use instead of what is on disk, by path; of these only `.gitignore` files count.
    """
    places = tuple(place for store in policy.stores if (place := place_of(store, policy.root)) is not None)
    if tracked is None:
        return Repository(problem=_why_not(policy.root, places))
    try:
        covered = _ignored(policy.root, [place.sample for place in places], overrides) if places else set()
    except (OSError, subprocess.CalledProcessError):
        return Repository(problem="git cannot tell which stores it ignores")
    kept = {path: names for path in tracked if (names := _stores_at(path, policy.root, places))}
    databases = {path for path in tracked if is_database(f"{policy.root}/{path}")}
    return Repository(
        tuple(path for path in tracked if path in databases or _BESIDE.sub("", path) in databases),
        kept,
        tuple(place for place in places if place.sample not in covered),
        _ignore_file(policy.root, overrides),
    )


def place_of(store: Store, root: str) -> Place | None:
    """Where a store lies in the project; None when it lies elsewhere, or only its environment decides."""
    found = resolve(store.path, {}, home=_NOWHERE, cwd=root, tmp=_NOWHERE, repo=root)
    top = tuple((Text(part),) if part else () for part in root.rstrip("/").split("/"))
    for pattern in found if store.kind is not StoreKind.URL else ():
        inner = pattern.segments[len(top) :]
        if pattern.segments[: len(top)] == top and inner:
            is_tree = store.kind is StoreKind.TREE
            return Place(store.name, pattern, _sample(store.kind, inner), _line(store.kind, inner), is_tree)
    return None


def _sample(kind: StoreKind, inner: Sequence[Segment]) -> str:
    """A path that the store may have, with a made-up name wherever there may be any."""
    parts = ["".join(_pieces(segment, _SAMPLE)) for segment in inner]
    return "/".join([*parts, _SAMPLE] if kind is StoreKind.TREE and inner[-1] != TREE else parts)


def _line(kind: StoreKind, inner: Sequence[Segment]) -> str:
    """The line of a `.gitignore` in the root that covers the store and no more."""
    named = inner[:-1] if inner[-1] == TREE else inner
    line = "/" + "/".join("**" if segment == TREE else _escaped(segment) for segment in named)
    if kind is StoreKind.TREE or inner[-1] == TREE:
        return f"{line.rstrip('/')}/"
    return f"{line}*" if kind is StoreKind.SQLITE and not line.endswith("*") else line


def _escaped(segment: Segment) -> str:
    """A segment as a pattern of git's."""
    return "".join(piece if piece == "*" else _SPECIAL.sub(r"\\\1", piece) for piece in _pieces(segment, "*"))


def _pieces(segment: Segment, unknown: str) -> Iterator[str]:
    """The literal texts of a segment, and `unknown` for whatever else stands in it."""
    return (piece.text if isinstance(piece, Text) else unknown for piece in segment)


def _stores_at(path: str, root: str, places: Sequence[Place]) -> tuple[str, ...]:
    file = f"{root.rstrip('/')}/{path}"
    directory = file.rpartition("/")[0]
    return tuple(p.store for p in places if matches(p.pattern, directory if p.is_tree else file))


def _ignored(root: str, samples: Sequence[str], overrides: Mapping[str, bytes]) -> set[str]:
    """Those of the paths that git ignores, whether they are tracked or not."""
    if not any(path.rpartition("/")[2] == ".gitignore" for path in overrides):
        return set(_checked(root, samples))
    prefix = os.fsdecode(git(root, "rev-parse", "--show-prefix").stdout.rstrip(b"\n"))
    with TemporaryDirectory() as top:
        git(top, "init", "--quiet")
        for path, data in _ignore_files(root, prefix, samples, overrides):
            target = Path(top, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        Path(top, prefix).mkdir(parents=True, exist_ok=True)
        return set(_checked(f"{top}/{prefix}", samples))


def _checked(root: str, samples: Sequence[str]) -> Iterator[str]:
    """What `git check-ignore` says; of paths that it refuses together, one by one."""
    given = b"".join(os.fsencode(sample) + b"\0" for sample in samples)
    try:
        answer = git(root, "check-ignore", "--no-index", "--stdin", "-z", given=given, fine=(0, 1))
    except subprocess.CalledProcessError:
        if len(samples) > 1:
            yield from (found for sample in samples for found in _checked(root, [sample]))
        else:
            yield from samples  # in a submodule, or behind a symbolic link: not this repository's
        return
    yield from (os.fsdecode(path) for path in answer.stdout.split(b"\0") if path)


def _ignore_files(
    root: str, prefix: str, samples: Sequence[str], overrides: Mapping[str, bytes]
) -> Iterator[tuple[str, bytes]]:
    """The files of rules that bear on the paths, by their path below the top of the work tree."""
    exclude = os.fsdecode(git(root, "rev-parse", "--git-path", "info/exclude").stdout.rstrip(b"\n"))
    top = Path(root, *[".."] * prefix.count("/"))
    places = {parent for sample in samples for parent in PurePosixPath(prefix + sample).parents}
    wanted = {str(place / ".gitignore"): top / place / ".gitignore" for place in places}
    for path, file in {".git/info/exclude": Path(root, exclude), **wanted}.items():
        own = path.removeprefix(prefix) if path.startswith(prefix) else ""
        if own in overrides:
            yield path, overrides[own]
        elif file.is_file():
            yield path, file.read_bytes()


def _ignore_file(root: str, overrides: Mapping[str, bytes]) -> str | None:
    """The text of the root's own file of rules."""
    path = Path(root, ".gitignore")
    data = overrides.get(".gitignore", path.read_bytes() if path.is_file() else None)
    return None if data is None else data.decode(errors="surrogateescape")


def _why_not(root: str, places: Sequence[Place]) -> str:
    """Why git cannot be asked; nothing is missed where there is no repository and no store that could be in one."""
    if in_work_tree(Path(root).resolve()):
        return "git cannot be asked which files it tracks: is it installed, and is the directory yours?"
    if places:
        names = ", ".join(place.store for place in places)
        return f"in no git repository, so nothing is known of whether {names} would be tracked"
    return ""
