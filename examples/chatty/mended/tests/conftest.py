"""Every test has a data directory and a vault of its own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from chatty.chat import conversation
from chatty.cli import main
from chatty.storage import runtimes


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    directory = tmp_path / "data"
    directory.mkdir()
    monkeypatch.setenv("CHATTY_DATA_DIR", str(directory))
    monkeypatch.setenv("CHATTY_VAULT_DIR", str(tmp_path / "vault"))
    return directory


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    return tmp_path / "vault"


@pytest.fixture
def chatty(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Runs a command of ann's; gives what it printed, or what it said was wrong."""

    def run(*arguments: str, user: str = "ann") -> str:
        capsys.readouterr()
        main(["--user", user, *arguments])
        printed = capsys.readouterr()
        return printed.out + printed.err

    return run


@pytest.fixture
def runtime() -> str:
    """A runtime of ann's, to which something was said."""
    made = runtimes.create("ann", "Helper", "briefly")
    conversation.say("ann", made.id, "first")
    return made.id
