"""Prose is never taken for SQL, and SQL is seldom taken for prose."""

import pytest

from statefence.sql import is_sql, schema_of

PROSE = """
Select a model from the list
Select a model
Select all
Select all items (optional)
Select one (1)
Select * from the list
SELECT A MODEL FROM THE LIST
Select your country from this list, please.
Select an option...
Select name, address from the form
select
select x, y
update the table
Update set of rules
Update
update: now
update = true
Update the settings; then restart
delete it from disk
Delete from disk
Delete from cart
delete from cart
DELETE
Delete from favorites?
Insert coin into slot
Insert into basket
Insert your card (chip first)
Create table it (a text)
Replace values in the form
Replace into position
WITH great power comes great responsibility
With best regards
with open file as f
create table reservations online
Create view from the window
CREATE TABLE OF CONTENTS
Create index of pages
Drop table reservations
Drop files here
drop the table
Alter the plan
Begin
begin
Commit your changes
commit
RELEASE NOTES
Release v1.2.3 (stable)
Rollback complete
PRAGMA ONCE
ANALYZE DATA
analyze this
explain analyze
Explain yourself
ATTACH FILE AS PDF
Attach file as attachment
Detach the cable
Reindex files
savepoint reached
Vacuum the carpet
vacuum
end
END
Values are listed below
The select statement: SELECT * FROM users
Usage: select NAME from TABLE

user select * from users
"""

SQL = """
SELECT * FROM users
SELECT name FROM users
SELECT 1
select user_id from posts
select * from users where id = ?
select count(*) from users
SELECT a FROM t
SELECT a.x, b.y FROM aa AS a JOIN bb b ON a.id = b.id
SELECT * FROM t WHERE x = %s AND y = %(name)s
SELECT id::text FROM t WHERE id = $1
INSERT INTO t VALUES (?)
insert into t values (1)
INSERT OR REPLACE INTO t (a, b) VALUES (:a, :b)
UPDATE t SET a = 1
update t set a = 1
DELETE FROM users
DELETE FROM users WHERE id = ?
CREATE TABLE t (id INTEGER)
create table if not exists t (id integer primary key)
create table t (a integer, b text, primary key (a, b))
CREATE INDEX by_name ON users (name)
DROP TABLE users
drop table if exists users
ALTER TABLE t ADD COLUMN x TEXT
alter table t rename to u
PRAGMA foreign_keys = ON
PRAGMA journal_mode
ATTACH DATABASE ? AS other
BEGIN
BEGIN IMMEDIATE
COMMIT
ROLLBACK
VACUUM
WITH x AS (SELECT 1) SELECT * FROM x
VALUES (1), (2)
CREATE TABLE a (id); INSERT INTO a VALUES (1);
  -- a comment first\\n SELECT * FROM users
"""


def _lines(text: str) -> list[str]:
    return [line.replace("\\n", "\n") for line in text.strip().splitlines()]


@pytest.mark.parametrize("text", _lines(PROSE))
def test_prose_is_never_taken_for_sql(text: str) -> None:
    assert not is_sql([text])


@pytest.mark.parametrize("text", _lines(SQL))
def test_sql_is_recognised_by_its_text_alone(text: str) -> None:
    assert is_sql([text])


@pytest.mark.parametrize(
    "pieces",
    [
        ["SELECT * FROM ", None],
        ["SELECT ", None, " FROM users WHERE id IN (", None, ")"],
        ["INSERT INTO ", None, " (", None, ") VALUES (", None, ")"],
        ["UPDATE users SET ", None, " WHERE id = ?"],
        ["DELETE FROM users ", None],
    ],
)
def test_holes_do_not_keep_sql_from_being_recognised(pieces: list[str | None]) -> None:
    assert is_sql(pieces)


@pytest.mark.parametrize(
    "pieces",
    [
        [None],
        [None, " FROM users"],
        ["Select ", None, " from the list"],
        ["Delete ", None, "?"],
        ["update ", None],
        ["Created table ", None, " in ", None],
    ],
)
def test_prose_with_holes_is_not_sql(pieces: list[str | None]) -> None:
    assert not is_sql(pieces)


def test_a_known_table_settles_what_the_text_leaves_open() -> None:
    schema = schema_of([["CREATE TABLE cart (id)"]])

    assert not is_sql(["delete from cart"])
    assert is_sql(["delete from cart"], schema)
    assert is_sql(["Select * from cart"], schema)
    assert not is_sql(["Select a cart from the list"], schema)
    assert not is_sql(["delete from basket"], schema)
