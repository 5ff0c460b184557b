"""What functions and methods outside the project give back, as far as environments, paths and texts are concerned."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from statefence.callees import MCP_KEEPS
from statefence.facts import ir
from statefence.model import Place, Span
from statefence.module_names import is_test_file
from statefence.project import click, commands, compositions, declared_reads, methods, scopes
from statefence.project.deferred import deferred
from statefence.project.mappings import joined_pairs, literal, open_test
from statefence.project.selections import Key, expression_of, selected
from statefence.project.texts import joined_path
from statefence.project.values import (
    ABSENT,
    ENVIRON,
    NONE,
    UNSEEN_BLOCK,
    Absent,
    Arguments,
    Change,
    Choice,
    Constant,
    Derived,
    Dictionary,
    Directory,
    Drop,
    Element,
    EnvironmentVariable,
    External,
    Item,
    LiveEnvironment,
    Member,
    ModuleValue,
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
PLATFORM = {
    "os.sep": "/",
    "os.curdir": ".",
    "os.pardir": "..",
    "os.devnull": "/dev/null",
    "os.name": "posix",
    "sys.platform": "linux",
}
"""Texts that the platform decides, as they are on Linux."""
APPLICATION_DIRECTORY = re.compile(
    r"(?:get_)?(?:user|site)_\w+_(?:dir|path)|get_app_dir|user_\w+dir|AppDirs|PlatformDirs|xdg_\w+_home"
    r"|save_(?:data|config|cache|state)_path|writableLocation"
)


def external(name: str) -> Value:
    """An attribute of an external module, under its canonical name."""
    for alias, canonical in REEXPORTED.items():
        if name == alias or name.startswith(f"{alias}."):
            name = canonical + name[len(alias) :]
    name = ALIASES.get(name, name)
    if name.partition(".")[0] in commands.PACKAGES:
        command = commands.named(name)
        if command is not None:
            return command
    if name in {"os.environ", "os.environb"}:
        return ENVIRON
    if name.startswith("xdg.BaseDirectory.xdg_") and name.endswith("_home"):
        return Directory(SymbolKind.APP, name.rpartition(".")[2])
    text = PLATFORM.get(name)
    return External(name) if text is None else Constant(text)


def is_test_function(path: str, name: str) -> bool:
    """Whether pytest would call this function with fixtures."""
    return name.startswith("test") and (is_test_file(path) or path.rpartition("/")[2].startswith("test"))


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
    if name in {"os.chdir", "contextlib.chdir"} and arguments.positional:
        interpreter.change_directory(first(interpreter, arguments))
    if name in commands.MAKERS:
        return commands.made(interpreter, name, arguments)
    if click.ENVVAR in arguments.keywords:
        declared_reads.option(interpreter, arguments, node)
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
            methods.method_of(interpreter, methods.Asked(positional[0], method, positional[1:], dict(keywords), place))
            if positional
            else Result(name)
        )
    return interpreter.rooted(Result(name, positional, keywords))


CLASS_METHODS = frozenset({"builtins.dict", "builtins.str", "pathlib.Path"})


def _application_directory(interpreter: Interpreter, name: str, arguments: Arguments) -> Value:
    application = interpreter.state.freeze(arguments.positional[0]) if arguments.positional else ABSENT
    label = application.value if isinstance(application, Constant) else "?"
    return Directory(SymbolKind.APP, f"{name}:{label}")


def first(interpreter: Interpreter, arguments: Arguments, index: int = 0) -> Value:
    """A positional argument, frozen; `ABSENT` when it is not passed."""
    if index < len(arguments.positional):
        return interpreter.state.freeze(arguments.positional[index])
    return ABSENT


def _getenv(interpreter: Interpreter, arguments: Arguments, place: Place) -> Value:
    default = first(interpreter, arguments, 1)
    if isinstance(default, Absent):
        default = interpreter.state.freeze(arguments.keywords.get("default", NONE))
    return environment_item(interpreter, first(interpreter, arguments), default, place)


def environment_item(interpreter: Interpreter, key: Value, default: Value, place: Place) -> Value:
    """`os.environ.get(key, default)`."""
    if not isinstance(key, Constant) or not isinstance(key.value, str):
        return Item(ENVIRON, key, default)
    fallback = None if default == NONE else default
    value = EnvironmentVariable(key.value, fallback, required=False, place=place)
    if fallback is not None:
        interpreter.chain(
            place.span, value, (EnvironmentVariable(key.value, None, required=False, place=place), fallback)
        )
    return value


def _same(_interpreter: Interpreter, arguments: Arguments, _place: Place) -> Value:
    return arguments.positional[0] if arguments.positional else Unknown("a call without its argument")


def _path(interpreter: Interpreter, arguments: Arguments, _place: Place) -> Value:
    parts = tuple([interpreter.state.freeze(value) for value in arguments.positional])
    if arguments.more:
        return joined_path((Sequence(parts), *map(interpreter.state.freeze, arguments.more)))
    if not parts:
        return Constant(".")
    return _path_of(parts[0]) if len(parts) == 1 else Path(parts)


def _path_of(value: Value) -> Value:
    """`Path(value)`, which is never None and always true, as a parameter need not be."""
    if isinstance(value, Choice):
        return choose(value.test, _path_of(value.then), _path_of(value.orelse))
    return Path((value,)) if isinstance(value, Parameter) else value


def _len(interpreter: Interpreter, arguments: Arguments, _place: Place) -> Value:
    """`len(text)`, of a literal text."""
    text = literal(first(interpreter, arguments))
    return Result("builtins.len", (first(interpreter, arguments),)) if text is None else Constant(len(text))


def _expanduser(interpreter: Interpreter, arguments: Arguments, _place: Place) -> Value:
    return expanded(first(interpreter, arguments))


def expanded(value: Value) -> Value:
    """`expanduser`: a leading `~` becomes the home directory, `~ann` that of the account (as it is on Linux)."""
    if isinstance(value, Choice):
        return choose(value.test, expanded(value.then), expanded(value.orelse))
    if isinstance(value, Constant) and isinstance(value.value, str) and value.value.startswith("~"):
        head, _, tail = value.value.partition("/")
        if head == "~":
            home = Directory(SymbolKind.HOME)
            return Path((home, Constant(tail))) if tail else home
        return Constant(f"/home/{value.value[1:]}")
    if isinstance(value, Path | Text) and value.parts:
        first = expanded(value.parts[0])
        return type(value)((first, *value.parts[1:]))
    if isinstance(value, EnvironmentVariable) and value.default is not None:
        return EnvironmentVariable(value.name, expanded(value.default), value.required, value.place)
    return value


_VARIABLE = re.compile(r"\$(?:(\w+)|\{([^{}]+)\})")


def _expandvars(interpreter: Interpreter, arguments: Arguments, place: Place) -> Value:
    return with_variables(first(interpreter, arguments), place)


def with_variables(value: Value, place: Place) -> Value:
    """`expandvars`: `$NAME` and `${NAME}` become the variables, which are left as they stand where they are not set."""
    if isinstance(value, Choice):
        return choose(value.test, with_variables(value.then, place), with_variables(value.orelse, place))
    if isinstance(value, Path | Text):
        return type(value)(tuple([with_variables(part, place) for part in value.parts]))
    if not isinstance(value, Constant) or not isinstance(value.value, str):
        return value
    parts: list[Value] = []
    for number, piece in enumerate(_VARIABLE.split(value.value)):
        if number % 3:
            parts += [EnvironmentVariable(piece, None, required=True, place=place)] if piece else []
        elif piece:
            parts.append(Constant(piece))
    return Text(tuple(parts)) if len(parts) > 1 else parts[0] if parts else value


def _dict(interpreter: Interpreter, arguments: Arguments, place: Place) -> Value:
    changes: list[Change] = []
    for value in arguments.positional[:1]:
        changes.extend(spread(interpreter, value))
    changes.extend(Put(Constant(name), interpreter.state.freeze(value)) for name, value in arguments.keywords.items())
    changes.extend(Spread(value) for value in arguments.spreads)
    return Dictionary(tuple(changes), place, display=True)


def spread(interpreter: Interpreter, value: Value) -> list[Change]:
    """The changes that `dict(value)` and `update(value)` make: a mapping's items, or pairs."""
    content = interpreter.state.freeze(value)
    if isinstance(content, Sequence):
        pairs = [entry.items for entry in content.items if isinstance(entry, Sequence) and len(entry.items) == 2]
        if len(pairs) == len(content.items):
            return [Put(key, entry) for key, entry in pairs]
    if isinstance(content, Result) and content.callee == "items" and content.arguments:
        return [Spread(content.arguments[0])]
    return [Spread(content)]


