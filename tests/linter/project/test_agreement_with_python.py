"""Random programs that build a block are run and analysed: what the child really got must be one of the answers.

With every flag and optional parameter at its default it must be the main answer.
"""

import os
import subprocess
from collections.abc import Callable, Iterable, Mapping
from unittest import mock

from hypothesis import example, given, settings
from hypothesis import strategies as st

from statefence.model import Answer
from statefence.project.sites import Environment, EnvKind

from .programs import analysed, assert_sound

NAMES = ("A", "B", "P_C", "HOME")
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
CALLS: tuple[dict[str, object], ...] = ({}, {"flag": True}, {"extra": {"B": "9"}}, {"flag": True, "extra": {"P_C": "9"}})
PARENTS = ({}, {"HOME": "/"}, {"A": "0", "P_C": "0"}, {"A": "0", "B": "0", "P_C": "0", "HOME": "/"})

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
        "k != 'A' or flag",
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
                f"(dict(os.environ) if flag else dict({source}))",
                f"dict(extra or {source})",
                f"dict({source} or other)",
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
                f"del {variable}['{name}']",
            ]
        )
    )


def indented(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def suites(inner: st.SearchStrategy[list[str]]) -> st.SearchStrategy[list[str]]:
    """Statements that hold others."""
    tests = st.sampled_from(["flag", "not flag", "extra", "extra is None", "'A' in env", "'A' in os.environ", "env"])
    loops = st.sampled_from(["('A', 'B')", "()", "list(os.environ)", "list(extra or ())"])
    some = st.lists(inner, min_size=1, max_size=2).map(lambda parts: [line for part in parts for line in part])
    return st.one_of(
        st.builds(lambda test, body: [f"if {test}:", *indented(body)], tests, some),
        st.builds(
            lambda test, body, other: [f"if {test}:", *indented(body), "else:", *indented(other)], tests, some, some
        ),
        st.builds(lambda body, other: ["try:", *indented(body), "except KeyError:", *indented(other)], some, some),
        st.builds(lambda body, other: ["try:", *indented(body), "finally:", *indented(other)], some, some),
        st.builds(lambda items, body: [f"for name in {items}:", *indented(body)], loops, some),
        st.builds(lambda items, variable: [f"for name in {items}:", f"    {variable}.pop(name, None)"], loops, VARIABLE),
        st.builds(lambda items, variable: [f"for name in {items}:", f"    {variable}[name] = '1'"], loops, VARIABLE),
        st.builds(
            lambda items, leave, body, other: [
                f"for name in {items}:",
                "    if name == 'A':",
                f"        {leave}",
                *indented(body),
                "else:",
                *indented(other),
            ],
            loops,
            st.sampled_from(["break", "continue"]),
            some,
            some,
        ),
    )


STATEMENTS = st.recursive(step().map(lambda line: [line]), suites, max_leaves=4)
PROGRAMS = st.lists(STATEMENTS, min_size=1, max_size=4).map(
    lambda parts: HEADER + "".join(f"    {line}\n" for part in parts for line in part) + FOOTER
)


def got(program: str, parent: Mapping[str, str], arguments: Mapping[str, object]) -> dict[str, str] | None:
    """The block that the program hands to the child, None when it fails before."""
    seen: list[dict[str, str]] = []

    def record(command: list[str], env: Mapping[str, str]) -> None:
        seen.append(dict(env))

    namespace: dict[str, Callable[..., None]] = {}
    with mock.patch.dict(os.environ, parent, clear=True), mock.patch.object(subprocess, "run", record):
        exec(compile(program, "program", "exec"), namespace)  # noqa: S102 - it is a program made here
        try:
            namespace["start"](**arguments)
        except KeyError:
            return None
    return seen[0]


def contradiction(answer: Environment, parent: Mapping[str, str], real: Mapping[str, str]) -> str:
    """What of an answer is not so, empty when all of it may be."""
    for name in parent:
        if name in NAMES and answer.carries(name) is not Answer.UNKNOWN:
            if (answer.carries(name) is Answer.YES) != (name in real):
                return f"{name}: {answer.carries(name)}"
    if any(name not in real for name in answer.ensured):
        return f"ensured {answer.ensured}"
    if any(name in real for name in answer.drops):
        return f"drops {answer.drops}"
    if answer.kind is EnvKind.EMPTY and real:
        return "not empty"
    return ""


@settings(max_examples=400, deadline=None)
@given(PROGRAMS)
@example(HEADER + "    env.update(other)\n" + FOOTER)
def test_what_the_child_gets_is_what_the_analysis_says(program: str) -> None:
    (spawn,) = analysed(program).spawns_by_path["app.py"]
    for answer in spawn.environments:
        assert_sound(answer)
    for arguments in CALLS:
        for parent in PARENTS:
            real = got(program, parent, arguments)
            if real is None:
                continue
            allowed = spawn.environments
            wrong = [contradiction(answer, parent, real) for answer in allowed]
            assert not all(wrong), (program, arguments, parent, real, wrong, [a.kind for a in allowed])
