"""Names that become a part of a path, and can lead nowhere else."""

import re

from chatty.errors import InvalidNameError

_USER = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_FILE = re.compile(r"\w[\w. -]{0,127}")


def user_name(text: str) -> str:
    """The name of a user as it was given; raises InvalidNameError."""
    if not _USER.fullmatch(text):
        raise InvalidNameError(f"a user's name has small letters, digits, _ and -, unlike {text!r}")
    return text


def file_name(text: str) -> str:
    """The name of a file as it was given; raises InvalidNameError."""
    if not _FILE.fullmatch(text):
        raise InvalidNameError(f"a file's name has letters, digits, spaces, dots, _ and -, unlike {text!r}")
    return text


def construct_name(title: str, number: int) -> str:
    """How the vault calls a runtime: its name and a number that tells apart those of one name."""
    slug = re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")[:40]
    return f"{slug or 'runtime'}-{number:03}"
