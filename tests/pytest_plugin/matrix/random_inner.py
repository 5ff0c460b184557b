"""The tests of a random run: each does its steps, some while it holds a connection."""

import json
import os
import sqlite3
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
import steps

PLAN = json.loads(Path(__file__).with_name("plan.json").read_text())
PLACE = os.environ["APP_STATE"]


@pytest.mark.parametrize("plan", PLAN, ids=[str(number) for number in range(len(PLAN))])
def test(plan: dict[str, Any]) -> None:
    with ExitStack() as stack:
        for name in plan["held"]:
            connection = stack.enter_context(closing(sqlite3.connect(Path(PLACE, name))))
            connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
        for step in plan["steps"]:
            steps.ACTORS[step["actor"]](step, PLACE)
