"""The database of the platform, and the migrations of those who keep tables in it."""

from halo.platform.store.database import open_store
from halo.platform.store.migrator import Namespace, applied_versions, apply_migrations, roll_back

__all__ = ["Namespace", "applied_versions", "apply_migrations", "open_store", "roll_back"]
