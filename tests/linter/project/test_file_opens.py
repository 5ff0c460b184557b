"""What programs do to the files of a store: directly, through helpers, through files that somebody else opened."""

from __future__ import annotations

from .programs import analysed

POLICY = """
[layers]
app = ["app"]
[stores.all]
path = "{home}/.app/**"
kind = "tree"
owners = ["app"]
"""
START = """\
import asyncio
import json
import os
import shutil
from pathlib import Path

HOME = Path.home() / ".app"
"""


def found(program: str) -> list[str]:
    """Each thing done to a file of the store, as `line: effect place`; lines count from the end of `START`."""
    opens = analysed(START + program, POLICY).opens_by_path.get("app.py", ())
    return [
        f"{opened.span.line - START.count(chr(10))}: {opened.effect} {target.template}"
        for opened in opens
        for target in opened.targets
        if str(target.template).startswith("{home}")
    ]


def written(program: str) -> list[str]:
    """The same of writes to files that are open already."""
    writes = analysed(START + program, POLICY).writes_by_path.get("app.py", ())
    return [f"{each.span.line - START.count(chr(10))}: {each.effect} {each.targets[0].template}" for each in writes]


def test_a_helper_s_temporary_file_and_its_target_are_told_apart() -> None:
    program = """\
def save(path, text):
    temporary = path.with_suffix(".tmp")
    temporary.write_text(text)
    os.replace(temporary, path)
save(HOME / "a.json", "")
"""
    assert found(program) == [
        "5: overwrite {home}/.app/a.tmp",
        "5: move {home}/.app/a.tmp",
        "5: replace {home}/.app/a.json",
    ]


RECORD = """\
class Message:
    def __init__(self, text, path):
        self.text, self.path = text, path
    def save(self):
        (HOME / self.text).write_text("")
"""


def test_who_makes_a_record_does_not_open_what_others_name_by_it() -> None:
    program = f"""{RECORD}
def named(message: Message):
    (HOME / "named" / message.text).write_text("")
def given(message: Message):
    message.path.write_text("")
Message("a", HOME / "b")
"""
    assert [each for each in found(program) if each.startswith("11:")] == [
        "11: overwrite {home}/.app/a",
        "11: overwrite {home}/.app/b",
    ]


def test_who_makes_a_record_does_not_open_what_is_below_a_directory_that_others_pass() -> None:
    program = f"""{RECORD}
def named(message: Message, directory=None):
    ((directory or HOME) / "named" / message.text).write_text("")
Message("a", None)
named(Message("b", None), HOME / "c")
"""
    assert [each for each in found(program) if each.startswith("9:")] == ["9: overwrite {home}/.app/a"]


def test_a_call_does_as_many_things_to_kept_files_as_there_are_ways_to_them() -> None:
    program = """\
def first(name):
    (HOME / "first" / name).write_text("")
def second(name):
    (HOME / "second" / name).write_text("")
def both(name):
    first(name)
    second(name)
both("a")
"""
    opens = analysed(START + program, POLICY).opens_by_path["app.py"]
    done = [
        (str(opened.targets[0].template), opened.trace[-1].place.span.line)
        for opened in opens
        if opened.symbol == "app"
    ]
    assert done == [("{home}/.app/first/a", 9), ("{home}/.app/second/a", 11)]


def test_a_path_of_a_name_that_is_not_known_has_its_directory_and_its_name() -> None:
    program = """\
def save(name):
    path = HOME / name
    path.with_name(f"{path.name}.tmp").write_text("")
    (path.parent / "index").write_text("")
"""
    assert found(program) == [
        "3: overwrite {home}/.app/{param:app.save.name}.tmp",
        "4: overwrite {home}/.app/index",
    ]


def test_a_helper_s_mode_is_the_caller_s() -> None:
    program = """\
def opened(path, mode="r"):
    return path.open(mode)
opened(HOME / "a")
opened(HOME / "b", "w")
opened(HOME / "c", mode="a")
"""
    assert found(program) == ["3: read {home}/.app/a", "4: overwrite {home}/.app/b", "5: append {home}/.app/c"]


def test_both_sides_of_a_mode_that_a_test_decides() -> None:
    program = """\
def record(fresh):
    open(HOME / "a", "w" if fresh else "a")
"""
    assert sorted(found(program)) == ["2: append {home}/.app/a", "2: overwrite {home}/.app/a"]


def test_a_function_of_another_thread() -> None:
    program = """\
async def keep(text):
    await asyncio.to_thread((HOME / "a").write_text, text)
    await asyncio.to_thread(shutil.copy, "b", HOME / "b")
"""
    assert found(program) == ["2: overwrite {home}/.app/a", "3: overwrite {home}/.app/b"]


def test_a_trace_says_what_is_done_to_the_file() -> None:
    program = """
def clean(path):
    shutil.rmtree(path)
    os.replace("b", path)
clean(HOME / "a")
"""
    opens = analysed(START + program, POLICY).opens_by_path["app.py"]
    said = {opened.trace[0].message for opened in opens if opened.trace}
    assert said == {"shutil.rmtree removes it", "os.replace puts another file in its place"}


def test_the_replace_of_a_text_is_none() -> None:
    assert found('str(HOME / "a").replace("a", "b")\n') == []


def test_the_replace_of_a_date_is_none_whatever_it_may_be() -> None:
    program = """
def aware(date, zone):
    return date.replace(tzinfo=zone)
def moved(path, name):
    return path.replace(target=HOME / name)
aware(HOME / "a", None)
"""
    assert found(program) == ["5: replace {home}/.app/{param:app.moved.name}"]


def test_a_file_in_an_attribute_is_written_to() -> None:
    program = """\
class Log:
    def __init__(self):
        self.file = (HOME / "log").open("a")

    def add(self, entry):
        json.dump(entry, self.file)
        self.file.truncate(0)
"""
    assert written(program) == ["6: write {home}/.app/log", "7: truncate {home}/.app/log"]


def test_something_else_that_is_written_to_is_no_file() -> None:
    assert written("import sys\nsys.stdout.write('x')\njson.dump({}, sys.stdout)\n") == []


def test_a_loop_of_helpers_over_many_files_leaves_none_out() -> None:
    steps = "".join(f"    (path / '{name}').unlink()\n    (path / '{name}').write_text('')\n" for name in "abc")
    program = f"def reset(path):\n{steps}reset(HOME)\n"
    assert len([line for line in found(program) if line.startswith("8: ")]) == 6
