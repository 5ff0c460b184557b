"""A module writes a table that belongs to another module of the same database.

## What it finds
Statements that insert into, change, create, alter or drop a table which the policy gives to a namespace that the module
is not in. Reading is allowed. The module that answers is the one that hands over the text, not the helper that runs it.

## Why is this bad?
Each module keeps its tables by rules of its own, and migrates them when it likes. A write from outside breaks the rules
today, and fails with the next migration.

## Example
The manager of applications writes the scheduler's table of jobs.

## Options
`namespaces` maps globs over module names to the tables that these modules alone may write.
"""

from __future__ import annotations

from collections.abc import Iterator

from statefence.api import Bad, Good, Hit, Module, Policy, Project, Rule, Statement, matches_module


def check(module: Module, project: Project, policy: Policy) -> Iterator[Hit]:
    """Report each table that a statement writes and that only other modules may write."""
    owners: dict[str, list[str]] = {}
    for pattern, tables in policy.namespaces.items():
        for table in tables:
            owners.setdefault(table.casefold(), []).append(pattern)
    found: dict[tuple[object, str], Hit] = {}
    for statement in project.statements(module) if owners else ():
        for table in _written(statement) if statement.chosen else ():
            patterns = owners.get(table.casefold(), [])
            if patterns and not any(matches_module(pattern, module.name) for pattern in patterns):
                message = f"the table {table} is for {' and '.join(sorted(patterns))} alone to write"
                found.setdefault((statement.span, message), Hit(statement.span, message, statement.chain))
    yield from found.values()


def _written(statement: Statement) -> list[str]:
    """The tables that a statement writes, or whose definition it changes."""
    return list(dict.fromkeys((*statement.writes, *statement.ddl)))


POLICY = """
    [namespaces]
    "halo.scheduler.**" = ["jobs", "job_log"]
    "halo.manager" = ["apps"]
"""

RULE = Rule(
    code="SF302",
    check=check,
    cases=(
        Bad(
            "a write from outside",
            {
                "halo/scheduler/store.py": """
                def add(db, name: str) -> None:
                    db.execute("INSERT INTO jobs (name) VALUES (?)", (name,))
                """,
                "halo/manager.py": """
                def install(db, name: str) -> None:
                    db.execute("INSERT INTO apps (name) VALUES (?)", (name,))
                    db.execute("INSERT INTO jobs (name) VALUES (?)", (name,))  # error: jobs is for halo.scheduler
                """,
            },
            policy=POLICY,
        ),
        Bad(
            "through a helper",
            {
                "halo/scheduler/store.py": "def run(db, sql: str) -> None:\n    db.execute(sql)\n",
                "halo/manager.py": """
                from halo.scheduler.store import run


                def clear(db) -> None:
                    run(db, "DELETE FROM job_log")  # error: job_log
                """,
            },
            policy=POLICY,
        ),
        Bad(
            "a change of its definition",
            {
                "halo/scheduler/__init__.py": "",
                "halo/manager.py": """
                def install(db) -> None:
                    db.execute("ALTER TABLE jobs ADD COLUMN app TEXT")  # error: jobs
                """,
            },
            policy=POLICY,
        ),
        Good(
            "its own",
            {
                "halo/scheduler/store.py": 'def clear(db) -> None:\n    db.execute("DELETE FROM jobs")\n',
                "halo/manager.py": 'def clear(db) -> None:\n    db.execute("DELETE FROM apps")\n',
            },
            policy=POLICY,
        ),
        Good(
            "reading",
            {
                "halo/scheduler/__init__.py": "",
                "halo/manager.py": """
                def jobs(db) -> list[str]:
                    return [name for (name,) in db.execute("SELECT name FROM jobs JOIN apps ON apps.id = jobs.app")]
                """,
            },
            policy=POLICY,
        ),
        Good(
            "a call of the owner",
            {
                "halo/scheduler/store.py": """
                def add(db, name: str) -> None:
                    db.execute("INSERT INTO jobs (name) VALUES (?)", (name,))
                """,
                "halo/manager.py": """
                import sqlite3

                from halo.scheduler.store import add


                def install(name: str) -> None:
                    add(sqlite3.connect("/srv/halo.db"), name)
                """,
            },
            policy=POLICY,
        ),
        Good(
            "a table of nobody",
            {
                "halo/scheduler/__init__.py": "",
                "halo/manager.py": 'def clear(db) -> None:\n    db.execute("DELETE FROM scratch_files")\n',
            },
            policy=POLICY,
        ),
    ),
)
