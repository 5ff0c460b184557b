"""Random programs that build a block are run and analysed: what the child really got must be one of the answers.

With every flag and optional parameter at its default it must be the main answer.
"""

import os
import subprocess
from collections.abc import Callable, Iterable, Mapping
from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st

from statefence.model import Answer
from statefence.project.sites import Environment, EnvKind

from .programs import analysed, assert_sound

HEADER = """\
import copy, os, subprocess
def marked(block):
    block["A"] = "1"
    return block
def cleaned(block=None):
    block = dict(os.environ if block is None else block)
    block.pop("A", None)
    return block
def drop(block, name="B"):
    block.pop(name, None)
def start(flag=False, extra=None):
    env = {}
    other = dict(os.environ)
"""
FOOTER = """\
    subprocess.run(["a"], env=env)
"""
CALLS: tuple[dict[str, object], ...] = ({}, {"flag": True}, {"extra": {"B": "9"}})
PARENTS = ({"HOME": "/"}, {"A": "0", "P_C": "0"}, {"A": "0", "B": "0", "P_C": "0", "HOME": "/"})

VARIABLE = st.sampled_from(["env", "other"])
SOURCE = st.sampled_from(["env", "other", "os.environ", "(extra or {})"])
NAME = st.sampled_from(["A", "B", "P_C"])
PREDICATE = st.sampled_from(
    [
        "k in ('A', 'HOME')",
        "k not in ('A', 'B')",
        "k != 'A'",
        "k == 'A'",
        "v is not None",
        "not k.startswith('P_')",
        "k.startswith('P_')",
        "len(k) > 1",
        "k != 'A' and k != 'B'",
    ]
)


@st.composite
def block(draw: st.DrawFn) -> str:
    """An expression that gives a new mapping."""
    source, name = draw(SOURCE), draw(NAME)
    return draw(
        st.sampled_from(
            [
                "{}",
                f"{{'{name}': '1'}}",
                f"dict({source})",
                f"dict({source}, {name}='1')",
                f"{{**{source}, '{name}': '1'}}",
                f"{{'{name}': '1', **{source}}}",
                f"dict(copy.copy({source}))",
                f"{{**other, **{source}}}",
                f"dict(other | {source})",
                f"(dict({source}) | {{'{name}': '1'}})",
                f"{{k: v for k, v in {source}.items() if {draw(PREDICATE)}}}",
                f"{{k: v for k, v in {{**{source}, '{name}': '1'}}.items() if {draw(PREDICATE)}}}",
                f"{{k: '1' for k in ('A', '{name}')}}",
                f"dict((k, v) for k, v in {source}.items())",
                f"dict({source}.items())",
                f"marked(dict({source}))",
                f"cleaned({source})",
                "cleaned()",
            ]
        )
    )


@st.composite
def step(draw: st.DrawFn) -> str:
    """A statement on one line that changes a block or binds a name."""
    variable, source, name = draw(VARIABLE), draw(SOURCE), draw(NAME)
    return draw(
        st.sampled_from(
            [
                f"{variable} = {draw(block())}",
                "env = other",
                "env, other = other, env",
                f"{variable}['{name}'] = '1'",
                f"{variable}.pop('{name}', None)",
                f"{variable}.update({source})",
                f"{variable}.update({name}='1')",
                f"{variable}.setdefault('{name}', '1')",
                f"{variable} |= {source}",
                f"{variable}.clear()",
                f"drop({variable})",
                f"drop({variable}, '{name}')",
                f"marked({variable})",
            ]
        )
    )


