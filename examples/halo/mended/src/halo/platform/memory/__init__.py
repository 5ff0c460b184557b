"""What halo remembers: of the user, of a space, of an app in a space. Only this package touches the files."""

from halo.platform.memory.files import memory_list, memory_read, memory_write
from halo.platform.memory.paths import Scope, app_scope, space_scope, user_scope

__all__ = ["Scope", "app_scope", "memory_list", "memory_read", "memory_write", "space_scope", "user_scope"]
