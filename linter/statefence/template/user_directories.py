"""Where libraries put an application's per-user files: what `{app:FUNCTION:NAME}` is on this machine.

Facts: the XDG Base Directory Specification, and the documentation of platformdirs, appdirs and `click.get_app_dir`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping

_XDG = {
    "data": ("XDG_DATA_HOME", ".local/share", ""),
    "config": ("XDG_CONFIG_HOME", ".config", ""),
    "cache": ("XDG_CACHE_HOME", ".cache", ""),
    "state": ("XDG_STATE_HOME", ".local/state", ""),
    "log": ("XDG_STATE_HOME", ".local/state", "/log"),
}
"""By kind: the variable, the directory in the home without it, and what follows the application's name."""

_MAC = {
    "data": "Library/Application Support",
    "config": "Library/Application Support",
    "state": "Library/Application Support",
    "cache": "Library/Caches",
    "log": "Library/Logs",
}

USER_DIRECTORY_VARIABLES = frozenset(variable for variable, _, _ in _XDG.values())
"""The variables on which the answers depend, beside the home directory."""

_FUNCTION = re.compile(r"user_(data|config|cache|state|log)_?(?:dir|path)")


def user_directory(name: str, environ: Mapping[str, str], home: str) -> str | None:
    """The directory that `name`, such as `user_data_dir:halo`, is for a process; None where it is not known."""
    function, _, application = name.partition(":")
    if not application or application == "?" or sys.platform == "win32":
        return None
    if function == "get_app_dir":
        return _click_directory(application, environ, home)
    found = _FUNCTION.fullmatch(function)
    if found is None:
        return None
    if sys.platform == "darwin":
        return f"{home}/{_MAC[found[1]]}/{application}"
    variable, below_home, last = _XDG[found[1]]
    return f"{environ.get(variable, '').strip() or f'{home}/{below_home}'}/{application}{last}"


def _click_directory(application: str, environ: Mapping[str, str], home: str) -> str:
    if sys.platform == "darwin":
        return f"{home}/Library/Application Support/{application}"
    return f"{environ.get('XDG_CONFIG_HOME') or f'{home}/.config'}/{'-'.join(application.split()).lower()}"