def indented(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def flat(parts: list[list[str]]) -> list[str]:
    return [line for part in parts for line in part]


STEPS = st.lists(step().map(lambda line: [line]), max_size=3).map(flat)


def branches(tests: st.SearchStrategy[str], inner: st.SearchStrategy[list[str]]) -> st.SearchStrategy[list[str]]:
    """Statements that decide by a test."""
    some = st.lists(inner, min_size=1, max_size=2).map(flat)
    return st.one_of(
        st.builds(lambda test, body: [f"if {test}:", *indented(body)], tests, some),
        st.builds(
            lambda test, body, other: [f"if {test}:", *indented(body), "else:", *indented(other)], tests, some, some
        ),
    )


def loops(inner: st.SearchStrategy[list[str]]) -> st.SearchStrategy[list[str]]:
    """Loops over names that are known, and what leaves them."""
    some = st.lists(inner, min_size=1, max_size=2).map(flat)
    names = st.sampled_from(["('A', 'B')", "['B', 'P_C']", "()", "{'A': '1'}"])
    leave = st.sampled_from(["break", "continue", "env['B'] = '1'"])
    return st.one_of(
        st.builds(lambda items, body: [f"for name in {items}:", *indented(body)], names, some),
        st.builds(
            lambda items, variable: [f"for name in {items}:", f"    {variable}.pop(name, None)"], names, VARIABLE
        ),
        st.builds(lambda items, variable: [f"for name in {items}:", f"    {variable}[name] = '1'"], names, VARIABLE),
        st.builds(
            lambda items, leave, body, other: [
                f"for name in {items}:",
                "    if name == 'A':",
                f"        {leave}",
                *indented(body),
                "else:",
                *indented(other),
            ],
            names,
            leave,
            some,
            some,
        ),
        st.builds(lambda body, other: ["try:", *indented(body), "finally:", *indented(other)], some, some),
    )


def unsure(inner: st.SearchStrategy[list[str]]) -> st.SearchStrategy[list[str]]:
    """Statements of which only the run knows what they do."""
    some = st.lists(inner, min_size=1, max_size=2).map(flat)
    return st.one_of(
        branches(st.sampled_from(["'A' in env", "'A' in os.environ", "env", "os.environ.get('A')"]), inner),
        st.builds(lambda body, other: ["try:", *indented(body), "except KeyError:", *indented(other)], some, some),
        VARIABLE.map(lambda variable: ["for name in list(os.environ):", f"    {variable}[name] = '1'"]),
        VARIABLE.map(lambda variable: ["for name in list(os.environ):", f"    {variable}.pop(name, None)"]),
        VARIABLE.map(lambda variable: ["for name in list(extra or ()):", f"    {variable}[name] = '1'"]),
    )


def program(lines: list[str]) -> str:
    return HEADER + "".join(f"    {line}\n" for line in lines) + FOOTER


FLAGS = st.sampled_from(["flag", "not flag", "extra", "extra is None", "flag or extra", "flag and not extra"])
STATEMENT = step().map(lambda line: [line])
CERTAIN = st.recursive(STATEMENT, lambda inner: branches(FLAGS, inner) | loops(inner), max_leaves=5)
CERTAIN_PROGRAMS = st.lists(CERTAIN, min_size=1, max_size=4).map(flat).map(program)
ONE_BRANCH = branches(st.sampled_from(["flag", "not flag", "extra"]), STATEMENT) | loops(STATEMENT) | unsure(STATEMENT)
UNSURE_PROGRAMS = st.builds(lambda *parts: program(flat(list(parts))), STEPS, ONE_BRANCH, STEPS)


def got(program: str, parent: Mapping[str, str], arguments: Mapping[str, object]) -> dict[str, str] | None:
    """The block that the program hands to the child, None when it fails before."""
    seen: list[dict[str, str]] = []

    def record(command: list[str], env: Mapping[str, str]) -> None:
        seen.append(dict(env))

    namespace: dict[str, Callable[..., None]] = {}
    with mock.patch.dict(os.environ, parent, clear=True), mock.patch.object(subprocess, "run", record):
        exec(compile(program, "program", "exec"), namespace)
        try:
            namespace["start"](**arguments)
        except KeyError:
            return None
    return seen[0]


def contradiction(answer: Environment, parent: Mapping[str, str], real: Mapping[str, str]) -> str:
    """What of an answer is not so, empty when all of it may be."""
    for name in parent:
        carried = answer.carries(name)
        if carried is not Answer.UNKNOWN and (carried is Answer.YES) != (name in real):
            return f"{name}: {carried}"
    if any(name not in real for name in answer.ensured):
        return f"ensured {answer.ensured}"
    if any(name in real for name in answer.drops):
        return f"drops {answer.drops}"
    if answer.kind is EnvKind.EMPTY and real:
        return "not empty"
    return ""


def check(text: str, calls: Iterable[Mapping[str, object]], *, main: bool) -> None:
    """No block of a real run may contradict the main answer, or all of them."""
    (spawn,) = analysed(text).spawns_by_path["app.py"]
    for answer in spawn.environments:
        assert_sound(answer)
    answers = spawn.environments[:1] if main else spawn.environments
    for arguments in calls:
        for parent in PARENTS:
            real = got(text, parent, arguments)
            wrong = [] if real is None else [contradiction(answer, parent, real) for answer in answers]
            assert real is None or not all(wrong), (text, arguments, parent, real, wrong)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(CERTAIN_PROGRAMS)
def test_without_arguments_the_child_gets_the_main_answer(text: str) -> None:
    check(text, CALLS[:1], main=True)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(UNSURE_PROGRAMS)
def test_with_any_arguments_the_child_gets_one_of_the_answers(text: str) -> None:
    check(text, CALLS, main=False)
