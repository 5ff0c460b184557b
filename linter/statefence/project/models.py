"""What functions and methods outside the project give back, as far as environments, paths and texts are concerned."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from statefence.facts import ir
from statefence.model import Place, Span
from statefence.project import calls, sinks
from statefence.project.mappings import item
from statefence.project.values import (
    ABSENT,
    ENVIRON,
    NONE,
    Absent,
    Arguments,
    Change,
    Choice,
    Clear,
    Connection,
    Constant,
    Derived,
    Dictionary,
    Directory,
    Drop,
    Element,
    EnvironmentVariable,
    External,
    FunctionValue,
    Item,
    LiveEnvironment,
    Member,
    Object,
    Parameter,
    Partial,
    Path,
    Put,
    Result,
    Select,
    Sequence,
    Spread,
    Text,
    Unknown,
    Value,
    choose,
    walk,
)
from statefence.template import SymbolKind

if TYPE_CHECKING:
    from statefence.project.interpreter import Interpreter

NOWHERE = Place("", Span(0, 0, 0, 0))

Model = Callable[["Interpreter", Arguments, Place], Value]

ALIASES = {
    "posix.environ": "os.environ",
    "posixpath": "os.path",
    "ntpath": "os.path",
    "pathlib.PosixPath": "pathlib.Path",
    "pathlib.PurePosixPath": "pathlib.Path",
    "pathlib.PurePath": "pathlib.Path",
    "pathlib2.Path": "pathlib.Path",
    "upath.UPath": "pathlib.Path",
    "anyio.Path": "pathlib.Path",
    "trio.Path": "pathlib.Path",
    "builtins.open": "io.open",
}
REEXPORTED = {
    "subprocess.os": "os",
    "subprocess.sys": "sys",
    "shutil.os": "os",
    "pathlib.os": "os",
    "tempfile._os": "os",
}
APPLICATION_DIRECTORY = re.compile(r"(?:user|site)_\w+_(?:dir|path)|get_app_dir|user_\w+dir|AppDirs|PlatformDirs")
MAPPING_METHODS = frozenset({"update", "pop", "setdefault", "clear", "copy", "get", "items", "keys", "values"})


def is_mapping_method(name: str) -> bool:
    """Whether a method changes or asks a mapping, so that a choice of mappings must be kept together."""
    return name in MAPPING_METHODS


def external(name: str) -> Value:
    """An attribute of an external module, under its canonical name."""
    for alias, canonical in REEXPORTED.items():
        if name == alias or name.startswith(f"{alias}."):
            name = canonical + name[len(alias) :]
    name = ALIASES.get(name, name)
    if name in {"os.environ", "os.environb"}:
        return ENVIRON
    if name == "os.sep":
        return Constant("/")
    if name == "os.devnull":
        return Constant("/dev/null")
    if name in {"os.name", "sys.platform"}:
        return Constant("posix" if name == "os.name" else "linux")
    return External(name)


def is_test_function(path: str, name: str) -> bool:
    """Whether pytest would call this function with fixtures."""
    file = path.rpartition("/")[2]
    return name.startswith("test") and (file.startswith("test") or file.endswith("_test.py") or file == "conftest.py")


def builtin_fixture(name: str) -> Value | None:
    """pytest's own fixtures that are directories."""
    if name in {"tmp_path", "tmpdir", "tmp_path_factory", "tmpdir_factory", "testdir", "pytester"}:
        return Directory(SymbolKind.TMP, "")
    return None


