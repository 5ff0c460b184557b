import sqlite3
from contextlib import closing

import pytest
from chatos.storage import make_tables, open_runtime
from chatos.storage.guard import refuse_foreign_tables
from chatos.storage.schema import ADMIN_TABLES, TABLES


@pytest.mark.parametrize("table", ADMIN_TABLES)
def test_configuration_tables_cannot_be_made_in_the_runtime_database(table: str) -> None:
    with closing(open_runtime()) as connection, pytest.raises(sqlite3.DatabaseError, match="not authorized"):
        connection.execute(TABLES[table])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE prompts SET body = ''",
        "DELETE FROM prompts",
        "ALTER TABLE prompts RENAME TO tasks",
        "DROP TABLE prompts",
    ],
)
def test_a_configuration_table_of_an_older_version_can_only_be_read(statement: str) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        make_tables(connection, "prompts")
        connection.set_authorizer(refuse_foreign_tables)
        assert connection.execute("SELECT body FROM prompts").fetchall() == []
        with pytest.raises(sqlite3.DatabaseError, match="not authorized"):
            connection.execute(statement)


def test_runtime_tables_can_be_written_in_any_case() -> None:
    with closing(open_runtime()) as connection, connection:
        connection.execute("INSERT INTO Tasks (id, session_id, title, status) VALUES ('1', 's', 't', 'done')")
        assert connection.execute("DELETE FROM tasks").rowcount == 1
