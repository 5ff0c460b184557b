"""Which files belong to the project: what git tracks or would track, else a walk of the tree."""

from __future__ import annotations

import os
import re
import stat
import subprocess
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from statefence.errors import UsageError
from statefence.model import Skipped
from statefence.policy.model import Policy
from statefence.source import Unread, is_python

NEVER_SOURCE = frozenset(
    {
        ".bzr", ".direnv", ".eggs", ".git", ".hg", ".hypothesis", ".ipynb_checkpoints", ".mypy_cache", ".nox",
        ".pants.d", ".pyenv", ".pytest_cache", ".pytype", ".ruff_cache", ".statefence_cache", ".svn", ".tox", ".venv",
        "__pycache__", "__pypackages__", "node_modules", "site-packages",
    }
)  # fmt: skip
_ENDINGS = (".py", ".sql")
_ENVIRONMENT_MARK = "pyvenv.cfg"
_TRACKED = re.compile(rb"(?P<mode>\d{6}) [0-9a-f]+ \d\t(?P<path>.*)", re.DOTALL)
_LINK = b"120000"
_SUBMODULE = b"160000"
_SET_BY_GIT_HOOKS = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"})


class Discovered(Struct, frozen=True):
    """The files of the project.

    Attributes:
        paths: those of Python, sorted, relative to the root.
        skipped: the places that were left out, with why.
        listing: what the system or git listed, from which all this follows.
        queries: the files of SQL, sorted, relative to the root.
        tracked: every file that git tracks below the root, of whatever kind; None when git cannot say.
    """

    paths: tuple[str, ...]
    skipped: tuple[Skipped, ...] = ()
    listing: bytes = b""
    queries: tuple[str, ...] = ()
    tracked: tuple[str, ...] | None = None


class _Link(Struct, frozen=True, order=True):
    """A symbolic link to a file, or to nothing."""

    path: str


_Place = str | _Link | Skipped


def files(policy: Policy) -> Discovered:
    """Find the project's `.py` files; raises UsageError when the root is not a directory.

    Inside a git work tree these are the tracked files and the untracked ones that are not ignored; elsewhere, and where
    git lists none (the root itself is ignored), all files below the root. Caches and virtual environments never count.
    Symbolic links to directories are not followed, and a linked file is read once. A submodule or a repository nested
    in a work tree is a project of its own: it is left out, and said to be.
    """
    if not Path(policy.root).is_dir():
        raise UsageError(f"{policy.root}: no such directory")
    by_git = _git_listing(policy.root)
    listed = by_git or b""
    found = set(_listed(policy.root, listed))
    if not any(isinstance(place, str) and is_python(place) for place in found):
        found = set(_walked(policy.root, ""))
        listed = _plain_listing(found)
    paths = {place for place in found if isinstance(place, str)}
    linked = _read_once(policy.root, paths, sorted(place for place in found if isinstance(place, _Link)))
    skipped = sorted((place for place in found if isinstance(place, Skipped)), key=lambda place: place.path)
    ordered = sorted((*paths, *linked))
    queries = tuple(path for path in ordered if not is_python(path))
    tracked = None if by_git is None else tracked_files(by_git)
    return Discovered(tuple(path for path in ordered if is_python(path)), tuple(skipped), listed, queries, tracked)


def listing(root: str) -> bytes:
    """The `listing` that `files` would start from now."""
    return files(Policy(root=root)).listing


def listed_files(listing: bytes) -> tuple[str, ...]:
    """The files of a listing, of whatever kind, relative to the root; those of caches and environments left out."""
    paths = [_entry(item)[1] for item in listing.split(b"\0") if item]
    return tuple(path for path in paths if NEVER_SOURCE.isdisjoint(path.split("/")))


def tracked_files(listing: bytes) -> tuple[str, ...]:
    """The files of git's listing that it tracks, submodules left out."""
    entries = (_entry(item) for item in listing.split(b"\0") if item)
    return tuple(path for mode, path in entries if mode not in {b"", _SUBMODULE})


def _plain_listing(found: Iterable[_Place]) -> bytes:
    """What a walk found, in bytes."""
    return b"\0".join(sorted(os.fsencode(place if isinstance(place, str) else place.path) for place in found))


def _read_once(root: str, paths: Iterable[str], links: Iterable[_Link]) -> Iterator[str]:
    """Those links that lead to a file which neither its own name nor an earlier link leads to."""
    seen = set(paths)
    for link in links:
        target = _relative(os.path.realpath(f"{root}/{link.path}"), root)
        if target not in seen:
            seen.add(target)
            yield link.path


