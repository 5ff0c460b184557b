"""Violations as workflow commands, which GitHub Actions shows at their lines; pure.

The form and its escapes are those of the `actions/toolkit` package `core`: `%`, carriage return and line feed are
escaped everywhere, in properties also the colon and the comma.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import PurePath

from pytest_statefence.records import Violation

_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def is_on_github(environ: Mapping[str, str]) -> bool:
    """Whether the run is a step of a workflow."""
    return environ.get("GITHUB_ACTIONS") == "true"


def annotation(violation: Violation, message: str, level: str, root: PurePath, workspace: PurePath) -> str:
    """One command, at the line that explains the violation, else at the likeliest line that did it.

    Args:
        violation: where it happened, by paths relative to `root`.
        message: what to say there.
        level: `error` or `warning`.
        root: the directory of the policy.
        workspace: the directory of the checkout, which paths of annotations are relative to.
    """
    properties = {"title": f"{violation.code} {violation.what.partition(':')[0]}"}
    places = [(each.path, each.line) for each in violation.explanations] or list(violation.places)
    if places:
        path, line = places[0]
        file = os.path.relpath(root / path, workspace)
        properties |= {"file": file, "line": str(line)}
    joined = ",".join(f"{name}={value.translate(_PROPERTY)}" for name, value in properties.items())
    return f"::{level} {joined}::{message.translate(_DATA)}"
