"""From one file's bytes to its facts."""

from __future__ import annotations

import ast
import warnings

from msgspec import Struct

from statefence.facts import ir
from statefence.facts.lower import block

VERSION = 1
"""Raised whenever the records change, so that older caches are not read."""


class ModuleFacts(Struct, frozen=True):
    """What one file says, whatever the rest of the project says."""

    body: tuple[ir.Statement, ...]


def extract(data: bytes) -> ModuleFacts:
    """The facts of a file's bytes.

    Raises:
        SyntaxError: the bytes are not Python that this interpreter reads (its message says why).
        ValueError: the bytes hold a NUL.
        RecursionError: the code is nested too deeply.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(data)
    return ModuleFacts(block(tree.body))
