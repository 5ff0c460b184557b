"""Values are formatted into the text of a statement, where they are read as SQL.

## What it finds
Statements whose text is put together with values: an f-string, `%`, `.format`, `+`, where a value stands as an operand
or in a string literal of SQL, or where a list of values is joined for an `IN`. A name (of a table, of a column that is
set, compared or ordered by) that a parameter of the function decides is reported too, unless the function asks whether
it is one of the names that are allowed, or every caller hands over a constant.

What is constant is no value. A piece that may be a condition, a list of columns or of markers, is not reported.

## Why is this bad?
An apostrophe in the value ends the statement early, and whoever chooses the value chooses what else it does. Each value
also makes a statement of its own, which the database prepares anew.

## Example
A user is looked up by the name that was typed in.

## Fix safety
Safe where each value becomes one marker: the value is handed over as a parameter, in its place among those that are
there. A value inside a string of SQL (`'%{name}%'`) hands over the whole string. Names stay, since no marker can stand
for one: take them from a fixed set. Nothing is changed where the parameters cannot be told or the connection is of no
known kind, nor where a value is formatted in a way of its own. A list becomes as many markers as it has values: unsafe
where it may be an iterator, which can be gone through once, or holds texts without quotes. What `+` adds is one value
in a string of SQL, or as `str(value)`; else it stays, as does a text of several kinds of literals.

## Options
None. A text that is put together on purpose carries `# statefence: ignore[SF304] -- reason`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from statefence.api import (
    AddArgument,
    Bad,
    Edit,
    Good,
    Hit,
    HoleRole,
    Module,
    Policy,
    Project,
    ReplaceExpression,
    Rule,
    Safety,
    Statement,
    hole_roles,
    markers,
)
from statefence_rules.source_text import text_at
from statefence_rules.sql._handover import Handover, Outline, handover, outline_of
from statefence_rules.sql._lists import Joined, joined
from statefence_rules.sql._literals import Interpolation, interpolation, plain
from statefence_rules.sql._parameters import listed, name_for, named
from statefence_rules.sql._placeholders import Chosen, Refused, parameterised
from statefence_rules.testing_code import is_test

if TYPE_CHECKING:
    import ast

_VALUES = frozenset({HoleRole.VALUE, HoleRole.STRING})
_NO_VALUE = re.compile(
    r"(?:^|[._])(?:\w*(?:placeholder|marker|qmark|sql|clause|quer(?:y|ies)|where|column|cols?|table|field|alias|expr)s?|ph)"
    r"(?:_\w+)?(?:\(.*)?$",
    re.IGNORECASE | re.DOTALL,
)
_PIECE_OF_SQL = re.compile(r"(?:^|_)(?:sql|clause|quer(?:y|ie)|subquery|where|expr(?:ession)?)s?$", re.IGNORECASE)
_SQLITE = re.compile(r"sqlite3?|apsw|libsql|sqlean|sqlcipher|aiosqlite|asqlite")
_OTHER_DRIVERS = re.compile(r"\b(?:psycopg2?|asyncpg|pymysql|MySQLdb|mysql|oracledb|pyodbc|pymssql|duckdb)\b")


def check(module: Module, project: Project, policy: Policy) -> Iterator[Hit]:
    """Report each statement that values are formatted into, once, and names that a caller decides."""
    del policy
    outline: Outline | None = None
    found: dict[tuple[object, str], Hit] = {}
    for statement in project.statements(module):
        if not statement.chosen or not set(hole_roles(statement.pieces)) - {HoleRole.OTHER}:
            continue
        outline = outline or outline_of(module)
        for hit in _hits(module, project, outline, statement):
            found.setdefault((hit.span, hit.message), hit)
    yield from found.values()


def _hits(module: Module, project: Project, outline: Outline, statement: Statement) -> Iterator[Hit]:
    where, trace = handover(module, outline, statement), statement.chain
    read = None if where is None else interpolation(where.source)
    open_slots = None if read is None else _open_slots(read, statement)
    if where is None or read is None or open_slots is None:
        if HoleRole.STRING in hole_roles(statement.pieces) and statement.via is None:
            yield Hit(statement.span, f"values are {_PUT}", trace)
        return
    roles = hole_roles(plain(read) or ())
    slots = read.slots
    values = [i for i in open_slots if roles[i] in _VALUES and not _is_no_value(slots[i].source, roles[i])]
    scope = where.function or outline.tree
    lists = {i: found for i in open_slots if roles[i] is HoleRole.LIST and (found := _list(slots[i].source, scope))}
    told = {i: each for i, each in lists.items() if each.values}
    edits = _edits(module, statement, where, read, values, told)
    safety = None if all(each.same for each in told.values()) else Safety.UNSAFE
    if values:
        sources = list(dict.fromkeys(slots[i].source for i in values))
        message = f"{_listed(sources)} {'is' if len(sources) == 1 else 'are'} {_PUT}"
        yield Hit(statement.span, message, trace, edits, safety)
    for i, each in lists.items():
        quotes = ", each with quotes around it" if each.quoted else " that are joined into the text"
        message = f"{slots[i].source} is a list of values{quotes}: {_LIST}"
        yield Hit(statement.span, message, trace, edits if i in told else (), safety)
    for i in open_slots:
        if roles[i] is HoleRole.NAME and _is_free(read, i, where, statement, project):
            message = f"{slots[i].source} is put into the text as a name: take it from a fixed set of names"
            yield Hit(statement.span, f"{message}, since no parameter can stand for one", trace)


_LIST = "put as many markers into the text, and hand the values over as parameters"
_PUT = "put into the text of the statement: hand it over as a parameter"


def _listed(sources: Sequence[str]) -> str:
    return sources[0] if len(sources) == 1 else f"{', '.join(sources[:-1])} and {sources[-1]}"


def _open_slots(read: Interpolation, statement: Statement) -> list[int] | None:
    """The slots whose text is not known, by number; None when the text was changed before it was handed over."""
    text = plain(read)
    if text is None:
        return None
    runs = [(piece, len(list(group))) for piece, group in groupby(text)]
    pattern = "".join("(.*?)" if piece is None else _squeezed(re.escape(_spaced(piece))) * n for piece, n in runs)
    whole = _spaced("".join(_HOLE if piece is None else piece for piece in statement.pieces))
    found = re.fullmatch(rf"\s*{pattern}\s*", whole, re.DOTALL)
    if found is None:
        return None
    sizes = [count for piece, count in runs if piece is None]
    known = [_HOLE in each for each, count in zip(found.groups(), sizes, strict=True) for _ in range(count)]
    return [number for number, is_open in enumerate(known) if is_open]


_HOLE = "\ufffc"


def _spaced(text: str) -> str:
    """The text with every run of spaces and line ends as one space."""
    return re.sub(r"\s+", " ", text)


def _squeezed(pattern: str) -> str:
    """A pattern in which a space may be missing at the ends of the text."""
    return pattern.replace("\\ ", r"\s*")


def _list(source: str, scope: ast.AST) -> Joined | None:
    """The list of values that a piece joins; None when its name says that it is a piece of SQL."""
    found = joined(source, scope)
    return None if found is None or _NO_VALUE.search(found.values) else found


def _is_no_value(source: str, role: HoleRole) -> bool:
    """Whether an expression's own name says that it is a piece of SQL, where it stands outside a string."""
    constant = source.rpartition(".")[2].isupper()
    return role is HoleRole.VALUE and (constant or bool(_NO_VALUE.search(source)))


