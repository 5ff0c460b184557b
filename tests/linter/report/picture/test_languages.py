"""The three languages: well-formed whatever the names, and each edge said once."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

from hypothesis import given, settings

from statefence.report.picture import Picture, dot, mermaid, page
from statefence.report.picture.graph import Edge, Node, Shape, Use, shortened
from statefence.report.picture.svg import svg

from .pictures import HOSTILE, pictures

STEP = {"path": "b.py", "line": 3, "message": "made <here>"}
PLACE = {"path": "a.py", "line": 1, "column": 1, "symbol": "a", "store": None}
SPAWN = {**PLACE, "api": "run", "via": None, "env": "full", "alternatives": ["empty"], "sets": ["A", "B"], "drops": []}
OPEN = {**PLACE, "api": "connect", "via": "x", "kind": "tmp", "alternatives": [], "target": HOSTILE, "mode": "rw"}
STATEMENT = {**PLACE, "sql": "SELECT\n  1", "reads": ["t"], "writes": [], "ddl": [], "holes": 0}
FOUND: dict[str, Any] = {
    "version": 1,
    "spawns": [{**SPAWN, "trace": [STEP]}],
    "opens": [{**OPEN, "trace": []}],
    "statements": [{**STATEMENT, "trace": []}],
}
NOTHING: dict[str, Any] = {"version": 1, "spawns": [], "opens": [], "statements": []}
VOID = {"meta"}


class Balanced(HTMLParser):
    """Reads a page: fails where an element is closed that is not open, and gathers text and elements."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def read(text: str) -> Balanced:
    reader = Balanced()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    return reader


@settings(max_examples=40, deadline=None)
@given(pictures())
def test_the_page_is_balanced_ascii_and_runs_nothing_but_its_own_script(picture: Picture) -> None:
    text = page(picture, FOUND, HOSTILE, HOSTILE)
    assert text.isascii()
    tags = read(text).tags
    assert sum(tag == "script" for tag, _ in tags) == 1
    assert not any(tag in {"b", "link", "img", "iframe", "a", "image", "use"} for tag, _ in tags)
    assert not any(name.startswith("on") or name in {"src", "href"} for _, attributes in tags for name in attributes)


@settings(max_examples=40, deadline=None)
@given(pictures())
def test_the_drawing_is_xml_with_a_group_a_node_and_an_edge(picture: Picture) -> None:
    root = ET.fromstring(svg(picture))
    kinds = [group.get("class", "").split()[0] for group in root.iter("g")]
    count = len(picture.layers) + len(picture.stores) + len(picture.environments)
    assert kinds.count("box") == count
    assert kinds.count("edge") == len(picture.edges)
    assert all(group.find("title") is not None for group in root.iter("g"))


@settings(max_examples=40, deadline=None)
@given(pictures())
def test_the_ends_of_an_edge_are_the_boxes_it_names(picture: Picture) -> None:
    root = ET.fromstring(svg(picture))
    names = {group.get("data-node") for group in root.iter("g")}
    ends = [group.get("data-ends", "").split() for group in root.iter("g") if group.get("data-ends")]
    assert all(len(pair) == 2 and names.issuperset(pair) for pair in ends)


@settings(max_examples=40, deadline=None)
@given(pictures())
def test_mermaid_has_one_statement_a_line_and_only_plain_characters_in_labels(picture: Picture) -> None:
    text = mermaid(picture)
    assert text.isascii()
    first, *lines = text.splitlines()
    assert first == "flowchart LR"
    label = r'"(?:[\w ./:,;+=()-]|#\d+;|<br>)*"'
    node = rf"    (?:layer|store|environment)\d+(?:\({label}\)|\[{label}\]|\[\({label}\)\])"
    edge = rf"  layer\d+ (?:==>|-->|-\.->)\|{label}\| (?:store|environment)\d+"
    other = r'  subgraph \w+ \["\w+"\]|  end|  classDef \w+ \S+|  class [\w,]+ \w+'
    assert [line for line in lines if not re.fullmatch(f"{node}|{edge}|{other}", line)] == []
    assert sum(bool(re.fullmatch(edge, line)) for line in lines) == len(picture.edges)


@settings(max_examples=40, deadline=None)
@given(pictures())
def test_dot_has_one_statement_a_line_and_closed_strings(picture: Picture) -> None:
    text = dot(picture)
    lines = text.splitlines()
    assert lines[0] == "digraph statefence {"
    assert lines[-1] == "}"
    string = r'"(?:[^"\\]|\\["\\n])*"'
    edge = rf"  layer\d+ -> (?:store|environment)\d+ \[label={string}[ \w=.]*\];"
    assert sum(bool(re.fullmatch(edge, line)) for line in lines) == len(picture.edges)
    nodes = [line for line in lines if re.fullmatch(rf'    \w+\d+ \[label={string} shape=\w+[ \w=",]*\];', line)]
    assert len(nodes) == len(picture.layers) + len(picture.stores) + len(picture.environments)


def test_the_tables_show_every_site_and_its_trace() -> None:
    reader = read(page(Picture((), (), (), ()), FOUND, "x", "y"))
    said = [text.strip() for text in reader.said if text.strip()]
    assert said.count("a.py:1") == 3
    assert "A, B" in said
    assert "SELECT 1" in said
    assert "b.py:3: made <here>" in said
    assert sum(tag == "details" for tag, _ in reader.tags) == 1


def test_a_page_of_nothing_says_so() -> None:
    reader = read(page(Picture((), (), (), ()), NOTHING, "x", "0 files"))
    assert reader.said.count("None.") == 3


def test_the_page_follows_the_readers_colours_and_may_load_nothing() -> None:
    text = page(Picture((), (), (), ()), NOTHING, "x", "y")
    assert "prefers-color-scheme: dark" in text
    assert "default-src 'none'" in text
    assert "http" not in text.replace("http-equiv", "")


def test_the_colour_of_an_edge_is_that_of_its_strongest_use() -> None:
    layer, store = Node("a", "", Shape.LAYER), Node("b", "", Shape.STORE)
    drawing = svg(Picture((layer,), (store,), (), (Edge(layer, store, ((Use.WRITE, 1), (Use.SQL, 2)), ()),)))
    assert 'class="edge write"' in drawing
    assert ">write 1, SQL 2</text>" in drawing


def test_long_names_lose_their_middle() -> None:
    assert shortened("short.db", 12) == "short.db"
    assert shortened("a" * 30 + "tail.db", 15) == "aa...aaatail.db"
    assert shortened("a\x1b", 12) == "a\\x1b"
