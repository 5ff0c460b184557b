"""The fixes of SF304, run: the fixed program gives the same rows, and takes what the first could not."""

import ast
import sqlite3
import textwrap
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statefence.fix import Refused, apply
from statefence.policy.load import default
from statefence.project import analyse
from statefence.registry import find, rules
from statefence.source import Source, decoded

RULE = find("SF304", rules())
PEOPLE = [
    ("ann", 30, "a%b"),
    ("bob", 40, "x_y"),
    ("Bob", 50, ""),
    ("O'Brien", 60, '"q"'),
    ("50%", 7, "{}"),
    ("7", 70, "\\"),
]


def fixed(source: str) -> tuple[str, int]:
    """The program after its fixes, and how many there were."""
    read = decoded("app.py", source.encode())
    assert isinstance(read, Source)
    project = analyse([read], default("/project"))
    hits = list(RULE.rule.check(project.modules[0], project, default("/project")))
    groups = tuple(hit.edits for hit in hits if hit.edits)
    if not groups:
        return source, 0
    applied = apply(source.encode(), groups)
    assert not isinstance(applied, Refused)
    assert not any(applied.refusals)
    return applied.data.decode(), len(groups)


def rows(source: str, path: Path, *arguments: object) -> list[Any]:
    """What the program's `run` finds among the people."""
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE p (name TEXT, age INTEGER, note TEXT)")
    connection.executemany("INSERT INTO p VALUES (?, ?, ?)", PEOPLE)
    connection.commit()
    connection.close()
    names: dict[str, Any] = {}
    exec(compile(source, "app.py", "exec", dont_inherit=True), names)
    found: list[Any] = names["run"](str(path), *arguments)
    return found


def program(body: str) -> str:
    head = "import sqlite3\n\n\ndef run(path, name, age, table='p'):\n    db = sqlite3.connect(path)\n"
    return head + textwrap.indent(textwrap.dedent(body).strip("\n"), "    ") + "\n"


