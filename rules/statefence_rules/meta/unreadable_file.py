"""A file of the project could not be analysed, so nothing is known of it.

## What it finds
Python files with a syntax error, with bytes that are not in their declared encoding, or with syntax newer than the
interpreter that runs statefence; for the last it says which Python reads them.

## Why is this bad?
A file that is passed over in silence looks like a clean one. What it spawns and opens is missing from every answer,
also from those about other files.

## Example
A conflict that was committed unresolved.

## Options
None: a file that is not the project's own is best left out of it, by git's ignore rules or by `src`.
"""

from __future__ import annotations

from collections.abc import Iterator

from statefence.api import Bad, Good, Hit, Module, Policy, Project, Rule


def check(module: Module, project: Project, policy: Policy) -> Iterator[Hit]:  # noqa: ARG001 - the shape of every check
    """Nothing: the engine, which reads the files, reports those it cannot read."""
    return iter(())


RULE = Rule(
    code="SF001",
    check=check,
    cases=(
        Bad(
            "unresolved conflict",
            """
            <<<<<<< ours  # error: invalid syntax
            import sqlite3
            >>>>>>> theirs
            """,
        ),
        Bad(
            "bracket never closed",
            """
            import subprocess

            subprocess.run(  # error: was never closed
            """,
        ),
        Bad(
            "one bad file among good ones",
            {
                "good.py": "import sqlite3\n",
                "bad.py": "def broken(:  # error: not analysed\n    pass\n",
            },
        ),
        Bad("wrong indentation", "if True:\npass  # error: expected an indented block\n"),
        Good("an ordinary module", "import subprocess\n\nsubprocess.run(['true'])\n"),
        Good("an empty module", ""),
        Good("only comments", "# nothing here yet\n"),
        Good("a form feed between functions", "def a() -> None: ...\n\x0c\ndef b() -> None: ...\n"),
        Good("names in other scripts", "größe = 1\nимя = 'x'\n"),
    ),
)