def external_call(interpreter: Interpreter, name: str, arguments: Arguments, node: ir.Call) -> Value:
    """The value of a call of an external function."""
    place = interpreter.place(node.span)
    name = ALIASES.get(name, name)
    handed_on = deferred(interpreter, name, arguments, node)
    if handed_on is not None:
        return handed_on
    model = MODELS.get(name)
    if model is not None:
        return interpreter.rooted(model(interpreter, arguments, place))
    last = name.rpartition(".")[2]
    if APPLICATION_DIRECTORY.fullmatch(last):
        return _application_directory(interpreter, last, arguments)
    if name.startswith("tempfile."):
        return Directory(SymbolKind.TMP, "")
    positional = tuple([interpreter.state.freeze(value) for value in arguments.positional])
    keywords = tuple([(key, interpreter.state.freeze(value)) for key, value in arguments.keywords.items()])
    owner, _, method = name.rpartition(".")
    if owner and method[:1].islower() and owner in CLASS_METHODS:
        return (
            method_of(interpreter, positional[0], method, positional[1:], dict(keywords), place)
            if positional
            else Result(name)
        )
    return Result(name, positional, keywords)


CLASS_METHODS = frozenset({"builtins.dict", "builtins.str", "pathlib.Path"})


def _application_directory(interpreter: Interpreter, name: str, arguments: Arguments) -> Value:
    application = interpreter.state.freeze(arguments.positional[0]) if arguments.positional else ABSENT
    label = application.value if isinstance(application, Constant) else "?"
    return Directory(SymbolKind.APP, f"{name}:{label}")


def _first(interpreter: Interpreter, arguments: Arguments, index: int = 0) -> Value:
    if index < len(arguments.positional):
        return interpreter.state.freeze(arguments.positional[index])
    return ABSENT


def _getenv(interpreter: Interpreter, arguments: Arguments, place: Place) -> Value:
    default = _first(interpreter, arguments, 1)
    if isinstance(default, Absent):
        default = interpreter.state.freeze(arguments.keywords.get("default", NONE))
    return _environment_item(interpreter, _first(interpreter, arguments), default, place)


def _environment_item(interpreter: Interpreter, key: Value, default: Value, place: Place) -> Value:
    if not isinstance(key, Constant) or not isinstance(key.value, str):
        return Item(ENVIRON, key, default)
    fallback = None if default == NONE else default
    value = EnvironmentVariable(key.value, fallback, required=False, place=place)
    if fallback is not None:
        interpreter.chain(
            place.span, value, (EnvironmentVariable(key.value, None, required=False, place=place), fallback)
        )
    return value


def _same(interpreter: Interpreter, arguments: Arguments, _place: Place) -> Value:
    return arguments.positional[0] if arguments.positional else Unknown("a call without its argument")


def _path(interpreter: Interpreter, arguments: Arguments, _place: Place) -> Value:
    parts = tuple([interpreter.state.freeze(value) for value in arguments.positional])
    if arguments.more:
        return Unknown("a path of unpacked parts")
    if not parts:
        return Constant(".")
    return parts[0] if len(parts) == 1 else Path(parts)


def _expanduser(interpreter: Interpreter, arguments: Arguments, place: Place) -> Value:
    return expanded(_first(interpreter, arguments))


def expanded(value: Value) -> Value:
    """`expanduser`: a leading `~` becomes the home directory."""
    if isinstance(value, Choice):
        return choose(value.test, expanded(value.then), expanded(value.orelse))
    if isinstance(value, Constant) and isinstance(value.value, str) and value.value.startswith("~"):
        head, _, tail = value.value.partition("/")
        if head == "~":
            home = Directory(SymbolKind.HOME)
            return Path((home, Constant(tail))) if tail else home
    if isinstance(value, Path | Text) and value.parts:
        first = expanded(value.parts[0])
        return type(value)((first, *value.parts[1:]))
    if isinstance(value, EnvironmentVariable) and value.default is not None:
        return EnvironmentVariable(value.name, expanded(value.default), value.required, value.place)
    return value


def _dict(interpreter: Interpreter, arguments: Arguments, place: Place) -> Value:
    changes: list[Change] = []
    for value in arguments.positional[:1]:
        changes.extend(_spread(interpreter, value))
    changes.extend(Put(Constant(name), interpreter.state.freeze(value)) for name, value in arguments.keywords.items())
    changes.extend(Spread(value) for value in arguments.spreads)
    return Dictionary(tuple(changes), place, display=True)


