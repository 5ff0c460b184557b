"""Which statements are found, and what each touches."""

import pytest

from .programs import Files, analysed, expected, statements

PROGRAMS: dict[str, str | Files] = {
    "a connection": """
        import sqlite3
        connection = sqlite3.connect("/srv/x.db")
        connection.execute("CREATE TABLE models (id, name)")  # ddl=models
        connection.execute("SELECT id FROM models")  # reads=models
        connection.execute("INSERT INTO models VALUES (?, ?)", (1, "a"))  # writes=models
    """,
    "a cursor": """
        import sqlite3
        cursor = sqlite3.connect("/srv/x.db").cursor()
        cursor.execute("CREATE TABLE models (id)")  # ddl=models
        cursor.executemany("DELETE FROM models WHERE id = ?", [(1,)])  # reads=models writes=models
    """,
    "a with block": """
        import sqlite3
        with sqlite3.connect("/srv/x.db") as connection:
            connection.execute("CREATE TABLE models (id)")  # ddl=models
    """,
    "a script": """
        import sqlite3
        connection = sqlite3.connect("/srv/x.db")
        connection.executescript("CREATE TABLE a (id); CREATE TABLE b (id);")  # ddl=a,b
    """,
    "a constant of another module": {
        "queries.py": 'ALL = "SELECT id FROM models"\n',
        "app.py": """
            import sqlite3
            from queries import ALL
            connection = sqlite3.connect("/srv/x.db")
            connection.execute("CREATE TABLE models (id)")  # ddl=models
            connection.execute(ALL)  # reads=models
        """,
    },
    "holes": """
        import sqlite3
        def delete(connection: sqlite3.Connection, name, table):
            connection.execute("CREATE TABLE models (name)")  # ddl=models
            connection.execute(f"DELETE FROM models WHERE name = '{name}'")  # reads=models writes=models holes=1
    """,
    "a wrapper": """
        import sqlite3
        class Store:
            def __init__(self, path):
                self.connection = sqlite3.connect(path)
            def run(self, sql, *parameters):
                return self.connection.execute(sql, parameters)
            def create(self):
                self.run("CREATE TABLE models (id)")  # ddl=models
            def all(self):
                return self.run("SELECT id FROM models")  # reads=models
    """,
    "an asynchronous connection": """
        import aiosqlite
        async def start():
            async with aiosqlite.connect("/srv/x.db") as connection:
                await connection.execute("CREATE TABLE models (id)")  # ddl=models
                async with connection.execute("SELECT id FROM models") as cursor:  # reads=models
                    return await cursor.fetchall()
    """,
    "an unknown receiver with SQL": """
        def start(connection):
            connection.execute("CREATE TABLE models (id)")  # ddl=models
    """,
    "an unknown receiver with a text that a branch adds to": """
        def find(connection, name):
            sql = "SELECT id FROM models"
            if name:
                sql += " WHERE name = ?"
            return connection.execute(sql, (name,))  # reads=models  # reads=models
    """,
    "an unknown receiver with prose": """
        def start(robot):
            robot.execute("select the best option and update the plan")
    """,
    "no database at all": """
        def start(pool):
            pool.execute(print, 1)
            pool.query("hello")
    """,
    "a comprehension over known names": """
        import sqlite3
        connection = sqlite3.connect("/srv/x.db")
        [connection.execute(f"DROP TABLE {name}") for name in ("a", "b")]  # ddl=a  # ddl=b
    """,
    "columns that are listed": """
        import sqlite3
        connection = sqlite3.connect("/srv/x.db")
        NAMES = ["id", "name"]
        markers = ", ".join("?" for _ in NAMES)
        connection.execute(f"INSERT INTO models ({', '.join(NAMES)}) VALUES ({markers})", (1, 2))  # writes=models
    """,
    "a helper that quotes a name": """
        import sqlite3
        connection = sqlite3.connect("/srv/x.db")
        def quoted(name):
            return '"' + name.replace('"', '""') + '"'
        def count(name):
            return connection.execute(f"SELECT count(*) FROM {quoted(name)}")  # holes=1
        count("models")  # reads=models
    """,
    "conditions that may be there": """
        import sqlite3
        connection = sqlite3.connect("/srv/x.db")
        def find(name=None):
            where = []
            if name:
                where.append("name = ?")
            text = " AND ".join(where)
            if text:
                text = " WHERE " + text
            connection.execute(f"SELECT id FROM models{text}")  # reads=models  # reads=models
    """,
    "a connection that is opened within": """
        import sqlite3
        class Store:
            def __init__(self, opened_or_path):
                if isinstance(opened_or_path, str):
                    opened_or_path = sqlite3.connect(opened_or_path)
                self.connection = opened_or_path
                self.connection.execute("PRAGMA foreign_keys = ON")  # no tables  # no tables
        Store("/srv/x.db")
    """,
    "files of SQL": {
        "app/queries/all.sql": "SELECT id FROM models\n",
        "app/schema.sql": "CREATE TABLE models (id); CREATE TABLE tags (id);\n",
        "app/__init__.py": "",
        "app/store.py": """
            import importlib.resources
            import sqlite3
            from importlib import resources
            from pathlib import Path
            HERE = Path(__file__).parent
            connection = sqlite3.connect("/srv/x.db")
            connection.executescript(Path(__file__).with_name("schema.sql").read_text())  # ddl=models,tags
            with open(HERE / "schema.sql", encoding="utf-8") as script:
                connection.executescript(script.read())  # ddl=models,tags
            connection.execute((HERE / "queries" / "all.sql").read_text().strip())  # reads=models
            connection.execute(resources.files("app").joinpath("queries", "all.sql").read_text())  # reads=models
            connection.execute((resources.files(__package__) / "queries/all.sql").read_text())  # reads=models
            connection.executescript(importlib.resources.read_text("app", "schema.sql"))  # ddl=models,tags
            def query(name):
                return (HERE / "queries" / f"{name}.sql").read_text()
            connection.execute(query("all"))  # reads=models
            connection.execute(query("none"))  # holes=1
        """,
    },
    "tables by name": """
        import dataset
        import sqlite_utils
        db = sqlite_utils.Database("/srv/x.db")
        db["dogs"].insert({"id": 1}, pk="id")  # writes=dogs holes=2
        db["dogs"].upsert_all([{"id": 1}], pk="id")  # writes=dogs holes=2
        db.table("cats").delete(1)  # writes=cats holes=1
        birds = db["birds"]
        birds.create({"id": int})  # ddl=birds holes=1
        for name in ("a", "b"):
            db[name].drop()  # ddl=a  # ddl=b
        def clear(name):
            db[name].delete_where()  # holes=2
        dataset.connect("sqlite:////srv/x.db")["fish"].update({"id": 1}, ["id"])  # writes=fish holes=2
        {}.update(dict(a=1))
    """,
    "sessions of SQLAlchemy": """
        import sqlalchemy as sa
        from sqlalchemy import create_engine, text
        from sqlalchemy.orm import Session, sessionmaker
        engine = create_engine("sqlite:////srv/x.db")
        with engine.begin() as connection:
            connection.execute(text("DELETE FROM a WHERE id = :id").bindparams(id=1))  # reads=a writes=a
        with Session(engine) as session:
            session.execute(sa.text("DELETE FROM b"))  # writes=b
        maker = sessionmaker(bind=engine)
        with maker() as session:
            session.execute(sa.text("DELETE FROM c"))  # writes=c
    """,
    "raw queries": """
        import peewee
        class Person(peewee.Model):
            pass
        Person.raw("SELECT * FROM person WHERE id = ?", 1)  # reads=person
    """,
    "parts joined": """
        import sqlite3
        connection = sqlite3.connect("/srv/x.db")
        connection.execute("CREATE TABLE models (id)")  # ddl=models
        connection.execute("SELECT id " + "FROM models " "WHERE id = ?", (1,))  # reads=models
        sql = "SELECT id FROM models"
        sql += " WHERE id = ?"
        connection.execute(sql, (1,))  # reads=models
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_statement_touches_what_it_says(name: str) -> None:
    assert statements(PROGRAMS[name]) == expected(PROGRAMS[name])


def test_a_statement_knows_where_its_connection_was_opened() -> None:
    project = analysed("""
        import sqlite3
        class Store:
            def __init__(self):
                self.connection = sqlite3.connect("/srv/x.db")
            def create(self):
                self.connection.cursor().execute("CREATE TABLE models (id)")
    """)
    (statement,) = project.statements_by_path["app.py"]
    assert [str(target.template) for target in statement.connection] == ["/srv/x.db"]


def test_a_session_is_on_what_its_engine_was_opened_on() -> None:
    project = analysed("""
        from sqlalchemy import create_engine, text
        from sqlalchemy.orm import scoped_session, sessionmaker
        Maker = scoped_session(sessionmaker(create_engine("sqlite:////srv/x.db")))
        def clear():
            with Maker() as session:
                session.execute(text("DELETE FROM models"))
    """)
    (statement,) = project.statements_by_path["app.py"]
    assert [str(target.template) for target in statement.connection] == ["/srv/x.db"]
    assert statement.driver == "sqlalchemy.create_engine"
