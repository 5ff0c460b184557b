"""What the benchmark of the analyzer makes of its measurements, and of the trees it is given."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.benchmarks.analyzer.running import Cost, Failure, Outcome, measured
from tests.benchmarks.analyzer.scenarios import COLD, WARM, Outcomes, usual_files
from tests.benchmarks.analyzer.table import exponent, growth_table, ratio, table, typical
from tests.benchmarks.analyzer.targets import TARGETS
from tests.benchmarks.analyzer.tools import TOOLS, environment, present
from tests.benchmarks.analyzer.trees import copied, grown, python_files, reimported, renamed

OURS: list[Outcome] = [Cost(2.0, 3.0, 50.0), Cost(4.0, 3.0, 60.0), Cost(9.0, 30.0, 55.0)]
PEERS: list[Outcome] = [Cost(1.0, 6.0, 10.0), Cost(1.0, 6.0, 10.0), Cost(3.0, 6.0, 10.0)]


def run(code: str, directory: Path, *, fine: frozenset[int] = frozenset({0}), limit: float = 60) -> Outcome:
    return measured([sys.executable, "-c", code], directory, {}, fine=fine, limit=limit)


def test_each_figure_has_its_own_median() -> None:
    assert typical(OURS) == Cost(4.0, 3.0, 55.0)


def test_the_ratio_is_the_median_of_the_rounds_not_the_ratio_of_the_medians() -> None:
    assert ratio(OURS, PEERS, "cpu") == 3.0
    assert ratio(OURS, PEERS[:1], "cpu") == 2.0
    assert ratio(OURS, [Failure("exit 2")], "cpu") is None


def test_one_failure_outweighs_the_costs() -> None:
    assert typical([*OURS, Failure("exit 2: no")]) == Failure("exit 2: no")


def test_a_table_holds_each_ratio_against_the_goal_for_the_size() -> None:
    found: dict[str, Outcomes] = {COLD: {"statefence": OURS, "ruff F": PEERS, "bandit B603": [Failure("exit 2: no")]}}
    small, large = (list(table(found, ["semgrep, 1 rule"], "statefence", lines)) for lines in (1000, 1_000_000))
    assert "| cold: statefence | 3 | 4.000 | 3.000 | 55 |  |  |  |" in small
    assert "| cold: ruff F | 3 | 1.000 | 6.000 | 10 | 3 | 0.5 | 5 met |" in small
    assert "| cold: ruff F | 3 | 1.000 | 6.000 | 10 | 3 | 0.5 | 1 missed |" in large
    assert "| cold: bandit B603 | exit 2: no |  |  |  |  |  |  |" in small
    assert "| cold: semgrep, 1 rule | absent |  |  |  |  |  |  |" in small
    assert len({line.count("|") for line in small}) == 1


def test_a_tool_that_remembers_nothing_is_absent_from_the_warm_rows_without_a_word() -> None:
    assert not any("semgrep" in line for line in table({WARM: {"statefence": OURS}}, [], "statefence", 1000))


def test_every_goal_is_about_a_tool_that_is_measured() -> None:
    assert {name for _, name in TARGETS} <= {tool.name for tool in TOOLS}


def test_growth_is_a_power_of_the_number_of_lines() -> None:
    found: dict[int, dict[str, Outcome]] = {
        1_000: {"a": Cost(1.0, 1.0, 10.0), "b": Cost(1.0, 1.0, 10.0)},
        10_000: {"a": Cost(100.0, 1.0, 20.0), "b": Failure("killed after 600 s")},
    }
    assert exponent(found, 1_000, 10_000, "a") == pytest.approx(2)
    assert exponent(found, 1_000, 10_000, "b") is None
    *_, quadratic, killed = growth_table(found)
    assert quadratic == "| 10,000 | a | 100.00 | 1.00 | 20 | 10000.00 | 2.00 |"
    assert killed == "| 10,000 | b | killed after 600 s |  |  |  |  |"


def test_a_run_is_measured_with_its_children(tmp_path: Path) -> None:
    large = "x = bytearray(10**8); x[::4096] = bytes(len(x[::4096]))"
    busy = f"import subprocess, sys; subprocess.run([sys.executable, '-c', '{large}'])"
    outcome = run(busy, tmp_path)
    assert isinstance(outcome, Cost)
    assert outcome.peak > 100
    assert outcome.cpu > 0


def test_what_fails_or_does_not_end_says_so(tmp_path: Path) -> None:
    assert run("import sys; sys.exit('out of luck')", tmp_path) == Failure("exit 1: out of luck")
    assert run("import sys; sys.exit(1)", tmp_path, fine=frozenset({1})) != Failure("exit 1: ")
    assert run("while True: pass", tmp_path, limit=0.2) == Failure("killed after 0.2 s")


def test_nothing_of_the_users_is_given_to_a_tool(tmp_path: Path) -> None:
    given = environment(tmp_path / "bin", tmp_path / "home")
    assert {given[name] for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")} == {str(tmp_path / "home")}


def test_only_tools_that_are_there_are_run(tmp_path: Path) -> None:
    (tmp_path / "ruff").touch()
    assert [tool.name for tool in present(TOOLS, tmp_path)] == ["ruff F", "ruff default"]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A package of two modules of 3 lines, one of which imports the other, and what is no part of it."""
    for name, text in {
        "app/one.py": "import os\nfrom app import two\nimport app.two\n",
        "app/two.py": "a = 1\nb = 2\nc = 3\n",
        "app/data.txt": "no program\n",
        ".hidden/x.py": "x = 1\n",
    }.items():
        path = tmp_path / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "tree"


def test_a_copy_has_the_programs_alone(tree: Path, tmp_path: Path) -> None:
    there = copied(tree, tmp_path / "copy")
    assert [path.relative_to(there).as_posix() for path in python_files(there)] == ["app/one.py", "app/two.py"]
    assert not (there / "app/data.txt").exists()


def test_a_tree_grows_by_copies_that_import_themselves(tree: Path, tmp_path: Path) -> None:
    assert grown([tree], tmp_path / "grown", 10) == 12
    assert (tmp_path / "grown/app_0_1/one.py").read_text() == "import os\nfrom app_0_1 import two\nimport app_0_1.two\n"


def test_only_imports_of_whole_names_follow() -> None:
    assert reimported(b"import apple\n  from app import x\napp = 'import app'\n", ["app"], "_1") == (
        b"import apple\n  from app_1 import x\napp = 'import app'\n"
    )
    assert [renamed(path, "_1") for path in ("app/x.py", "setup.py")] == ["app_1/x.py", "setup_1.py"]


def test_the_changed_file_is_of_usual_size(tree: Path) -> None:
    (tree / "app/big.py").write_text("x = 1\n" * 6000)
    assert usual_files(tree, 1) == ["app/big.py"]
