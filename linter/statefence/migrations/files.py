"""Which files that are not Python belong to the declared migrations."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path

from statefence.errors import PolicyError
from statefence.policy import Policy
from statefence.policy.problem import Problem, rendered

LOCK_FILE = "migrations.lock"
"""The lock's path, relative to the project's root."""


def texts(policy: Policy, others: Collection[str] = ()) -> list[str]:
    """The `.sql` files in the declared directories, and the lock, relative to the root.

    Args:
        policy: the policy.
        others: paths that are there beside those on disk.

    Raises:
        PolicyError: a declared directory or module is not there.
    """
    found = [path for declared in _declared(policy, others) for path in _sql_files(policy.root, declared)]
    lock = [LOCK_FILE] if found_migrations(policy) and Path(policy.root, LOCK_FILE).is_file() else []
    return [*found, *lock]


def places(policy: Policy) -> list[str]:
    """The directories and modules in which migrations are looked for, and the lock, absolute, there or not."""
    declared = [path for store in policy.stores for path in store.migrations.values()]
    return [str(Path(policy.root, path).absolute()) for path in (*declared, *([LOCK_FILE] if declared else []))]


def found_migrations(policy: Policy) -> bool:
    """Whether any store declares migrations."""
    return any(store.migrations for store in policy.stores)


def _declared(policy: Policy, others: Collection[str]) -> list[str]:
    declared = {
        path: ("stores", store.name, "migrations") for store in policy.stores for path in store.migrations.values()
    }
    missing = [
        rendered(
            Problem(keys, f'"{path}" is not there: make it, or run `statefence migrations new NAME`'),
            policy.source or "",
            policy.lines.get(".".join(keys), 1),
        )
        for path, keys in declared.items()
        if not Path(policy.root, path).exists() and not any(_is_in(other, path) for other in others)
    ]
    if missing:
        raise PolicyError(*missing)
    return list(declared)


def _is_in(path: str, directory: str) -> bool:
    return path == directory or path.startswith(f"{directory}/")


def _sql_files(root: str, directory: str) -> Iterator[str]:
    if Path(root, directory).is_dir():
        names = sorted(os.listdir(f"{root}/{directory}"))  # noqa: PTH208 - names only
        yield from (f"{directory}/{name}" for name in names if name.endswith(".sql"))
