"""What is known of one line, in words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from statefence.engine import load
from statefence.policy.load import load_text
from statefence.report.explanation import explanation
from statefence.report.places import nearest, sites_at

POLICY = """
state = "{env:APP_DIR|{home}/.app}"
[layers]
app = ["app"]
[env.APP_HOME]
ensure = "main"
[stores.main]
path = "{state}/main.db"
owners = ["app"]
readers = ["app"]
tables = ["notes"]
[[forbidden]]
path = "{state}/stray/*.db"
"""


def explained(root: Path, text: str, line: int, more: Mapping[str, str] | None = None) -> str:
    policy = load_text(POLICY, root=str(root), source="statefence.toml")
    files = {"app.py": dedent(text).lstrip(), **(more or {})}
    loaded = load(policy, {path: text.encode() for path, text in files.items()})
    return "\n".join(explanation(sites_at(loaded.project, "app.py", line), loaded, policy))


def test_a_partial_block_is_told_with_what_it_sets_and_lacks(tmp_path: Path) -> None:
    told = explained(
        tmp_path,
        """
        import os, subprocess
        subprocess.run(["tool"], env={"PATH": os.environ["PATH"], "A": "1"})
        """,
        2,
    )
    assert told.startswith("subprocess.run starts a child process.\nIt starts the program tool.\n")
    assert "The child gets only what is listed here (partial).\n  sets PATH, read from PATH\n  sets A\n" in told
    assert "  APP_HOME, required by the policy: the child does not get it\n" in told
    assert "This code belongs to the layer app.\n" in told
    assert "note: the environment is built here\n --> app.py:2:30" in told


def test_a_required_variable_that_only_the_parent_may_have_is_told_so(tmp_path: Path) -> None:
    told = explained(tmp_path, "import subprocess\nsubprocess.run(['a'])\n", 2)
    assert "everything its parent has, since no environment is passed (inherits)" in told
    assert "APP_HOME, required by the policy: the child gets it only if its parent has it" in told


def test_a_required_variable_that_is_repaired_reaches_the_child(tmp_path: Path) -> None:
    text = "import os, subprocess\nsubprocess.run(['a'], env={**os.environ, 'APP_HOME': 'main'})\n"
    assert "APP_HOME, required by the policy: the child gets it\n" in explained(tmp_path, text, 2)


def test_every_alternative_is_told(tmp_path: Path) -> None:
    told = explained(
        tmp_path,
        """
        import os, subprocess
        def go(flag):
            env = os.environ.copy()
            env.pop("SECRET")
            subprocess.run(["a"], env=env if flag else {})
        """,
        5,
    )
    assert "Or, by another branch, flag or argument, it gets" in told
    assert "(empty)" in told
    assert "  drops SECRET\n" in told


def test_a_wrapper_is_followed_to_the_api_and_back_to_its_callers(tmp_path: Path) -> None:
    text = """
    import subprocess
    def launch(block):
        subprocess.run(["a"], env=block)
    launch({"A": "1"})
    """
    at_call = explained(tmp_path, text, 4)
    assert at_call.startswith("launch, which ends in subprocess.run, starts a child process.")
    assert "note: subprocess.run starts the child\n --> app.py:3:5" in at_call
    inside = explained(tmp_path, text, 3)
    assert "what the caller decides (passthrough): the parameter 'block' decides." in inside
    assert "note: handed over at app.py:4" in inside


def test_an_open_is_told_with_its_mode_target_and_store(tmp_path: Path) -> None:
    told = explained(
        tmp_path,
        """
        import os, sqlite3
        from pathlib import Path
        state = Path(os.environ.get("APP_DIR") or Path.home() / ".app")
        sqlite3.connect(state / "main.db")
        sqlite3.connect(state / "stray" / "x.db")
        sqlite3.connect("/var/other.db")
        """,
        4,
    )
    assert told.startswith("sqlite3.connect opens state.\nIt opens a database to read and write (rw).\n")
    assert "a place below a known base (symbolic).\n  {env:APP_DIR|{home}/.app}/main.db\n" in told
    assert "  is the store main, which app may open; app may read it\n" in told


def test_a_forbidden_path_is_told(tmp_path: Path) -> None:
    text = "import sqlite3\nfrom pathlib import Path\nsqlite3.connect(Path.home() / '.app' / 'stray' / 'x.db')\n"
    assert "the forbidden path {env:APP_DIR|{home}/.app}/stray/*.db" in explained(tmp_path, text, 3)


def test_a_place_outside_every_store_is_told(tmp_path: Path) -> None:
    told = explained(tmp_path, "import sqlite3\nsqlite3.connect('file:/var/x.db?mode=ro', uri=True)\n", 2)
    assert "only to read (ro)" in told
    assert "It reaches a fixed place (literal).\n  /var/x.db\n  is no store of the policy\n" in told


def test_what_is_not_known_is_told_with_its_reason(tmp_path: Path) -> None:
    told = explained(tmp_path, "import sqlite3, elsewhere\nsqlite3.connect(elsewhere.where())\n", 2)
    assert "a place that the analysis does not know (unknown): " in told


def test_a_statement_is_told_with_its_tables_their_store_and_its_connection(tmp_path: Path) -> None:
    told = explained(
        tmp_path,
        """
        import sqlite3
        connection = sqlite3.connect(":memory:")
        connection.execute("CREATE TABLE notes (x)")
        connection.execute(
            "INSERT INTO notes VALUES (1)"
        )
        """,
        5,
    )
    assert told.startswith("execute runs SQL.\nIt runs: INSERT INTO notes VALUES (1)\n")
    assert "  writes notes (of the store main)\n" in told
    assert "The connection was opened on a database in memory, which ends with its connection (memory)." in told


def test_holes_and_doubts_of_a_statement_are_told(tmp_path: Path) -> None:
    told = explained(
        tmp_path,
        """
        import sqlite3
        def go(connection, table):
            sqlite3.connect("x.db").execute(f"DELETE FROM {table}")
        """,
        3,
    )
    assert "1 piece of the text, written {}, not known" in told
    assert "these may not be all its tables" in told


def test_a_line_inside_a_call_counts_unless_a_call_begins_there(tmp_path: Path) -> None:
    text = """
    import subprocess
    subprocess.run(
        ["a"],
        env={"A": str(subprocess.run(["b"]))},
    )
    """
    assert "the program a" in explained(tmp_path, text, 3)
    assert "the program b" in explained(tmp_path, text, 4)


def test_no_site_is_no_text_and_the_nearest_are_few(tmp_path: Path) -> None:
    policy = load_text("", root=str(tmp_path), source="statefence.toml")
    text = "import subprocess\n" + "subprocess.run(['a'])\nx = 1\n" * 9
    loaded = load(policy, {"app.py": text.encode()})
    assert sites_at(loaded.project, "app.py", 9) == ()
    assert [site.span.line for site in nearest(loaded.project, "app.py", 9)] == [6, 8, 10]
    assert nearest(loaded.project, "other.py", 1) == ()


def test_control_characters_of_a_program_do_not_reach_the_terminal(tmp_path: Path) -> None:
    told = explained(tmp_path, "import sqlite3\nsqlite3.connect('x.db').execute('SELECT \"\\x1b[2J\"')\n", 2)
    assert "\x1b" not in told