def _chain_map(interpreter: Interpreter, arguments: Arguments, place: Place) -> Value:
    changes = [Spread(interpreter.state.freeze(value)) for value in reversed(arguments.positional)]
    return Dictionary(tuple(changes), place)


def _fromkeys(interpreter: Interpreter, arguments: Arguments, place: Place) -> Value:
    """`dict.fromkeys(names, value)`."""
    names = first(interpreter, arguments)
    if not isinstance(names, Sequence):
        return Unknown("a dict of names that are not known")
    value = first(interpreter, arguments, 1)
    return Dictionary(tuple([Put(name, NONE if isinstance(value, Absent) else value) for name in names.items]), place)


def _reduce(interpreter: Interpreter, arguments: Arguments, place: Place) -> Value:
    """`functools.reduce(operator.or_, blocks, first)`."""
    function, blocks, start = (first(interpreter, arguments, index) for index in range(3))
    if function != External("operator.or_") or not isinstance(blocks, Sequence) or not blocks.items:
        return Unknown("a list that is folded")
    begun = () if isinstance(start, Absent) else (start,)
    return Dictionary(tuple([Spread(block) for block in (*begun, *blocks.items)]), place)


def _merged(interpreter: Interpreter, arguments: Arguments, place: Place) -> Value:
    """`operator.or_(block, other)`."""
    return Dictionary(tuple([Spread(interpreter.state.freeze(value)) for value in arguments.positional]), place)