def _is_free(read: Interpolation, slot: int, where: Handover, statement: Statement, project: Project) -> bool:
    """Whether a name is a parameter that callers may fill with anything."""
    import ast

    source = read.slots[slot].source

    function = where.function
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) or _PIECE_OF_SQL.search(source):
        return False
    given = {each.arg: each for each in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)}
    annotation = given[source].annotation if source in given else None
    if source not in given or (annotation is not None and ast.unparse(annotation) not in {"str", "str | None"}):
        return False
    if any(_restricts(node, source) for node in ast.walk(function)):
        return False
    handed = [_open_slots(read, each) for each in _callers(statement, project, private=function.name.startswith("_"))]
    return not handed or any(still_open is None or slot in still_open for still_open in handed)


def _callers(statement: Statement, project: Project, *, private: bool) -> Iterator[Statement]:
    """The calls that hand over a piece of the text; of a function that is not private, those of the program itself.

    What only its tests hand over, or only its default is, does not say what a public function may be given.
    """
    for module in project.modules:
        for each in project.statements(module):
            shows = private or (each.argument is not None and not is_test(module, each.symbol))
            if shows and _leads_to(each, statement):
                yield each


def _leads_to(site: Statement, statement: Statement) -> bool:
    """Whether a call of a wrapper ends in the statement."""
    return any(step.place.path == statement.path and step.place.span == statement.span for step in site.trace)


