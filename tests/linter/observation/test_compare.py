"""What was seen belongs to the calls on its stack, and to no other."""

from pathlib import Path
from textwrap import dedent

from statefence.observation.compare import Comparison, Verdict, compare, verdict
from statefence.observation.records import Line, Observed, SeenSpawn
from statefence.policy.load import default
from statefence.project import analyse
from statefence.source import Source, decoded

PROGRAM = """
import os, subprocess

def launch(command, env=None):
    subprocess.run(command, env=env)

def bare():
    launch(["a"], {})

def quiet():
    launch(["b"])
    later()

def later():
    subprocess.run(["c"], env={"PATH": "x"})
"""


def at(line: int, text: str, function: str) -> Line:
    """The frame that evaluates the call `text`, which ends at the end of a line of the program."""
    source = dedent(PROGRAM).lstrip("\n").splitlines()[line - 1]
    return Line("app.py", line, line, source.index(text) + len(text), function)


def compared(*spawns: SeenSpawn) -> Comparison:
    """The program beside these spawns."""
    source = decoded("app.py", dedent(PROGRAM).lstrip("\n").encode())
    assert isinstance(source, Source)
    project = analyse((source,), default(Path("/work")))
    [module] = project.modules
    return compare(project.spawns(module), project.opens(module), Observed(1, "/work", spawns))


def verdicts(comparison: Comparison) -> dict[int, Verdict]:
    """By the line of the site."""
    return {span.line: verdict(sightings) for (_, span, _), sightings in comparison.at.items()}


RUN = at(4, "subprocess.run(command, env=env)", "launch")


def spawn(*lines: Line, **block: tuple[str, ...]) -> SeenSpawn:
    """A child with a block of its own."""
    return SeenSpawn("subprocess.Popen", "x", lines, replaced=True, **block)


def test_every_call_on_the_way_is_compared() -> None:
    seen = spawn(RUN, at(7, 'launch(["a"], {})', "bare"), dropped=("HOME",))

    assert verdicts(compared(seen)) == {4: Verdict.FILLED_IN, 7: Verdict.CONFIRMED}


def test_a_contradiction_at_one_call_is_none_at_another() -> None:
    seen = spawn(RUN, at(7, 'launch(["a"], {})', "bare"), kept=("HOME",))

    assert verdicts(compared(seen)) == {4: Verdict.CONFIRMED, 7: Verdict.CONTRADICTED}


def test_a_call_that_is_on_the_stack_for_another_reason_is_not_compared() -> None:
    run = at(14, 'subprocess.run(["c"], env={"PATH": "x"})', "later")
    outer = at(7, 'launch(["a"], {})', "bare")

    assert verdicts(compared(spawn(run, outer, added=("PATH",), dropped=("HOME",)))) == {14: Verdict.CONFIRMED}


def test_what_no_site_did_is_unlisted() -> None:
    seen = spawn(at(11, "later()", "quiet"), kept=("HOME",))

    assert compared(seen).unlisted == (seen,)
    assert compared(seen).at == {}


def test_what_no_line_of_the_project_did_is_left_out() -> None:
    assert compared(spawn(kept=("HOME",))) == Comparison({}, ())


def test_nothing_seen_is_no_confirmation() -> None:
    assert verdict(()) is Verdict.NOT_OBSERVED
