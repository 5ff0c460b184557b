"""Arguments of `argparse` parsers: what the parsed arguments are when the user gives nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from statefence.project.values import NONE, Constant, Parameter, Result, Value

PARSERS = frozenset({"ArgumentParser", "ArgParser"})
PARSED = frozenset({"parse_args", "parse_known_args", "parse_intermixed_args"})
GROUPS = frozenset({"add_argument_group", "add_mutually_exclusive_group"})
"""Methods of a parser that give something to which its arguments are added as well."""

OWNER = "arguments"
"""Stands for the function that would take them: nobody calls it."""

_DECLARED = "add_argument "
_FALSE, _TRUE = Constant(value=False), Constant(value=True)
_FLAGS = {"store_true": _FALSE, "store_false": _TRUE, "count": NONE}


def is_parser(value: Value) -> bool:
    """Whether a value is a parser of command lines."""
    return isinstance(value, Result) and value.callee.rpartition(".")[2] in PARSERS


def declared(names: Sequence[Value], options: Mapping[str, Value]) -> tuple[str, Value] | None:
    """What `add_argument` tells of a parser, as an attribute of it; None where the name cannot be told.

    Source: docs.python.org/3/library/argparse.html: an option that is left out is its `default`, else None.
    """
    texts = [each.value for each in names if isinstance(each, Constant) and isinstance(each.value, str)]
    stated = options.get("dest")
    name = stated.value if isinstance(stated, Constant) else _name(texts)
    if not isinstance(name, str) or not name.isidentifier():
        return None
    return f"{_DECLARED}{name}", Parameter(OWNER, name, "keyword", _default(texts, options))


def parsed(parser: Value) -> tuple[tuple[str, Value], ...]:
    """The attributes of what a parser makes of a command line."""
    if not isinstance(parser, Result):
        return ()
    return tuple((name[len(_DECLARED) :], value) for name, value in parser.keywords if name.startswith(_DECLARED))


def _name(texts: Sequence[str]) -> str:
    """The first long option, else the first short one, else the name itself."""
    first = next((text for text in texts if text.startswith("--")), texts[0] if texts else "")
    return first.lstrip("-").replace("-", "_")


def _default(texts: Sequence[str], options: Mapping[str, Value]) -> Value | None:
    """What it is when it is left out; None where it cannot be."""
    if "default" in options:
        default = options["default"]
        return default if isinstance(default, Constant) or not isinstance(default, Parameter) else None
    action = options.get("action")
    if isinstance(action, Constant) and action.value in _FLAGS:
        return _FLAGS[str(action.value)]
    is_option = bool(texts) and texts[0].startswith("-")
    required = options.get("required")
    must = isinstance(required, Constant) and bool(required.value)
    return NONE if is_option and not must else None
