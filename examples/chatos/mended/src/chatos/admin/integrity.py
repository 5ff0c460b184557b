"""The integrity check of the configuration, in a process of its own: a damaged file must not take the desktop down."""

import subprocess
import sys
from contextlib import closing

from chatos.hostapp import child_environment
from chatos.storage import open_admin
from chatos.storage.paths import SOURCE_ROOT


def check_in_child() -> str:
    """What SQLite says about the configuration: `ok`, or the first fault."""
    answer = subprocess.run(
        [sys.executable, "-m", "chatos.admin.integrity"],
        env=child_environment(PYTHONPATH=str(SOURCE_ROOT)),
        capture_output=True,
        text=True,
        check=True,
    )
    return answer.stdout.strip()


def main() -> None:
    """Check and print."""
    with closing(open_admin()) as connection:
        print(connection.execute("PRAGMA integrity_check").fetchone()[0])


if __name__ == "__main__":
    main()
