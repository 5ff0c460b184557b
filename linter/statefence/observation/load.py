"""From a file that the plugin wrote to the records of it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from statefence.errors import UsageError
from statefence.observation.records import VERSION, Observed


def load(path: Path) -> Observed:
    """What was observed.

    Raises UsageError when the file cannot be read, or is not one that this version of the plugin wrote.
    """
    try:
        data = path.read_bytes()
        version = msgspec.json.decode(data, type=_Version).version
        if version != VERSION:
            raise UsageError(f"{path}: it has version {version}, this statefence reads {VERSION}: run the tests again")
        return msgspec.json.decode(data, type=Observed)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: it was not written by `pytest --statefence-observe`: {error}") from error


class _Version(msgspec.Struct):
    version: int
