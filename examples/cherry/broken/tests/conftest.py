"""Every test has a home, a state directory and a working directory of its own."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from cherry.database import open_agents
from cherry.database.migrations import MIGRATIONS
from cherry.database.migrator import migrate
from cherry.models import Agent
from cherry.services.agents import add_agent


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    directory = tmp_path / "home" / ".cherry"
    (tmp_path / "desk").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CHERRY_HOME", str(directory))
    monkeypatch.chdir(tmp_path / "desk")
    return directory


@pytest.fixture
def empty() -> Iterator[sqlite3.Connection]:
    """A database without a schema."""
    with closing(open_agents()) as connection:
        yield connection


@pytest.fixture
def database(empty: sqlite3.Connection) -> sqlite3.Connection:
    """A database with all migrations."""
    migrate(empty, MIGRATIONS)
    return empty


@pytest.fixture
def agent(database: sqlite3.Connection) -> Agent:
    return add_agent(database, "reviewer", "large", small_model="small", max_steps=20, built_in_tools=["search"])
