"""Pure decisions: what differs, what it means, and when there is no answer."""

from pytest_statefence.audit import Child
from pytest_statefence.findings import Finding, Package, Span, merged, packed, unpacked
from pytest_statefence.records import Clause, Contents, TableChange, TableState, Violation
from pytest_statefence.spawns import judge_spawn
from pytest_statefence.verdict import created, judge_forbidden, judge_foreign, table_changes
from statefence.policy import Policy, Variable
from statefence.template import parse

ONE = TableState(1, "one", "CREATE TABLE t (a)")
OTHER = TableState(1, "other", "CREATE TABLE t (a)")
ALTERED = TableState(1, "one", "CREATE TABLE t (a, b)")
FORBIDDEN = Clause(parse("/s/*.db"), "x.toml:1", reason="because")
STORE = Clause(parse("/s/own.db"), "x.toml:2", store="own", foreign=frozenset({"models"}))


def test_a_table_that_is_the_same_is_no_change() -> None:
    assert table_changes({"t": ONE}, {"t": ONE}) == ()


def test_rows_and_schema_are_compared() -> None:
    assert table_changes({"t": ONE}, {"t": OTHER}) == (TableChange("t", 1, 1),)
    assert table_changes({"t": ONE}, {"t": ALTERED}) == (TableChange("t", 1, 1),)
    assert table_changes({}, {"t": ONE}) == (TableChange("t", None, 1),)
    assert table_changes({"t": ONE}, {}) == (TableChange("t", 1, None),)


def test_foreign_tables_are_known_in_any_case() -> None:
    judgement = judge_foreign(STORE, "/s/own.db", Contents({"Models": ONE}), Contents({"Models": OTHER}))

    assert [violation.code for violation in judgement.violations] == ["SF301"]


def test_tables_that_nobody_owns_are_no_violation() -> None:
    assert judge_foreign(STORE, "/s/own.db", Contents({}), Contents({"notes": ONE})).violations == ()


def test_what_cannot_be_read_is_unknown_and_neither_clean_nor_a_violation() -> None:
    gone = Contents(reason="it is gone")
    for judge in (judge_foreign, judge_forbidden):
        judgement = judge(STORE if judge is judge_foreign else FORBIDDEN, "/s/own.db", Contents({"t": ONE}), gone)
        assert judgement.violations == ()
        assert len(judgement.unknown) == 1
        assert "it is gone" in judgement.unknown[0]


def test_bytes_decide_where_a_forbidden_file_is_no_database() -> None:
    first, other = Contents(fingerprint="a", reason="no"), Contents(fingerprint="b", reason="no")

    assert judge_forbidden(FORBIDDEN, "/s/x.db", first, first).violations == ()
    assert len(judge_forbidden(FORBIDDEN, "/s/x.db", first, other).violations) == 1
    assert len(judge_forbidden(FORBIDDEN, "/s/x.db", Contents({}), other).violations) == 1


def test_the_policy_s_line_and_reason_are_quoted() -> None:
    assert created(FORBIDDEN, "/s/x.db", Contents({})).clause == "x.toml:1 forbidden /s/*.db: because"


def child(*arguments: str, replaced: bool = True, **environ: str) -> Child:
    return Child(arguments, environ, "/", replaced=replaced)


def spawn(variable: Variable, started: Child, **parent: str) -> tuple[list[str], list[str]]:
    policy = Policy(root="/", layers={"chat": ("chat.**",)}, variables=(variable,))
    answer = judge_spawn(policy, started, parent, ["other.module", "chat.launch"])
    return [v.name for v in answer.dropped], [v.name for v in answer.untold]


def test_a_variable_the_parent_has_is_dropped() -> None:
    assert spawn(Variable("V"), child("x", PATH="/"), V="1", PATH="/") == (["V"], [])


def test_an_empty_value_is_a_value() -> None:
    assert spawn(Variable("V"), child("x", V=""), V="1") == ([], [])


def test_a_partial_block_without_a_variable_nobody_set_is_untold() -> None:
    assert spawn(Variable("V"), child("x", PATH="/"), PATH="/", HOME="/") == ([], ["V"])


def test_a_block_that_carries_everything_would_carry_it_too() -> None:
    assert spawn(Variable("V"), child("x", PATH="/", HOME="/", MORE="1"), PATH="/", HOME="/") == ([], [])
    assert spawn(Variable("V"), child("x", replaced=False, PATH="/"), PATH="/") == ([], [])


def test_the_innermost_module_of_a_layer_decides() -> None:
    assert spawn(Variable("V", layers=("chat",)), child("x"), V="1") == (["V"], [])
    assert spawn(Variable("V", layers=("admin",)), child("x"), V="1") == ([], [])


def test_exempt_programs_are_known_by_name_and_by_path() -> None:
    exempt = Variable("V", exempt=("git", "*/ffmpeg"))

    assert spawn(exempt, child("/usr/bin/git"), V="1") == ([], [])
    assert spawn(exempt, child("/opt/ffmpeg"), V="1") == ([], [])
    assert spawn(exempt, child("ffmpeg"), V="1") == (["V"], [])
    assert spawn(exempt, child("gitk"), V="1") == (["V"], [])


VIOLATION = Violation("SF202", "/s/x.db", "was made", "x.toml:1", (TableChange("t", None, 1),), ("somebody",))


def test_findings_survive_the_way_to_the_controller() -> None:
    finding = Finding(VIOLATION, "then", 1.0, 2.0, "gw0", ("a",))
    package = Package((finding,), frozenset({"nowhere"}), ("unknown",), ("fault",))

    assert unpacked(packed(package)) == package


def test_candidates_ran_while_every_worker_says_it_happened() -> None:
    findings = [
        Finding(VIOLATION, "then", 1.0, 5.0, "gw0", ("a",)),
        Finding(VIOLATION, "then", 3.0, 9.0, "gw1", ("b",)),
    ]
    spans = [Span("a", 0.0, 4.0), Span("b", 4.5, 8.0), Span("early", 0.0, 2.0), Span("late", 6.0, 8.0)]

    (finding,) = merged(findings, spans)

    assert (finding.began, finding.ended) == (3.0, 5.0)
    assert finding.candidates == ("a", "b")


def test_sightings_that_do_not_meet_keep_every_candidate() -> None:
    findings = [
        Finding(VIOLATION, "then", 1.0, 2.0, "gw0", ("a",)),
        Finding(VIOLATION, "then", 8.0, 9.0, "gw1", ("b",)),
    ]

    (finding,) = merged(findings, [Span("between", 4.0, 5.0)])

    assert set(finding.candidates) == {"a", "b", "between"}
