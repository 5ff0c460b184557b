"""What was seen against what was said: three answers, and no contradiction where nothing was claimed."""

import pytest

from statefence.model import Answer
from statefence.observation.fit import environment_fits, target_fits
from statefence.observation.records import SeenOpen, SeenSpawn
from statefence.project.sites import Environment, EnvKind, PathKind, Target
from statefence.template import parse

INHERITED = SeenSpawn("subprocess.Popen", "x", (), replaced=False, kept=("A", "B"))
MERGED = SeenSpawn("subprocess.Popen", "x", (), replaced=True, kept=("A", "B"), added=("C",))
PARTIAL = SeenSpawn("subprocess.Popen", "x", (), replaced=True, kept=("A",), added=("C",), dropped=("B",))
EMPTY = SeenSpawn("subprocess.Popen", "x", (), replaced=True, dropped=("A", "B"))

INHERITS = Environment(EnvKind.INHERITS, rest=Answer.YES)
FULL = Environment(EnvKind.FULL, sets=("C",), rest=Answer.YES)
ONLY_A = Environment(EnvKind.PARTIAL, sets=("C",), carried={"A": Answer.YES, "C": Answer.YES}, rest=Answer.NO)
NOTHING = Environment(EnvKind.EMPTY, rest=Answer.NO)
WITHOUT_B = Environment(EnvKind.FILTERED, drops=("B",), carried={"B": Answer.NO}, rest=Answer.YES)
SOME = Environment(EnvKind.FILTERED, rest=Answer.UNKNOWN)


@pytest.mark.parametrize(
    ("said", "fitting"),
    [
        (INHERITS, [INHERITED]),
        (FULL, [MERGED]),
        (ONLY_A, [PARTIAL]),
        (NOTHING, [EMPTY]),
        (WITHOUT_B, [PARTIAL]),
        (SOME, [INHERITED, MERGED, PARTIAL, EMPTY]),
    ],
)
def test_a_block_fits_what_was_said_of_it(said: Environment, fitting: list[SeenSpawn]) -> None:
    every = (INHERITED, MERGED, PARTIAL, EMPTY)
    assert [seen for seen in every if environment_fits(said, seen) is Answer.YES] == fitting
    assert {environment_fits(said, seen) for seen in every if seen not in fitting} <= {Answer.NO}


@pytest.mark.parametrize("kind", [EnvKind.PASSTHROUGH, EnvKind.UNKNOWN])
def test_what_the_analysis_left_open_is_never_contradicted(kind: EnvKind) -> None:
    assert {environment_fits(Environment(kind), seen) for seen in (INHERITED, EMPTY)} == {Answer.UNKNOWN}


def seen_at(path: str, real: str | None = None, **variables: str) -> SeenOpen:
    """A database that was opened in a world with a home, a working and a temporary directory."""
    return SeenOpen("sqlite3.connect", path, real or path, "rw", (), "/home/ann", "/work", "/tmp", variables=variables)


@pytest.mark.parametrize(
    ("kind", "template", "seen", "answer"),
    [
        (PathKind.SYMBOLIC, "{home}/.app/x.db", seen_at("/home/ann/.app/x.db"), "yes"),
        (PathKind.SYMBOLIC, "{home}/.app/x.db", seen_at("/home/ann/x.db"), "no"),
        (PathKind.SYMBOLIC, "{env:APP|{home}/.app}/x.db", seen_at("/data/x.db", APP="/data"), "yes"),
        (PathKind.SYMBOLIC, "{env:APP|{home}/.app}/x.db", seen_at("/home/ann/.app/x.db"), "yes"),
        (PathKind.SYMBOLIC, "{env:APP|{home}/.app}/x.db", seen_at("/elsewhere/x.db"), "no"),
        (PathKind.SYMBOLIC, "{env:APP}/x.db", seen_at("/anywhere/at/all/x.db"), "yes"),
        (PathKind.SYMBOLIC, "{env:APP}/x.db", seen_at("/anywhere/at/all/y.db"), "no"),
        (PathKind.SYMBOLIC, "{home}/x.db", seen_at("/link/x.db", real="/home/ann/x.db"), "yes"),
        (PathKind.CWD_RELATIVE, "x.db", seen_at("/work/x.db"), "yes"),
        (PathKind.CWD_RELATIVE, "x.db", seen_at("/tmp/x.db"), "no"),
        (PathKind.LITERAL, "/var/x.db", seen_at("/var/x.db"), "yes"),
        (PathKind.LITERAL, "/var/x.db", seen_at(":memory:"), "no"),
        (PathKind.TMP, "{tmp}/x.db", seen_at("/tmp/pytest-of-ann/7/y.db"), "yes"),
        (PathKind.TMP, "{tmp}/x.db", seen_at("/scratch/y.db"), "yes"),
        (PathKind.TMP, "{tmp}/x.db", seen_at("/work/y.db"), "no"),
        (PathKind.MEMORY, None, seen_at(":memory:"), "yes"),
        (PathKind.MEMORY, None, seen_at("/work/x.db"), "no"),
        (PathKind.PARAMETER, "{any}", seen_at("/work/x.db"), "unknown"),
        (PathKind.UNKNOWN, None, seen_at(":memory:"), "unknown"),
        (PathKind.SYMBOLIC, None, seen_at("/work/x.db"), "unknown"),
    ],
)
def test_a_path_fits_what_was_said_of_it(kind: PathKind, template: str | None, seen: SeenOpen, answer: str) -> None:
    target = Target(kind, None if template is None else parse(template))

    assert target_fits(target, seen, "/work", ["/scratch"]).value == answer