def _put_in_process(interpreter: Interpreter, arguments: Arguments, _place: Place) -> Value:
    """`os.putenv(name, value)`, which changes what children inherit and not `os.environ`."""
    interpreter.change(UNSEEN_BLOCK, Put(first(interpreter, arguments), first(interpreter, arguments, 1)))
    return NONE


def _removed_from_process(interpreter: Interpreter, arguments: Arguments, _place: Place) -> Value:
    """`os.unsetenv(name)`."""
    interpreter.change(UNSEEN_BLOCK, Drop(first(interpreter, arguments)))
    return NONE


def _zip(interpreter: Interpreter, arguments: Arguments, _place: Place) -> Value:
    """`zip(names, values)`, of sequences that are known."""
    names, values = first(interpreter, arguments), first(interpreter, arguments, 1)
    if isinstance(names, Result) and isinstance(values, Result) and (names.callee, values.callee) == ("keys", "values"):
        return Result("items", names.arguments) if names.arguments == values.arguments else Unknown("a zip of others")
    columns = [first(interpreter, arguments, index) for index in range(len(arguments.positional))]
    known = [column.items for column in columns if isinstance(column, Sequence)]
    if len(known) < len(columns):
        return Unknown("a zip of what is not known")
    return Sequence(tuple([Sequence(row) for row in zip(*known, strict=False)]))


def _chain(interpreter: Interpreter, arguments: Arguments, _place: Place) -> Value:
    """`itertools.chain(lists)`."""
    lists = [interpreter.state.freeze(value) for value in arguments.positional]
    known = [entry.items for entry in lists if isinstance(entry, Sequence)]
    if len(known) == len(lists):
        return Sequence(tuple([entry for items in known for entry in items]))
    return joined_pairs(lists) or Unknown("a chain of what is not known")


def _filter(interpreter: Interpreter, arguments: Arguments, _place: Place) -> Value:
    """`filter(function, items)`: of a mapping's items, some by choice."""
    return _filtered(interpreter, arguments, "builtins.filter", holds=True)


def _filterfalse(interpreter: Interpreter, arguments: Arguments, _place: Place) -> Value:
    """`itertools.filterfalse(function, items)`."""
    return _filtered(interpreter, arguments, "itertools.filterfalse", holds=False)


def _filtered(interpreter: Interpreter, arguments: Arguments, name: str, *, holds: bool) -> Value:
    function, items = first(interpreter, arguments), first(interpreter, arguments, 1)
    if not isinstance(items, Result) or items.callee != "items":
        return Result(name, (function, items))
    mapping = items.arguments[0]
    if function == NONE and holds:
        return items
    asked = expression_of(interpreter.program, interpreter.unit, function)
    if asked is None:
        return Result("items", (Dictionary((Select(mapping),)),))
    pair, condition = asked
    left = selected(interpreter, mapping, Key(pair, of_pair=True), (condition,), holds=holds)
    return Result("items", (Dictionary(left),))


def _getattr(interpreter: Interpreter, arguments: Arguments, place: Place) -> Value:
    """`getattr(owner, name)`, of a literal name."""
    name = first(interpreter, arguments, 1)
    if _asks_whether_frozen(interpreter, arguments) and len(arguments.positional) > 2:
        return choose(open_test(place, preferred=False), External("sys.frozen"), first(interpreter, arguments, 2))
    if not isinstance(name, Constant) or not isinstance(name.value, str) or len(arguments.positional) > 2:
        return Result("builtins.getattr", (first(interpreter, arguments), name))
    return scopes.attribute(interpreter, arguments.positional[0], name.value, place)


