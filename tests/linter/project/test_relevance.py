"""What is left out because it cannot matter does not change an answer."""

from __future__ import annotations

import pytest
from tests.linter.project import test_control_flow, test_flows, test_idioms, test_objects, test_paths
from tests.linter.project.programs import Files, files

from statefence.policy.load import default, load_text
from statefence.project.project import Project, analyse
from statefence.project.sites import EnvKind
from statefence.source import Source, decoded

PROGRAMS: dict[str, str | Files] = {
    f"{module.__name__.rpartition('_')[2]}: {title}": program
    for module in (test_control_flow, test_flows, test_objects, test_paths)
    for title, program in module.PROGRAMS.items()
} | {**test_idioms.SPAWNS, **test_idioms.OPENS}

BORROWED = """
[env.CONFIG]
not-from = ["OTHER"]
"""


def sites(project: Project) -> object:
    """Everything the analysis answers, but the call graph, of which only a thorough run knows all."""
    return project.spawns_by_path, project.opens_by_path, project.statements_by_path, project.reads_by_path


def decoded_files(program: str | Files) -> list[Source]:
    found = [decoded(path, text.encode()) for path, text in files(program).items()]
    return [source for source in found if isinstance(source, Source)]


@pytest.mark.parametrize("title", PROGRAMS)
def test_interpreting_everything_finds_the_same(title: str) -> None:
    sources, policy = decoded_files(PROGRAMS[title]), default("/project")
    assert sites(analyse(sources, policy)) == sites(analyse(sources, policy, thorough=True))


CHAIN = {
    "host.py": """
        import os
        def first():
            return os.environ.get("CONFIG")
        def second():
            return os.environ["OTHER"]
    """,
    "app.py": """
        from host import first, second
        def name():
            return first() or second()
    """,
}


def test_a_fallback_chain_put_together_from_helpers_is_found_without_interpreting_everything() -> None:
    sources = decoded_files(CHAIN)
    policy = load_text(BORROWED, root="/project", source="statefence.toml")
    project = analyse(sources, policy)
    assert [read.names for reads in project.reads_by_path.values() for read in reads] == [("CONFIG", "OTHER")]


def test_so_is_one_put_together_from_a_helper_that_is_told_the_variable() -> None:
    helper = "import os\ndef raw(name, default=None):\n    return os.environ.get(name, default)\n"
    app = "from host import raw\ndef name():\n    return raw('CONFIG') or raw('OTHER', 'x')\n"
    policy = load_text(BORROWED, root="/project", source="statefence.toml")
    project = analyse(decoded_files({"host.py": helper, "app.py": app}), policy)
    assert [read.names for reads in project.reads_by_path.values() for read in reads] == [("CONFIG", "OTHER")]


REACHED: dict[str, Files] = {
    "a package that hands a wrapper on": {
        "tools/__init__.py": "from tools.running.api import launch\n",
        "tools/running/__init__.py": "",
        "tools/running/api.py": "import subprocess\ndef launch(env):\n    subprocess.run(['a'], env=env)\n",
        "app.py": "from tools import launch\nlaunch({})\n",
    },
    "a module imported under another name, and handed on": {
        "compat.py": "import subprocess as sp\n",
        "app.py": "from compat import sp\nsp.run(['a'], env={})\n",
    },
    "modules that import one another": {
        "first.py": "from second import helper\ndef launch(env):\n    helper()\n    run(env)\nfrom third import run\n",
        "second.py": "from first import launch\ndef helper(): pass\ndef go():\n    launch({})\n",
        "third.py": "import subprocess\nimport second\ndef run(env):\n    subprocess.run(['a'], env=env)\n",
        "app.py": "from second import launch\nlaunch({})\n",
    },
    "a name imported over several lines": {
        "app.py": "from subprocess import (\n    run,\n    Popen as start,\n)\nstart(['a'], env={})\n",
    },
    "a dot at the end of a line": {
        "app.py": "import subprocess\n(subprocess.  # which\n    run)(['a'], env={})\n",
    },
    "a method inherited from a class of another module": {
        "base.py": "import subprocess\nclass Base:\n    def _run(self, env):\n        subprocess.run(['a'], env=env)\n",
        "middle.py": "from base import Base\nclass Middle(Base): pass\n",
        "app.py": "from middle import Middle\nclass Own(Middle):\n    def go(self):\n        self._run({})\n",
    },
}


@pytest.mark.parametrize("title", REACHED)
def test_what_a_file_reaches_in_a_roundabout_way_is_found(title: str) -> None:
    sources, policy = decoded_files(REACHED[title]), default("/project")
    project = analyse(sources, policy)
    assert any(spawn.environments[0].kind is EnvKind.EMPTY for spawn in project.spawns_by_path["app.py"])
    assert sites(project) == sites(analyse(sources, policy, thorough=True))


def test_names_that_modules_only_import_from_one_another_are_unknown() -> None:
    files = {
        "a.py": "from b import x\n",
        "b.py": "from a import x\n",
        "app.py": "import os\nfrom a import x\nos.system(x)\n",
    }
    project = analyse(decoded_files(files), default("/project"))
    assert [spawn.span.line for spawn in project.spawns_by_path["app.py"]] == [3]
