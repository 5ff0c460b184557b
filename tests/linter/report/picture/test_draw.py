"""What is drawn: layers and stores of the policy, packages and places without one, every answer of every site."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from statefence.engine import load
from statefence.policy.load import load_text
from statefence.report.picture import Picture, picture
from statefence.report.picture.draw import MOST_PLACES
from statefence.report.picture.graph import Shape, edge_label
from statefence.report.picture.packages import MOST_PACKAGES

POLICY = """
state = "{home}/.app"
[layers]
admin = ["app.admin.**"]
idle = ["app.idle"]
[stores.main]
path = "{state}/main.db"
owners = ["admin"]
[stores.unused]
path = "{state}/unused.db"
owners = ["admin"]
[[forbidden]]
path = "{state}/stray/**"
"""
ADMIN = """\
import os, sqlite3, subprocess
from pathlib import Path

STATE = Path.home() / ".app"


def go(path, flag, unknown):
    connection = sqlite3.connect(STATE / "main.db")
    connection.execute("SELECT 1")
    sqlite3.connect(f"file:{STATE}/main.db?mode=ro", uri=True)
    sqlite3.connect(STATE / "stray" / "x.db")
    sqlite3.connect("here.db")
    sqlite3.connect(":memory:")
    sqlite3.connect(path)
    subprocess.run(["a"], env={"A": "1"} if flag else None)
    unknown.execute("SELECT 1")
"""
OTHER = "import subprocess\nsubprocess.run(['a'])\nsubprocess.run(['a'])\n"
FILES = {"app/__init__.py": "", "app/admin/__init__.py": "", "app/admin/a.py": ADMIN, "app/idle.py": "", "b.py": OTHER}


def drawn(root: Path, files: Mapping[str, str], policy: str = "", *paths: str) -> Picture:
    read = load_text(policy, root=str(root), source="statefence.toml")
    return picture(load(read, {path: text.encode() for path, text in files.items()}), read, paths)


def edges(shown: Picture) -> dict[tuple[str, str], str]:
    return {(edge.layer.name, edge.target.name): edge_label(edge) for edge in shown.edges}


def test_layers_and_stores_of_the_policy_are_drawn_even_without_a_site(tmp_path: Path) -> None:
    shown = drawn(tmp_path, FILES, POLICY)
    assert [node.name for node in shown.layers] == ["admin", "idle", "outside"]
    assert [(node.name, node.detail) for node in shown.stores[:2]] == [
        ("main", "{state}/main.db"),
        ("unused", "{state}/unused.db"),
    ]


def test_an_edge_counts_writes_reads_and_statements(tmp_path: Path) -> None:
    shown = drawn(tmp_path, FILES, POLICY)
    assert edges(shown)["admin", "main"] == "write 1, read 1, SQL 1"
    (edge,) = [edge for edge in shown.edges if edge.target.name == "main"]
    assert edge.sites == ("app/admin/a.py:8", "app/admin/a.py:10", "app/admin/a.py:9")


def test_places_outside_the_stores_are_drawn_by_what_they_are(tmp_path: Path) -> None:
    shapes = {(node.name, node.detail): node.shape for node in drawn(tmp_path, FILES, POLICY).stores}
    assert shapes["x.db", "{state}/stray/x.db"] is Shape.FORBIDDEN
    assert shapes["here.db", "{cwd}/here.db"] is Shape.PLACE
    assert shapes["in memory", "gone with the connection"] is Shape.VAGUE
    assert shapes["decided by the caller", "a parameter"] is Shape.VAGUE


def test_every_answer_of_a_spawn_is_drawn(tmp_path: Path) -> None:
    shown = drawn(tmp_path, FILES, POLICY)
    assert {("admin", "partial"), ("admin", "inherits")} <= edges(shown).keys()
    assert edges(shown)["outside", "inherits"] == "2"
    assert [node.name for node in shown.environments] == ["inherits", "partial"]


def test_an_unknown_place_is_drawn_as_such(tmp_path: Path) -> None:
    text = "import sqlite3, elsewhere\nsqlite3.connect(elsewhere.path())\n"
    (edge,) = drawn(tmp_path, {"a.py": text}).edges
    assert (edge.target.name, edge.target.shape) == ("not known", Shape.VAGUE)


def test_a_server_is_drawn_as_one(tmp_path: Path) -> None:
    text = "import psycopg\npsycopg.connect('postgresql://localhost/app')\n"
    (edge,) = drawn(tmp_path, {"a.py": text}).edges
    assert (edge.target.name, edge.target.detail) == ("a server", "literal")


def test_without_layers_packages_stand_for_them(tmp_path: Path) -> None:
    assert [node.name for node in drawn(tmp_path, FILES).layers] == ["app.admin", "b"]


def test_many_packages_are_drawn_as_their_top_level_ones(tmp_path: Path) -> None:
    names = [f"p{number}" for number in range(MOST_PACKAGES + 1)]
    files = {"app/__init__.py": "", **{f"app/{name}/__init__.py": OTHER for name in names}}
    assert [node.name for node in drawn(tmp_path, files).layers] == ["app"]


def test_many_places_are_drawn_as_their_directories(tmp_path: Path) -> None:
    opens = [f"sqlite3.connect('/var/d{n % 3}/deep/{n}.db')\n" for n in range(MOST_PLACES + 1)]
    shown = drawn(tmp_path, {"a.py": "import sqlite3\n" + "".join(opens)})
    assert [node.detail for node in shown.stores] == [f"/var/d{n}/deep/..." for n in range(3)]
    assert len(shown.edges) == 3


def test_only_the_sites_asked_for_are_drawn(tmp_path: Path) -> None:
    shown = drawn(tmp_path, FILES, "", "b.py")
    assert [node.name for node in shown.layers] == ["b"]
    assert shown.stores == ()


def test_nothing_to_draw_is_an_empty_picture(tmp_path: Path) -> None:
    assert drawn(tmp_path, {"a.py": ""}) == Picture((), (), (), ())