def _restricts(node: ast.AST, name: str) -> bool:
    """Whether code asks if the name is among others, gives it another value, looks it up, or hands it to a function."""
    import ast

    if isinstance(node, ast.Match):
        return name in ast.unparse(node.subject)
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, ast.Name) and node.slice.id == name

    if isinstance(node, ast.Compare):
        return any(isinstance(op, ast.In | ast.NotIn | ast.Eq | ast.NotEq) for op in node.ops) and name in ast.unparse(
            node
        )
    if isinstance(node, ast.Name):
        return node.id == name and isinstance(node.ctx, ast.Store)
    return isinstance(node, ast.Call) and any(isinstance(each, ast.Name) and each.id == name for each in node.args)


def _edits(
    module: Module,
    statement: Statement,
    where: Handover,
    read: Interpolation,
    values: Sequence[int],
    lists: Mapping[int, Joined],
) -> tuple[Edit, ...]:
    """The text with markers, and the parameters with the values; none where that cannot be done."""
    known = statement.via is None and statement.api in _TAKES_VALUES and where.extendable and where.steady
    style = _style(module, statement, where, plain(read) or ()) if known and (values or lists) else ""
    if not style or (lists and style == ":"):
        return ()
    given = None if where.parameters is None else text_at(module, where.parameters)
    try:
        source, handed = _rewritten(read, values, lists, style, given)
    except Refused:
        return ()
    if "{}" in source + handed or "\n" in handed:
        return ()
    text = ReplaceExpression(where.span, source.replace("\n", module.source.newline))
    if where.parameters is not None:
        return (text, ReplaceExpression(where.parameters, handed))
    return (text, AddArgument(statement.span, "", handed))


def _rewritten(
    read: Interpolation, values: Sequence[int], lists: Mapping[int, Joined], style: str, given: str | None
) -> tuple[str, str]:
    """The expression of the text and that of the parameters; raises Refused."""
    text = plain(read) or ()
    roles, present = hole_roles(text), markers(text)
    taken = [each[1:] for each in present if isinstance(each, str)]
    names: dict[str, str] = {}

    def marker(value: str) -> str:
        if style == ":":
            names.setdefault(value, name_for(value, [*taken, *names.values()]))
            return f":{names[value]}"
        return style

    several = {i: (each.markers(style), each.values) for i, each in lists.items()}
    slots = {*values, *several}
    quoted = [i for i in values if roles[i] is HoleRole.STRING]
    new = parameterised(read, Chosen(slots, quoted, several), marker)
    if style == ":":
        left = [each for each in present if not isinstance(each, str) and not set(each) & slots]
        if given is not None and any(_may_hold_markers(each, roles) for each in left):
            raise Refused("a piece of SQL may hold a marker of the same name")
        return new.source, named(given, [(name, value) for value, name in names.items()], markers=bool(taken))
    rest = iter(new.values)
    placed = [(each, None if isinstance(each, str) or not set(each) & slots else next(rest)) for each in present]
    order = [value for each, value in placed if value is not None or isinstance(each, str)]
    loose = [value for each, value in placed if value is not None or _may_hold_markers(each, roles)]
    return new.source, listed(given, order, loose)


def _may_hold_markers(piece: str | tuple[int, ...], roles: Sequence[HoleRole]) -> bool:
    """Whether a piece of the text is a marker, or holes that are left and may hold some, as a condition does."""
    return isinstance(piece, str) or any(roles[hole] not in _WITHOUT_MARKERS for hole in piece)


_WITHOUT_MARKERS = frozenset({HoleRole.STRING, HoleRole.PART_OF_NAME})


def _style(module: Module, statement: Statement, where: Handover, text: Sequence[str | None]) -> str:
    """How markers are written here: `?`, `%s` or `:`; empty when that is not known, or is none of these."""
    present = {":" if each[0] == ":" else each for each in markers(text) if isinstance(each, str)}
    if len(present) > 1 or (where.wrapped and present - {":"}):
        return ""
    style = next(iter(present), ":" if where.wrapped else _style_of_driver(module, statement))
    doubled = style == "%s" and any("%" in (piece or "").replace("%s", "") for piece in text)
    return style if style in {"?", "%s", ":"} and not doubled else ""


