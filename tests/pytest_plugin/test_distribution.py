"""What is installed: the file that starts Python children beside the packages, in wheels and in editable installs."""

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
PTH = "statefence-child.pth"

BUILD = """
import sys
from hatchling import build
print(getattr(build, sys.argv[1])(sys.argv[2]))
"""


@pytest.fixture(scope="module", params=["build_wheel", "build_editable"])
def wheel(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A distribution as installers have it built."""
    directory = tmp_path_factory.mktemp(request.param)
    command = [sys.executable, "-c", BUILD, request.param, str(directory)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    return directory / built[-1]


def test_the_file_that_starts_children_is_beside_the_packages(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        assert archive.read(PTH) == (ROOT / "pytest_plugin" / PTH).read_bytes()


def test_it_is_one_statement_that_site_runs_and_a_wheel_s_paths_come_before_it(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        [line] = archive.read(PTH).decode("ascii").splitlines()
        others = [name for name in archive.namelist() if name.endswith(".pth") and name != PTH]

    assert line.startswith("import ")  # what site takes for code and not for a path
    assert all(name < PTH for name in others)  # the order in which site reads them
    compile(line, PTH, "exec")


def test_without_a_run_it_imports_nothing() -> None:
    [line] = (ROOT / "pytest_plugin" / PTH).read_text("ascii").splitlines()
    program = f"import os, sys\nos.path.isdir = lambda place: False\nbefore = set(sys.modules)\n{line}\n"
    program += "print(sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-S", "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_it_looks_where_runs_announce_themselves() -> None:
    from pytest_statefence.rendezvous import meeting_place

    [line] = (ROOT / "pytest_plugin" / PTH).read_text("ascii").splitlines()
    places: list[str] = []
    looking = line.replace("os.path.isdir", "places.append").replace("hasattr(sys,", "hasattr(places,")
    exec(looking, {"places": places, "os": os})

    assert places == [meeting_place()]