def _spread(interpreter: Interpreter, value: Value) -> list[Change]:
    """The changes that `dict(value)` and `update(value)` make: a mapping's items, or pairs."""
    content = interpreter.state.freeze(value)
    if isinstance(content, Sequence):
        pairs = [entry.items for entry in content.items if isinstance(entry, Sequence) and len(entry.items) == 2]
        if len(pairs) == len(content.items):
            return [Put(key, entry) for key, entry in pairs]
    if isinstance(content, Result) and content.callee == "items" and content.arguments:
        return [Spread(content.arguments[0])]
    return [Spread(content)]


def _copy(interpreter: Interpreter, arguments: Arguments, place: Place) -> Value:
    content = _first(interpreter, arguments)
    if isinstance(content, LiveEnvironment):
        return ENVIRON
    return _copied(content, place)


def _copied(content: Value, place: Place) -> Value:
    if isinstance(content, LiveEnvironment | Parameter | Item | Member | Choice | Element | Result):
        return Dictionary((Spread(content),), place)
    return content


def _partial(interpreter: Interpreter, arguments: Arguments, _place: Place) -> Value:
    if not arguments.positional:
        return Unknown("a partial of nothing")
    rest = tuple([interpreter.state.freeze(value) for value in arguments.positional[1:]])
    keywords = tuple([(key, interpreter.state.freeze(value)) for key, value in arguments.keywords.items()])
    return Partial(interpreter.content(arguments.positional[0]), rest, keywords)


def _directory(kind: SymbolKind) -> Model:
    return lambda _interpreter, _arguments, _place: Directory(kind)


def _derive(operation: str) -> Model:
    return lambda interpreter, arguments, _place: Derived(operation, _first(interpreter, arguments))


def _casted(interpreter: Interpreter, arguments: Arguments, _place: Place) -> Value:
    return arguments.positional[1] if len(arguments.positional) > 1 else Unknown("a cast of nothing")


MODELS: Mapping[str, Model] = {
    "os.getenv": _getenv,
    "os.environ.get": _getenv,
    "os.fspath": _same,
    "os.fsdecode": _same,
    "os.fsencode": _same,
    "os.getcwd": _directory(SymbolKind.CWD),
    "os.getcwdb": _directory(SymbolKind.CWD),
    "os.path.join": _path,
    "os.path.expanduser": _expanduser,
    "os.path.expandvars": _same,
    "os.path.abspath": _same,
    "os.path.realpath": _same,
    "os.path.normpath": _same,
    "os.path.dirname": _derive("parent"),
    "os.path.basename": _derive("name"),
    "pathlib.Path": _path,
    "pathlib.Path.home": _directory(SymbolKind.HOME),
    "pathlib.Path.cwd": _directory(SymbolKind.CWD),
    "builtins.str": _same,
    "builtins.bytes": _same,
    "builtins.list": _same,
    "builtins.tuple": _same,
    "builtins.sorted": _same,
    "builtins.dict": _dict,
    "collections.OrderedDict": _dict,
    "collections.ChainMap": lambda interpreter, arguments, place: Dictionary(
        tuple([Spread(interpreter.state.freeze(value)) for value in reversed(arguments.positional)]), place
    ),
    "copy.copy": _copy,
    "copy.deepcopy": _copy,
    "functools.partial": _partial,
    "typing.cast": _casted,
    "contextlib.closing": _same,
    "contextlib.aclosing": _same,
    "contextlib.nullcontext": _same,
    "asyncio.run": _same,
    "asyncio.wait_for": _same,
    "asyncio.shield": _same,
    "asyncio.create_task": _same,
    "asyncio.ensure_future": _same,
    "sqlalchemy.text": _same,
    "sqlalchemy.sql.text": _same,
    "textwrap.dedent": _same,
    "urllib.parse.quote": _same,
    "mcp.client.stdio.get_default_environment": lambda _i, _a, place: Dictionary(
        (Select(ENVIRON, tuple(sinks.SPAWNER_BY_NAME["mcp.StdioServerParameters"].keeps)),), place
    ),
    "mcp.get_default_environment": lambda _i, _a, place: Dictionary(
        (Select(ENVIRON, tuple(sinks.SPAWNER_BY_NAME["mcp.StdioServerParameters"].keeps)),), place
    ),
}


