"""What the names of files tell: the dotted name of each module, given by `src` roots or guessed, and what is a test."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from statefence.policy.model import Policy


def module_names(paths: Iterable[str], policy: Policy) -> dict[str, str]:
    """The dotted name of each of the project's files, given all of their paths.

    A file below one of the policy's `src` roots is named from the deepest of them. Any other is named from the deepest
    root that the tree shows (see `guessed_roots`). Two files can get the same name; `import` could not tell them apart
    either.
    """
    every = tuple(paths)
    given = tuple(_as_prefix(root) for root in policy.src)
    guessed = guessed_roots(every)
    return {path: module_name(path, given if path.startswith(given) else guessed) for path in every}


def module_name(path: str, roots: Iterable[str]) -> str:
    """The dotted name of a file from the deepest of `roots` it lies in; a root is empty or ends in a slash."""
    root = max((root for root in roots if path.startswith(root)), key=len, default="")
    parts = path[len(root) :].removesuffix(".py").split("/")
    if parts[-1] == "__init__" and len(parts) > 1:
        parts.pop()
    return ".".join(parts)


def guessed_roots(paths: Collection[str]) -> tuple[str, ...]:
    """The directories that imports seem to start from.

    These are the project's root, every `src` directory that is not a package, and, outside those, every directory that
    holds a topmost package: one with an `__init__.py` whose parent has none. A directory with modules of its own within
    a package is a part of it, also without an `__init__.py`.
    """
    packages = {path.removesuffix("__init__.py") for path in paths if path.endswith("/__init__.py")}
    packages |= _namespaces(packages, paths)
    sources = {root for path in paths if (root := _source_root(path)) and root not in packages}
    holders = {
        holder
        for package in packages
        if (holder := _parent(package)) not in packages and not package.startswith(tuple(sources))
    }
    return ("", *sorted(sources | holders - {""}))


PROJECT_FILES = frozenset({"setup.py", "conftest.py", "noxfile.py", "manage.py"})
"""Files that stand at the top of a project: a directory with one is no part of a package above it."""


def _namespaces(packages: set[str], paths: Iterable[str]) -> set[str]:
    """The directories below packages that hold modules but no `__init__.py`."""
    files: dict[str, set[str]] = {}
    for path in paths:
        directory, _, name = path.rpartition("/")
        files.setdefault(f"{directory}/", set()).add(name)
    return {
        directory
        for directory, names in files.items()
        if names.isdisjoint(PROJECT_FILES) and "src" not in directory.split("/") and _is_below(directory, packages)
    }


def _is_below(directory: str, packages: set[str]) -> bool:
    above = directory
    while above := _parent(above):
        if above in packages:
            return True
    return False


def _source_root(path: str) -> str:
    """The deepest `src` directory above the file, empty when there is none."""
    directories = path.split("/")[:-1]
    if "src" not in directories:
        return ""
    depth = len(directories) - directories[::-1].index("src")
    return "/".join(directories[:depth]) + "/"


def _parent(directory: str) -> str:
    head, slash, _ = directory.rstrip("/").rpartition("/")
    return head + slash


def _as_prefix(root: str) -> str:
    inside = root.replace("\\", "/").removeprefix("./").strip("/")
    return "" if inside in {"", "."} else f"{inside}/"


def is_test_file(path: str) -> bool:
    """Whether a file is one of tests, by its name or its directory: the rest of the program does not depend on it."""
    *folders, file = path.split("/")
    usual = file.startswith("test_") or file.endswith("_test.py") or file in {"conftest.py", "tests.py"}
    return usual or not {"test", "tests", "testing"}.isdisjoint(folders)
