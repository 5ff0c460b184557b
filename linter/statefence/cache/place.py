"""Where things are remembered: in the user's own cache directory, where no repository can put any."""

from __future__ import annotations

import os
import zlib

MOST_KEPT = 500
"""So many files are kept, those that were written last."""


def place(name: bytes) -> str | None:
    """The file for what goes by this name; None where the user has no directory for it."""
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or os.path.expanduser("~/.cache")
    if not os.path.isabs(base):
        return None
    return f"{base}/statefence/{zlib.crc32(name):08x}{zlib.adler32(name):08x}"


def read(path: str) -> bytes | None:
    """The file's bytes, where it and its directory belong to the user alone; None otherwise."""
    try:
        directory = os.stat(os.path.dirname(path))
        if not _is_own(directory):
            return None
        with open(path, "rb") as file:
            return file.read() if _is_own(os.fstat(file.fileno())) else None
    except OSError:
        return None


def _is_own(entry: os.stat_result) -> bool:
    """Whether nobody else can have written it."""
    return not hasattr(os, "getuid") or (entry.st_uid == os.getuid() and not entry.st_mode & 0o022)


def write(path: str, data: bytes) -> None:
    """Put the bytes in place at once, whoever else does so; a directory that cannot be written to is left alone."""
    scratch = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with open(scratch, "xb", opener=_private) as file:
            file.write(data)
        os.replace(scratch, path)
        _prune(os.path.dirname(path))
    except OSError:
        if os.path.lexists(scratch):
            os.unlink(scratch)


def _prune(directory: str) -> None:
    with os.scandir(directory) as scan:
        entries = list(scan)
    if len(entries) > MOST_KEPT:
        for entry in sorted(entries, key=lambda entry: entry.stat().st_mtime_ns)[: len(entries) - MOST_KEPT]:
            os.unlink(entry.path)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
