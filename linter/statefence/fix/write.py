"""Replace or make a file so that whoever looks, whenever the machine stops, sees all the old bytes or all the new."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from statefence.errors import StatefenceError


def write_atomic(path: Path, data: bytes, *, expected: bytes) -> None:
    """Replace the content of an existing file, all at once, provided it still is `expected`.

    The new content goes to a temporary file in the same directory, which then takes the file's name. Mode, owner,
    group, extended attributes and access control lists are kept. A symbolic link stays one, and the file it leads to is
    replaced. Of a file with several hard links only this name gets the new content, for the other names may belong to
    a package cache or a snapshot that must not change. A process killed in the middle may leave the temporary file.

    Raises:
        StatefenceError: the file has changed, or cannot be read, replaced or given its owner; it is then as it was.
    """
    try:
        target = path.resolve(strict=True)
        temporary = _written(target, data)
        try:
            _check_unchanged(path, target, expected)
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync_directory(target.parent)
    except OSError as error:
        reason = error.strerror or str(error)
        raise StatefenceError(
            f"{path}: cannot be replaced ({reason}): it and its directory must be writable"
        ) from error


def create_atomic(path: Path, data: bytes) -> None:
    """Make a file that is not there yet, with its directories; it is there whole or not at all.

    Raises:
        StatefenceError: there is one by now, or it cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = _written(path, data)
        try:
            os.link(temporary, path)  # unlike a rename, never in the place of another file
        finally:
            temporary.unlink(missing_ok=True)
        _sync_directory(path.parent)
    except FileExistsError as error:
        raise StatefenceError(f"{path}: is there by now: run again") from error
    except OSError as error:
        raise StatefenceError(f"{path}: cannot be made ({error.strerror or error})") from error


def _written(target: Path, data: bytes) -> Path:
    """A new file beside `target` that is on disk with `data`, and with the owner and metadata of a target there is."""
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            if target.exists():
                _copy_metadata(target, temporary)
            else:
                temporary.chmod(0o666 & ~_umask())
            os.fsync(file.fileno())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _umask() -> int:
    """The mode bits that new files do not get; it can only be read by setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _copy_metadata(source: Path, target: Path) -> None:
    """Give `target` the owner, mode and attributes of `source`, but not its times."""
    wanted, present = source.stat(), target.stat()
    if (wanted.st_uid, wanted.st_gid) != (present.st_uid, present.st_gid):
        os.chown(target, wanted.st_uid, wanted.st_gid)
    shutil.copystat(source, target)
    os.utime(target)


def _check_unchanged(path: Path, target: Path, expected: bytes) -> None:
    if target.read_bytes() != expected:
        raise StatefenceError(f"{path}: has changed since it was analysed: run again")


def _sync_directory(directory: Path) -> None:
    """Make the new name last through a power failure, where directories can be synchronised (not on Windows)."""
    with contextlib.suppress(PermissionError):
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