# Methods of values that are no project objects


def derived(owner: Value, name: str) -> Value | None:
    """Attributes of paths and temporary files."""
    if isinstance(owner, Directory) and owner.kind is SymbolKind.TMP:
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
    if isinstance(owner, Result) and owner.callee.rpartition(".")[2] in {"PlatformDirs", "AppDirs"}:
        return Directory(SymbolKind.APP, name)
    return None


DEFERRED: Mapping[str, int] = {
    "asyncio.to_thread": 0,
    "anyio.to_thread.run_sync": 0,
    "trio.to_thread.run_sync": 0,
    "starlette.concurrency.run_in_threadpool": 0,
    "asgiref.sync.sync_to_async": 0,
    "run_in_executor": 1,
    "submit": 0,
    "call_soon_threadsafe": 0,
    "enter_context": 0,
    "enter_async_context": 0,
}
"""Calls that call what they are given, with what follows it; the position of the callable. The last two give it back."""


def deferred(interpreter: Interpreter, name: str, arguments: Arguments, node: ir.Call) -> Value | None:
    """A call that hands a function of the project, and its arguments, on to be called; None when it is none."""
    position = DEFERRED.get(name)
    if name in {"threading.Thread", "multiprocessing.Process", "threading.Timer"}:
        return _target(interpreter, arguments, node)
    if position is None or position >= len(arguments.positional):
        return None
    callee = arguments.positional[position]
    if name.startswith("enter_"):
        return callee
    if not isinstance(interpreter.content(callee), FunctionValue | Partial | External):
        return None
    spans = {
        key - position - 1: span for key, span in arguments.spans.items() if isinstance(key, int) and key > position
    }
    rest = Arguments(
        arguments.positional[position + 1 :], arguments.keywords, arguments.more, arguments.spreads, dict(spans)
    )
    return calls.apply(interpreter, callee, rest, node)


def _target(interpreter: Interpreter, arguments: Arguments, node: ir.Call) -> Value | None:
    """`Thread(target=..., args=..., kwargs=...)`."""
    target = interpreter.content(arguments.keywords.get("target", ABSENT))
    if not isinstance(target, FunctionValue | Partial):
        return None
    positional = interpreter.content(arguments.keywords.get("args", Sequence(())))
    spread = interpreter.state.freeze(arguments.keywords.get("kwargs", ABSENT))
    items = positional.items if isinstance(positional, Sequence) else ()
    calls.apply(interpreter, target, Arguments(items, {}, (), () if isinstance(spread, Absent) else (spread,)), node)
    return Result("threading.Thread")


def method_call(interpreter: Interpreter, owner: Value, name: str, arguments: Arguments, node: ir.Call) -> Value:
    """A method of a value that is no project object."""
    place = interpreter.place(node.span)
    content = interpreter.content(owner)
    recorded = sinks.record_statement(interpreter, content, name, arguments, node)
    if recorded is not None:
        return recorded
    if isinstance(content, External):
        return sinks.external_call(interpreter, f"{content.name}.{name}", arguments, node)
    sinks.record_path_method(interpreter, content, name, arguments, node)
    handed_on = deferred(interpreter, name, arguments, node)
    if handed_on is not None:
        return handed_on
    if isinstance(content, Result) and content.callee:
        called = f"{content.callee}.{name}"
        if sinks.spawner(called) is not None:
            return sinks.external_call(interpreter, called, arguments, node)
    mutated = _mutation(interpreter, owner, content, name, arguments, place)
    if mutated is not None:
        return interpreter.rooted(mutated)
    positional = tuple([interpreter.state.freeze(value) for value in arguments.positional])
    keywords = {key: interpreter.state.freeze(value) for key, value in arguments.keywords.items()}
    frozen = interpreter.state.freeze(content)
    return interpreter.rooted(method_of(interpreter, frozen, name, positional, keywords, place))


