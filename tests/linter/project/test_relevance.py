"""What is left out because it cannot matter does not change an answer."""

from __future__ import annotations

import pytest
from tests.linter.project import test_control_flow, test_flows, test_idioms, test_objects, test_paths
from tests.linter.project.programs import Files, files

from statefence.policy.load import default, load_text
from statefence.project.project import Project, analyse
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
