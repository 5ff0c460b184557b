"""The stray database that the broken chatos leaves is told by `state scan` and merged by `state repair`."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CHATOS = Path(__file__).parents[2] / "examples" / "chatos"
STRAY = "chatos_chat_runtime/chatos_chat_runtime.db.sqlite"


def environment(state: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CHATOS_", "PYTEST_"))}
    records = {"XDG_STATE_HOME": str(state.parent / "records")}
    return {**kept, **records, "CHATOS_STATE_DIR": str(state), "PYTHONDONTWRITEBYTECODE": "1", **more}


def chatos(form: str, state: Path, program: str, **more: str) -> str:
    env = environment(state, PYTHONPATH=str(CHATOS / form / "src"), **more)
    return subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=True).stdout


def command(state: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    run = [sys.executable, "-m", "statefence", "state", *arguments, "--output-format", "json"]
    done = subprocess.run(
        run, cwd=CHATOS / "mended", env=environment(state), capture_output=True, text=True, check=False
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """What is left after a user set up the broken chatos, and a chat worker saved a model too."""
    directory = tmp_path / "state"
    directory.mkdir(mode=0o700)
    save = "from chatos.admin.config_source import save_model as save;"
    chatos("broken", directory, f"import chatos.app; chatos.app.start(); {save} save('large', 'ann')")
    worker = f"{save} save('large', 'worker'); save('tiny', 'worker')"
    chatos("broken", directory, worker, CHATOS_HOST_APP="chatos_chat_runtime")
    assert (directory / STRAY).exists()
    return directory


def test_the_scan_tells_what_the_worker_did(state: Path) -> None:
    status, found = command(state, "scan")
    assert status == 1
    assert [(each["path"], each["problem"], each["code"]) for each in found["findings"]] == [
        (STRAY, "forbidden-database", "SF202")
    ]
    roles = {database["path"]: (database["role"], database["store"]) for database in found["databases"]}
    assert roles["chatos.db.sqlite"] == ("store", "admin")
    assert [group["paths"] for group in found["groups"]] == [[STRAY, "chatos.db.sqlite"]]


def test_the_repair_brings_the_worker_s_models_home(state: Path) -> None:
    status, done = command(state, "repair", "--apply")
    assert status == 0
    (outcome,) = done["outcomes"]
    models = next(table for table in outcome["into"][0]["tables"] if table["table"] == "models")
    assert (models["inserted"], [conflict["key"] for conflict in models["conflicts"]]) == (1, [{"name": "large"}])
    assert command(state, "scan")[0] == 0
    assert command(state, "repair", "--apply") == (0, {**done, "outcomes": []})

    query = "SELECT name, provider FROM models WHERE provider != 'local' ORDER BY name"
    program = f"from chatos.storage import open_admin; print([tuple(row) for row in open_admin().execute({query!r})])"
    worker = chatos("mended", state, program, CHATOS_HOST_APP="chatos_chat_runtime")
    assert worker.strip() == "[('large', 'ann'), ('tiny', 'worker')]"
