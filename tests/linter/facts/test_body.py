"""A function that is read alone is the function that the whole file holds."""

import re
import sysconfig
from pathlib import Path

import pytest

from statefence.facts import body_at, extract, line_starts

LIBRARY = Path(sysconfig.get_path("stdlib"))
EVERYTHING = re.compile(b"")

LAYOUTS = {
    "a method": b"class A:\n    @property\n    def f(self):\n        return 1\n",
    "the first line, after a byte order mark": b"\xef\xbb\xbfdef f():\n    return 'x'\n",
    "an encoding of its own": "# coding: latin-1\n\nclass A:\n    def f(self):\n        return 'é'\n".encode("latin-1"),
    "a form feed before it": b"import os\n\x0cdef f():\n    return 1\n",
    "carriage returns": b"class A:\r    def f(self):\r        return 1\r",
    "a text that reaches the first column": b"class A:\n  def f(self):\n    return '''\nx\n'''\n  def g(self): pass\n",
    "tabs": b"class A:\n\tasync def f(self):\n\t\tawait x\n",
    "no end of line": b"def f(): return 1",
    "a body on its line": b"class A:\n    def f(self): return 1; x = 2\n    y = 1\n",
}


def assert_bodies_stand_alone(data: bytes) -> None:
    starts = line_starts(data)
    for place, body in extract(data, EVERYTHING).bodies.items():
        assert body_at(data, starts, place) == body


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_body_in_any_layout(layout: str) -> None:
    assert extract(LAYOUTS[layout], EVERYTHING).bodies
    assert_bodies_stand_alone(LAYOUTS[layout])


@pytest.mark.parametrize("name", ["typing.py", "decimal.py", "asyncio/events.py", "_pydecimal.py", "shutil.py"])
def test_every_body_of_a_real_file(name: str) -> None:
    assert_bodies_stand_alone((LIBRARY / name).read_bytes())
