"""The JSON Schema says what loading does."""

from __future__ import annotations

import jsonschema
import pytest
import tomli

from statefence.policy.schema import json_schema, tool_schema

WHOLE = """
src = ["src"]
state = "{home}/.app"
require-reasons = true
layers = { admin = ["app.admin.**"] }
forbidden = [{ path = "{state}/x", belongs-to = "admin", reason = "r" }]
namespaces = { "app.jobs.**" = ["jobs"] }
spawners = { "a:b" = { env = "extra", merge = "adds" } }
openers = { "a:c" = { path = "location" } }
[env.APP_HOST]
ensure = "app"
not-from = ["OTHER_HOST"]
resolver = "app.host:resolve"
layers = ["admin"]
exempt = ["git"]
[stores.admin]
path = "{state}/app.db"
kind = "file"
owners = ["admin"]
readers = ["admin"]
deny = ["admin"]
tables = ["models"]
open-with = "app.storage:open_admin"
write-with = "app.files:write_whole"
migrations = "migrations"
tenant = { models = "user_id" }
append-only = true
discover = { models = { path = "{state}/models/{name}", columns = { name = "{name}", path = "{path}" } } }
durable = true
"""


def test_it_is_a_draft_07_schema_that_accepts_every_key() -> None:
    jsonschema.Draft7Validator.check_schema(json_schema())
    jsonschema.validate(tomli.loads(WHOLE), json_schema(), jsonschema.Draft7Validator)


@pytest.mark.parametrize("wrong", ["x = 1", "src = 'a'", "[stores.a]\npath = '/x'", "[env.A]\nensure = ''"])
def test_it_refuses_what_loading_refuses(wrong: str) -> None:
    assert not jsonschema.Draft7Validator(json_schema()).is_valid(tomli.loads(wrong))


def test_every_key_is_described_and_none_may_be_null() -> None:
    schema = json_schema()
    tables = [schema, *(table for table in schema["definitions"].values() if "properties" in table)]
    assert all("description" in key for table in tables for name, key in table["properties"].items() if name != "path")
    assert "null" not in str(schema)


def test_validate_pyproject_gets_the_same_schema_with_an_identifier() -> None:
    schema = tool_schema("statefence")
    assert schema.pop("$id") == "urn:statefence:policy"
    assert schema == json_schema()
