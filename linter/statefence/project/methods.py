"""Methods of values that are no project objects: connections, mappings, lists, paths and texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from statefence.callees import TABLE_GETTERS, TABLE_OPENERS
from statefence.facts import ir
from statefence.model import Place
from statefence.project import argparse, classes, commands, file_sinks, inherited, models, name_sets, sinks
from statefence.project.deferred import deferred
from statefence.project.lists import collapsed, forms
from statefence.project.mappings import item, literal
from statefence.project.pieces import DIVIDING, computed
from statefence.project.texts import TEXT_METHODS, formatted, interpolated, joined_path, joined_text
from statefence.project.values import (
    NONE,
    Absent,
    Arguments,
    Choice,
    Clear,
    Connection,
    Constant,
    Derived,
    Directory,
    Drop,
    External,
    Item,
    LiveEnvironment,
    Object,
    Parameter,
    Partial,
    Path,
    Put,
    Reference,
    Result,
    Sequence,
    Spread,
    Text,
    Unknown,
    Value,
    choose,
    concatenated,
)
from statefence.template import SymbolKind

if TYPE_CHECKING:
    from statefence.project.interpreter import Interpreter


def derived(owner: Value, name: str) -> Value | None:
    """Attributes of paths and temporary files."""
    if isinstance(owner, Directory) and owner.kind is SymbolKind.TMP:
        return owner
    if name == "strpath":
        return owner
    if name in {"parent", "stem", "suffix"}:
        return Derived(name, owner)
    if name == "name" and isinstance(owner, Path | Directory | Derived | Text):
        return Derived(name, owner)
    if name == "value" and isinstance(owner, Constant):
        return owner
    if isinstance(owner, Result) and not owner.callee.startswith("builtins."):
        keywords = dict(owner.keywords)
        if name in keywords:
            return keywords[name]
    if isinstance(owner, Directory) and owner.kind is SymbolKind.APP and models.APPLICATION_DIRECTORY.fullmatch(name):
        return Directory(SymbolKind.APP, f"{name}:{owner.name.partition(':')[2]}")
    return None


CONTAINER_METHODS = frozenset(
    {
        *("update", "pop", "setdefault", "clear", "copy", "get", "items", "keys", "values"),
        *("append", "extend", "add", "insert", "remove", "discard", "sort", "reverse"),
    }
)
MUTATING_METHODS = frozenset({"update", "pop", "popitem", "setdefault", "clear"})


def changes_mapping(name: str) -> bool:
    """Whether a method changes a mapping in place."""
    return name in MUTATING_METHODS


def is_container_method(name: str) -> bool:
    """Whether a method changes or asks a mapping or list, so that a choice of them must be kept together."""
    return name in CONTAINER_METHODS


def method_call(interpreter: Interpreter, owner: Value, name: str, arguments: Arguments, node: ir.Call) -> Value:
    """A method of a value that is no project object."""
    place = interpreter.place(node.span)
    content = interpreter.content(owner)
    recorded = sinks.record_statement(interpreter, content, name, arguments, node)
    if recorded is not None:
        return recorded
    if isinstance(content, External):
        return sinks.external_call(interpreter, f"{content.name}.{name}", arguments, node)
    told = commands.method(interpreter, content, name, arguments, node) if isinstance(content, Partial) else None
    if told is not None:
        return told
    later = sinks.record_later_open(interpreter, content, name, arguments, node)
    if later is not None:
        return later
    opened = file_sinks.record_path_method(interpreter, content, name, arguments, node)
    if opened is not None:
        return opened
    file_sinks.record_handle_method(interpreter, content, name, node)
    if name in {"setenv", "delenv"}:
        inherited.set_by_pytest(interpreter, content, name, arguments.positional)
    if name in {"chdir", "as_cwd", "isolated_filesystem"}:
        interpreter.change_directory(_entered_directory(interpreter, content, name, arguments))
    handed_on = deferred(interpreter, name, arguments, node)
    if handed_on is not None:
        return handed_on
    for owner_name in _callees(interpreter, content):
        called = f"{owner_name}.{name}"
        if sinks.spawner(called) is not None or called in file_sinks.FILE_OPENERS_BY_NAME:
            return sinks.external_call(interpreter, called, arguments, node)
    mutated = _mutation(interpreter, owner, content, name, arguments, place)
    if mutated is not None:
        return interpreter.rooted(mutated)
    positional = tuple([interpreter.state.freeze(value) for value in arguments.positional])
    keywords = {key: interpreter.state.freeze(value) for key, value in arguments.keywords.items()}
    frozen = interpreter.state.freeze(content)
    more = tuple(map(interpreter.state.freeze, arguments.more))
    return interpreter.rooted(method_of(interpreter, Asked(frozen, name, positional, keywords, place, more)))


def _callees(interpreter: Interpreter, content: Value) -> tuple[str, ...]:
    """The external classes that a value may be an instance of, by their dotted names."""
    if isinstance(content, Parameter) and content.types:
        return classes.external_types(interpreter.program, content)
    return (content.callee,) if isinstance(content, Result) and content.callee else ()


def _entered_directory(interpreter: Interpreter, owner: Value, name: str, arguments: Arguments) -> Value:
    """Where `monkeypatch.chdir(path)`, `tmpdir.chdir()`, `tmpdir.as_cwd()` and click's isolated file system go."""
    if name == "isolated_filesystem":
        return Directory(SymbolKind.TMP)
    return models.first(interpreter, arguments) if arguments.positional else interpreter.state.freeze(owner)