def _hasattr(interpreter: Interpreter, arguments: Arguments, place: Place) -> Value:
    """`hasattr(owner, name)`."""
    if _asks_whether_frozen(interpreter, arguments):
        return Choice(open_test(place, preferred=False), Constant(value=True), Constant(value=False))
    return Result("builtins.hasattr", (first(interpreter, arguments), first(interpreter, arguments, 1)))


def _asks_whether_frozen(interpreter: Interpreter, arguments: Arguments) -> bool:
    """Whether it is asked for what `sys` has only in a program that was packed into one file."""
    owner, name = first(interpreter, arguments), first(interpreter, arguments, 1)
    return owner == External("sys") and name in {Constant("frozen"), Constant("_MEIPASS")}


def _copy(interpreter: Interpreter, arguments: Arguments, place: Place) -> Value:
    content = first(interpreter, arguments)
    if isinstance(content, LiveEnvironment):
        return content
    return copied(content, place)


def copied(content: Value, place: Place) -> Value:
    """A shallow copy of a mapping."""
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
    return lambda interpreter, arguments, _place: Derived(operation, first(interpreter, arguments))


def _splitext(interpreter: Interpreter, arguments: Arguments, _place: Place) -> Value:
    path = first(interpreter, arguments)
    return Sequence((Derived("with_suffix", path, Constant("")), Derived("suffix", path)))


def _database_url(interpreter: Interpreter, arguments: Arguments, _place: Place) -> Value:
    """`URL.create(drivername, ..., database=...)`: of a server's, only that it is one."""
    driver = interpreter.state.freeze(arguments.keywords.get("drivername", first(interpreter, arguments)))
    database = interpreter.state.freeze(arguments.keywords.get("database", first(interpreter, arguments, 5)))
    if isinstance(driver, Constant) and str(driver.value).startswith("sqlite"):
        path = () if isinstance(database, Absent) else (Constant("/"), database)
        return Text((driver, Constant("://"), *path))
    return Text((driver, Constant("://"), interpreter.state.freeze(arguments.keywords.get("host", Constant("")))))


def _import_module(interpreter: Interpreter, arguments: Arguments, _place: Place) -> Value:
    own = {
        External("builtins.__name__"): interpreter.unit.name,
        External("builtins.__package__"): interpreter.unit.package,
    }
    given = interpreter.state.freeze(arguments.keywords.get("package", first(interpreter, arguments, 1)))
    name = first(interpreter, arguments)
    if isinstance(name, Text):
        name = Text(tuple([Constant(own[part]) if part in own else part for part in name.parts]))
    return scopes.imported_by_name(interpreter.program, name, Constant(own[given]) if given in own else given)


def _casted(_interpreter: Interpreter, arguments: Arguments, _place: Place) -> Value:
    return arguments.positional[1] if len(arguments.positional) > 1 else Unknown("a cast of nothing")


def _package_files(interpreter: Interpreter, arguments: Arguments, _place: Place) -> Value:
    """`importlib.resources.files(package)`: the directory that a package of the project is in."""
    given = first(interpreter, arguments)
    own = isinstance(given, External) and given.name in {"builtins.__package__", "builtins.__name__"}
    name = interpreter.unit.package if own or isinstance(given, Absent) else getattr(given, "value", None)
    unit = interpreter.program.units.get(given.name if isinstance(given, ModuleValue) else str(name))
    if unit is None:
        return Result("importlib.resources.files", (given,))
    return Derived("parent", Directory(SymbolKind.REPO, unit.path))


SESSIONS = (
    *("sqlalchemy.orm.Session", "sqlalchemy.orm.session.Session", "sqlmodel.Session"),
    *("sqlalchemy.ext.asyncio.AsyncSession", "sqlalchemy.ext.asyncio.session.AsyncSession"),
    *("sqlmodel.ext.asyncio.session.AsyncSession", "flask_sqlalchemy.session.Session"),
)
SESSION_MAKERS = (
    *("sqlalchemy.orm.sessionmaker", "sqlalchemy.orm.session.sessionmaker"),
    *("sqlalchemy.ext.asyncio.async_sessionmaker", "sqlalchemy.ext.asyncio.session.async_sessionmaker"),
)


