"""The state that the broken chatty leaves behind: scanned, repaired, and taken over by the mended one."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.examples.trees import EXAMPLES, environment, statefence

POLICY = EXAMPLES / "chatty" / "mended"
SECOND = "imports/imported.db"


class Installation(NamedTuple):
    """Where chatty was used."""

    directory: Path

    @property
    def data(self) -> Path:
        return self.directory / "data"

    @property
    def vault(self) -> Path:
        return self.directory / "vault"

    @property
    def variables(self) -> dict[str, str]:
        own = {"CHATTY_DATA_DIR": str(self.data), "CHATTY_VAULT_DIR": str(self.vault)}
        return {**own, "XDG_STATE_HOME": str(self.directory / "records")}

    def run(self, form: str, *arguments: str) -> str:
        python_path = {"PYTHONPATH": str(EXAMPLES / "chatty" / form / "src")}
        command = [sys.executable, "-m", "chatty", "--user", "ann", *arguments]
        env = environment() | self.variables | python_path
        return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout.strip()

    def asked(self, directory: Path, *arguments: str) -> dict[str, Any]:
        """What `statefence state` answers about a directory."""
        command = ["state", *arguments, "--output-format", "json", str(directory)]
        done = statefence(POLICY, *command, **self.variables)
        assert done.returncode in {0, 1}, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def found(self, directory: Path) -> list[tuple[str, str]]:
        """The problems that a scan finds, but for permissions, and where."""
        findings = self.asked(directory, "scan")["findings"]
        return [(each["problem"], each["path"]) for each in findings if each["code"]]


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """Ann made a runtime and talked to it, and imported an archive with one conversation."""
    used = Installation(tmp_path)
    used.run("broken", "say", used.run("broken", "new", "Helper", "briefly"), "hello")
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        messages = [{"sender": "human", "text": "Roses?"}, {"sender": "assistant", "text": "In May."}]
        conversation = {"uuid": "d1", "name": "Garden", "chat_messages": messages}
        archive.writestr("conversations.json", json.dumps([conversation]))
    used.run("broken", "import", str(tmp_path / "export.zip"))
    return used


def names(listing: str) -> list[str]:
    return [line.split("\t")[1] for line in listing.splitlines()]


def test_the_database_of_imported_runtimes_is_forbidden_and_like_the_other(installation: Installation) -> None:
    scanned = installation.asked(installation.data, "scan")

    assert [(each["problem"], each["path"]) for each in scanned["findings"] if each["code"]] == [
        ("forbidden-database", SECOND)
    ]
    assert [group["paths"] for group in scanned["groups"]] == [["chatty.db", SECOND]]


def test_after_the_repair_the_mended_program_has_every_runtime(installation: Installation) -> None:
    assert names(installation.run("mended", "list")) == ["Helper"]

    installation.asked(installation.data, "repair", "--apply")

    assert names(installation.run("mended", "list")) == ["Helper", "unknown (claude)"]
    assert installation.found(installation.data) == []
    assert installation.asked(installation.data, "repair", "--apply")["outcomes"] == []


def test_what_was_imported_is_still_listed_after_the_repair(installation: Installation) -> None:
    installation.asked(installation.data, "repair", "--apply")
    imported = installation.run("mended", "list").splitlines()[1].split("\t")[0]

    assert installation.run("mended", "conversations", imported) == "d1\tGarden\t2"


def test_a_transcript_that_is_emptied_or_gone_is_told_by_the_next_scan(installation: Installation) -> None:
    assert installation.found(installation.vault) == []
    titled, deleted = (line.split("\t")[0] for line in installation.run("broken", "list").splitlines())

    installation.run("broken", "title", titled, "Plans")
    installation.run("broken", "delete", deleted)

    problems = [problem for problem, _ in sorted(installation.found(installation.vault))]
    assert problems == ["append-only-gone", "append-only-shrunk"]


def test_what_the_mended_program_does_to_the_vault_only_grows_it(installation: Installation) -> None:
    assert installation.found(installation.vault) == []
    runtime = installation.run("mended", "list").split("\t")[0]

    installation.run("mended", "say", runtime, "again")
    installation.run("mended", "delete", runtime)

    assert installation.found(installation.vault) == []
