"""Every test has a home, a state directory and a working directory of its own."""

from pathlib import Path

import pytest
from chatos import app


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    directory = home / ".chatos"
    directory.mkdir(parents=True)
    (tmp_path / "desk").mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("CHATOS_STATE_DIR", str(directory))
    monkeypatch.delenv("CHATOS_HOST_APP", raising=False)
    monkeypatch.delenv("CHATOS_CONFIG_HOST_APP", raising=False)
    monkeypatch.chdir(tmp_path / "desk")
    app.start()
    return directory
