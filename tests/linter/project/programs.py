"""Small programs with the answers in their comments, and what the analysis says of them.

The comment on the first line of a call says what must be found there, and every call that is found must have one:

* a spawn: `# full sets=A,B drops=C | inherits`: the main answer, then the other kinds, in order;
* an open: `# symbolic {home}/.app/x.db | memory`: kind and place of the main answer, then of the others. The place is
  left out where a parameter or nothing known decides;
* a statement: `# reads=a,b writes=c ddl=d holes=1`, or `# no tables`.
"""

from __future__ import annotations

import io
import textwrap
import tokenize
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from statefence.model import Answer
from statefence.policy.load import default, load_text
from statefence.project.project import Project, analyse
from statefence.project.sites import Environment, EnvKind, Open, PathKind, Spawn, Statement, Target
from statefence.source import Source, decoded

Files = Mapping[str, str]
Found = tuple[str, ...]
"""What is at which line, as `path:line: answer`."""

Site = TypeVar("Site", Spawn, Open, Statement)

REASONED = {EnvKind.UNKNOWN, EnvKind.PASSTHROUGH}
PLACELESS = {PathKind.PARAMETER, PathKind.UNKNOWN, PathKind.MEMORY}


def files(program: str | Files) -> dict[str, str]:
    """The files of a program; a single text is `app.py`."""
    texts = {"app.py": program} if isinstance(program, str) else program
    return {path: textwrap.dedent(text).lstrip("\n") for path, text in texts.items()}


def analysed(program: str | Files, policy: str = "") -> Project:
    """The program, analysed under a policy in TOML."""
    sources = [decoded(path, text.encode()) for path, text in files(program).items()]
    known = load_text(policy, root="/project", source="statefence.toml") if policy else default("/project")
    return analyse([source for source in sources if isinstance(source, Source)], known)


def expected(program: str | Files) -> Found:
    """What the comments say."""
    return tuple(
        sorted(
            f"{path}:{line}: {text.strip()}"
            for path, source in files(program).items()
            if path.endswith(".py")
            for line, comment in comments(source)
            for text in comment.split("  # ")
        )
    )


def comments(source: str) -> Iterator[tuple[int, str]]:
    """The comments of a file with their lines."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string.removeprefix("#").strip()


def spawns(program: str | Files, policy: str = "") -> Found:
    """The spawns that are found, each as its comment would say it."""
    return _found(analysed(program, policy), lambda project: project.spawns_by_path, _spawn)


def opens(program: str | Files, policy: str = "") -> Found:
    """The opens that are found, each as its comment would say it."""
    return _found(analysed(program, policy), lambda project: project.opens_by_path, _open)


def statements(program: str | Files, policy: str = "") -> Found:
    """The statements that are found, each as its comment would say it."""
    return _found(analysed(program, policy), lambda project: project.statements_by_path, _statement)


def _found(
    project: Project, sites: Callable[[Project], Mapping[str, tuple[Site, ...]]], text: Callable[[Site], str]
) -> Found:
    assert not project.skipped
    return tuple(sorted(f"{s.path}:{s.span.line}: {text(s)}" for group in sites(project).values() for s in group))


def _spawn(spawn: Spawn) -> str:
    for environment in spawn.environments:
        assert_sound(environment)
    main, *others = spawn.environments
    kinds = dict.fromkeys(other.kind.value for other in others if other.kind is not main.kind)
    sets = f" sets={','.join(main.sets)}" if main.sets else ""
    drops = f" drops={','.join(main.drops)}" if main.drops else ""
    return " | ".join([f"{main.kind.value}{sets}{drops}", *kinds])


def assert_sound(environment: Environment) -> None:
    """What must hold of every answer, whatever the program."""
    kind = environment.kind
    assert bool(environment.reason) == (kind in REASONED), f"{kind} with the reason {environment.reason!r}"
    assert not set(environment.sets) & set(environment.drops)
    assert all(environment.carries(name) is Answer.YES for name in environment.sets)
    assert all(environment.carries(name) is Answer.NO for name in environment.drops)
    if kind in {EnvKind.FULL, EnvKind.INHERITS}:
        assert environment.rest is Answer.YES
    if kind is EnvKind.EMPTY:
        assert environment.rest is Answer.NO
    if kind is EnvKind.PARTIAL:
        assert environment.rest is not Answer.YES


def _open(site: Open) -> str:
    return " | ".join(dict.fromkeys(_target(target) for target in site.targets))


def _target(target: Target) -> str:
    assert target.kind is not PathKind.UNKNOWN or target.reason, "unknown without a reason"
    place = "" if target.template is None or target.kind in PLACELESS else f" {target.template}"
    return f"{target.kind.value}{place}"


def _statement(statement: Statement) -> str:
    parts = [
        *[f"{name}={','.join(tables)}" for name, tables in _tables(statement) if tables],
        *([f"holes={statement.holes}"] if statement.holes else []),
    ]
    return " ".join(parts) or "no tables"


def _tables(statement: Statement) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "reads", statement.reads
    yield "writes", statement.writes
    yield "ddl", statement.ddl
