"""An import is added once, in the right place, and never where it would change what a name means."""

from __future__ import annotations

import ast

import pytest
from tests.linter.fix.helpers import edited, first, reason

from statefence.model import AddArgument, Import

OS = Import("os")
RESOLVE = Import("chatos.hostapp", "resolve")


def with_import(source: str, wanted: Import = OS) -> str:
    return edited(source, AddArgument(first(source, ast.Call, "run("), "k", "1", (wanted,)))


def refusal(source: str, wanted: Import = OS) -> str:
    return reason(source, AddArgument(first(source, ast.Call, "run("), "k", "1", (wanted,)))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import sys\n\n@\n", "import sys\nimport os\n\n@\n"),
        ('"""Doc."""\n\n@\n', '"""Doc."""\n\nimport os\n\n@\n'),
        ("from __future__ import annotations\n@\n", "from __future__ import annotations\n\nimport os\n@\n"),
        ("@\n", "import os\n\n@\n"),
        ("#!/bin/python\n# coding: utf-8\n@\n", "#!/bin/python\n# coding: utf-8\nimport os\n\n@\n"),
        ("# a\n\n# b\ndef f():\n    @\n", "# a\n\nimport os\n\n\n# b\ndef f():\n    @\n"),
        ("if TYPE_CHECKING:\n    import a\nimport b\n@\n", "if TYPE_CHECKING:\n    import a\nimport b\nimport os\n@\n"),
        ("try:\n    import a\nfinally: a\nfrom b import (\n    c)\n@\n",
         "try:\n    import a\nfinally: a\nfrom b import (\n    c)\nimport os\n@\n"),
        ("import sys; x = (\n    1)\n@\n", "import sys; x = (\n    1)\nimport os\n@\n"),
        ("import sys  # why\r\n@\r\n", "import sys  # why\r\nimport os\r\n@\r\n"),
        ("import os as o\n@\n", "import os as o\nimport os\n@\n"),
        ("if TYPE_CHECKING: import os\nimport b\n@\n", "if TYPE_CHECKING: import os\nimport b\nimport os\n@\n"),
    ],
)  # fmt: skip
def test_where_it_is_added(before: str, after: str) -> None:
    assert with_import(before.replace("@", "run()")) == after.replace("@", "run(k=1)")


@pytest.mark.parametrize(
    "before",
    [
        "import os\nrun()\n",
        "import os.path\nrun()\n",
        "import sys, os\nrun()\n",
        "def f():\n    run()\n\nimport os\n",
        "def f():\n    import os\n    run()\n",
        "def f():\n    import os\n    def g():\n        run()\n",
    ],
)
def test_what_is_imported_is_not_imported_again(before: str) -> None:
    assert with_import(before) == before.replace("run()", "run(k=1)")


def test_names_of_modules() -> None:
    assert with_import("from chatos.hostapp import resolve\nrun()\n", RESOLVE).count("import") == 1
    assert with_import("from .hostapp import resolve\nrun()\n", RESOLVE).count("import") == 1
    assert "from chatos.hostapp import resolve\n" in with_import("import chatos.hostapp\nrun()\n", RESOLVE)
    assert "import xml.etree\n" in with_import("import xml.dom\nrun()\n", Import("xml.etree"))


@pytest.mark.parametrize(
    "source",
    [
        "os = 1\nrun()\n",
        "import fake as os\nrun()\n",
        "from fake import os\nrun()\n",
        "def f(os):\n    run()\n",
        "def f():\n    run()\n    import os\n",
        "def f():\n    if x:\n        import os\n    run()\n",
        "def f():\n    for os in x:\n        run()\n",
        "class A:\n    os = 1\n    run()\n",
        "x = [run() for os in y]\n",
        "x = [(os := y) for y in z]\nrun()\n",
        "def f():\n    x = [(os := y) for y in z]\n    run()\n",
        "x = lambda os: run()\n",
        "def f():\n    global os\n    os = 1\n\nrun()\n",
        "def os(): pass\nrun()\n",
        "try:\n    import os\nexcept ImportError:\n    os = None\nrun()\n",
        "try:\n    pass\nexcept E as os:\n    pass\nrun()\n",
        "match x:\n    case [os]:\n        pass\nrun()\n",
        "from fake import *\nrun(os)\n",
        "run()\nfrom fake import *\n",
        "try:\n    run()\n    import a\nexcept E:\n    pass\nimport b\nprint(os)\n",
    ],
)
def test_a_name_that_means_or_may_mean_something_else_is_refused(source: str) -> None:
    assert "os" in refusal(source)


def test_a_name_bound_in_another_scope_does_not_matter() -> None:
    source = "import a\ndef f(os):\n    return os\nclass B:\n    os = 1\n    def g(self):\n        run()\n"
    assert with_import(source).startswith("import a\nimport os\n")


def test_what_runs_before_the_import_could_is_refused() -> None:
    source = "import a\nif TYPE_CHECKING:\n    run()\nimport b\n"
    assert "before" in refusal(source)


def test_code_that_does_not_compile_is_refused() -> None:
    assert "does not compile" in refusal("nonlocal x\nrun()\n")


def test_imports_of_several_edits_are_sorted_and_added_once() -> None:
    source = "import a\nrun()\n"
    target = first(source, ast.Call)
    edits = (AddArgument(target, "j", "1", (RESOLVE, OS)), AddArgument(target, "k", "2", (OS,)))
    assert edited(source, *edits) == "import a\nimport os\nfrom chatos.hostapp import resolve\nrun(j=1, k=2)\n"
