"""What happens when the desktop application starts."""

from contextlib import closing

from chatos.admin import config_source
from chatos.storage import open_runtime
from chatos.storage.repair import repair_stray_databases


def start() -> None:
    """Repair what older versions left behind, make both databases, put the default configuration in place."""
    repair_stray_databases()
    with closing(open_runtime()):
        config_source.seed_defaults()
