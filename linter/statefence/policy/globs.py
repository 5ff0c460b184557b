"""Globs over dotted module names."""

from __future__ import annotations

import re
from functools import lru_cache


def matches_module(pattern: str, dotted: str) -> bool:
    """Whether a module glob covers a dotted name.

    `*` is one component or a part of one, `?` one character, and `**`, a component of its own, any number of
    components: `a.**` covers the package `a` itself and everything below it.
    """
    base = pattern.removesuffix(".**")
    if "*" not in base and "?" not in base:
        return dotted == base or (base != pattern and dotted.startswith(base + "."))
    return _compiled(pattern).fullmatch("." + dotted) is not None


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile("".join(map(_component, pattern.split("."))))


def _component(component: str) -> str:
    if component == "**":
        return r"(?:\.[^.]+)*"
    if component == "*":
        return r"\.[^.]+"
    signs = {"*": "[^.]*", "?": "[^.]"}
    return r"\." + "".join(signs.get(character) or re.escape(character) for character in component)