def _style_of_driver(module: Module, statement: Statement) -> str:
    if statement.driver:
        return "?" if _SQLITE.match(statement.driver) else "%s" if statement.driver.startswith("psycopg") else ""
    text = module.source.text
    return "?" if _SQLITE.search(text) and not _OTHER_DRIVERS.search(text) else ""


_TAKES_VALUES = frozenset({"execute", "execute_fetchall", "execute_insert", "query", "scalar", "scalars"})


def _on(statements: str) -> str:
    """A function with a connection and some values, and the statements."""
    return f"""
    import sqlite3


    def run(name: str, age: int, user, table: str, limit: int = 5, ids: list[int] = ()):
        db = sqlite3.connect("/srv/app.db")
        {statements}
    """


def _bad(title: str, before: str, after: str | None) -> Bad:
    return Bad(title, _on(f"{before}  # error"), fixed=None if after is None else _on(after))


RULE = Rule(
    code="SF304",
    check=check,
    fix=Safety.SAFE,
    cases=(
        Bad(
            "an f-string",
            """
            import sqlite3


            def find(name: str) -> list[tuple[int]]:
                db = sqlite3.connect("/srv/app.db")
                return db.execute(f"SELECT id FROM users WHERE name = '{name}'").fetchall()  # error: name is put
            """,
            fixed="""
            import sqlite3


            def find(name: str) -> list[tuple[int]]:
                db = sqlite3.connect("/srv/app.db")
                return db.execute("SELECT id FROM users WHERE name = ?", (name,)).fetchall()
            """,
        ),
        _bad(
            "an operand",
            """db.execute(f"SELECT * FROM users WHERE age > {age} LIMIT {limit}")""",
            """db.execute("SELECT * FROM users WHERE age > ? LIMIT ?", (age, limit))""",
        ),
        _bad(
            "percent",
            """db.execute("SELECT * FROM users WHERE name = '%s' AND age = %d" % (name, age))""",
            """db.execute("SELECT * FROM users WHERE name = ? AND age = ?", (name, age))""",
        ),
        _bad(
            "format",
            """db.execute("DELETE FROM users WHERE name = '{}' AND age = {a}".format(name, a=age))""",
            """db.execute("DELETE FROM users WHERE name = ? AND age = ?", (name, age))""",
        ),
        _bad(
            "a sum",
            """db.execute("SELECT * FROM users WHERE name = '" + name + "' AND age = " + str(age) + " LIMIT 5")""",
            """db.execute("SELECT * FROM users WHERE name = ? AND age = ? LIMIT 5", (name, age))""",
        ),
        Bad(
            "a sum with a name",
            _on("""db.execute("DELETE FROM " + table + " WHERE name='" + name + "'")  # error: name  # error: table"""),
            fixed=_on("""db.execute("DELETE FROM " + table + " WHERE name=?", (name,))  # error: table"""),
        ),
        _bad("a sum with a text", """db.execute("SELECT * FROM users WHERE age > " + name)""", None),
        _bad(
            "a sum of several kinds",
            """db.execute(f"SELECT * FROM users WHERE age > {age} AND 1 = " + str(age))""",
            None,
        ),
        _bad(
            "a part of a string",
            """db.execute(f"SELECT * FROM users WHERE name LIKE '%{name}%'")""",
            """db.execute("SELECT * FROM users WHERE name LIKE ?", (f"%{name}%",))""",
        ),
        _bad(
            "among the markers that are there",
            """db.execute(f"UPDATE users SET age = ? WHERE name = '{name}' AND id = ?", (age, user.id))""",
            """db.execute("UPDATE users SET age = ? WHERE name = ? AND id = ?", (age, name, user.id))""",
        ),
        _bad(
            "named markers",
            """db.execute(f"SELECT * FROM users WHERE age = :age AND name = '{user.name}'", {"age": age})""",
            """db.execute("SELECT * FROM users WHERE age = :age AND name = :name", {"age": age, "name": user.name})""",
        ),
        _bad(
            "a row of values",
            """db.execute(f"INSERT INTO users (name, age) VALUES ('{name}', {age})")""",
            """db.execute("INSERT INTO users (name, age) VALUES (?, ?)", (name, age))""",
        ),
        Bad(
            "a text in a variable",
            """
            import sqlite3


            def find(name: str) -> list[tuple[int]]:
                db = sqlite3.connect("/srv/app.db")
                sql = f"SELECT id FROM users WHERE name = '{name}'"
                return db.execute(sql).fetchall()  # error
            """,
            fixed="""
            import sqlite3


            def find(name: str) -> list[tuple[int]]:
                db = sqlite3.connect("/srv/app.db")
                sql = "SELECT id FROM users WHERE name = ?"
                return db.execute(sql, (name,)).fetchall()
            """,
        ),
        Bad(
            "a name and a value",
            _on("""db.execute(f"SELECT * FROM {table} WHERE name = '{name}'")  # error: name is  # error: table is"""),
            fixed=_on("""db.execute(f"SELECT * FROM {table} WHERE name = ?", (name,))  # error: table is"""),
        ),
        _bad("a column that is set", """db.execute(f"UPDATE users SET {table} = ? WHERE id = ?", (name, age))""", None),
        _bad("another that is set", """db.execute(f"UPDATE users SET id = 1, {table} = ?", (age,))""", None),
        Bad(
            "behind a condition with markers of its own",
            """
            import sqlite3


            def oldest(where: list[str], given: list[object], limit: int) -> sqlite3.Cursor:
                db = sqlite3.connect("/srv/app.db")
                return db.execute(f"SELECT id FROM p WHERE {' AND '.join(where)} LIMIT {limit}", given)  # error
            """,
            fixed="""
            import sqlite3


            def oldest(where: list[str], given: list[object], limit: int) -> sqlite3.Cursor:
                db = sqlite3.connect("/srv/app.db")
                return db.execute(f"SELECT id FROM p WHERE {' AND '.join(where)} LIMIT ?", (*given, limit))
            """,
        ),
        Bad(
            "between conditions with markers of their own",
            """
            import sqlite3


            def oldest(where: str, having: str, name: str, given: list[object]) -> list[tuple[int]]:
                db = sqlite3.connect("/srv/app.db")
                text = f"SELECT id FROM users WHERE {where} AND name = '{name}' AND ({having})"
                return db.execute(text, given).fetchall()  # error: name is put
            """,
        ),
        _bad("a column to order by", """db.execute(f"SELECT * FROM users ORDER BY {name}, id")""", None),
        _bad("a column to group by", """db.execute(f"SELECT count(*) FROM users GROUP BY {name} LIMIT 5")""", None),
        _bad("a column that is compared", """db.execute(f"SELECT * FROM users WHERE {name} = ?", (age,))""", None),
        Bad(
            "a list of quoted values",
            _on(
                """names = ", ".join(f"'{each}'" for each in user.names)
        db.execute(f"SELECT * FROM users WHERE name IN ({names})")  # error: names is a list of values"""
            ),
        ),
        _bad(
            "a list of quoted values in the text itself",
            """db.execute("SELECT 1 FROM users WHERE id IN (%s)" % ",".join(map(repr, user.ids)))""",
            """db.execute("SELECT 1 FROM users WHERE id IN (%s)" % (",".join("?" for _ in user.ids),), (*user.ids,))""",
        ),
        _bad(
            "a list of values among others",
            """db.execute(f"SELECT 1 FROM u WHERE age = ? AND id IN ({','.join(str(i) for i in ids)})", (age,))""",
            """db.execute(f"SELECT 1 FROM u WHERE age = ? AND id IN ({','.join('?' for _ in ids)})", (age, *ids))""",
        ),
        _bad(
            "a list and a value",
            """db.execute(f"DELETE FROM u WHERE id IN ({','.join(map(str, ids))}) AND name = '{name}'")  # error""",
            """db.execute(f"DELETE FROM u WHERE id IN ({','.join('?' for _ in ids)}) AND name = ?", (*ids, name))""",
        ),
        _bad(
            "a list that is joined before",
            """joined = ",".join(map(str, ids)); db.execute(f"SELECT * FROM users WHERE id IN ({joined})")""",
            None,
        ),
        Bad(
            "SQLAlchemy",
            """
            from sqlalchemy import create_engine, text


            def find(name: str) -> None:
                with create_engine("sqlite:////srv/app.db").connect() as db:
                    db.execute(text(f"SELECT id FROM users WHERE name = '{name}'"))  # error
            """,
            fixed="""
            from sqlalchemy import create_engine, text


            def find(name: str) -> None:
                with create_engine("sqlite:////srv/app.db").connect() as db:
                    db.execute(text("SELECT id FROM users WHERE name = :name"), {"name": name})
            """,
        ),
        _bad(
            "strings joined with the quotes between them",
            """db.execute("SELECT * FROM users WHERE name IN ('%s')" % "','".join(user.names))""",
            None,
        ),
        _bad("a script", """db.executescript(f"DELETE FROM users WHERE name = '{name}'; VACUUM")""", None),
        _bad("a value with a format", """db.execute(f"SELECT * FROM users WHERE age > {age:.1f}")""", None),
        _bad(
            "between values that are not listed",
            """db.execute(f"UPDATE users SET age = ? WHERE name = '{name}' AND id = ?", user.values)""",
            None,
        ),
        Good("a parameter", _on("""db.execute("SELECT * FROM users WHERE name = ?", (name,))""")),
        Good(
            "a constant",
            """
            import sqlite3

            KIND = "admin"
            sqlite3.connect("/srv/app.db").execute(f"SELECT * FROM users WHERE kind = '{KIND}'")
            """,
        ),
        Good(
            "a list of markers",
            _on("""db.execute(f"SELECT * FROM users WHERE id IN ({', '.join('?' * age)})", user)"""),
        ),
        Good(
            "a list of quoted constants",
            """
            import sqlite3

            KINDS = ("admin", "guest")


            def some() -> None:
                kinds = ", ".join(f"'{kind}'" for kind in KINDS)
                sqlite3.connect("/srv/app.db").execute(f"SELECT * FROM users WHERE kind IN ({kinds})")
            """,
        ),
        Good(
            "columns out of a table of them",
            """
            import sqlite3

            COLUMNS = {"name": "name", "age": "age"}


            def ordered(order: str) -> None:
                order = COLUMNS[order]
                sqlite3.connect("/srv/app.db").execute(f"SELECT * FROM users ORDER BY {order}")
            """,
        ),
        Good(
            "a column that every caller writes out",
            """
            import sqlite3


            def _ordered(order: str) -> None:
                sqlite3.connect("/srv/app.db").execute(f"SELECT * FROM users ORDER BY {order}")


            def by_name() -> None:
                _ordered("name")
            """,
        ),
        Bad(
            "a column that only the tests write out",
            {
                "app/store.py": """
                import sqlite3


                def ordered(order: str = "id") -> None:
                    db = sqlite3.connect("/srv/app.db")
                    db.execute(f"SELECT * FROM users ORDER BY {order}")  # error: order is put into the text as a name
                """,
                "app/main.py": "from app.store import ordered\n\nordered()\n",
                "tests/test_store.py": """
                from app.store import ordered


                def test_by_name() -> None:
                    ordered("name")
                """,
            },
        ),
        Bad(
            "beside a column that every caller writes out",
            """
            import sqlite3
            import sys


            def find(column: str, limit: int) -> None:
                db = sqlite3.connect("/srv/app.db")
                db.execute(f"SELECT * FROM users WHERE {column} = 1 LIMIT {limit:.0f}")  # error: limit is put into


            find("name", len(sys.argv))
            """,
        ),
        Good(
            "columns of a fixed list",
            _on(
                """for column in ("name", "age"):
            db.execute(f"UPDATE users SET {column} = ?", (age,))"""
            ),
        ),
        Good(
            "a literal type",
            """
            import sqlite3
            from typing import Literal


            def ordered(order: Literal["name", "age"]) -> None:
                sqlite3.connect("/srv/app.db").execute(f"SELECT * FROM users ORDER BY {order}")
            """,
        ),
        Good("a clause", _on("""db.execute(f"SELECT * FROM users ORDER BY {user.order_by}")""")),
        Good("a marker of a driver", _on("""db.execute(f"SELECT * FROM users WHERE id = {user.placeholder}", (1,))""")),
        Good("a condition", _on("""db.execute(f"SELECT * FROM users WHERE {user.condition}", (1,))""")),
        Good(
            "a name out of a fixed set",
            _on(
                """if table not in {"users", "groups"}:
            raise ValueError(table)
        db.execute(f"SELECT * FROM {table}")"""
            ),
        ),
        Good("a quoted name", _on("""db.execute(f'SELECT * FROM "{table}"')""")),
        Good("where no parameter can stand", _on("""db.execute(f"PRAGMA user_version = {age}")""")),
        Good(
            "prose",
            """
            def run(robot, name: str) -> None:
                robot.execute(f"Delete the file '{name}' from disk")
            """,
        ),
    ),
)
