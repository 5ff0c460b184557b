"""What a test may be allowed, and that it says why."""

import pytest

from pytest_statefence.marks import Allow, Allowance, allowance_of


@pytest.mark.parametrize(
    ("mark", "problem"),
    [
        (pytest.mark.statefence_allow("*.db"), "statefence_allow: a reason is missing"),
        (pytest.mark.statefence_allow(reason="x"), "statefence_allow: it takes globs"),
        (pytest.mark.statefence_allow(7, reason="x"), "statefence_allow: it takes globs"),
        (pytest.mark.statefence_allow("*.db", reason="x", until="y"), "statefence_allow: unknown argument 'until'"),
        (pytest.mark.statefence_off(), "statefence_off: a reason is missing"),
        (pytest.mark.statefence_off("x", reason="y"), "statefence_off: it takes a reason only"),
        (pytest.mark.statefence_off(reason=" "), "statefence_off: a reason is missing"),
        (pytest.mark.statefence_off(reason=True), "statefence_off: a reason is missing"),
    ],
)
def test_a_wrong_marker_is_told(request: pytest.FixtureRequest, mark: pytest.MarkDecorator, problem: str) -> None:
    request.node.add_marker(mark)

    with pytest.raises(pytest.UsageError, match=f"test_a_wrong_marker_is_told.*: {problem}"):
        allowance_of(request.node)


def test_markers_add_up(request: pytest.FixtureRequest) -> None:
    request.node.add_marker(pytest.mark.statefence_allow("a.db", "b.db", reason="x"))
    request.node.add_marker(pytest.mark.statefence_allow("c.db", reason="x"))

    assert sorted(allow.pattern for allow in allowance_of(request.node).allows) == ["a.db", "b.db", "c.db"]


@pytest.mark.parametrize(
    ("pattern", "covered"),
    [
        ("x.db", True),
        ("*.db", True),
        ("state/*.db", True),
        ("/tmp/state/x.db", True),
        ("y.db", False),
        ("state", False),
    ],
)
def test_a_glob_is_compared_from_the_end_of_the_path(pattern: str, covered: bool) -> None:
    assert Allowance(allows=(Allow(pattern),)).covers("/tmp/state/x.db") == covered
