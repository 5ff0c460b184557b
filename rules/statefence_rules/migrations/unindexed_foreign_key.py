"""A foreign key has no index, so that each change of the row it refers to reads its whole table.

## What it finds
Foreign keys of the migrated schema whose columns do not begin any index over all rows: neither a primary key, nor a
unique constraint, nor an index. Each is reported where it is written in the migration that brought it.

## Why is this bad?
SQLite makes no index for a foreign key. Whenever a row that others may refer to is deleted or its key changes, it reads
every row of the table that refers; with `ON DELETE CASCADE` a clean-up of a few rows can take minutes, with the
database locked.

## Example
Sessions belong to agents, and deleting an agent looks through all sessions.

## Fix safety
Unsafe: it adds one migration that makes the missing indexes, since those that are there may have been applied. Making
an index takes time and space in a large database. Nothing is offered for a sequence that cannot be run to its end.

## Options
`stores.NAME.migrations` names the directory or module, or for several namespaces each of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from statefence.api import (
    Bad,
    FileHit,
    Good,
    Hit,
    Policy,
    Project,
    Rule,
    Safety,
    Unindexed,
    index_edits,
    rehearsed,
    siblings,
    unindexed,
)


def check_project(project: Project, _policy: Policy) -> Iterator[FileHit]:
    """Report each foreign key without an index, with one migration for all that are not suppressed."""
    for history in project.migrations:
        if history.runs:
            found = unindexed(history, project.migrations)
            wanted = [each for each in found if not _is_suppressed(each, project)]
            runs = rehearsed(history, siblings(history, project.migrations)).complete
            edits = index_edits(history, wanted) if wanted and runs else ()
            for each in found:
                columns = ", ".join(each.columns)
                message = f"the foreign key {columns} of {each.table} to {each.target} has no index"
                yield FileHit(each.place.path, Hit(each.place.span, message, edits=edits))


def _is_suppressed(each: Unindexed, project: Project) -> bool:
    sources = {module.path: module.source for module in project.modules} | project.texts
    source = sources.get(each.place.path)
    return source is not None and any(one.covers("SF404", each.place.span.line) for one in source.suppressions)


POLICY = """
    [layers]
    storage = ["app.**"]

    [stores.main]
    path = "{home}/.app/main.db"
    owners = ["storage"]
    migrations = "app/migrations"
