from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from statefence.engine import Report, check, load, within
from statefence.errors import UsageError
from statefence.model import RemoveSuppression, Safety
from statefence.policy import Policy, Variable
from statefence.policy.model import Forbidden
from statefence.template import parse

POLICY = Policy(root="", source="statefence.toml", variables=(Variable("APP_HOME"),))
PARTIAL = 'import subprocess\n\n\ndef go() -> None:\n    subprocess.run(["a"], env={"PATH": "/bin"})\n'


def run(
    root: Path,
    files: Mapping[str, str],
    *,
    select: list[str] | None = None,
    ignore: list[str] | None = None,
    require_reasons: bool = False,
) -> Report:
    policy = Policy(root=str(root), source=POLICY.source, variables=POLICY.variables, require_reasons=require_reasons)
    overrides = {path: text.encode() for path, text in files.items()}
    return check(policy, overrides=overrides, select=select, ignore=ignore)


def lines(report: Report) -> list[tuple[str, int, str]]:
    return [(finding.place.path, finding.place.span.line, finding.code) for finding in report.findings]


def suppressed(comment: str) -> str:
    return PARTIAL.replace('"})\n', f'"}})  # {comment}\n')


def test_a_finding_says_where_it_stands_and_how_it_can_be_fixed(tmp_path: Path) -> None:
    (finding,) = run(tmp_path, {"src/app/__init__.py": "", "src/app/a.py": PARTIAL}).findings
    assert (finding.code, finding.name, finding.symbol) == ("SF101", "partial-spawn-env", "app.a.go")
    assert finding.place.path == "src/app/a.py"
    assert finding.fix is Safety.SAFE
    assert finding.edits


@pytest.mark.parametrize(("resolver", "is_fixed"), [("def profile(): ...\n", True), ("def other(): ...\n", False)])
def test_no_fix_calls_what_the_policy_names_and_its_module_lacks(
    tmp_path: Path, resolver: str, *, is_fixed: bool
) -> None:
    policy = Policy(root=str(tmp_path), variables=(Variable("APP_HOME", resolver="settings:profile"),))
    overrides = {"settings.py": resolver.encode(), "a.py": PARTIAL.encode()}
    (finding,) = check(policy, overrides=overrides).findings
    assert bool(finding.edits) is is_fixed


def test_findings_are_sorted_by_place(tmp_path: Path) -> None:
    report = run(tmp_path, {"b.py": PARTIAL, "a.py": PARTIAL + "x = 1  # statefence: ignore\n"})
    assert lines(report) == [("a.py", 5, "SF101"), ("a.py", 6, "SF002"), ("b.py", 5, "SF101")]