def _mutation(
    interpreter: Interpreter, owner: Value, content: Value, name: str, arguments: Arguments, place: Place
) -> Value | None:
    """Methods that change a mapping or list in place."""
    if isinstance(content, Object | Connection | Text | Path | Directory):
        return None
    if forms(content):
        return _list_mutation(interpreter, owner, content, name, arguments)
    if argparse.is_parser(content):
        return _declaration(interpreter, owner, name, arguments)
    first = models.first(interpreter, arguments)
    if name == "update":
        changes = [change for value in arguments.positional for change in models.spread(interpreter, value)]
        changes += [Put(Constant(k), interpreter.state.freeze(v)) for k, v in arguments.keywords.items()]
        changes += [Spread(spread) for spread in arguments.spreads]
        interpreter.change(owner, *changes)
        return NONE
    if name == "clear" and not arguments.positional:
        interpreter.change(owner, Clear())
        return NONE
    if name == "setdefault" and arguments.positional:
        value = models.first(interpreter, arguments, 1)
        found = item(interpreter.state.freeze(content), first, value, place)
        interpreter.change(owner, Put(first, value, weak=True))
        return found
    if name == "popitem":
        interpreter.change(owner, Drop(Unknown("whichever item comes last")))
        return Unknown("whichever item comes last")
    if name == "pop" and arguments.positional:
        default = models.first(interpreter, arguments, 1)
        found = item(interpreter.state.freeze(content), first, None if isinstance(default, Absent) else default, place)
        interpreter.change(owner, Drop(first))
        return found
    return None


def _declaration(interpreter: Interpreter, parser: Value, name: str, arguments: Arguments) -> Value | None:
    """Methods that add an argument to a parser of command lines."""
    if name in argparse.GROUPS:
        return parser
    freeze = interpreter.state.freeze
    options = {key: freeze(value) for key, value in arguments.keywords.items()}
    found = (
        argparse.declared([freeze(value) for value in arguments.positional], options)
        if name == "add_argument"
        else None
    )
    if found is None:
        return None
    interpreter.set_attribute(parser, *found)
    return Result(name, (found[1],))


def _parsed(asked: Asked) -> Value:
    result = Result(asked.name, (), argparse.parsed(asked.owner))
    return result if asked.name != "parse_known_args" else Sequence((result, Unknown("arguments that are not known")))


def _list_mutation(
    interpreter: Interpreter, owner: Value, content: Value, name: str, arguments: Arguments
) -> Value | None:
    """Methods that change a list or set in place; one that takes items away leaves them unknown."""
    if not isinstance(owner, Reference):
        return None
    if name in {"remove", "discard", "pop", "clear"}:
        interpreter.state.heap[owner.number] = Unknown("a list from which items are taken")
        return Unknown("an item taken from a list") if name == "pop" else NONE
    if not arguments.positional:
        return None
    content = collapsed(content)
    value = arguments.positional[0]
    if name in {"append", "add"}:
        interpreter.state.heap[owner.number] = _longer(content, Sequence((value,)))
        return NONE
    if name == "insert" and len(arguments.positional) == 2:
        interpreter.state.heap[owner.number] = _inserted(content, *arguments.positional[:2])
        return NONE
    if name == "extend":
        more = interpreter.content(value)
        added = more if isinstance(more, Sequence) else Sequence((Unknown("items of an unknown list"),))
        interpreter.state.heap[owner.number] = _longer(content, added)
        return NONE
    return None


def _longer(content: Value, added: Sequence) -> Value:
    """A list with more items, on each side of a branch."""
    if isinstance(content, Choice):
        return choose(content.test, _longer(content.then, added), _longer(content.orelse, added))
    assert isinstance(content, Sequence)
    return concatenated(content, added)


