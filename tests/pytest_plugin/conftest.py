"""Runs of pytest on small projects, in processes of their own, and what came out of them."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from msgspec import Struct

POLICY = """\
state = "{env:APP_STATE|{home}/.app}"

[layers]
app = ["app.**"]

[env.APP_HOST]
exempt = ["git", "*/ffmpeg"]

[stores.admin]
path = "{state}/admin.db"
owners = ["app"]
tables = ["models", "settings"]

[stores.runtime]
path = "{state}/runtime.db"
owners = ["app"]
tables = ["messages"]

[[forbidden]]
path = "{state}/*_chat_runtime/*_chat_runtime.db"
belongs-to = "admin"
reason = "config tables belong in the admin database"
"""

ROOT = Path(__file__).parents[2]

OF_CI = ("CI", "BUILD_NUMBER")  # where either is set, pytest repeats what failed in full in its summary


class Outcome(Struct, frozen=True):
    """What became of a test: `passed`, `failed`, `error` or `skipped`; what statefence said of it; the whole text."""

    result: str
    said: tuple[str, ...] = ()
    text: str = ""
    properties: tuple[tuple[str, str], ...] = ()


class Ran(Struct, frozen=True):
    """A finished run: its exit status, everything it printed, and the outcome of each test by its name."""

    status: int
    output: str
    tests: dict[str, Outcome]


RunPytest = Callable[..., Ran]
RunProject = Callable[..., Ran]


@pytest.fixture(scope="session")
def child_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An interpreter with statefence installed, its .pth included, whatever the one of this run has."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, symlinks=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)}))
    roots = [str(ROOT / name) for name in ("linter", "rules", "pytest_plugin")]
    (packages / "_paths.pth").write_text("\n".join([*roots, sysconfig.get_path("purelib"), ""]))
    shutil.copy(ROOT / "pytest_plugin" / "statefence-child.pth", packages)
    return str(home / "bin" / "python")


@pytest.fixture(scope="session")
def run_pytest() -> RunPytest:
    """Runs pytest in a directory that is already written."""
    return _run_pytest


@pytest.fixture
def run_project(tmp_path: Path) -> RunProject:
    """Writes files into an empty project and runs pytest in it; the home directory is inside of it too."""

    def run(
        files: Mapping[str, str],
        *arguments: str,
        policy: str | None = POLICY,
        plugins: tuple[str, ...] = (),
        **environ: str,
    ) -> Ran:
        project = tmp_path / "project"
        (project / "home").mkdir(parents=True, exist_ok=True)
        texts = {"pytest.ini": "[pytest]\n", **files, **({} if policy is None else {"statefence.toml": policy})}
        for name, text in texts.items():
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            (project / name).write_text(text)
        return _run_pytest(project, *arguments, plugins=plugins, **environ)

    return run


def _run_pytest(project: Path, *arguments: str, plugins: tuple[str, ...] = (), **environ: str) -> Ran:
    results = project / "results.xml"
    others = ("cacheprovider", "asyncio", "anyio", "hypothesispytest", "rerunfailures")
    options = [word for name in others if name not in plugins for word in ("-p", f"no:{name}")]
    command = [sys.executable, "-m", "pytest", *options, f"--junitxml={results}", f"--basetemp={project / 'tmp'}"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "GITHUB_", *OF_CI))}
    done = subprocess.run(
        [*command, *arguments],
        cwd=project,
        env={**kept, "HOME": str(project / "home"), **environ},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    cases = ET.parse(results).iter("testcase") if results.exists() else ()
    return Ran(done.returncode, done.stdout + done.stderr, {case.attrib["name"]: _outcome(case) for case in cases})


def _outcome(case: ET.Element) -> Outcome:
    result = next((tag for tag in ("error", "failure", "skipped") if case.find(tag) is not None), "passed")
    properties = tuple((each.attrib["name"], each.attrib["value"]) for each in case.iter("property"))
    said = tuple(value for name, value in properties if name == "statefence")
    text = "".join(case.itertext())
    return Outcome({"failure": "failed"}.get(result, result), said, text, properties)