def _mutation(
    interpreter: Interpreter, owner: Value, content: Value, name: str, arguments: Arguments, place: Place
) -> Value | None:
    """Methods that change a mapping or list in place."""
    if isinstance(content, Object | Connection | Text | Path | Directory):
        return None
    if isinstance(content, Sequence):
        return _list_mutation(interpreter, owner, content, name, arguments)
    first = _first(interpreter, arguments)
    if name == "update":
        changes = [change for value in arguments.positional for change in _spread(interpreter, value)]
        changes += [Put(Constant(k), interpreter.state.freeze(v)) for k, v in arguments.keywords.items()]
        changes += [Spread(spread) for spread in arguments.spreads]
        interpreter.change(owner, *changes)
        return NONE
    if name == "clear" and not arguments.positional:
        interpreter.change(owner, Clear())
        return NONE
    if name == "setdefault" and arguments.positional:
        value = _first(interpreter, arguments, 1)
        found = item(interpreter.state.freeze(content), first, value, place)
        interpreter.change(owner, Put(first, value, weak=True))
        return found
    if name == "pop" and arguments.positional:
        default = _first(interpreter, arguments, 1)
        found = item(interpreter.state.freeze(content), first, None if isinstance(default, Absent) else default, place)
        interpreter.change(owner, Drop(first))
        return found
    return None


def _list_mutation(
    interpreter: Interpreter, owner: Value, content: Sequence, name: str, arguments: Arguments
) -> Value | None:
    from statefence.project.values import Reference

    if not isinstance(owner, Reference) or not arguments.positional:
        return None
    value = arguments.positional[0]
    if name in {"append", "add"}:
        interpreter.state.heap[owner.number] = Sequence((*content.items, value))
        return NONE
    if name == "extend":
        more = interpreter.content(value)
        added = more.items if isinstance(more, Sequence) else (Unknown("items of an unknown list"),)
        interpreter.state.heap[owner.number] = Sequence(content.items + added)
        return NONE
    return None


PATH_IDENTITIES = frozenset(
    {
        "resolve",
        "absolute",
        "as_posix",
        "strip",
        "rstrip",
        "lstrip",
        "encode",
        "decode",
        "__str__",
        "__fspath__",
        "realpath",
        "set",
        "render_as_string",
        "connect",
        "begin",
        "session",
        "acquire",
        "strpath",
    }
)


def method_of(
    interpreter: Interpreter,
    owner: Value,
    name: str,
    positional: tuple[Value, ...],
    keywords: Mapping[str, Value],
    place: Place,
) -> Value:
    """The value of a method that changes nothing."""
    if isinstance(owner, Choice):
        then = method_of(interpreter, owner.then, name, positional, keywords, place)
        return choose(owner.test, then, method_of(interpreter, owner.orelse, name, positional, keywords, place))
    if isinstance(owner, Connection):
        return owner
    if isinstance(owner, Directory) and owner.kind is SymbolKind.TMP and name not in {"joinpath", "join"}:
        return owner
    if name == "copy":
        return _copied(owner, place)
    if name in {"get", "__getitem__"} and positional:
        default = positional[1] if len(positional) > 1 else keywords.get("default", NONE)
        if isinstance(owner, LiveEnvironment):
            return _environment_item(interpreter, positional[0], default, place)
        return item(owner, positional[0], default, place)
    if name == "items":
        return Result("items", (owner,))
    if name in {"keys", "values"}:
        return Result(name, (owner,))
    if name == "expanduser":
        return expanded(owner)
    if name in {"joinpath"}:
        return Path((owner, *positional))
    if name == "join" and isinstance(owner, Constant):
        return _joined_text(owner, positional)
    if name == "join":
        return Path((owner, *positional))
    if name in {"with_name", "with_suffix", "with_stem"} and positional:
        return Derived(name, owner, positional[0])
    if name == "format":
        return formatted(owner, positional, keywords)
    if name == "%":
        return interpolated(owner, positional[0])
    if name in PATH_IDENTITIES:
        return owner
    if name in TEXT_METHODS and isinstance(owner, Constant) and isinstance(owner.value, str):
        return _computed(owner.value, name, positional)
    return Result(name, (owner, *positional), tuple(keywords.items()))


