"""A suppression comment that suppresses nothing, or is not written as the policy demands.

## What it finds
Codes in `# statefence: ignore[...]` and `# noqa: SF...` comments whose rule ran and found nothing on that statement,
codes that no rule has, comments without any code, and comments without a reason where the policy requires one. Codes of
other linters in a `noqa` are none of its business, and neither are codes of rules that did not run.

## Why is this bad?
A stale suppression hides the next real finding on its line, and tells the reader of a fault that is no longer there.

## Example
The path was made absolute, and the comment stayed.

## Fix safety
Safe: only the codes that suppress nothing are taken out, and the comment goes when it says nothing else.

## Options
`require-reasons` demands `-- why` after the codes.
"""

from __future__ import annotations

from collections.abc import Iterator

from statefence.api import Bad, Good, Hit, Module, Policy, Project, Rule, Safety


def check(module: Module, project: Project, policy: Policy) -> Iterator[Hit]:  # noqa: ARG001 - the shape of every check
    """Nothing: the engine, which knows what every rule found, reports the suppressions that it did not need."""
    return iter(())


RULE = Rule(
    code="SF002",
    check=check,
    fix=Safety.SAFE,
    cases=(
        Bad(
            "the finding is gone",
            """
            import sqlite3

            connection = sqlite3.connect(":memory:")  # statefence: ignore[SF203] -- a scratch file  # error: SF203
            """,
            fixed="""
            import sqlite3

            connection = sqlite3.connect(":memory:")
            """,
        ),
        Bad(
            "a file that could be read, of which it was said that it could not",
            """
            value = 1  # statefence: ignore[SF001] -- newer syntax  # error: SF001 suppresses nothing
            """,
            fixed="""
            value = 1
            """,
        ),
        Bad(
            "one of two codes is needed",
            """
            import sqlite3

            connection = sqlite3.connect("scratch.db")  # statefence: ignore[SF203, SF101]  # error: SF101
            """,
            fixed="""
            import sqlite3

            connection = sqlite3.connect("scratch.db")  # statefence: ignore[SF203]
            """,
        ),
        Bad(
            "unused noqa",
            """
            x = 1  # noqa: SF203  # error: SF203
            """,
            fixed="""
            x = 1
            """,
        ),
        Bad(
            "the codes of other linters stay",
            """
            x = 1  # noqa: E501, SF203  # error: SF203
            """,
            fixed="""
            x = 1  # noqa: E501
            """,
        ),
        Good(
            "a suppression that is needed",
            """
            import sqlite3

            connection = sqlite3.connect("scratch.db")  # statefence: ignore[SF203] -- a scratch file
            """,
        ),
        Good(
            "inside the call it belongs to",
            """
            import sqlite3

            connection = sqlite3.connect(
                "scratch.db",  # statefence: ignore[SF203] -- a scratch file
            )
            """,
        ),
        Good("a noqa without codes", "x = 1  # noqa\n"),
        Good("a noqa of another linter", "x = 1  # noqa: E501\n"),
        Good("text that looks like a suppression", 'x = "# statefence: ignore[SF203]"\n'),
    ),
)
