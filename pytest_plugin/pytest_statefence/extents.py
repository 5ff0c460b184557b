"""Digests of files that may only grow. Runs in the reader process only; standard library, no site."""

# The reader process starts without site and in a few milliseconds: no pathlib.

from __future__ import annotations

import os
import stat
from hashlib import blake2b

_ATTEMPTS = 20
_BLOCK = 1 << 20


def measure(path: str, known: int) -> tuple[int, int, str, str, str]:
    """Inode, size, digest, digest of the first `known` bytes, and why it cannot be read (then the rest is empty).

    What is read is the state of one moment, unless the file is written without a pause.
    """
    for _ in range(_ATTEMPTS):
        try:
            with open(path, "rb", buffering=0, opener=_open_at_once) as file:
                before = os.fstat(file.fileno())
                if not stat.S_ISREG(before.st_mode):
                    return 0, 0, "", "", "it is no regular file"
                size, whole, prefix = _digests(file.fileno(), known)
                after = os.fstat(file.fileno())
        except FileNotFoundError:
            return 0, 0, "", "", ""
        except OSError as error:
            return 0, 0, "", "", error.strerror or str(error)
        if (before.st_size, before.st_mtime_ns, before.st_ctime_ns) == (size, after.st_mtime_ns, after.st_ctime_ns):
            return before.st_ino, size, whole, prefix, ""
    return 0, 0, "", "", "it was written without a pause while it was read"


def _open_at_once(path: str, flags: int) -> int:
    """Opens without waiting for the other end of a pipe."""
    return os.open(path, flags | os.O_NONBLOCK)


def _digests(descriptor: int, known: int) -> tuple[int, str, str]:
    total = blake2b(digest_size=16)
    size, prefix = 0, ""
    while block := os.read(descriptor, _BLOCK if size >= known else min(_BLOCK, known - size)):
        total.update(block)
        size += len(block)
        if size == known:
            prefix = total.hexdigest()
    whole = total.hexdigest()
    return size, whole, prefix or (whole if known else blake2b(digest_size=16).hexdigest())