def _relative(path: str, root: str) -> str:
    return os.path.relpath(path, os.path.realpath(root)).replace(os.sep, "/")


def _listed(root: str, listed: bytes) -> Iterator[_Place]:
    """The places git lists below `root`; none outside a work tree."""
    entries = [_entry(item) for item in listed.split(b"\0") if item]
    environments = tuple(
        path.removesuffix(_ENVIRONMENT_MARK) for _, path in entries if path.endswith(f"/{_ENVIRONMENT_MARK}")
    )
    for mode, path in entries:
        if not NEVER_SOURCE.isdisjoint(path.split("/")) or (environments and path.startswith(environments)):
            continue
        yield from _listed_place(root, mode, path)


def _entry(item: bytes) -> tuple[bytes, str]:
    """The mode of a tracked file, empty for an untracked one, and its path."""
    tracked = _TRACKED.fullmatch(item)
    return (tracked["mode"], os.fsdecode(tracked["path"])) if tracked else (b"", os.fsdecode(item))


def _listed_place(root: str, mode: bytes, path: str) -> Iterator[_Place]:
    if mode == _SUBMODULE:
        yield Skipped(path, "a git submodule, a project of its own")
    elif path.endswith("/"):
        yield Skipped(path.rstrip("/"), "a git repository of its own")
    elif path.endswith(_ENDINGS) or mode in {_LINK, b""}:
        try:
            is_link = stat.S_ISLNK(os.lstat(f"{root}/{path}").st_mode)
        except (FileNotFoundError, NotADirectoryError):
            return  # deleted, and git has not been told
        yield from _linked(root, path) if is_link else _python_file(path)


def _git_listing(root: str) -> bytes | None:
    """What `git ls-files` prints: tracked files with mode and object name, then untracked ones; None without git."""
    if not in_work_tree(Path(root).resolve()):
        return None
    try:
        return git(root, "ls-files", "--stage", "--cached", "--others", "--exclude-standard", "-z").stdout
    except (OSError, subprocess.CalledProcessError):
        return None


def git(
    root: str, *arguments: str, given: bytes = b"", fine: Collection[int] = (0,)
) -> subprocess.CompletedProcess[bytes]:
    """Run git in a directory, whatever hook statefence itself runs in; its exit code is among the `fine` ones.

    Raises:
        OSError: there is no git.
        subprocess.CalledProcessError: it exits with another code.
    """
    environment = {name: value for name, value in os.environ.items() if name not in _SET_BY_GIT_HOOKS}
    # fsmonitor may name a program of the repository's choice
    command = ["git", "-C", root, "-c", "core.fsmonitor=false", *arguments]
    done = subprocess.run(command, env=environment, input=given, capture_output=True, check=False)
    if done.returncode not in fine:
        raise subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
    return done


def in_work_tree(directory: Path) -> bool:
    """Whether git has the directory, which must be absolute without links."""
    return any((above / ".git").exists() for above in (directory, *directory.parents))


def _walked(root: str, below: str) -> Iterator[_Place]:
    """The places below a directory, which is relative to `root` and ends in a slash unless it is the root itself."""
    try:
        with os.scandir(f"{root}/{below}") as scan:
            entries = list(scan)
    except OSError as error:
        yield Unread(below.rstrip("/") or ".", f"cannot be listed: {error.strerror}")
        return
    if below and any(entry.name == _ENVIRONMENT_MARK for entry in entries):
        return
    for entry in entries:
        path = f"{below}{entry.name}"
        if entry.is_symlink():
            yield from _linked(root, path)
        elif not entry.is_dir():
            yield from _python_file(path)
        elif entry.name not in NEVER_SOURCE:
            yield from _walked(root, f"{path}/")


def _python_file(path: str) -> Iterator[str | Skipped]:
    if not path.endswith(_ENDINGS):
        return
    try:
        path.encode()
    except UnicodeEncodeError:
        yield Skipped(os.fsencode(path).decode(errors="backslashreplace"), "the name is not UTF-8")
    else:
        yield path


def _linked(root: str, path: str) -> Iterator[_Place]:
    """A symbolic link: to a file it is a file, to a directory of the project nothing, to any other a place left out."""
    if not Path(root, path).is_dir():
        yield from (place if isinstance(place, Skipped) else _Link(path) for place in _python_file(path))
        return
    target = _relative(os.path.realpath(f"{root}/{path}"), root)
    if target == "." or path.startswith(f"{target}/"):
        yield Skipped(path, "a symbolic link to a directory that it lies in")
    elif target == ".." or target.startswith("../"):
        yield Skipped(path, "a symbolic link to a directory outside the project, which is not followed")
