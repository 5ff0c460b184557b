"""Real runs to report on: the engine and the rules over a few files, with findings that have traces and fixes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema

from statefence.engine import Report, check
from statefence.policy.load import load_text

POLICY = "[env.APP_HOME]\n"
SPAWN = "import subprocess\n\n\ndef go():\n    name = '\u4e2d'; subprocess.run(['a'], env={'PATH': name})\n"
TRACED = """\
import subprocess


def launch(extra):
    block = {"PATH": "/bin", **extra}
    subprocess.run(["a"], env=block)


launch({"A": "1"})
"""
FILES = {"app/traced one.py": TRACED, "app/spawn.py": SPAWN}
BROKEN = {"bad.py": b"\xff\n", "a.py": b"x = 1\n"}


def run(root: Path, files: Mapping[str, str | bytes] = FILES, *, select: tuple[str, ...] = ("SF1", "SF0")) -> Report:
    """What is found in the files, under a policy that wants APP_HOME in every child."""
    policy = load_text(POLICY, root=str(root), source="statefence.toml")
    contents = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
    return check(policy, overrides=contents, select=select)


def valid(data: object, schema: str) -> None:
    """Fail with what is wrong when the data are not what the schema of that name wants."""
    wanted: dict[str, Any] = json.loads((Path(__file__).parent / "schemas" / f"{schema}.json").read_text())
    validator = jsonschema.Draft202012Validator(wanted, format_checker=jsonschema.FormatChecker())
    assert [f"{list(error.absolute_path)}: {error.message}" for error in validator.iter_errors(data)] == []
