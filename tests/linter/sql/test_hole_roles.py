"""What a piece of a statement that is not known stands for, by where it stands."""

import pytest

from statefence.sql import HoleRole, hole_roles, markers

ROLES = {
    "SELECT * FROM t WHERE a = {} AND b LIKE {} LIMIT {}": ["value", "value", "value"],
    "SELECT * FROM t WHERE a BETWEEN {} AND {} OR a IS NOT {}": ["value", "value", "value"],
    "SELECT * FROM t WHERE a = '{}' OR b LIKE '%{}{}'": ["string", "string", "string"],
    "INSERT INTO t (a, b) VALUES ({}, {}), (1, {})": ["value", "value", "value"],
    "SELECT * FROM t WHERE a IN ({}, {})": ["value", "value"],
    "SELECT * FROM t WHERE a IN ({})": ["list"],
    "UPDATE t SET {} = 1, {} = {} WHERE {} = ? AND {} LIKE ?": ["name", "name", "value", "name", "name"],
    "SELECT * FROM t WHERE {} AND {} ORDER BY {} {}": ["other", "other", "name", "other"],
    "SELECT * FROM t WHERE a BETWEEN 1 AND {} ORDER BY {}, id": ["value", "name"],
    "INSERT INTO t ({}) VALUES ({})": ["other", "other"],
    "SELECT {} FROM t WHERE {} GROUP BY {}": ["other", "other", "name"],
    "SELECT * FROM {} JOIN a.{} ON {}.id = a.id": ["name", "name", "name"],
    "SELECT * FROM shard_{}": ["part-of-name"],
    'SELECT * FROM "{}" WHERE [{}] = 1': ["part-of-name", "part-of-name"],
    "DELETE FROM t -- because of {}\nWHERE a = {}": ["other", "value"],
    "CREATE TABLE {} (a DEFAULT '{}')": ["name", "other"],
    "PRAGMA user_version = {}": ["other"],
    "ATTACH DATABASE '{}' AS {}": ["string", "other"],
    "VACUUM INTO '{}'": ["string"],
    "SELECT * FROM t WHERE a = {}.b": ["name"],
    "SELECT * FROM t WHERE a = {} || 'x'": ["value"],
    "SELECT * FROM t WHERE a = {} {}": ["other", "other"],
    "DELETE FROM t; DROP TABLE {}; DELETE FROM t WHERE a = {}": ["name", "value"],
    "SELECT * FROM t WHERE id = :p{}": ["other"],
}


@pytest.mark.parametrize("text", ROLES)
def test_a_hole_has_the_role_of_its_place(text: str) -> None:
    pieces = [piece for part in text.split("{}") for piece in (part, None)][:-1]
    assert [role.value for role in hole_roles(pieces)] == ROLES[text]


def test_markers_and_holes_come_in_order() -> None:
    pieces = ["UPDATE t SET a = ?, b = '", None, "-", None, "' WHERE c = :c AND d = ", None, " AND e = '?'"]
    assert markers(pieces) == ("?", (0, 1), ":c", (2,))
    assert {*map(type, hole_roles(pieces))} == {HoleRole}
