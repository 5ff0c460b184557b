"""What happens when the desktop application starts."""

from contextlib import closing

from chatos.admin import config_source
from chatos.storage import open_runtime


def start() -> None:
    """Make both databases and put the default configuration in place."""
    with closing(open_runtime()):
        config_source.seed_defaults()
