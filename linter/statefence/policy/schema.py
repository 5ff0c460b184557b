"""The JSON Schema of the policy, from the same records that loading converts to."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from statefence.policy.document import Document

Schema = dict[str, Any]


def json_schema() -> Schema:
    """The draft-07 schema of `[tool.statefence]`, which is also that of a whole `statefence.toml`."""
    generated = json.loads(json.dumps(msgspec.json.schema(Document)).replace("#/$defs/", "#/definitions/"))
    definitions = generated.pop("$defs")
    document = definitions.pop(Document.__name__)
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        **document,
        "title": "statefence",
        "definitions": definitions,
    }
    return {key: _without_null(value) for key, value in schema.items()}


def tool_schema(tool_name: str = "statefence") -> Schema:
    """The entry point of validate-pyproject: the schema of the table `tool.<tool_name>`."""
    return {**json_schema(), "$id": f"urn:{tool_name}:policy"}


def _without_null(schema: Any) -> Any:  # noqa: ANN401 - a JSON value is anything
    """The schema without the null that TOML cannot write, all the way down."""
    if isinstance(schema, list):
        return [_without_null(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: _without_null(value) for key, value in schema.items() if (key, value) != ("default", None)}
    choices = inner.pop("anyOf", [])
    kept = [choice for choice in choices if choice != {"type": "null"}]
    return {**kept[0], **inner} if len(kept) == 1 else inner
