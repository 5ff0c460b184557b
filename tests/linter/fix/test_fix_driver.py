"""The driver keeps of each file only what an analysis of the changed project confirms."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence

from tests.linter.fix.helpers import first, span_of

from statefence.fix import Outcome, fix_project
from statefence.model import (
    AddArgument,
    AddElement,
    AddItem,
    CreateFile,
    Edit,
    Finding,
    InFile,
    InsertStatement,
    InsertText,
    Place,
    RemoveSuppression,
    ReplaceExpression,
    Safety,
    Severity,
    Span,
)

Rule = Callable[[str, str], Iterator[Finding]]
EDIT_REFUSED = "no expression stands exactly there"


def found(path: str, span: Span, *edits: Edit, message: str = "bad", safety: Safety = Safety.SAFE) -> Finding:
    return Finding("SF901", "test", message, Place(path, span), "module", Severity.ERROR, safety, edits=edits)


def calls(text: str, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
            yield node


def bare_runs(path: str, text: str) -> Iterator[Finding]:
    """Every `run(...)` without `env`, which the fix adds."""
    for call in calls(text, "run"):
        if not any(keyword.arg == "env" for keyword in call.keywords):
            yield found(path, span_of(call), AddArgument(span_of(call), "env", "e"))


def fix(files: Mapping[str, str], *rules: Rule, unsafe: bool = False, passes: int = 10) -> Outcome:
    disk = {path: text.encode() for path, text in files.items()}

    def analyse(contents: Mapping[str, bytes]) -> Sequence[Finding]:
        tree = {**disk, **contents}
        return [finding for path, data in tree.items() for rule in rules for finding in rule(path, data.decode())]

    return fix_project(disk.get, analyse, unsafe=unsafe, passes=passes)


def after(outcome: Outcome) -> dict[str, str]:
    return {file.path: file.after.decode() for file in outcome.files}


def test_every_file_with_a_finding_is_fixed() -> None:
    outcome = fix({"a.py": "run(1)\nrun(2)\n", "b.py": "run()\n", "c.py": "x = 1\n"}, bare_runs)
    assert after(outcome) == {"a.py": "run(1, env=e)\nrun(2, env=e)\n", "b.py": "run(env=e)\n"}
    assert [len(file.fixed) for file in outcome.files] == [2, 1]
    assert outcome.files[0].before == b"run(1)\nrun(2)\n"
    assert not outcome.refused
    assert not outcome.remaining


def test_a_clean_project_stays_as_it_is() -> None:
    assert fix({"a.py": "x = 1\n"}, bare_runs) == Outcome((), (), ())


def test_an_unsafe_fix_is_made_on_request_only() -> None:
    def rule(path: str, text: str) -> Iterator[Finding]:
        for call in calls(text, "old"):
            target = span_of(call.func)
            yield found(path, target, ReplaceExpression(target, "new"), safety=Safety.UNSAFE)

    assert not fix({"a.py": "old()\n"}, rule).files
    assert len(fix({"a.py": "old()\n"}, rule).remaining) == 1
    assert after(fix({"a.py": "old()\n"}, rule, unsafe=True)) == {"a.py": "new()\n"}


def test_a_finding_that_stays_after_its_fix_gives_its_file_up_and_no_other() -> None:
    def stubborn(path: str, text: str) -> Iterator[Finding]:
        for call in calls(text, "stay"):
            yield found(path, span_of(call), AddArgument(span_of(call), f"k{len(call.keywords)}", "1"))

    files = {f"{name}.py": "run()\n" for name in "abcdefg"} | {"d.py": "run()\nstay()\n"}
    outcome = fix(files, bare_runs, stubborn)
    assert set(after(outcome)) == {f"{name}.py" for name in "abcefg"}
    assert {refused.reason for refused in outcome.refused} == {"SF901 would still be found after the fix"}
    assert len(outcome.refused) == len(outcome.remaining) == 2


def test_a_fix_that_causes_a_finding_stops_no_other_of_its_file() -> None:
    def rule(path: str, text: str) -> Iterator[Finding]:
        for name in ("open", "move"):
            for call in calls(text, name):
                target = span_of(call.func)
                yield found(path, target, ReplaceExpression(target, f"{name}_{call.args[0].value}"), message=name)  # type: ignore[attr-defined] # the tree is known to hold calls of constants
        if "move_" in text:
            yield found(path, Span(1, 0, 1, 1), message="moved")

    lines = [f"open({number})\n" for number in range(5)]
    outcome = fix({"a.py": "".join([*lines[:3], "move(9)\n", *lines[3:]])}, rule)
    fixed = [f"open_{number}({number})\n" for number in range(5)]
    assert after(outcome) == {"a.py": "".join([*fixed[:3], "move(9)\n", *fixed[3:]])}
    assert [(one.finding.message, one.reason) for one in outcome.refused] == [
        ("move", "the fix would cause SF901 in a.py: moved")
    ]


def test_a_file_of_which_too_much_cannot_be_fixed_is_given_up() -> None:
    def rule(path: str, text: str) -> Iterator[Finding]:
        for call in calls(text, "stay"):
            number = str(call.args[0].value)  # type: ignore[attr-defined] # the tree is known to hold calls of constants
            yield found(path, span_of(call), AddArgument(span_of(call), f"k{len(call.keywords)}", "1"), message=number)

    outcome = fix({"a.py": "".join(f"stay({number})\n" for number in range(40))}, rule)
    assert not outcome.files
    assert len(outcome.refused) == 40


def test_many_files_that_cannot_be_fixed_cost_few_analyses() -> None:
    disk = {f"bad{number}.py": "run()\n" for number in range(100)} | {
        f"good{number}.py": "run()\n" for number in range(100)
    }
    analyses: list[int] = []

    def analyse(contents: Mapping[str, bytes]) -> Sequence[Finding]:
        analyses.append(len(contents))
        tree = disk | {path: data.decode() for path, data in contents.items()}
        worse = [
            found(path, Span(1, 0, 1, 1), message="worse") for path in tree if "bad" in path and "env" in tree[path]
        ]
        return [*worse, *(one for path, text in tree.items() for one in bare_runs(path, text))]

    outcome = fix_project(lambda path: disk[path].encode(), analyse, unsafe=False)
    assert set(after(outcome)) == {f"good{number}.py" for number in range(100)}
    assert {refused.reason for refused in outcome.refused} == {
        f"the fix would cause SF901 in bad{number}.py: worse" for number in range(100)
    }
    assert len(analyses) < 6


def test_a_file_that_another_one_spoils_is_fixed_once_that_is_given_up() -> None:
    def spoiling(path: str, text: str) -> Iterator[Finding]:
        if path == "a.py" and "env" in text:
            yield found("b.py", Span(1, 0, 1, 1), message="spoilt")

    outcome = fix({f"{name}.py": "run()\n" for name in "abc"}, bare_runs, spoiling)
    assert set(after(outcome)) == {"b.py", "c.py"}


def test_a_fix_that_causes_a_finding_elsewhere_gives_its_file_up() -> None:
    def jealous(path: str, text: str) -> Iterator[Finding]:
        if "env" in text and path == "a.py":
            yield found("z.py", Span(1, 0, 1, 1), message="a.py passes env")

    outcome = fix({"a.py": "run()\n", "b.py": "run()\n", "z.py": "x\n"}, bare_runs, jealous)
    assert set(after(outcome)) == {"b.py"}
    assert [refused.reason for refused in outcome.refused] == ["the fix would cause SF901 in z.py: a.py passes env"]


def test_overlapping_fixes_converge() -> None:
    def variables(path: str, text: str) -> Iterator[Finding]:
        target = first(text, ast.Dict)
        for name in "AB":
            if f"'{name}'" not in text:
                yield found(path, target, AddItem(target, f"'{name}'", "1"), message=name)

    outcome = fix({"a.py": "x = {}\n"}, variables)
    assert after(outcome) == {"a.py": "x = {'A': 1, 'B': 1}\n"}
    assert len(outcome.files[0].fixed) == 2
    assert not outcome.refused


def test_fixes_that_never_end_are_given_up() -> None:
    def endless(path: str, text: str) -> Iterator[Finding]:
        lines = text.count("\n")
        yield found(path, Span(1, 0, 1, 1), InsertStatement(Span(1, 0, 1, 1), f"y{lines}"), message=str(lines % 2))

    def countdown(path: str, text: str) -> Iterator[Finding]:
        yield from endless(path, text) if path == "a.py" else bare_runs(path, text)

    outcome = fix({"a.py": "x\n", "b.py": "run()\n"}, countdown, passes=3)
    assert set(after(outcome)) == {"b.py"}
    assert outcome.refused


def test_a_chain_of_fixes_longer_than_the_passes_is_given_up_and_undone() -> None:
    def chain(path: str, text: str) -> Iterator[Finding]:
        for number in range(5 - text.count("y")):
            yield found(path, Span(1, 0, 1, 1), InsertStatement(Span(1, 0, 1, 1), "y"), message=str(number))

    def step(path: str, text: str) -> Iterator[Finding]:
        for finding in chain(path, text):
            last = finding.message == str(4 - text.count("y"))
            yield finding if last else found(path, finding.place.span, message=finding.message)

    outcome = fix({"a.py": "x\n"}, step, passes=3)
    assert not outcome.files
    assert {refused.reason for refused in outcome.refused} == {"its fixes do not come to an end"}
    assert after(fix({"a.py": "x\n"}, step, passes=10)) == {"a.py": "y\ny\ny\ny\ny\nx\n"}


def test_a_fix_that_leans_on_an_undone_one_is_undone_too() -> None:
    disk = {"a.py": b"x\n", "b.py": b"run()\n"}

    def analyse(contents: Mapping[str, bytes]) -> Sequence[Finding]:
        tree = {path: data.decode() for path, data in {**disk, **contents}.items()}
        lines = tree["a.py"].count("\n")
        here, there = Span(1, 0, 1, 1), InsertStatement(Span(1, 0, 1, 1), "y")
        waiting = [found("a.py", here, message=str(number)) for number in range(lines + 1, 5)]
        leaning = [found("z.py", here, message="b.py without a.py")] if "env" in tree["b.py"] and lines == 1 else []
        return [found("a.py", here, there, message=str(lines)), *waiting, *leaning, *bare_runs("b.py", tree["b.py"])]

    outcome = fix_project(disk.__getitem__, analyse, unsafe=True, passes=2)
    assert not outcome.files
    assert {refused.finding.place.path: refused.reason for refused in outcome.refused} == {
        "a.py": "its fixes do not come to an end",
        "b.py": "a file that its fix depends on could not be fixed",
    }


def test_what_settles_in_the_last_pass_is_kept() -> None:
    assert after(fix({"a.py": "run()\n"}, bare_runs, passes=1)) == {"a.py": "run(env=e)\n"}


def test_a_later_pass_that_fails_keeps_what_an_earlier_one_fixed() -> None:
    def second(path: str, text: str) -> Iterator[Finding]:
        if "env" in text or "stay" in text:
            target = first(text, ast.Call)
            edits = (AddArgument(target, "stay", "1"),) if "env" in text else ()
            yield found(path, target, *edits, message="second")
        else:
            yield found(path, first(text, ast.Call), message="second")

    outcome = fix({"a.py": "run()\n"}, bare_runs, second)
    assert after(outcome) == {"a.py": "run(env=e)\n"}
    assert [refused.reason for refused in outcome.refused] == ["SF901 would still be found after the fix"]


def test_a_refused_edit_is_reported_and_stops_no_other() -> None:
    def misplaced(path: str, text: str) -> Iterator[Finding]:
        yield found(path, Span(1, 0, 1, 1), ReplaceExpression(Span(1, 0, 1, 2), "y"), message="misplaced")

    outcome = fix({"a.py": "run(1)\n"}, bare_runs, misplaced)
    assert after(outcome) == {"a.py": "run(1, env=e)\n"}
    assert [(one.finding.message, one.reason) for one in outcome.refused] == [("misplaced", EDIT_REFUSED)]


def test_a_file_that_cannot_be_edited_stops_no_other() -> None:
    outcome = fix({"a.py": "run()\n\x0cx = 1\n", "b.py": "run()\n"}, bare_runs)
    assert set(after(outcome)) == {"b.py"}
    assert "libcst does not give" in outcome.refused[0].reason


def test_a_fix_that_would_lose_a_comment_is_not_made_and_stops_no_other() -> None:
    def shortened(path: str, text: str) -> Iterator[Finding]:
        for call in calls(text, "old"):
            yield found(path, span_of(call), ReplaceExpression(span_of(call), "new()"))

    outcome = fix({"a.py": "old(\n    1,  # one\n)\nold(2)\n"}, shortened)
    assert after(outcome) == {"a.py": "old(\n    1,  # one\n)\nnew()\n"}
    assert [refused.reason for refused in outcome.refused] == ["the fix would lose a comment"]


def test_a_suppression_may_go() -> None:
    def unused(path: str, text: str) -> Iterator[Finding]:
        if "noqa" in text:
            yield found(path, Span(1, 0, 1, 1), RemoveSuppression(Span(1, 0, 1, 1), ("SF101",)))

    assert after(fix({"a.py": "x  # noqa: SF101\n"}, unused)) == {"a.py": "x\n"}


def test_only_chosen_findings_are_fixed() -> None:
    def analyse(contents: Mapping[str, bytes]) -> Sequence[Finding]:
        tree = {"a.py": b"run()\n", "b.py": b"run()\n"} | dict(contents)
        return [finding for path, data in tree.items() for finding in bare_runs(path, data.decode())]

    outcome = fix_project(lambda _: b"run()\n", analyse, unsafe=True, chosen=lambda one: one.place.path == "b.py")
    assert set(after(outcome)) == {"b.py"}
    assert len(outcome.remaining) == 1
    assert not outcome.refused


def lists_missing(path: str, text: str) -> Iterator[Finding]:
    """A `registry.py` that does not name `new`: the fix makes the module and names it there."""
    if path == "notes.txt" and "todo" in text:
        edits = (CreateFile("new.py", "x = 1\n"), InFile("registry.py", AddElement(Span(1, 4, 1, 7), "2")))
        yield found(path, Span(1, 0, 1, 4), *edits, InsertText(Span(1, 0, 1, 4), ": done\n"))


def test_a_fix_may_make_a_file_and_change_others() -> None:
    files = {"notes.txt": "todo\r\nrest\r\n", "registry.py": "l = [1]\n"}

    def until_made(path: str, text: str) -> Iterator[Finding]:
        return lists_missing(path, text) if "done" not in text else iter(())

    outcome = fix(files, until_made)
    assert after(outcome) == {
        "new.py": "x = 1\n",
        "notes.txt": "todo: done\r\n\r\nrest\r\n",
        "registry.py": "l = [1, 2]\n",
    }
    assert [(file.path, file.before is None) for file in outcome.files] == [
        ("new.py", True),
        ("notes.txt", False),
        ("registry.py", False),
    ]
    assert len(outcome.fixed) == 1


def test_a_fix_of_several_files_is_made_whole_or_not_at_all() -> None:
    outcome = fix({"notes.txt": "todo\n", "registry.py": "l = {1}\n"}, lists_missing)
    assert not outcome.files
    assert [refused.reason for refused in outcome.refused] == ["it is not a list or tuple in brackets"]


def test_a_file_that_is_there_is_never_made_anew() -> None:
    outcome = fix({"notes.txt": "todo\n", "registry.py": "l = [1]\n", "new.py": "mine = 1\n"}, lists_missing)
    assert not outcome.files
    assert [refused.reason for refused in outcome.refused] == ["new.py is there already"]


def test_two_findings_that_change_one_other_file_are_both_fixed() -> None:
    def unlisted(path: str, text: str) -> Iterator[Finding]:
        if path == "registry.py":
            for number, name in enumerate(("a.txt", "b.txt")):
                if name[0] not in text:
                    edit = InFile("registry.py", AddElement(Span(1, 4, 1, 5 + len(text) - 6), f'"{name[0]}"'))
                    yield found(name, Span(1, 0, 1, 1), edit, message=str(number))

    outcome = fix({"a.txt": "1", "b.txt": "2", "registry.py": "l = [1]\n"}, unlisted)
    assert after(outcome) == {"registry.py": 'l = [1, "a", "b"]\n'}
    assert len(outcome.fixed) == 2
