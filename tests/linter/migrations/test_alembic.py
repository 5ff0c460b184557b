"""Alembic's versions: their order, and their operations as SQL that SQLite takes."""

from __future__ import annotations

import pytest
from tests.linter.migrations.reading import only, up

from statefence.migrations.rehearse import rehearsed
from statefence.migrations.sandbox import Ending

HEAD = "import sqlalchemy as sa\nfrom alembic import op\n\n"


def version(revision: str, before: str | None, body: str, down: str = "pass") -> str:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return (
        f'{HEAD}revision = "{revision}"\ndown_revision = {before!r}\n\n\n'
        f"def upgrade():\n{lines}\n\n\ndef downgrade():\n    {down}\n"
    )


def statements(body: str) -> list[str]:
    (migration,) = only({"app/migrations/x.py": version("a", None, body)}).migrations
    assert migration.unknown == ""
    return up(migration)


def test_the_order_is_that_of_the_revisions_not_of_the_names() -> None:
    files = {
        "app/migrations/1.py": version("c", "b", "pass"),
        "app/migrations/2.py": version("a", None, "pass"),
        "app/migrations/3.py": version("b", "a", "pass"),
    }
    history = only(files)
    assert [migration.key for migration in history.migrations] == ["a", "b", "c"]
    assert not history.faults


def test_a_table_has_its_columns_keys_and_indexes() -> None:
    body = """op.create_table(
    "logs",
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("agent", sa.String(length=40), sa.ForeignKey("agents.id", ondelete="CASCADE"),
              nullable=False, index=True),
    sa.Column("made", sa.DateTime(), server_default=sa.func.now()),
    sa.Column("state", sa.Text(), server_default="new"),
    sa.UniqueConstraint("agent", "made", name="once"),
)"""
    table, index = statements(body)
    assert table == (
        'CREATE TABLE "logs" ("id" INTEGER NOT NULL PRIMARY KEY, '
        '"agent" VARCHAR NOT NULL REFERENCES "agents" ("id") ON DELETE CASCADE, '
        '"made" DATETIME DEFAULT (CURRENT_TIMESTAMP), "state" TEXT DEFAULT \'new\', '
        'CONSTRAINT "once" UNIQUE ("agent", "made"))'
    )
    assert index == 'CREATE INDEX "ix_logs_agent" ON "logs" ("agent")'


@pytest.mark.parametrize(
    ("body", "sql"),
    [
        ('op.drop_table("a")', 'DROP TABLE "a"'),
        ('op.rename_table("a", "b")', 'ALTER TABLE "a" RENAME TO "b"'),
        ('op.add_column("a", sa.Column("x", sa.Integer()))', 'ALTER TABLE "a" ADD COLUMN "x" INTEGER'),
        ('op.drop_column("a", "x")', 'ALTER TABLE "a" DROP COLUMN "x"'),
        ('op.create_index(op.f("ix"), "a", ["x", "y"], unique=True)', 'CREATE UNIQUE INDEX "ix" ON "a" ("x", "y")'),
        ('op.drop_index("ix", table_name="a")', 'DROP INDEX "ix"'),
        ('op.alter_column("a", "x", new_column_name="y")', 'ALTER TABLE "a" RENAME COLUMN "x" TO "y"'),
        ('op.execute("UPDATE a SET x = 1")', "UPDATE a SET x = 1"),
        ('op.execute(sa.text("UPDATE a SET x = 1"))', "UPDATE a SET x = 1"),
        (
            'with op.batch_alter_table("a") as batch_op:\n    batch_op.drop_column("x")',
            'ALTER TABLE "a" DROP COLUMN "x"',
        ),
    ],
)
def test_an_operation_is_its_sql(body: str, sql: str) -> None:
    assert statements(body) == [sql]


def test_an_operation_that_rebuilds_a_table_is_unknown() -> None:
    body = 'with op.batch_alter_table("a") as batch_op:\n    batch_op.alter_column("x", nullable=False)'
    (migration,) = only({"app/migrations/x.py": version("a", None, body)}).migrations
    assert migration.unknown == "line 10: alter_column rebuilds the table, which is not followed"


def test_versions_are_run_up_and_down() -> None:
    create = 'op.create_table("a", sa.Column("id", sa.Integer(), primary_key=True))'
    (trial,) = rehearsed(only({"app/migrations/x.py": version("a", None, create, 'op.drop_table("a")')})).trials
    assert trial.down is not None
    assert (trial.up.ending, trial.down.ending, trial.left) == (Ending.DONE, Ending.DONE, ())
