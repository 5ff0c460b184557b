"""What is said again is what would be said anew, whatever happened to the project in between."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from statefence.cli import main

APP = "import subprocess\nsubprocess.run(['a'], env={'A': '1'})\n"
CLEAN = "x = 1\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with two files, and a cache of its own."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "app.py").write_text(APP)
    (root / "other.py").write_text(CLEAN)
    (root / "pkg").mkdir()
    (root / "pkg/inner.py").write_text(CLEAN)
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    subprocess.run(["git", "-C", str(root), "add", "."], check=True)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(root)
    return root


Capture = pytest.CaptureFixture[str]


def said(capsys: Capture, *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = main(["check", "--output-format", "concise", *arguments])
    return code, *capsys.readouterr()


def assert_as_anew(capsys: Capture) -> None:
    assert said(capsys) == said(capsys, "--no-cache")


LOADED = """
import sys
from statefence.cli import main
main(["check"])
sys.exit("statefence.engine" in sys.modules)
"""


def is_replayed() -> bool:
    return subprocess.run([sys.executable, "-c", LOADED], capture_output=True, check=False).returncode == 0


def test_a_second_run_analyses_nothing(project: Path) -> None:
    assert not is_replayed()
    assert is_replayed()


def test_without_the_cache_everything_is_analysed(project: Path, capsys: Capture) -> None:
    first = said(capsys, "--no-cache")
    assert first == said(capsys, "--no-cache")
    assert not (project.parent / "cache").exists()


def same_size_and_times(root: Path) -> None:
    """Edit a file so that its size and the time of its change stay."""
    entry = (root / "app.py").stat()
    (root / "app.py").write_text(APP.replace("'A'", "'B'"))
    os.utime(root / "app.py", ns=(entry.st_atime_ns, entry.st_mtime_ns))


CHANGES: dict[str, Callable[[Path], object]] = {
    "nothing": lambda root: None,
    "another time": lambda root: os.utime(root / "app.py", (1, 1)),
    "same size and time": same_size_and_times,
    "repaired": lambda root: (root / "app.py").write_text(CLEAN),
    "a new file": lambda root: (root / "new.py").write_text(APP),
    "a new file in a package": lambda root: (root / "pkg/new.py").write_text(APP),
    "a file gone": lambda root: (root / "app.py").unlink(),
    "a file moved": lambda root: (root / "app.py").rename(root / "pkg/app.py"),
    "a policy": lambda root: (root / "statefence.toml").write_text("require-reasons = true\n"),
    "a wrong policy": lambda root: (root / "statefence.toml").write_text("nothing = true\n"),
    "ignored": lambda root: (root / ".gitignore").write_text("new.py\n"),
    "excluded": lambda root: (root / ".git/info/exclude").write_text("pkg\n"),
    "staged": lambda root: subprocess.run(["git", "-C", str(root), "add", "."], check=True),
    "forgotten": lambda root: subprocess.run(["git", "-C", str(root), "rm", "-q", "--cached", "app.py"], check=True),
    "bad syntax": lambda root: (root / "other.py").write_text("def f(:\n"),
    "bytes that do not decode": lambda root: (root / "other.py").write_bytes(b"\xff"),
    "suppressed": lambda root: (root / "app.py").write_text(APP.rstrip() + "  # statefence: ignore[SF101]\n"),
    "a directory of links": lambda root: (root / "linked").symlink_to(root / "pkg"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_seen(project: Path, capsys: Capture, change: str) -> None:
    said(capsys)
    CHANGES[change](project)
    assert_as_anew(capsys)
    assert_as_anew(capsys)


def test_a_file_in_a_directory_that_held_none_is_seen(project: Path, capsys: Capture) -> None:
    (project / "empty/below").mkdir(parents=True)
    said(capsys)
    (project / "empty/below/new.py").write_text(APP)
    assert_as_anew(capsys)


def test_an_ignored_directory_that_changes_is_no_reason_to_analyse(project: Path) -> None:
    (project / ".gitignore").write_text("build\n")
    (project / "build").mkdir()
    assert not is_replayed()
    (project / "build/made.py").write_text(APP)
    assert is_replayed()


def test_the_arguments_are_part_of_the_question(project: Path, capsys: Capture) -> None:
    assert said(capsys) != said(capsys, "--ignore", "SF1")
    assert said(capsys, "--exit-zero")[0] == 0


def test_every_file_is_compared_when_asked(project: Path, capsys: Capture) -> None:
    said(capsys, "--cache-check=hash")
    same_size_and_times(project)
    assert said(capsys, "--cache-check=hash") == said(capsys, "--no-cache")


def kept(project: Path) -> Path:
    (file,) = (file for file in (project.parent / "cache/statefence").iterdir() if not file.suffix)
    return file


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.floats(0, 1, exclude_max=True), noise=st.binary(max_size=8), cut=st.booleans())
def test_a_damaged_cache_costs_a_cold_run_and_nothing_else(
    project: Path, capsys: Capture, at: float, noise: bytes, cut: bool
) -> None:
    expected = said(capsys)
    data = kept(project).read_bytes()
    place = int(at * len(data))
    kept(project).write_bytes(data[:place] + noise + (b"" if cut else data[place + len(noise) :]))
    assert said(capsys) == expected


def test_a_cache_that_others_can_write_is_not_believed(project: Path) -> None:
    assert not is_replayed()
    kept(project).chmod(0o666)
    assert not is_replayed()


def test_where_nothing_can_be_kept_the_answer_is_the_same(
    project: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = said(capsys, "--no-cache")
    (project.parent / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(project.parent / "file"))
    assert said(capsys) == expected


def test_runs_at_the_same_time_leave_a_whole_cache(project: Path, capsys: Capture) -> None:
    command = [sys.executable, "-m", "statefence", "check", "--output-format", "concise"]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    outputs = {run.communicate()[0] for run in runs}
    assert len(outputs) == 1
    assert sorted(file.suffix for file in (project.parent / "cache/statefence").iterdir()) == ["", ".answers", ".facts"]
    assert is_replayed() or is_replayed()


def test_the_map_is_remembered_too(project: Path, capsys: Capture) -> None:
    capsys.readouterr()
    main(["map", "--output-format", "json"])
    first = capsys.readouterr()
    main(["map", "--output-format", "json"])
    assert capsys.readouterr() == first
    (project / "app.py").write_text(CLEAN)
    main(["map", "--output-format", "json"])
    assert capsys.readouterr() != first


@pytest.mark.parametrize("tracked", ["data.bin", "app.db", "state"])
def test_a_tracked_file_that_turns_into_a_database_is_told_though_nothing_was_staged(
    project: Path, capsys: Capture, tracked: str
) -> None:
    (project / tracked).write_bytes(b"x" * 1024)
    subprocess.run(["git", "-C", str(project), "add", "."], check=True)
    assert "SF601" not in said(capsys)[1]
    (project / tracked).write_bytes(b"SQLite format 3\0".ljust(1024, b"\0"))
    assert "SF601" in said(capsys)[1]
    assert_as_anew(capsys)
    (project / tracked).write_bytes(b"y" * 1024)
    assert_as_anew(capsys)


def test_a_tracked_file_that_changes_and_is_no_database_costs_no_run(project: Path) -> None:
    (project / "notes").write_text("one")
    subprocess.run(["git", "-C", str(project), "add", "."], check=True)
    assert not is_replayed()
    (project / "notes").write_text("two and more")
    assert is_replayed()