"""
AGENTS = "CREATE TABLE agents (id TEXT PRIMARY KEY);\n"

RULE = Rule(
    code="SF404",
    check_project=check_project,
    fix=Safety.UNSAFE,
    cases=(
        Bad(
            "no index",
            {
                "app/storage.py": "",
                "app/migrations/001_agents.sql": """
                CREATE TABLE agents (id TEXT PRIMARY KEY);
                CREATE TABLE sessions (
                    id TEXT PRIMARY KEY,
                    agent_id TEXT NOT NULL REFERENCES agents (id),  -- error: the foreign key agent_id of sessions
                    parent_id TEXT,
                    FOREIGN KEY (parent_id) REFERENCES sessions (id)  -- error: parent_id of sessions to sessions
                );
                """,
            },
            fixed={
                "app/migrations/002_index_foreign_keys.sql": (
                    "CREATE INDEX idx_sessions_agent_id ON sessions (agent_id);\n"
                    "CREATE INDEX idx_sessions_parent_id ON sessions (parent_id);\n"
                ),
                "app/migrations/002_index_foreign_keys.down.sql": (
                    "DROP INDEX idx_sessions_parent_id;\nDROP INDEX idx_sessions_agent_id;\n"
                ),
            },
            policy=POLICY,
        ),
        Bad(
            "of modules that are registered",
            {
                "app/migrations/__init__.py": """
                from app.migrations import m001_agents

                MIGRATIONS = [m001_agents]
                """,
                "app/migrations/m001_agents.py": """
                up = [
                    "CREATE TABLE agents (id TEXT PRIMARY KEY)",
                    "CREATE TABLE logs (id INTEGER PRIMARY KEY, agent TEXT REFERENCES agents)",  # error: agent of logs
                ]

                down = ["DROP TABLE logs", "DROP TABLE agents"]
                """,
            },
            fixed={
                "app/migrations/__init__.py": """
                from app.migrations import m001_agents
                from app.migrations import m002_index_foreign_keys

                MIGRATIONS = [m001_agents, m002_index_foreign_keys]
                """,
                "app/migrations/m002_index_foreign_keys.py": """
                \"\"\"Index foreign keys.\"\"\"

                up = [
                    "CREATE INDEX idx_logs_agent ON logs (agent)",
                ]

                down = [
                    "DROP INDEX idx_logs_agent",
                ]
                """,
            },
            policy=POLICY,
        ),
        Bad(
            "of objects that are registered",
            {
                "app/migrations/__init__.py": """
                from app.migrations import m001_agents

                MIGRATIONS = (m001_agents.MIGRATION,)
                """,
                "app/migrations/m001_agents.py": """
                \"\"\"Agents and their logs.\"\"\"

                from app.migrate import Migration

                MIGRATION = Migration(
                    id="001",
                    description="Add agents and logs",
                    up=(
                        "CREATE TABLE agents (id TEXT PRIMARY KEY)",
                        "CREATE TABLE logs (id INTEGER PRIMARY KEY, agent TEXT REFERENCES agents)",  # error
                    ),
                    down=("DROP TABLE logs", "DROP TABLE agents"),
                )
                """,
            },
            fixed={
                "app/migrations/__init__.py": """
                from app.migrations import m001_agents
                from app.migrations import m002_index_foreign_keys

                MIGRATIONS = (m001_agents.MIGRATION, m002_index_foreign_keys.MIGRATION,)
                """,
                "app/migrations/m002_index_foreign_keys.py": """
                \"\"\"Index foreign keys.\"\"\"

                from app.migrate import Migration

                MIGRATION = Migration(
                    id="002",
                    description="Index foreign keys",
                    up=(
                        "CREATE INDEX idx_logs_agent ON logs (agent)",
                    ),
                    down=(
                        "DROP INDEX idx_logs_agent",
                    ),
                )
                """,
            },
            policy=POLICY,
        ),
        Bad(
            "in a sequence that does not run to its end",
            {
                "app/storage.py": "",
                "app/migrations/001_agents.sql": (
                    f"{AGENTS}CREATE TABLE logs (id INTEGER PRIMARY KEY, agent TEXT REFERENCES agents);  -- error\n"
                ),
                "app/migrations/002_more.sql": "ALTER TABLE log ADD COLUMN text TEXT;\n",
            },
            policy=POLICY,
        ),
        Bad(
            "added later",
            {
                "app/storage.py": "",
                "app/migrations/001_agents.sql": f"{AGENTS}CREATE TABLE logs (id INTEGER PRIMARY KEY);\n",
                "app/migrations/002_agent.sql": "ALTER TABLE logs ADD COLUMN agent TEXT REFERENCES agents;  -- error\n",
            },
            fixed={
                "app/migrations/003_index_foreign_keys.sql": "CREATE INDEX idx_logs_agent ON logs (agent);\n",
                "app/migrations/003_index_foreign_keys.down.sql": "DROP INDEX idx_logs_agent;\n",
            },
            policy=POLICY,
        ),
        Bad(
            "an index over some rows only",
            {
                "app/storage.py": "",
                "app/migrations/001_agents.sql": (
                    f"{AGENTS}CREATE TABLE logs (id INTEGER PRIMARY KEY, agent TEXT REFERENCES agents);  -- error\n"
                    "CREATE INDEX live_logs ON logs (agent) WHERE id > 0;\n"
                ),
            },
            fixed={
                "app/migrations/002_index_foreign_keys.sql": "CREATE INDEX idx_logs_agent ON logs (agent);\n",
                "app/migrations/002_index_foreign_keys.down.sql": "DROP INDEX idx_logs_agent;\n",
            },
            policy=POLICY,
        ),
        Good(
            "indexes, keys and unique constraints",
            {
                "app/storage.py": "",
                "app/migrations/001_agents.sql": """
                CREATE TABLE agents (id TEXT PRIMARY KEY);
                CREATE TABLE logs (id INTEGER PRIMARY KEY, agent TEXT REFERENCES agents);
                CREATE INDEX logs_by_agent ON logs (agent, id);
                CREATE TABLE settings (agent TEXT UNIQUE REFERENCES agents);
                CREATE TABLE members (agent TEXT REFERENCES agents, name TEXT, PRIMARY KEY (agent, name));
                CREATE TABLE profiles (id INTEGER PRIMARY KEY REFERENCES logs);
                """,
            },
            policy=POLICY,
        ),
        Good(
            "indexed by a later migration",
            {
                "app/storage.py": "",
                "app/migrations/001_agents.sql": f"{AGENTS}CREATE TABLE logs (agent TEXT REFERENCES agents);\n",
                "app/migrations/002_index.sql": "CREATE INDEX logs_by_agent ON logs (agent);\n",
            },
            policy=POLICY,
        ),
    ),
)