BODIES = {
    "quoted": """return db.execute(f"SELECT * FROM p WHERE name = '{name}'").fetchall()""",
    "an operand": """return db.execute(f"SELECT * FROM p WHERE age > {age} - 1").fetchall()""",
    "a pattern": """return db.execute(f"SELECT * FROM p WHERE name LIKE '{name[:1]}%' ESCAPE '!'").fetchall()""",
    "a pattern inside": """return db.execute(f"SELECT * FROM p WHERE note LIKE '%{name}%' OR age={age}").fetchall()""",
    "two in one string": """return db.execute(f"SELECT * FROM p WHERE name || age = '{name}{age}'").fetchall()""",
    "repr": """return db.execute(f"SELECT * FROM p WHERE name = {name!r}").fetchall()""",
    "a format in a string": """return db.execute(f"SELECT printf('%d', age) FROM p WHERE age='{age:d}'").fetchall()""",
    "percent": """return db.execute("SELECT * FROM p WHERE name = '%s' AND age >= %d" % (name, age)).fetchall()""",
    "percent and a pattern": """return db.execute("SELECT * FROM p WHERE name LIKE '%%%s%%'" % name).fetchall()""",
    "percent that stays": """return db.execute("SELECT * FROM %s WHERE name = '%s'" % (table, name)).fetchall()""",
    "format": """return db.execute("SELECT * FROM p WHERE name = '{0}' AND age >= {1}".format(name, age)).fetchall()""",
    "format by name": """return db.execute("SELECT 1 FROM {t} WHERE name='{n}'".format(n=name, t=table)).fetchall()""",
    "an identifier": """return db.execute(f"SELECT * FROM {table} WHERE name = '{name}'").fetchall()""",
    "several literals": """
        return db.execute(
            "SELECT * FROM p "  # all of them
            f"WHERE name = '{name}' "
            f"AND age >= {age}",
        ).fetchall()
    """,
    "several lines": """
        return db.execute(f'''
            SELECT * FROM p
            WHERE name = '{name}'  -- the name
              AND age >= {age}
        ''').fetchall()
    """,
    "single quotes": r"""return db.execute(f'SELECT * FROM p WHERE name = \'{name}\'').fetchall()""",
    "a raw text": r"""return db.execute(rf"SELECT * FROM p WHERE note = '\' OR name = '{name}'").fetchall()""",
    "values that are there": """
        return db.execute(f"SELECT * FROM p WHERE age > ? AND name = '{name}' AND age < ?", (5, 90)).fetchall()
    """,
    "a list that is there": """
        return db.execute(f"SELECT * FROM p WHERE name = '{name}' AND age < ?", [90]).fetchall()
    """,
    "values in a variable": """
        values = (5, 90)
        return db.execute(f"SELECT * FROM p WHERE age BETWEEN ? AND ? AND name = '{name}'", values).fetchall()
    """,
    "named values": """
        return db.execute(f"SELECT 1 FROM p WHERE age < :age AND name = '{name}' AND age={age}", {"age": 90}).fetchall()
    """,
    "named values in a variable": """
        values = {"least": 5}
        return db.execute(f"SELECT * FROM p WHERE age > :least AND name = '{name}'", values).fetchall()
    """,
    "in a variable": """
        sql = f"SELECT * FROM p WHERE name = '{name}'"
        return db.execute(sql).fetchall()
    """,
    "a sum": """return db.execute("SELECT * FROM p WHERE name = '" + name + "' AND age >= " + str(age)).fetchall()""",
    "a sum with a pattern": """return db.execute("SELECT * FROM p WHERE note LIKE '%" + name + "{%'").fetchall()""",
    "a sum that stays": """return db.execute("SELECT * FROM " + table + " WHERE name = '" + name + "'").fetchall()""",
    "a sum in a variable": """
        sql = 'SELECT * FROM p WHERE age = ' + str(age)
        return db.execute(sql).fetchall()
    """,
    "a list": """
        ages = [age, 50]
        return db.execute(f"SELECT * FROM p WHERE age IN ({','.join(str(each) for each in ages)})").fetchall()
    """,
    "an empty list": """
        ages = []
        return db.execute(f"SELECT * FROM p WHERE age IN ({', '.join(map(str, ages))}) OR 1").fetchall()
    """,
    "a list of texts": """
        names = (name, "bob")
        return db.execute("SELECT * FROM p WHERE name IN (%s)" % ", ".join(f"'{each}'" for each in names)).fetchall()
    """,
    "a list after a value": """
        ages = [age, 50]
        return db.execute(f"SELECT 1 FROM p WHERE age > ? AND age IN ({','.join(map(str, ages))})", (5,)).fetchall()
    """,
    "a list in a sum": """
        ages = [age, 50]
        return db.execute("SELECT * FROM p WHERE age IN (" + ",".join(map(str, ages)) + ")").fetchall()
    """,
    "an insert": """
        db.execute(f"INSERT INTO p (name, age) VALUES ('{name}', {age})")
        return db.execute("SELECT * FROM p").fetchall()
    """,
    "an update": """
        db.execute(f"UPDATE p SET age = age + {age} WHERE name = '{name}'")
        return db.execute("SELECT * FROM p").fetchall()
    """,
}


@pytest.mark.parametrize("name", BODIES)
def test_the_fixed_program_finds_the_same_rows(name: str, tmp_path: Path) -> None:
    before = program(BODIES[name])
    after, fixes = fixed(before)
    assert fixes == 1, before
    ast.parse(after)
    for person in ("ann", "bob", "50%", "nobody"):
        for age in (30, 7):
            assert rows(after, tmp_path / "x.db", person, age) == rows(before, tmp_path / "x.db", person, age), after


@pytest.mark.parametrize("name", BODIES)
def test_the_fixed_program_takes_an_apostrophe(name: str, tmp_path: Path) -> None:
    after, _ = fixed(program(BODIES[name]))
    assert isinstance(rows(after, tmp_path / "x.db", "O'Brien", 60), list), after


@pytest.mark.parametrize("name", BODIES)
def test_nothing_is_left_to_fix(name: str) -> None:
    after, _ = fixed(program(BODIES[name]))
    assert fixed(after) == (after, 0)


