"""A file is replaced all at once: whoever looks, and whenever the writer is killed, it is the old or the new one."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from statefence.errors import StatefenceError
from statefence.fix import write_atomic

WRITER = """
import sys
from pathlib import Path
from statefence.fix.write import write_atomic
path, contents = Path(sys.argv[1]), [b"a" * 200_000, b"b" * 200_000]
print("ready", flush=True)
while True:
    contents.reverse()
    write_atomic(path, contents[0], expected=contents[1])
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.py"
    path.write_bytes(b"old")
    return path


def names(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir()}


def test_the_content_is_replaced_and_nothing_else_is_left(file: Path) -> None:
    write_atomic(file, b"new\r\n", expected=b"old")
    assert file.read_bytes() == b"new\r\n"
    assert names(file.parent) == {"a.py"}


@pytest.mark.parametrize("mode", [0o600, 0o755, 0o640, 0o444])
def test_the_mode_is_kept(file: Path, mode: int) -> None:
    file.chmod(mode)
    write_atomic(file, b"new", expected=b"old")
    assert file.stat().st_mode & 0o7777 == mode


def test_the_owner_is_kept_or_the_file_is_left_alone(file: Path) -> None:
    other = os.getgid() if os.geteuid() else 12345
    os.chown(file, -1, other)
    write_atomic(file, b"new", expected=b"old")
    assert file.stat().st_gid == other


def test_the_file_counts_as_modified(file: Path) -> None:
    os.utime(file, (1, 1))
    write_atomic(file, b"new", expected=b"old")
    assert file.stat().st_mtime > 1


def test_a_symbolic_link_stays_one(file: Path, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    link = tmp_path / "sub" / "link.py"
    link.symlink_to("../a.py")
    write_atomic(link, b"new", expected=b"old")
    assert link.readlink() == Path("../a.py")
    assert file.read_bytes() == b"new"
    assert names(tmp_path / "sub") == {"link.py"}


def test_other_hard_links_keep_the_old_content(file: Path) -> None:
    other = file.with_name("b.py")
    other.hardlink_to(file)
    write_atomic(file, b"new", expected=b"old")
    assert (file.read_bytes(), other.read_bytes()) == (b"new", b"old")


def test_a_file_that_has_changed_is_left_alone(file: Path) -> None:
    with pytest.raises(StatefenceError, match="has changed since it was analysed: run again"):
        write_atomic(file, b"new", expected=b"older")
    assert file.read_bytes() == b"old"
    assert names(file.parent) == {"a.py"}


def test_a_file_that_is_gone_is_not_made_again(file: Path) -> None:
    file.unlink()
    with pytest.raises(StatefenceError, match="No such file"):
        write_atomic(file, b"new", expected=b"old")
    assert not names(file.parent)


def test_a_read_only_directory_is_one_clear_error() -> None:
    script = (
        "import os, sys; from pathlib import Path; from statefence.errors import StatefenceError\n"
        "from statefence.fix.write import write_atomic\n"
        "if os.geteuid() == 0: os.setuid(65534)  # the superuser may write anywhere\n"
        "try: write_atomic(Path(sys.argv[1]), b'new', expected=b'old')\n"
        "except StatefenceError as error: print(error)\n"
    )
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "a.py"
        path.write_bytes(b"old")
        path.parent.chmod(0o555)
        done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=True)
        path.parent.chmod(0o755)
        assert done.stdout.splitlines() == [
            f"{path}: cannot be replaced (Permission denied): it and its directory must be writable"
        ]
        assert path.read_bytes() == b"old"
        assert names(path.parent) == {"a.py"}


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    script = (
        "import resource, signal, sys; from pathlib import Path; from statefence.errors import StatefenceError\n"
        "from statefence.fix.write import write_atomic\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))\n"
        "try: write_atomic(Path(sys.argv[1]), b'n' * 100, expected=b'old')\n"
        "except StatefenceError as error: sys.exit(7)\n"
    )
    path = tmp_path / "a.py"
    path.write_bytes(b"old")
    assert subprocess.run([sys.executable, "-c", script, path], check=False).returncode == 7
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == {"a.py"}


def test_a_writer_killed_at_any_moment_leaves_the_old_or_the_new_file(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    whole = {b"a" * 200_000, b"b" * 200_000}
    moments = random.Random(20261120)
    for _ in range(12):
        path.write_bytes(b"a" * 200_000)
        with subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"ready\n"
            time.sleep(moments.uniform(0, 0.05))
            writer.kill()
        assert path.read_bytes() in whole