def _inserted(content: Value, place: Value, added: Value) -> Value:
    """A list with one more item, on each side of a branch; the place it has is kept where it is a literal."""
    if isinstance(content, Choice):
        return choose(content.test, _inserted(content.then, place, added), _inserted(content.orelse, place, added))
    assert isinstance(content, Sequence)
    index = place.value if isinstance(place, Constant) and isinstance(place.value, int) else len(content.items)
    return Sequence((*content.items[:index], added, *content.items[index:]))


class Asked(NamedTuple):
    """A method that changes nothing, asked of a value; `more` are the `*value`s of unknown length."""

    owner: Value
    name: str
    positional: tuple[Value, ...]
    keywords: Mapping[str, Value]
    place: Place
    more: tuple[Value, ...] = ()


def method_of(interpreter: Interpreter, asked: Asked) -> Value:
    """The value of a method that changes nothing."""
    owner, name = asked.owner, asked.name
    if isinstance(owner, Choice):
        then = method_of(interpreter, asked._replace(owner=owner.then))
        return choose(owner.test, then, method_of(interpreter, asked._replace(owner=owner.orelse)))
    if isinstance(owner, Connection) and owner.api in TABLE_OPENERS and name in TABLE_GETTERS and asked.positional:
        return Item(owner, asked.positional[0])
    if isinstance(owner, Connection) or (_is_temporary(owner) and name not in {"joinpath", "join"}):
        return owner
    if name == "get" and asked.positional and isinstance(owner, LiveEnvironment):
        return models.environment_item(interpreter, asked.positional[0], _default(asked), asked.place)
    method = METHODS.get(name)
    if method is not None:
        return method(asked)
    text = literal(owner)
    if text is not None and (name in TEXT_METHODS or name in DIVIDING):
        return computed(text, name, asked.positional) or Unknown("a text that is changed by what is not known")
    return _result(asked)


def _result(asked: Asked) -> Value:
    return Result(asked.name, (asked.owner, *asked.positional), tuple(asked.keywords.items()))


def _is_temporary(owner: Value) -> bool:
    return isinstance(owner, Directory) and owner.kind is SymbolKind.TMP


def _default(asked: Asked) -> Value:
    return asked.positional[1] if len(asked.positional) > 1 else asked.keywords.get("default", NONE)


def _get(asked: Asked) -> Value:
    return item(asked.owner, asked.positional[0], _default(asked), asked.place) if asked.positional else _result(asked)


def _join(asked: Asked) -> Value:
    if isinstance(asked.owner, Constant):
        return joined_text(asked.owner, asked.positional)
    return Path((asked.owner, *asked.positional))


def _joinpath(asked: Asked) -> Value:
    parts = (asked.owner, *asked.positional)
    return joined_path((Sequence(parts), *asked.more)) if asked.more else Path(parts)


def _with(asked: Asked) -> Value:
    return Derived(asked.name, asked.owner, asked.positional[0]) if asked.positional else _result(asked)


def _same(asked: Asked) -> Value:
    return asked.owner


FILE_URI = Constant("file://")

IDENTITIES = (
    *("resolve", "absolute", "as_posix", "strip", "rstrip", "lstrip", "encode", "decode", "__str__", "__fspath__"),
    *(
        "realpath",
        "set",
        "render_as_string",
        "bindparams",
        "execution_options",
        "connect",
        "begin",
        "session",
        "acquire",
        "strpath",
    ),
)
"""Methods that give the same path, text or database in another form."""

METHODS: Mapping[str, Callable[[Asked], Value]] = {
    **dict.fromkeys(IDENTITIES, _same),
    **dict.fromkeys(argparse.PARSED, _parsed),
    **dict.fromkeys(("with_name", "with_suffix", "with_stem"), _with),
    "as_uri": lambda asked: Text((FILE_URI, asked.owner)),
    "copy": lambda asked: models.copied(asked.owner, asked.place),
    "get": _get,
    "items": _result,
    "difference": lambda asked: name_sets.combined("-", asked.owner, asked.positional) or _result(asked),
    "intersection": lambda asked: name_sets.combined("&", asked.owner, asked.positional) or _result(asked),
    "expanduser": lambda asked: models.expanded(asked.owner),
    "joinpath": _joinpath,
    "join": _join,
    "format": lambda asked: formatted(asked.owner, asked.positional, asked.keywords),
    "%": lambda asked: interpolated(asked.owner, asked.positional[0]),
}
