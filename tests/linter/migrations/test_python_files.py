"""Migrations in Python: each way to write one, read without importing it."""

from __future__ import annotations

import pytest
from tests.linter.migrations.reading import of_module, only, up

HELPER = """
def make(db, name):
    db.execute(f"CREATE TABLE {name} (id)")


def up(db):
    make(db, "a")
    make(db, name="b")
"""
A, B = "CREATE TABLE a (id)", "CREATE TABLE b (id)"


@pytest.mark.parametrize(
    "text",
    [
        f'up = ["{A}", "{B}"]',
        f'UP = """{A}; {B};"""\nup = UP',
        f'FIRST = "{A}"\nup = [FIRST] + ["{B}"]',
        f'up = (*FIRST, "{B}")\nFIRST = ["{A}"]',
        f'migration = Migration(id="001", up=["{A}", "{B}"], down=[])',
        f'migration = {{"id": "001", "up": ["{A}", "{B}"]}}',
        f'class First(Migration):\n    up = ["{A}", "{B}"]',
        f'def up(connection):\n    connection.execute("{A}")\n    connection.execute("{B}")\n    connection.commit()',
        f'def up(db):\n    cursor = db.cursor()\n    cursor.execute("{A}")\n    cursor.execute("{B}")',
        f'async def up(db):\n    await db.executescript("{A}; {B}")',
        f'def up(db):\n    with db:\n        for sql in ("{A}", "{B}"):\n            db.execute(sql)',
        'def up(db):\n    for name in ["a", "b"]:\n        db.execute(f"CREATE TABLE {name} (id)")',
        HELPER,
        f'def up(db):\n    return ["{A}", "{B}"]',
        f'class First:\n    def up(self):\n        self.db.execute("{A}")\n        self.db.execute("{B}")',
        f'def upgrade(db):\n    sql = "{A}"\n    log.info("x")\n    db.execute(sql)\n    db.execute("{B}")',
    ],
)
def test_every_way_to_write_a_module_gives_its_statements(text: str) -> None:
    migration = of_module(text)
    assert (up(migration), migration.unknown) == ([A, B], "")


@pytest.mark.parametrize(
    "text",
    [
        "up = [statement(name) for name in NAMES]",
        'def up(db):\n    if not has_table(db, "a"):\n        db.execute("CREATE TABLE a (id)")',
        'def up(db):\n    try:\n        db.execute("CREATE TABLE a (id)")\n    except Error:\n        pass',
        'def up(db):\n    other.create(db, "a")',
        'def up(db):\n    db.execute(f"CREATE TABLE {NAME} (id)")',
        'def up(db):\n    while more(db):\n        db.execute("CREATE TABLE a (id)")',
        "def up(db):\n    up(db)",
    ],
)
def test_what_more_than_the_source_decides_is_unknown(text: str) -> None:
    migration = of_module(text)
    assert migration.up == ()
    assert migration.unknown.startswith("line ")


@pytest.mark.parametrize(
    "text",
    [
        f'MIGRATIONS = [(1, "{A}"), (2, "{B}")]',
        f'MIGRATIONS = [(1, "first", "{A}"), (2, "second", ["{B}"], ["DROP TABLE b"])]',
        f'MIGRATIONS = {{1: "{A}", 2: ["{B}"]}}',
        f'MIGRATIONS = [Migration(version=1, up=["{A}"]), Migration(version=2, up=["{B}"])]',
        f'MIGRATIONS = ({{"version": 1, "sql": "{A}"}}, {{"version": 2, "sql": "{B}"}})',
        f'def one(db):\n    db.execute("{A}")\nMIGRATIONS = [(1, one), (2, lambda db: db.execute("{B}"))]',
        f'MIGRATIONS = ["{A}", ["{B}"]]',
        f'MIGRATIONS = [Step(1, "{A}", "DROP TABLE a"), Step(2, "{B}")]',
        f'class Step:\n    id: int\n    note: str\n    sql: str\nSTEPS = [Step(1, "a b", "{A}"), Step(2, sql="{B}")]',
        f'def one(db):\n    db.execute("{A}")\nMIGRATIONS = [one, lambda db: db.execute("{B}")]',
        f'THEME = {{"theme": "dark"}}\nCOLUMNS = [("id", "INTEGER")]\nSTEPS = [(1, "{A}"), (2, "{B}")]',
        f'first = Migration(id="1", up="{A}")\nsecond = Migration(id="2", up="{B}")\nMIGRATIONS = [first, second]',
    ],
)
def test_every_way_to_write_a_list_gives_its_migrations(text: str) -> None:
    history = only({"app/migrations.py": text}, '"app/migrations.py"')
    assert [(migration.version, up(migration)) for migration in history.migrations] == [("1", [A]), ("2", [B])]


def test_a_module_without_a_list_is_a_fault() -> None:
    history = only({"app/migrations.py": "x = 1\n"}, '"app/migrations.py"')
    assert [fault.message for fault in history.faults] == ["no list of migrations is found in this module"]


def test_a_text_of_many_lines_keeps_the_lines_of_its_statements() -> None:
    migration = of_module(f'up = """\n{A};\n\n{B};\n"""\n')
    assert [sql.place.span.line for sql in migration.up] == [2, 4]


def test_a_statement_with_values_is_told_apart() -> None:
    migration = of_module(f'def up(db):\n    db.execute("{A}")\n    db.execute("INSERT INTO a VALUES (?)", (1,))\n')
    assert [sql.parametrised for sql in migration.up] == [False, True]


def test_the_digest_is_of_the_statements_not_of_the_module() -> None:
    assert of_module(f'up = ["{A}"]').digest == of_module(f'"""Why."""\nup = ["{A}"]  # first').digest
    assert of_module(f'up = ["{A}"]').digest != of_module(f'up = ["{B}"]').digest


def test_the_steps_of_yoyo_are_taken_back_in_the_other_order() -> None:
    migration = of_module(f'steps = [step("{A}", "DROP TABLE a"), step("{B}", rollback="DROP TABLE b")]')
    assert (up(migration), [sql.text for sql in migration.down or ()]) == ([A, B], ["DROP TABLE b", "DROP TABLE a"])


UNKNOWN = 'NAME = "a"\ndef make(db):\n    if db:\n        db.execute(NAME)\ndef up(db):\n    make(db)\n'


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ('"a"', '"b"', False),
        ("if db:", "if not db:", False),
        ("def up(db):", "def up(db):  # statefence: ignore[SF403] -- no way back", True),
        ("def up(db):", "def down(db):\n    pass\ndef up(db):", True),
    ],
)
def test_the_digest_of_what_is_not_known_is_of_all_that_it_reaches(old: str, new: str, *, same: bool) -> None:
    assert (of_module(UNKNOWN).digest == of_module(UNKNOWN.replace(old, new)).digest) is same


def test_a_module_that_does_not_parse_is_left_to_another_rule() -> None:
    assert only({"app/migrations/m001_first.py": "up = [\n"}).migrations == ()
