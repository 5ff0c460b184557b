"""How values are kept: lists and objects as JSON, times as text."""

import json
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

JSON_FIELDS = ("built_in_tools", "mcps", "knowledges", "configuration", "accessible_paths", "sub_agent_ids")


def encoded(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as columns keep them."""
    return {
        name: json.dumps(value) if name in JSON_FIELDS and value is not None else value
        for name, value in settings.items()
    }


def decoded(row: sqlite3.Row) -> dict[str, Any]:
    """Settings as programs use them."""
    columns = dict(row)
    return {
        name: json.loads(value) if name in JSON_FIELDS and value is not None else value
        for name, value in columns.items()
    }


def now() -> str:
    """The time in UTC, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