def _session(interpreter: Interpreter, arguments: Arguments, _place: Place) -> Value:
    """`Session(engine)`: statements reach what the engine was opened on."""
    bound = interpreter.state.freeze(arguments.keywords.get("bind", first(interpreter, arguments)))
    return Result("sqlalchemy.orm.Session") if isinstance(bound, Absent) else bound


def _session_maker(interpreter: Interpreter, arguments: Arguments, place: Place) -> Value:
    """`sessionmaker(engine)`, which gives sessions when it is called."""
    bound = _session(interpreter, arguments, place)
    return Partial(External(SESSIONS[0]), () if isinstance(bound, Result) else (bound,), ())


def _identifier(interpreter: Interpreter, arguments: Arguments, _place: Place) -> Value:
    return compositions.identifier([interpreter.state.freeze(value) for value in arguments.positional])


def _placeholder(interpreter: Interpreter, arguments: Arguments, _place: Place) -> Value:
    return compositions.placeholder(first(interpreter, arguments) if arguments.positional else None)


def _compositions(package: str) -> dict[str, Model]:
    """What a package's module for the composition of SQL has."""
    return {
        **dict.fromkeys((f"{package}.SQL", f"{package}.Composed"), _same),
        f"{package}.Identifier": _identifier,
        f"{package}.Placeholder": _placeholder,
        f"{package}.Literal": lambda _interpreter, _arguments, _place: compositions.placeholder(None),
    }


MODELS: Mapping[str, Model] = {
    **_compositions("psycopg.sql"),
    **_compositions("psycopg2.sql"),
    **dict.fromkeys(SESSIONS, _session),
    **dict.fromkeys(SESSION_MAKERS, _session_maker),
    "sqlalchemy.orm.scoped_session": _same,
    "sqlalchemy.ext.asyncio.async_scoped_session": _same,
    "importlib.resources.files": _package_files,
    "importlib_resources.files": _package_files,
    "os.getenv": _getenv,
    "os.environ.get": _getenv,
    "os.fspath": _same,
    "os.fsdecode": _same,
    "os.fsencode": _same,
    "os.getcwd": _directory(SymbolKind.CWD),
    "os.getcwdb": _directory(SymbolKind.CWD),
    "os.path.join": _path,
    "os.path.expanduser": _expanduser,
    "os.path.expandvars": _expandvars,
    "os.path.abspath": _same,
    "os.path.realpath": _same,
    "os.path.normpath": _same,
    "os.path.dirname": _derive("parent"),
    "os.path.basename": _derive("name"),
    "os.path.splitext": _splitext,
    "sqlalchemy.make_url": _same,
    "sqlalchemy.engine.make_url": _same,
    "sqlalchemy.engine.url.make_url": _same,
    "sqlalchemy.URL.create": _database_url,
    "sqlalchemy.engine.URL.create": _database_url,
    "sqlalchemy.engine.url.URL.create": _database_url,
    "pathlib.Path": _path,
    "pathlib.Path.home": _directory(SymbolKind.HOME),
    "pathlib.Path.cwd": _directory(SymbolKind.CWD),
    "builtins.len": _len,
    "builtins.str": _same,
    "builtins.bytes": _same,
    "builtins.list": _same,
    "builtins.tuple": _same,
    "builtins.sorted": _same,
    "builtins.set": _same,
    "builtins.frozenset": _same,
    "builtins.dict": _dict,
    "builtins.dict.fromkeys": _fromkeys,
    "builtins.zip": _zip,
    "builtins.filter": _filter,
    "itertools.filterfalse": _filterfalse,
    "builtins.getattr": _getattr,
    "builtins.hasattr": _hasattr,
    "itertools.chain": _chain,
    "types.MappingProxyType": _same,
    "collections.OrderedDict": _dict,
    "collections.ChainMap": _chain_map,
    "copy.copy": _copy,
    "copy.deepcopy": _copy,
    "functools.partial": _partial,
    "functools.reduce": _reduce,
    "operator.or_": _merged,
    "os.putenv": _put_in_process,
    "os.unsetenv": _removed_from_process,
    "typing.cast": _casted,
    "importlib.import_module": _import_module,
    "pytest.importorskip": _import_module,
    "builtins.staticmethod": _same,
    "builtins.classmethod": _same,
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
    "mcp.client.stdio.get_default_environment": lambda _i, _a, place: Dictionary((Select(ENVIRON, MCP_KEEPS),), place),
    "mcp.get_default_environment": lambda _i, _a, place: Dictionary((Select(ENVIRON, MCP_KEEPS),), place),
}
