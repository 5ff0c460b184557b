"""Real code in bulk: the whole standard library and installed packages are analysed, and hashing decides nothing."""

from __future__ import annotations

import gc
import os
import random
import subprocess
import sys
import sysconfig
from pathlib import Path

from tests.linter.project import test_closures, test_flows, test_heirs, test_loops, test_objects
from tests.linter.project.programs import files

from statefence.policy import Policy
from statefence.project import analyse
from statefence.source import Source

STANDARD_LIBRARY = Path(sysconfig.get_path("stdlib"))
PACKAGES = Path(sysconfig.get_path("purelib"))
SAMPLE = 600
PROGRAMS = [
    program
    for module in (test_closures, test_flows, test_heirs, test_loops, test_objects)
    for program in module.PROGRAMS.values()
]


def sources(root: Path, *, without: str = "") -> list[Source]:
    found = sorted(path for path in root.rglob("*.py") if without not in path.parts)
    return [Source(path.relative_to(root).as_posix(), path.read_bytes()) for path in found]


def analysed_whole(root: Path, chosen: list[Source]) -> list[str]:
    """What is said of the files that are left out: only that they do not parse."""
    project = analyse(chosen, Policy(root=str(root)))
    assert len(project.modules) + len({skipped.path for skipped in project.skipped}) >= len(chosen)
    return [skipped.reason for skipped in project.skipped if "nested too deeply" in skipped.reason]


def test_the_whole_standard_library_is_analysed_in_one_go() -> None:
    assert not analysed_whole(STANDARD_LIBRARY, sources(STANDARD_LIBRARY, without="site-packages"))


def test_installed_packages_are_analysed_in_one_go() -> None:
    found = sources(PACKAGES)
    assert not analysed_whole(PACKAGES, random.Random(SAMPLE).sample(found, min(SAMPLE, len(found))))


def test_an_analysis_leaves_no_cycles_since_nothing_collects_them_during_a_run() -> None:
    texts = {f"program{n}/{path}": text for n, program in enumerate(PROGRAMS) for path, text in files(program).items()}
    found = [Source(path, text.encode()) for path, text in texts.items()]
    gc.collect()
    gc.disable()
    try:
        analyse(found, Policy(root="/project"))
        assert gc.collect() < len(PROGRAMS)
    finally:
        gc.enable()


def test_the_map_is_the_same_bytes_whatever_the_hash_seed(tmp_path: Path) -> None:
    for number, program in enumerate(PROGRAMS):
        for path, text in files(program).items():
            target = tmp_path / f"program{number}" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
    command = [sys.executable, "-m", "statefence", "map", "--output-format", "json", "."]
    environments = [{**os.environ, "PYTHONHASHSEED": seed} for seed in ("0", "1", "4242")]
    runs = [subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, check=True) for env in environments]
    assert len({run.stdout for run in runs}) == 1
    assert runs[0].stdout.count(b'"api"') > len(PROGRAMS)