def test_files_on_disk_and_their_replacements_are_one_project(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    (tmp_path / "b.py").write_text(PARTIAL)
    assert lines(run(tmp_path, {"a.py": PARTIAL, "b.py": "x = 1\n"})) == [("a.py", 5, "SF101")]


@pytest.mark.parametrize("comment", ["statefence: ignore[SF101] -- why", "noqa: SF101", "statefence: ignore[sf101]"])
def test_a_suppression_that_is_needed_leaves_nothing(tmp_path: Path, comment: str) -> None:
    assert lines(run(tmp_path, {"a.py": suppressed(comment)})) == []


@pytest.mark.parametrize("comment", ["noqa", "noqa: E501", "text of statefence ignore SF101"])
def test_other_comments_suppress_nothing(tmp_path: Path, comment: str) -> None:
    assert lines(run(tmp_path, {"a.py": suppressed(comment)})) == [("a.py", 5, "SF101")]


def test_a_suppression_works_on_every_line_of_the_call(tmp_path: Path) -> None:
    text = 'import subprocess\nsubprocess.run(\n    ["a"],\n    env={"PATH": "/bin"},  # noqa: SF101\n)\n'
    assert lines(run(tmp_path, {"a.py": text})) == []


def test_codes_that_suppress_nothing_are_reported_and_the_others_kept(tmp_path: Path) -> None:
    (finding,) = run(tmp_path, {"a.py": suppressed("statefence: ignore[SF101, SF203, SF102]")}).findings
    assert (finding.code, finding.fix) == ("SF002", Safety.SAFE)
    assert finding.message == "SF203, SF102 suppress nothing here"
    assert finding.edits == (RemoveSuppression(finding.place.span, ("SF203", "SF102")),)


def test_an_ignore_without_codes_suppresses_nothing_and_says_how_to_write_it(tmp_path: Path) -> None:
    spawn, comment = run(tmp_path, {"a.py": suppressed("statefence: ignore")}).findings
    assert (spawn.code, comment.code) == ("SF101", "SF002")
    assert "statefence: ignore[SF101]" in comment.message


def test_a_code_that_no_rule_has_is_reported_with_the_one_that_may_be_meant(tmp_path: Path) -> None:
    (finding,) = run(tmp_path, {"a.py": "x = 1  # statefence: ignore[SF10]\n"}).findings
    assert "unknown rule code 'SF10': did you mean SF10" in finding.message
    assert finding.fix is Safety.NONE


def test_a_rule_that_did_not_run_makes_no_suppression_unused(tmp_path: Path) -> None:
    files = {"a.py": "x = 1  # noqa: SF203\n"}
    assert lines(run(tmp_path, files, ignore=["SF203"])) == []
    assert lines(run(tmp_path, files, select=["SF002", "SF1"])) == []
    assert lines(run(tmp_path, files)) == [("a.py", 1, "SF002")]


def test_reasons_are_demanded_when_the_policy_says_so(tmp_path: Path) -> None:
    with_reason = {"a.py": suppressed("statefence: ignore[SF101] -- the child is ours")}
    without = {"a.py": suppressed("statefence: ignore[SF101]")}
    assert lines(run(tmp_path, with_reason, require_reasons=True)) == []
    assert lines(run(tmp_path, without, require_reasons=True)) == [("a.py", 5, "SF002")]


def test_a_file_with_bad_syntax_is_a_finding_and_is_counted_as_skipped(tmp_path: Path) -> None:
    report = run(tmp_path, {"a.py": "x = 1\ndef f(:\n", "b.py": PARTIAL})
    assert lines(report) == [("a.py", 2, "SF001"), ("b.py", 5, "SF101")]
    assert [place.path for place in report.skipped] == ["a.py"]
    assert report.files == 1


def test_a_binary_file_is_a_finding_on_its_first_line(tmp_path: Path) -> None:
    (finding,) = run(tmp_path, {"a.py": "\0"}).findings
    assert (finding.code, finding.place.span.line, finding.symbol) == ("SF001", 1, "")


def test_the_column_of_bad_syntax_is_in_bytes_like_every_other(tmp_path: Path) -> None:
    report = run(tmp_path, {"a.py": "\u00e9 = = 2\n"})
    assert report.findings[0].place.span.column == len("\u00e9 = ".encode())


def test_select_takes_codes_prefixes_and_all(tmp_path: Path) -> None:
    files = {"a.py": suppressed("statefence: ignore")}
    assert {code for _, _, code in lines(run(tmp_path, files, select=["SF1"]))} == {"SF101"}
    assert {code for _, _, code in lines(run(tmp_path, files, select=["sf002"]))} == {"SF002"}
    assert {code for _, _, code in lines(run(tmp_path, files, select=["ALL"], ignore=["SF1"]))} == {"SF002"}


@pytest.mark.parametrize("code", ["SF999", "E501", "SF101x"])
def test_an_unknown_code_is_an_error_before_anything_is_read(tmp_path: Path, code: str) -> None:
    with pytest.raises(UsageError, match=f"unknown rule code '{code}'"):
        run(tmp_path, {}, select=[code])
    with pytest.raises(UsageError, match=f"unknown rule code '{code}'"):
        run(tmp_path, {}, ignore=[code])


def test_a_code_that_is_nearly_right_gets_a_suggestion(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean SF101"):
        run(tmp_path, {"a.py": ""}, select=["SF1011"])


def test_a_project_without_python_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no Python file to analyse"):
        run(tmp_path, {})


def test_paths_filter_what_is_reported_and_nothing_else(tmp_path: Path) -> None:
    report = run(tmp_path, {"a/b.py": PARTIAL, "a.py": PARTIAL, "ab/c.py": PARTIAL})
    assert [path for path, _, _ in lines(within(report, ["a"]))] == ["a/b.py"]
    assert [path for path, _, _ in lines(within(report, ["a.py", "ab"]))] == ["a.py", "ab/c.py"]
    assert within(report, ["."]) == within(report, []) == report
    assert within(report, ["a"]).files == 3


def test_sites_are_counted(tmp_path: Path) -> None:
    report = run(tmp_path, {"a.py": PARTIAL + "subprocess.run(['b'])\n"})
    assert (report.resolved, report.unresolved) == (2, 0)


def test_a_definition_names_the_findings_in_it_and_not_those_around(tmp_path: Path) -> None:
    spawn = 'subprocess.run(["a"], env={"P": "/"})'
    body = f"class A:\n    x = {spawn}\n    def f(self):\n        async def g():\n            {spawn}\n"
    text = f"import subprocess\n{body}{spawn}\n"
    report = run(tmp_path, {"m.py": text})
    assert [finding.symbol for finding in report.findings] == ["m.A", "m.A.f.g", "m"]


def test_a_file_of_sql_is_read_and_remembered_among_the_sources(tmp_path: Path) -> None:
    read = (
        "import sqlite3, pathlib\nsqlite3.connect('x').execute(pathlib.Path(__file__).with_name('q.sql').read_text())\n"
    )
    (tmp_path / "app.py").write_text(read)
    (tmp_path / "q.sql").write_text("DELETE FROM notes")
    (tmp_path / "dump.sql").write_text("-- " + "x" * 2_000_000)
    loaded = load(Policy(root=str(tmp_path)))
    assert sorted(loaded.sources) == ["app.py", "q.sql"]
    assert [module.path for module in loaded.project.modules] == ["app.py"]
    assert loaded.project.statements_by_path["app.py"][0].writes == ("notes",)
    changed = load(Policy(root=str(tmp_path)), {"q.sql": b"DELETE FROM tags"})
    assert changed.project.statements_by_path["app.py"][0].writes == ("tags",)


def test_what_is_said_of_one_place_is_said_once_with_the_shortest_way_there(tmp_path: Path) -> None:
    near = "def near(path):\n    open(path + '.a', 'w')\n    os.replace('b', path)\n\n\n"
    far = "def far(path):\n    near(path)\n\n\n"
    text = f"import os\n\n\n{near}{far}(far if input() else near)('/srv/x')\n"
    policy = Policy(root=str(tmp_path), forbidden=(Forbidden(parse("/srv/**")),))
    report = check(policy, overrides={"a.py": text.encode()}, select=["SF202"])
    assert lines(report) == [("a.py", 13, "SF202")]
    assert len(report.findings[0].trace) == 1


BACKEND = """
import sqlite3
from abc import ABC, abstractmethod


class Backend(ABC):
    @abstractmethod
    def save(self) -> None: ...


class Sqlite(Backend):
    def save(self) -> None:
        sqlite3.connect("/srv/a.db")
"""


def test_a_template_among_more_files_than_are_parsed_for_their_syntax_stops_no_rule(tmp_path: Path) -> None:
    template = "class {{name}}(Backend):\n    pass\n"
    files = {"backend.py": BACKEND, "template.py": template, "long.py": "x = 1\n" * 200_000}
    assert lines(run(tmp_path, files, select=["SF7"])) == []
