"""What a migration is."""

from typing import NamedTuple


class Migration(NamedTuple):
    """One change of the schema.

    Attributes:
        id: three digits.
        description: what changes.
        up: the statements that make the change.
        down: the statements that take it back, as far as there are some.
    """

    id: str
    description: str
    up: tuple[str, ...]
    down: tuple[str, ...] = ()
