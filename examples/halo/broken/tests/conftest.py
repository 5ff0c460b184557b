"""Every test has a home, a data directory and a working directory of its own."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from halo import app
from halo.spaces import Space


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    directory = tmp_path / "home" / ".halo"
    (tmp_path / "desk").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HALO_DATA_DIR", str(directory))
    monkeypatch.chdir(tmp_path / "desk")
    return directory


@pytest.fixture
def store() -> Iterator[sqlite3.Connection]:
    connection = app.start()
    yield connection
    connection.close()


@pytest.fixture
def space(tmp_path: Path) -> Space:
    return Space(tmp_path / "spaces" / "garden", tmp_path / "desk")
