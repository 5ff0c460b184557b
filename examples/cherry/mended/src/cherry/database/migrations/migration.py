"""What a migration is."""

import hashlib
from typing import NamedTuple


class Migration(NamedTuple):
    """One change of the schema. Once a database has it, `id` and `up` never change again.

    Attributes:
        id: three digits, without gaps.
        description: what changes.
        up: the statements that make the change.
        down: the statements that take it back, so that the schema is as before.
    """

    id: str
    description: str
    up: tuple[str, ...]
    down: tuple[str, ...]

    @property
    def checksum(self) -> str:
        """SHA-256 of what is applied."""
        return hashlib.sha256("\0".join(self.up).encode()).hexdigest()