REFUSED = {
    "a sum with a text": """return db.execute("SELECT * FROM p WHERE age > " + name).fetchall()""",
    "a sum over lines": """
        return db.execute(
            "SELECT * FROM p "  # all of them
            "WHERE name = '" + name + "'"
        ).fetchall()
    """,
    "a sum of what changes": """
        ages = iter([30, 40])
        sql = "SELECT * FROM p WHERE age = " + str(next(ages))
        next(ages)
        return db.execute(sql).fetchall()
    """,
    "a list that is joined before": """
        ages = ",".join(map(str, [age, 50]))
        return db.execute(f"SELECT * FROM p WHERE age IN ({ages})").fetchall()
    """,
    "markers": """
        ages = [age, 50]
        return db.execute(f"SELECT * FROM p WHERE age IN ({','.join('?' for _ in ages)})", ages).fetchall()
    """,
    "format that stays": """return db.execute("SELECT 1 FROM {} WHERE name = '{}'".format(table, name)).fetchall()""",
    "values over lines": """
        return db.execute(
            f"SELECT * FROM p WHERE name = '{name}' AND age BETWEEN ? AND ?",
            (
                5,  # the least
                90,
            ),
        ).fetchall()
    """,
    "braces": """return db.execute(f"SELECT * FROM p WHERE note = '{{}}' OR name = '{name}'").fetchall()""",
    "braces that stay": """return db.execute(f"SELECT '{{}}' FROM {table} WHERE name = '{name}'").fetchall()""",
    "a quote in the string": """return db.execute(f"SELECT * FROM p WHERE name = 'it''s {name}'").fetchall()""",
    "a value that changes": """
        sql = f"SELECT * FROM p WHERE name = '{name}'"
        name = "bob"
        return db.execute(sql).fetchall()
    """,
    "a text that is used twice": """
        sql = f"SELECT * FROM p WHERE name = '{name}'"
        print(sql)
        return db.execute(sql).fetchall()
    """,
    "a call that happens before": """
        sql = f"SELECT * FROM p WHERE name = '{name.strip()}'"
        return db.execute(sql).fetchall()
    """,
    "a string over literals": """return db.execute("SELECT * FROM p WHERE name = '" f"{name}'").fetchall()""",
    "numbered markers": """return db.execute(f"SELECT * FROM p WHERE age > ?1 AND name = '{name}'", (5,)).fetchall()""",
    "another number of values": """return db.execute(f"SELECT 1 FROM p WHERE age=? OR name='{name}'", ()).fetchall()""",
    "a format that rounds": """return db.execute(f"SELECT * FROM p WHERE age = {age:.0f}").fetchall()""",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_replaced_is_left(name: str) -> None:
    source = program(REFUSED[name])
    assert fixed(source) == (source, 0)


TERMS = st.sampled_from(["age > ?", "name = '{name}'", "age < {age}", "note NOT LIKE '%{name}%'", "name <> ?", "1 = 1"])
GIVEN = {"age > ?": "5", "name <> ?": "'bob'"}


@settings(max_examples=40, deadline=None)
@given(st.lists(TERMS, min_size=1, max_size=5), st.sampled_from(["tuple", "list", "variable"]))
def test_values_go_where_their_markers_are(
    tmp_path_factory: pytest.TempPathFactory, terms: list[str], kind: str
) -> None:
    given_values = [GIVEN[term] for term in terms if term in GIVEN]
    display = f"({', '.join(given_values)}{',' if len(given_values) == 1 else ''})"
    display = display if kind != "list" else f"[{', '.join(given_values)}]"
    handed = "" if not given_values else f", {'values' if kind == 'variable' else display}"
    body = f'values = {display}\nreturn db.execute(f"SELECT * FROM p WHERE {" AND ".join(terms)}"{handed}).fetchall()'
    before = program(body)
    after, fixes = fixed(before)
    path = tmp_path_factory.getbasetemp() / "x.db"
    assert rows(after, path, "ann", 90) == rows(before, path, "ann", 90), after
    if kind != "variable":
        assert fixes == any("{" in term for term in terms)
