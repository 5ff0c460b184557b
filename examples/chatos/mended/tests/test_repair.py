import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from chatos import app
from chatos.admin import config_source
from chatos.hostapp import child_environment
from chatos.storage import create_db, make_tables
from chatos.storage.paths import SOURCE_ROOT
from chatos.storage.repair import MARKER, repair_stray_databases

pytestmark = pytest.mark.statefence_allow(
    "**/*_chat_runtime.db.sqlite*", reason="the stray databases of older versions are what is repaired"
)


def make_stray(state: Path) -> Path:
    """A configuration next to the chats: one row that the admin database has too, one that it lacks."""
    stray = state / "chatos_chat_runtime" / "chatos_chat_runtime.db.sqlite"
    with closing(create_db(stray)) as connection, connection:
        make_tables(connection, "models", "settings")
        connection.execute("INSERT INTO settings (name, value) VALUES ('language', 'fr')")
        connection.execute("INSERT INTO settings (name, value) VALUES ('theme', 'dark')")
        connection.execute("INSERT INTO models (name, provider) VALUES ('large-remote', 'a-vendor')")
    return stray


def test_a_stray_database_is_merged_when_the_application_starts(state: Path) -> None:
    stray = make_stray(state)
    app.start()
    assert config_source.read_setting("theme") == "dark"
    assert config_source.read_setting("language") == "en"
    assert not stray.exists()
    assert stray.with_name(f"{stray.name}.bak").is_file()


def test_the_marker_says_what_was_added(state: Path) -> None:
    stray = make_stray(state)
    assert [path.name for path in repair_stray_databases()] == [f"{stray.name}.bak"]
    marker = json.loads((stray.parent / MARKER).read_text())
    assert marker == {"backup": f"{stray.name}.bak", "added": {"models": 1, "settings": 1}}


def test_an_interrupted_repair_can_be_repeated(state: Path) -> None:
    stray = make_stray(state)
    repair_stray_databases()
    stray.with_name(f"{stray.name}.bak").rename(stray)
    assert len(repair_stray_databases()) == 1
    assert repair_stray_databases() == []
    assert config_source.read_setting("theme") == "dark"


def test_an_older_backup_is_kept(state: Path) -> None:
    first = make_stray(state)
    repair_stray_databases()
    make_stray(state)
    repair_stray_databases()
    assert sorted(path.name for path in first.parent.glob("*.bak*")) == [f"{first.name}.bak", f"{first.name}.bak1"]


def test_a_stray_of_another_host_app_goes_to_that_host_app(state: Path) -> None:
    stray = state / "teamos_chat_runtime" / "teamos_chat_runtime.db.sqlite"
    with closing(create_db(stray)) as connection, connection:
        make_tables(connection, "prompts")
        connection.execute("INSERT INTO prompts (title, body) VALUES ('team', 'Ask the team')")
    repair_stray_databases()
    assert config_source.read_prompt("team") is None
    with closing(create_db(state / "teamos" / "teamos.db.sqlite")) as connection:
        assert connection.execute("SELECT body FROM prompts").fetchone()["body"] == "Ask the team"


def test_processes_that_start_together_make_one_backup(state: Path) -> None:
    stray = make_stray(state)
    command = [sys.executable, "-c", "from chatos import app; app.start()"]
    environment = child_environment(PYTHONPATH=str(SOURCE_ROOT))
    starting = [subprocess.Popen(command, env=environment) for _ in range(4)]
    assert [process.wait() for process in starting] == [0, 0, 0, 0]
    assert [path.name for path in stray.parent.glob("*.bak*")] == [f"{stray.name}.bak"]
    assert config_source.read_setting("theme") == "dark"
