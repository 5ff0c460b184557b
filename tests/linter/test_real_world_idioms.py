"""Idioms of real projects that were false alarms, or answers that were lost, once."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent

from statefence.policy import Policy
from statefence.project import Project, analyse
from statefence.project.sites import PathKind
from statefence.source import Source


def analysed(files: Mapping[str, str]) -> Project:
    sources = [Source(path, dedent(text).encode()) for path, text in files.items()]
    return analyse(sources, Policy(root="/project"))


def kinds(text: str, api: str) -> list[PathKind]:
    """The kinds of the places that the one call of `api` may reach."""
    opens = analysed({"app.py": text}).opens_by_path["app.py"]
    (found,) = [opened for opened in opens if opened.api == api]
    return [target.kind for target in found.targets]


def test_a_temporary_directory_handed_over_leaves_no_room_for_the_default() -> None:
    text = """
        import os
        import sqlite3
        import tempfile
        from pathlib import Path


        def cache(root=None):
            if not root:
                root = os.getcwd()
            return sqlite3.connect(Path(root) / "cache.db")


        with tempfile.TemporaryDirectory() as scratch:
            cache(scratch)
    """
    assert kinds(text, "cache") == [PathKind.TMP]


def test_a_directory_above_the_module_leaves_no_room_for_the_default() -> None:
    text = """
        import os
        import sqlite3
        from pathlib import Path


        def cache(root=None):
            return sqlite3.connect(os.path.join(root or os.getcwd(), "cache.db"))


        cache(str(Path(__file__).parent.parent))
    """
    assert PathKind.CWD_RELATIVE not in kinds(text, "cache")


def test_the_path_that_mkstemp_gives_is_temporary() -> None:
    text = """
        import os
        import sqlite3
        import tempfile

        descriptor, path = tempfile.mkstemp(dir="/srv")
        os.close(descriptor)
        sqlite3.connect(path)
    """
    assert kinds(text, "sqlite3.connect") == [PathKind.TMP]


def test_text_joined_to_none_is_no_relative_path() -> None:
    text = """
        import sqlite3


        class Database:
            def __init__(self, path=None, memory=None):
                self.path = path
                self.memory = memory

            def connect(self, ending=".db"):
                return sqlite3.connect(self.path + ending)


        def in_memory(name):
            return Database(memory=name).connect()
    """
    places = [target for opened in analysed({"app.py": text}).opens_by_path["app.py"] for target in opened.targets]
    assert places
    assert PathKind.CWD_RELATIVE not in {target.kind for target in places}


def test_within_a_package_its_own_module_does_not_stand_for_that_of_the_standard_library() -> None:
    spawning = "import subprocess\n\nsubprocess.run(['tool'])\n"
    package = {"app/__init__.py": "", "app/subprocess.py": "def run(command): ...\n", "app/tool.py": spawning}
    assert [spawn.api for spawn in analysed(package).spawns_by_path["app/tool.py"]] == ["subprocess.run"]


def test_beside_a_script_its_own_module_stands_for_that_of_the_standard_library() -> None:
    spawning = "import subprocess\n\nsubprocess.run(['tool'])\n"
    scripts = {"tools/subprocess.py": "def run(command): ...\n", "tools/tool.py": spawning}
    assert "tools/tool.py" not in analysed(scripts).spawns_by_path
