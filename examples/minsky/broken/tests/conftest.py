"""Every test has a home, a state directory and a repository of its own, and PostgreSQL where it asks for it."""

import contextlib
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from helpers import Run, commit
from minsky.cli import main
from postgres import running_server


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    directory = home / ".local" / "state" / "minsky"
    directory.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("MINSKY_STATE_DIR", str(directory))
    monkeypatch.delenv("MINSKY_CONFIG_DIR", raising=False)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "ann")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "ann@example.org")
    monkeypatch.chdir(home)
    return directory


@pytest.fixture(scope="session")
def first_commit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("first") / "project"
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", directory], check=True)
    (directory / "notes.txt").write_text("notes\n")
    commit(directory, "Begin")
    return directory


@pytest.fixture
def repository(tmp_path: Path, first_commit: Path) -> Path:
    """The main workspace of a project."""
    return Path(shutil.copytree(first_commit, tmp_path / "project"))


@pytest.fixture
def minsky(capfd: pytest.CaptureFixture[str]) -> Callable[..., Run]:
    """Runs a command in a directory: that, then the command's arguments."""

    def run(directory: Path, *arguments: str) -> Run:
        capfd.readouterr()
        with contextlib.chdir(directory):
            exit_code = main(list(arguments))
        return Run(exit_code, *capfd.readouterr())

    return run


@pytest.fixture(scope="module")
def postgres_server() -> Iterator[Path]:
    with running_server() as directory:
        yield directory


@pytest.fixture
def postgres_url(postgres_server: Path) -> str:
    """An empty schema of the server."""
    address, schema = f"postgresql://postgres@/postgres?host={postgres_server}", f"test_{uuid.uuid4().hex}"
    with psycopg.connect(address) as connection:
        connection.execute(f"CREATE SCHEMA {schema}".encode())
    return f"{address}&options=-csearch_path%3D{schema}"


@pytest.fixture
def backend(request: pytest.FixtureRequest) -> str:
    """A backend, as the configuration of the workspace we are in names it."""
    url = f'url = "{request.getfixturevalue("postgres_url")}"' if request.param == "postgres" else ""
    path = Path.cwd() / ".minsky" / "config.toml"
    path.parent.mkdir()
    path.write_text(f'[sessions]\nbackend = "{request.param}"\n{url}\n')
    return str(request.param)
