"""The standard library: real code, some of it deliberately odd, is analysed without a fault and twice the same."""

from __future__ import annotations

import random
import sysconfig
from pathlib import Path

import pytest

from statefence.policy import Policy
from statefence.project import Project, analyse
from statefence.source import Source

LIBRARY = Path(sysconfig.get_path("stdlib"))
LARGEST = 60_000
REACHING = ("subprocess.py", "sqlite3/dbapi2.py", "shelve.py", "pydoc.py", "webbrowser.py", "ctypes/util.py")
"""Modules that are always among them, since they spawn or open."""


def chosen() -> list[Path]:
    """150 modules of the standard library, the same in every process; none that is a test or a file of bad syntax."""
    found = sorted(path for path in LIBRARY.rglob("*.py") if path.stat().st_size < LARGEST)
    found = [path for path in found if not {"site-packages", "tests", "test", "lib2to3"} & set(path.parts)]
    always = [LIBRARY / name for name in REACHING]
    return always + random.Random(150).sample([path for path in found if path not in always], 150 - len(always))


@pytest.fixture(scope="module")
def sources() -> list[Source]:
    return [Source(path.relative_to(LIBRARY).as_posix(), path.read_bytes()) for path in chosen()]


@pytest.fixture(scope="module")
def project(sources: list[Source]) -> Project:
    return analyse(sources, Policy(root=str(LIBRARY)))


def test_every_module_is_analysed(sources: list[Source], project: Project) -> None:
    assert not project.skipped
    assert [module.path for module in project.modules] == sorted(source.path for source in sources)


def test_what_the_library_starts_and_opens_is_listed(project: Project) -> None:
    assert {"pydoc.py", "webbrowser.py", "ctypes/util.py"} <= set(project.spawns_by_path)
    places = [(site.path, site.span) for sites in project.spawns_by_path.values() for site in sites]
    assert len(places) == len(set(places))


def test_a_second_run_in_another_order_gives_the_same(sources: list[Source], project: Project) -> None:
    again = analyse(sources[::-1], Policy(root=str(LIBRARY)))
    assert again.spawns_by_path == project.spawns_by_path
    assert again.opens_by_path == project.opens_by_path
    assert again.statements_by_path == project.statements_by_path
    assert again.reads_by_path == project.reads_by_path
