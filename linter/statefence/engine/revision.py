"""What a revision of git holds: asked of git itself, which runs no program of the repository's choice for it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable

from msgspec import Struct

from statefence.errors import UsageError
from statefence.migrations.model import History
from statefence.migrations.read import histories
from statefence.model import Skipped
from statefence.policy import Policy
from statefence.source import Source, decoded

_SET_BY_GIT_HOOKS = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"})


class Revision(Struct, frozen=True):
    """A commit, as it was asked for and by its hash, in the repository that the project's root lies in."""

    root: str
    name: str
    commit: str


def revision(root: str, name: str) -> Revision:
    """The revision of that name; raises UsageError when there is none, or no repository."""
    try:
        found = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    except UsageError as error:
        raise UsageError(f"--since {name}: {root} has no such revision, or is in no git repository") from error
    return Revision(root, name, found.decode().strip())


def changed_since(at: Revision) -> frozenset[str]:
    """The files that differ from the revision's or are not in it, relative to the root; ignored ones left out."""
    tracked = _git(at.root, "diff", "--name-only", "--no-ext-diff", "--no-renames", "--relative", "-z", at.commit, "--")
    others = _git(at.root, "ls-files", "--others", "--exclude-standard", "-z")
    return frozenset(os.fsdecode(path) for path in (*tracked.split(b"\0"), *others.split(b"\0")) if path)


def sources_at(at: Revision, places: Iterable[str]) -> dict[str, Source]:
    """The text files that the revision has at or below the places, which are relative to the root."""
    found: dict[str, Source] = {}
    for place in places:
        listed = _git(at.root, "ls-tree", "-r", "-z", "--name-only", at.commit, "--", place)
        for path in (os.fsdecode(name) for name in listed.split(b"\0") if name):
            if path.endswith((".py", ".sql")):
                source = decoded(path, _git(at.root, "cat-file", "blob", f"{at.commit}:./{path}"))
                if not isinstance(source, Skipped):
                    found[path] = source
    return found


class Since(Struct, frozen=True):
    """A revision as a run needs it: its name, the migrations that it has, and the files that differ from it."""

    name: str
    migrations: tuple[History, ...]
    changed: frozenset[str]


def since(policy: Policy, name: str) -> Since:
    """What a run needs of the revision of that name; raises UsageError when there is none."""
    at = revision(policy.root, name)
    declared = [path for store in policy.stores for path in store.migrations.values()]
    return Since(name, histories(policy, sources_at(at, declared)), changed_since(at))


def _git(root: str, *arguments: str) -> bytes:
    environment = {name: value for name, value in os.environ.items() if name not in _SET_BY_GIT_HOOKS}
    command = ["git", "-C", root, "-c", "core.fsmonitor=false", *arguments]
    try:
        return subprocess.run(command, env=environment, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        reason = getattr(error, "stderr", b"").decode(errors="replace").strip() or str(error)
        raise UsageError(f"git cannot be asked: {reason.splitlines()[0]}") from error
