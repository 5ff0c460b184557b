"""The answers depend on what the files say, and on nothing else."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from statefence.policy.load import default
from statefence.project.project import Project, analyse
from statefence.source import Source, decoded

from . import test_flows, test_idioms, test_objects
from .programs import files

MANY_FILES = [
    program
    for programs in (test_flows.PROGRAMS, test_idioms.SPAWNS, test_idioms.OPENS, test_objects.PROGRAMS)
    for program in programs.values()
    if not isinstance(program, str)
]


def sites(sources: list[Source]) -> tuple[object, ...]:
    """Everything that is found, with the order in which it is given."""
    project: Project = analyse(sources, default("/project"))
    found = (project.spawns_by_path, project.opens_by_path, project.statements_by_path, project.reads_by_path)
    return (*[sorted(entry.items()) for entry in found], project.skipped)


def one_tree() -> list[Source]:
    """All programs of several files, side by side in one project."""
    sources = []
    for number, program in enumerate(MANY_FILES):
        for path, text in files(program).items():
            source = decoded(f"program{number}/{path}", text.encode())
            assert isinstance(source, Source)
            sources.append(source)
    return sources


@settings(max_examples=20, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_in_which_files_are_given_changes_nothing(order: random.Random) -> None:
    sources = one_tree()
    shuffled = list(sources)
    order.shuffle(shuffled)
    assert sites(shuffled) == sites(sources)


def test_a_second_run_says_the_same() -> None:
    assert sites(one_tree()) == sites(one_tree())


def test_a_file_that_does_not_parse_is_named_and_the_others_are_analysed() -> None:
    good = decoded("good.py", b"import subprocess\nsubprocess.run(['a'], env={})\n")
    bad = decoded("bad.py", b"import subprocess\nsubprocess.run(\n")
    assert isinstance(good, Source)
    assert isinstance(bad, Source)
    project = analyse([bad, good], default("/project"))
    assert [skipped.path for skipped in project.skipped] == ["bad.py"]
    assert "line 2" in project.skipped[0].reason
    assert len(project.spawns_by_path["good.py"]) == 1
