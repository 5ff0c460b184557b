"""Alembic's versions: their order, and their operations as SQL that SQLite takes."""

from __future__ import annotations

import pytest
from tests.linter.migrations.reading import only, up

from statefence.migrations.rehearse import Rehearsal, rehearsed
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


BEFORE = """
op.create_table(
    "agents", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("name", sa.Text(), nullable=False)
)
op.create_table(
    "logs",
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("agent", sa.Integer()),
    sa.Column("text", sa.Text(), nullable=False, server_default="a, (b)"),
    sa.CheckConstraint("agent > 0", name="positive"),
)
op.create_index("by_agent", "logs", ["agent"])
op.create_index("by_text", "logs", ["text"])"""


def rebuilt(body: str) -> Rehearsal:
    """What comes of a second version that does this to `logs` in a batch."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    files = {
        "app/migrations/1.py": version("a", None, BEFORE),
        "app/migrations/2.py": version("b", "a", f'with op.batch_alter_table("logs") as batch:\n{lines}'),
    }
    return rehearsed(only(files))


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        ('batch.alter_column("agent", nullable=False)', ["- agent integer", "+ agent integer not null"]),
        (
            'batch.alter_column("text", type_=sa.String(), nullable=True, server_default=None)',
            ["- text text not null default 'a, (b)'", "+ text varchar"],
        ),
        (
            'batch.alter_column("text", server_default="c")',
            ["- text text not null default 'a, (b)'", "+ text text not null default 'c'"],
        ),
        (
            'batch.alter_column("agent", new_column_name="by", nullable=False)',
            ["- agent integer", "- constraint positive check(agent > 0)", "+ by integer not null"],
        ),
        ('batch.create_unique_constraint("once", ["agent", "text"])', ["+ constraint once unique(agent, text)"]),
        (
            'batch.create_foreign_key("to_agent", "agents", ["agent"], ["id"], ondelete="CASCADE")',
            ["+ constraint to_agent foreign key(agent) references agents(id) on delete cascade"],
        ),
        ('batch.create_check_constraint("short", "length(text) < 9")', ["+ constraint short check(length(text) < 9)"]),
        ('batch.drop_constraint("positive", type_="check")', ["- constraint positive check(agent > 0)"]),
        ('batch.drop_column("agent")', ["- agent integer", "- constraint positive check(agent > 0)"]),
    ],
)
def test_a_batch_makes_the_table_anew(body: str, changed: list[str]) -> None:
    trial = rebuilt(body).trials[-1]
    found = [line.replace("table logs: ", "") for line in trial.changed]
    assert trial.up.ending is Ending.DONE
    assert [line for line in found if line in changed] == changed, found


def test_rows_indexes_and_what_refers_to_the_table_stay() -> None:
    body = 'batch.alter_column("text", nullable=True)\nbatch.drop_column("agent")'
    rehearsal = rebuilt(body)
    assert rehearsal.complete
    assert rehearsal.trials[-1].up_on_rows.ending is Ending.DONE
    assert [sql for sql in rehearsal.schema if "INDEX" in sql] == ['CREATE INDEX "by_text" ON "logs" ("text")']


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ('batch.alter_column("other", nullable=False)', "no such column: other"),
        ('batch.drop_column("other")', "no such column: other"),
        ('batch.drop_constraint("uq_logs", type_="unique")', "the constraint uq_logs is not written"),
        (
            'if op.get_bind().dialect.name == "sqlite":\n    batch.drop_column("agent")',
            "depends on more than its source",
        ),
    ],
)
def test_what_cannot_be_followed_is_unknown(body: str, why: str) -> None:
    ended = rebuilt(body).trials[-1].up
    assert (ended.ending, why in ended.message) == (Ending.UNKNOWN, True), ended


def test_rows_that_may_not_fit_are_unknown() -> None:
    trial = rebuilt('batch.create_check_constraint("none", "id < 0")').trials[-1]
    assert (trial.up.ending, trial.up_on_rows.ending) == (Ending.DONE, Ending.UNKNOWN)


def test_a_rebuild_outside_of_a_batch_is_unknown() -> None:
    (migration,) = only(
        {"app/migrations/x.py": version("a", None, 'op.alter_column("a", "x", nullable=False)')}
    ).migrations
    assert migration.unknown == "line 9: alter_column is called outside of a batch, which SQLite cannot do"


def test_versions_are_run_up_and_down() -> None:
    create = 'op.create_table("a", sa.Column("id", sa.Integer(), primary_key=True))'
    (trial,) = rehearsed(only({"app/migrations/x.py": version("a", None, create, 'op.drop_table("a")')})).trials
    assert trial.down is not None
    assert (trial.up.ending, trial.down.ending, trial.left) == (Ending.DONE, Ending.DONE, ())