TEXT_METHODS = frozenset({"removesuffix", "removeprefix", "replace", "lower", "upper"})


def _computed(text: str, name: str, positional: tuple[Value, ...]) -> Value:
    """A method of a literal text, with literal arguments."""
    arguments = [value.value for value in positional if isinstance(value, Constant) and isinstance(value.value, str)]
    if len(arguments) != len(positional):
        return Unknown("a text that is changed by what is not known")
    return Constant(getattr(text, name)(*arguments))


def _joined_text(separator: Constant, positional: tuple[Value, ...]) -> Value:
    """`separator.join(items)`."""
    items = positional[0] if positional else ABSENT
    if not isinstance(items, Sequence):
        return Text((Unknown("joined items"),))
    parts: list[Value] = []
    for index, entry in enumerate(items.items):
        parts.extend([separator, entry] if index else [entry])
    return Text(tuple(parts))


FIELD = re.compile(r"\{\{|\}\}|\{([^{}!:]*)[^{}]*\}")
PERCENT = re.compile(r"%%|%(?:\((\w+)\))?[-#0 +]*\d*(?:\.\d+)?[sdifrgxa]")


def formatted(owner: Value, positional: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
    """`text.format(...)`."""
    if not isinstance(owner, Constant) or not isinstance(owner.value, str):
        return Text((Unknown("a format that is not a literal"),))
    parts: list[Value] = []
    last = automatic = 0
    for match in FIELD.finditer(owner.value):
        parts.append(Constant(owner.value[last : match.start()]))
        last = match.end()
        name = match.group(1)
        if name is None:
            parts.append(Constant(match.group()[0]))
            continue
        if name == "":
            name, automatic = str(automatic), automatic + 1
        if name.isdigit():
            parts.append(positional[int(name)] if int(name) < len(positional) else Unknown("a missing argument"))
        else:
            parts.append(keywords.get(name, Unknown("a formatted value")))
    parts.append(Constant(owner.value[last:]))
    return Text(tuple(part for part in parts if part != Constant("")))


def interpolated(owner: Value, values: Value) -> Value:
    """`text % values`."""
    if not isinstance(owner, Constant) or not isinstance(owner.value, str):
        return Text((owner, Unknown("interpolated values")))
    operands = list(values.items) if isinstance(values, Sequence) else [values]
    parts: list[Value] = []
    last = 0
    for match in PERCENT.finditer(owner.value):
        parts.append(Constant(owner.value[last : match.start()]))
        last = match.end()
        if match.group() == "%%":
            parts.append(Constant("%"))
        elif match.group(1):
            parts.append(item(values, Constant(match.group(1)), NONE, NOWHERE))
        else:
            parts.append(operands.pop(0) if operands else Unknown("a missing argument"))
    parts.append(Constant(owner.value[last:]))
    return Text(tuple(part for part in parts if part != Constant("")))


def comprehended_changes(
    interpreter: Interpreter, node: ir.Comprehension, sources: list[Value], key: Value, value: Value
) -> tuple[Change, ...]:
    """The changes that make the dict of a comprehension over one mapping: all of it, or some by name."""
    if len(node.clauses) != 1:
        return (Put(key, interpreter.state.freeze(value)),)
    clause, source = node.clauses[0], sources[0]
    mapping = source.arguments[0] if isinstance(source, Result) and source.callee == "items" else source
    variable = _key_variable(clause.target)
    over_items = isinstance(source, Result) and source.callee == "items"
    if over_items and _is_name(node.key, variable):
        return (_selection(interpreter, mapping, variable, clause.conditions),)
    if isinstance(mapping, LiveEnvironment | Dictionary) and _is_name(node.key, variable):
        return (_selection(interpreter, mapping, variable, clause.conditions),)
    if isinstance(mapping, Sequence) and _is_name(node.key, variable):
        return _listed(mapping, interpreter.state.freeze(value))
    return (Put(key, interpreter.state.freeze(value)),)


def _listed(names: Sequence, value: Value) -> tuple[Change, ...]:
    """`{name: os.environ[name] for name in (...)}`: an allow-list."""
    reads = [node for node in walk(value) if isinstance(node, Item) and isinstance(node.owner, LiveEnvironment)]
    wanted = tuple(
        [entry.value for entry in names.items if isinstance(entry, Constant) and isinstance(entry.value, str)]
    )
    if reads and len(wanted) == len(names.items):
        return (Select(ENVIRON, wanted),)
    return tuple([Put(entry, value) for entry in names.items])


def _key_variable(target: ir.Expression) -> str:
    if isinstance(target, ir.Display) and target.items:
        target = target.items[0]
    return target.id if isinstance(target, ir.Name) else ""


def _is_name(node: ir.Expression | None, name: str) -> bool:
    if isinstance(node, ir.Call) and len(node.arguments) == 1:
        node = node.arguments[0]
    return bool(name) and isinstance(node, ir.Name) and node.id == name


def _selection(
    interpreter: Interpreter, mapping: Value, variable: str, conditions: tuple[ir.Expression, ...]
) -> Change:
    """What the conditions on the name leave of the mapping."""
    about_name = [condition for condition in conditions if _mentions(condition, variable)]
    if not about_name:
        return Spread(mapping)
    if len(about_name) == 1:
        known = _predicate(interpreter, mapping, variable, about_name[0])
        if known is not None:
            return known
    return Select(mapping)


def _mentions(node: object, name: str) -> bool:
    todo = [node]
    while todo:
        entry = todo.pop()
        if isinstance(entry, ir.Name) and entry.id == name:
            return True
        if isinstance(entry, tuple):
            todo.extend(entry)
        elif isinstance(entry, ir.Node | ir.Keyword | ir.Entry | ir.Clause):
            todo.extend(getattr(entry, field) for field in entry.__struct_fields__)
    return False


def _predicate(interpreter: Interpreter, mapping: Value, variable: str, node: ir.Expression) -> Change | None:
    """`name in (...)`, `name not in (...)`, `name != "X"`, `not name.startswith("X")`."""
    positive = True
    while isinstance(node, ir.Not):
        positive, node = not positive, node.operand
    if isinstance(node, ir.Compare) and _is_name(node.left, variable):
        if node.operator in {"not in", "!="}:
            positive = not positive
        if node.operator in {"in", "not in", "==", "!="}:
            names = _names(interpreter, node.right)
            if names is not None:
                return Select(mapping, names) if positive else Select(mapping, denied=names)
    if isinstance(node, ir.Call) and isinstance(node.function, ir.Attribute) and node.function.attr == "startswith":
        prefixes = _names(interpreter, node.arguments[0]) if node.arguments else None
        if prefixes and not positive and _is_name(node.function.value, variable):
            return Select(mapping, prefixes=prefixes)
    return None


def _names(interpreter: Interpreter, node: ir.Expression) -> tuple[str, ...] | None:
    value = interpreter.state.freeze(interpreter.evaluate(node))
    if isinstance(value, Constant) and isinstance(value.value, str):
        return (value.value,)
    if isinstance(value, Sequence):
        names = [entry.value for entry in value.items if isinstance(entry, Constant) and isinstance(entry.value, str)]
        return tuple(names) if len(names) == len(value.items) else None
    return None
