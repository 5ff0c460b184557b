"""The harness must refuse every wrong case; a harness that passes anything proves nothing."""

import re
from collections.abc import Iterator

import pytest

from statefence.api import Bad, Good, Hit, Module, Policy, Project, ReplaceExpression, Rule, Safety, Span
from statefence.cases import Marker, read_files
from statefence.registry import LoadedRule
from statefence.testing import check_case, parameters


def check_threes(module: Module, project: Project, policy: Policy) -> Iterator[Hit]:
    """Finds each 3 and replaces it by a 4, `three` too but without a fix."""
    for number, line in enumerate(module.source.lines, 1):
        for found in re.finditer(r"\b(3|three)\b", line):
            span = Span(number, found.start(), number, found.end())
            edits = (ReplaceExpression(span, "4"),) if found.group() == "3" else ()
            yield Hit(span, f"here is a {found.group()}", edits=edits)


def check_threes_and_spread(module: Module, project: Project, policy: Policy) -> Iterator[Hit]:
    """Like `check_threes`, but the fix makes new findings."""
    for hit in check_threes(module, project, policy):
        yield Hit(hit.span, hit.message, edits=(ReplaceExpression(hit.span, "3"),))


def loaded(*cases: Good | Bad, check: object = check_threes) -> LoadedRule:
    rule = Rule(code="AC101", check=check, cases=cases, fix=Safety.SAFE)  # type: ignore[arg-type] # what a wrong rule hands over
    return LoadedRule("AC101", "threes", "numbers", "acme_rules.numbers.threes", "Threes.", rule)


RIGHT = [
    Bad("found and fixed", "x = 3  # error\n", fixed="x = 4\n"),
    Bad("part of the message", "x = 3  # error: is a 3\n", fixed="x = 4\n"),
    Bad("two on a line", "x = 3, 3  # error  # error\n", fixed="x = 4, 4\n"),
    Bad(
        "two kinds on a line, in any order",
        "x = three, 3  # error  # error: three\n",
        fixed="x = three, 4  # error: three\n",
    ),
    Bad("no fix", "x = three  # error\n"),
    Bad("a comment stays", "x = 3  # why  # error\n", fixed="x = 4  # why\n"),
    Bad("several files", {"a.py": "x = 3  # error\n", "b.py": "y = 5\n"}, fixed={"a.py": "x = 4\n"}),
    Bad("indented", "\n        x = 3  # error\n        y = 5\n", fixed="\n    x = 4\n    y = 5\n"),
    Good("clean", "x = 5\n"),
    Good("a policy", "x = 5\n", policy='state = "{home}/.app"\n'),
]

WRONG = [
    (Bad("marker without finding", "x = 5  # error\n"), "not found: app.py:1"),
    (Bad("finding without marker", "x = 3\ny = three  # error\n"), "not expected: app.py:1: here is a 3"),
    (Bad("wrong line", "x = three\ny = 5  # error\n"), "not found: app.py:2"),
    (Bad("wrong message", "x = three  # error: four\n"), "not found: app.py:1: four"),
    (Bad("one marker for two findings", "x = three, three  # error\n"), "not expected: app.py:1"),
    (Bad("no marker at all", "x = 5\n"), "no marker"),
    (Bad("a fix that is not expected", "x = 3  # error\n"), "a fix is offered"),
    (Bad("another fix", "x = 3  # error\n", fixed="x = 5\n"), "+x = 4"),
    (Bad("a change that is not expected", {"a.py": "x = 3  # error\n"}, fixed={}), "+x = 4"),
    (Bad("no fix where one is expected", "x = three  # error\n", fixed="x = 4\n"), "-x = 4"),
    (Bad("what remains is not marked", "x = 3, three  # error  # error\n", fixed="x = 4, three\n"), "not expected"),
    (Good("a finding", "x = 3\n"), "not expected: app.py:1"),
    (Good("a marker", "x = 3  # error\n"), "a good case has a marker"),
]


@pytest.mark.parametrize("case", [pytest.param(case, id=case.title) for case in RIGHT])
def test_a_right_case_passes(case: Good | Bad) -> None:
    check_case(loaded(case), case)


@pytest.mark.parametrize(("case", "said"), [pytest.param(case, said, id=case.title) for case, said in WRONG])
def test_a_wrong_case_is_refused_with_what_differs(case: Good | Bad, said: str) -> None:
    with pytest.raises(AssertionError) as refusal:
        check_case(loaded(case), case)
    assert said in str(refusal.value)


def test_a_fix_that_never_ends_is_refused() -> None:
    case = Bad("endless", "x = 3  # error\n", fixed="x = 3\n")
    with pytest.raises(AssertionError, match=r"no edit was made|not expected"):
        check_case(loaded(case, check=check_threes_and_spread), case)


def test_identifiers_hold_the_code_and_the_title() -> None:
    names = [name for name, _, _ in parameters([loaded(Good("It's fine, really", ""))])]
    assert names == ["AC101-it-s-fine-really"]


def test_markers_are_read_with_their_fragments_and_taken_out() -> None:
    expected = read_files("\n    a = 1  # why  # error: one  # error\n    b = 2\n    ")
    assert expected.files == {"app.py": "a = 1  # why\nb = 2\n"}
    assert expected.markers == (Marker("app.py", 1, ""), Marker("app.py", 1, "one"))
