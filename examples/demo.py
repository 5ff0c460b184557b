"""`make demo`: the whole of statefence on one small program, from the findings to the mended tree.

Everything happens on copies in a temporary directory. Each step is held to what it must come to, and the demo ends with
1 when one does not: it is a proof as much as a show.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

CHATOS = Path(__file__).parent / "chatos"
PYTEST = ("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:asyncio")
GUARDED = (*PYTEST, "--statefence=fail", "--junitxml=../results.xml")
CHECK = ("statefence", "check")
FIX = (*CHECK, "--fix", "--unsafe-fixes")
STRAY = "test_subagent_runs"  # its worker is started without the variable that names the configuration's owner
CREATED = "a database was created where none may be"


class DemoError(Exception):
    """A step did not come to what it must."""


def main() -> int:
    """Run every step; returns the exit code."""
    with tempfile.TemporaryDirectory(prefix="statefence-demo-") as directory:
        try:
            show(Path(directory).resolve())
        except (DemoError, subprocess.CalledProcessError) as error:
            print(f"\nThe demo failed: {error}")
            return 1
    print("\nEvery step came to what it must.")
    return 0


def show(directory: Path) -> None:
    """All steps, in order."""
    tree, mended = directory / "chatos", directory / "mended"
    copy(CHATOS / "broken", tree)
    copy(CHATOS / "mended", mended)
    show_what_is_wrong(tree)
    show_the_fixes(tree)
    show_nothing_left(tree, "Nothing is left to find, and the tests pass under the plugin's eyes")
    show_nothing_left(mended, "The same program as its authors mended it")


def show_what_is_wrong(tree: Path) -> None:
    """The findings, and the tests that only the plugin fails."""
    heading("A program that keeps its state in the wrong place, as a repository of its own")
    for command in (("git", "init", "--quiet"), ("git", "add", "--all"), ("git", "commit", "--quiet", "-m", "chatos")):
        run(command, tree, expected=0)

    heading("Its own tests find nothing wrong")
    run((*PYTEST, "-p", "no:statefence"), tree, expected=0)

    heading("`check` follows every child process, every open and every statement through the program")
    run(CHECK, tree, expected=1)
    require_expected_findings(tree)

    heading("With the plugin, a test that makes or writes what the policy forbids fails, also when a child did it")
    output = run(GUARDED, tree, expected=1, show=(24, 9))
    require(STRAY in failed_tests(tree), f"{STRAY} makes a stray database, so the plugin must fail it")
    require(CREATED in output, "the report must say that a database was created")


def show_the_fixes(tree: Path) -> None:
    """What they would change, and then the change."""
    heading("What the fixes would change: nothing is written yet")
    run((*FIX, "--diff"), tree, expected=1, show=(48, 3))
    require(not changes(tree), "--diff must not change a file")

    heading("The fixes, applied")
    run(FIX, tree, expected=0)
    run(("git", "diff", "--stat"), tree, expected=0)
    require(changes(tree), "the fixes must have changed files")


def show_nothing_left(tree: Path, text: str) -> None:
    """No findings, and tests that pass with the plugin."""
    heading(text)
    run(CHECK, tree, expected=0)
    run(GUARDED, tree, expected=0, show=(0, 6))


def copy(source: Path, target: Path) -> None:
    """Copy an example without what running it left behind."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", ".*"))


def heading(text: str) -> None:
    """Print what comes next."""
    print(f"\n== {text} ==", flush=True)


def run(command: Sequence[str], cwd: Path, *, expected: int, show: tuple[int, int] | None = None) -> str:
    """Print the command line, run it, and print what it says.

    With `show`, only so many lines of the beginning and of the end are printed. Returns all of them.

    Raises:
        DemoError: it did not exit with `expected`.
    """
    print(f"\n{cwd.name}$ {' '.join(command)}", flush=True)
    done = subprocess.run(
        command, cwd=cwd, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    output = done.stdout.decode(errors="backslashreplace")
    wrong = done.returncode != expected
    for line in output.splitlines() if wrong or show is None else shortened(output, *show):
        print(line, flush=True)
    require(not wrong, f"`{' '.join(command)}` exited with {done.returncode} instead of {expected}")
    return output


def environment() -> Mapping[str, str]:
    """The demo's own environment, with its interpreter first on the path, and nothing in it that speaks to pytest."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "CHATOS_", "GIT_"))}
    identity = {f"GIT_{role}_{field}": "demo" for role in ("AUTHOR", "COMMITTER") for field in ("NAME", "EMAIL")}
    path = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", os.defpath)])
    return {**kept, **identity, "PATH": path, "PYTHONDONTWRITEBYTECODE": "1"}


def shortened(text: str, first: int, last: int) -> list[str]:
    """The first and last lines, and how many are left out between them."""
    lines = text.splitlines()
    left_out = len(lines) - first - last
    if left_out <= 1:
        return lines
    return [*lines[:first], f"    ... {left_out} more lines ...", *lines[len(lines) - last :]]


def require(condition: object, message: str) -> None:
    """Raise DemoError with the message unless the condition holds."""
    if not condition:
        raise DemoError(message)


def require_expected_findings(tree: Path) -> None:
    """The findings are those that the example lists, no more and no fewer."""
    command = [*CHECK, "--output-format", "json", "--exit-zero"]
    done = subprocess.run(command, cwd=tree, env=environment(), capture_output=True, text=True, check=True)
    keys = ("code", "path", "line", "symbol")
    found = {tuple(finding[key] for key in keys) for finding in json.loads(done.stdout)["findings"]}
    listed = {tuple(finding[key] for key in keys) for finding in json.loads((CHATOS / "expected.json").read_text())}
    require(found == listed, f"these findings are not as expected.json lists them: {sorted(found ^ listed)}")


def failed_tests(tree: Path) -> set[str]:
    """The names of the tests that failed in the last run under the plugin."""
    cases = ET.parse(tree.parent / "results.xml").iter("testcase")
    return {case.attrib["name"] for case in cases if case.find("failure") is not None}


def changes(tree: Path) -> str:
    """The files of the repository that are no longer as they were."""
    command = ["git", "diff", "--name-only"]
    return subprocess.run(command, cwd=tree, env=environment(), stdout=subprocess.PIPE, text=True, check=True).stdout


if __name__ == "__main__":
    sys.exit(main())
