"""What a run is asked, by which a remembered one is found again."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_DECIDING = (
    *("NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS", "HOME", "XDG_CONFIG_HOME", "GITHUB_ACTIONS", "LANG", "LC_ALL"),
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_CONFIG_GLOBAL", "PYTHONPATH"),
)
"""The variables of the environment that an answer can depend on."""


def question(command: str, arguments: Sequence[str]) -> bytes:
    """What is asked: everything that decides the answer but the files."""
    out, log = sys.stdout, sys.stderr
    asked = (
        *(sys.version, sys.prefix, os.getcwd(), command, *arguments),
        *(out.isatty(), out.encoding, log.isatty(), log.encoding, _width() if out.isatty() else 0),
        [os.environ.get(name) for name in _DECIDING],
    )
    return repr(asked).encode(errors="surrogateescape")


def _width() -> int:
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns
    except OSError:
        return 0
