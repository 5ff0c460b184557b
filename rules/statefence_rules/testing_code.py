"""Which code is a test, so that what it does to files of its own making is no violation."""

from __future__ import annotations

import re

from statefence.api import Module, is_test_file

_TEST_FUNCTION = re.compile(r"test(?:_|$)")
_TEST_CLASS = re.compile(r"Test(?:[A-Z_]|$)")


def is_test(module: Module, symbol: str = "") -> bool:
    """Whether code is only there to test: a file of a test directory or named so, or a function pytest would call.

    Args:
        symbol: the dotted name of the function, which begins with its module's; empty for the module itself.
    """
    if is_test_file(module.path):
        return True
    within = symbol.removeprefix(module.name).split(".")
    return any(_TEST_FUNCTION.match(name) or _TEST_CLASS.match(name) for name in within)
