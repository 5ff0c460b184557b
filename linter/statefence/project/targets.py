"""From the value handed over as a path to the places an open may reach."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

from msgspec import structs

from statefence.callees import Effect, Opener
from statefence.project.argparse import PARSED
from statefence.project.configuration import ORIGIN
from statefence.project.mappings import NOWHERE, item
from statefence.project.program import RawSite
from statefence.project.sites import Mode, PathKind, Target
from statefence.project.texts import finished
from statefence.project.values import (
    AS_PATH,
    CHOICES,
    NONE,
    WORKING_DIRECTORY,
    Absent,
    Choice,
    Connection,
    Constant,
    Derived,
    Dictionary,
    Directory,
    Element,
    EnvironmentVariable,
    External,
    Item,
    LiveEnvironment,
    Member,
    Object,
    Parameter,
    Path,
    Put,
    Result,
    Sequence,
    Spread,
    Text,
    Unknown,
    Value,
    is_constant_none,
    rewrite,
    walk,
)
from statefence.project.worlds import World, main_world, worlds
from statefence.template import Symbol, SymbolKind, Template, build

Piece = str | Symbol
MEMORY = ":memory:"
SERVER_URL = re.compile(r"[A-Za-z][\w+.-]*://")


def targets(site: RawSite) -> tuple[Target, ...]:
    """The places an open may reach, the main answer first."""
    found = targets_of(site.roles["path"], _opener(site))
    directory = site.roles.get("directory", WORKING_DIRECTORY)
    return found if directory == WORKING_DIRECTORY else tuple([_moved(target, directory) for target in found])


def own_targets(site: RawSite) -> tuple[Target, ...]:
    """The places that a callee may open whatever this call hands over."""
    own = site.roles.get("own")
    return () if own is None else targets_of(own, _opener(site))


def _moved(target: Target, directory: Value) -> Target:
    """A relative place, after the program went to another directory."""
    if target.kind is not PathKind.CWD_RELATIVE or target.template is None:
        return target
    base = _path_kind(merged(flatten(main_world(directory))))
    if base.template is None:
        return target
    return Target(base.kind, Template((*base.template.segments, *target.template.segments[1:])), target.reason)


def targets_of(value: Value, entry: Opener) -> tuple[Target, ...]:
    """The places a path value may be, as the given callee reads it; kept with the value."""
    known: dict[tuple[str, str], tuple[Target, ...]] = value.__dict__.setdefault("targets", {})
    reading = entry.form, entry.absent
    if reading not in known:
        path = value if entry.form in {"settings", "configuration"} else _without_side_issues(value)
        alternatives = worlds(path, lambda world: _target(world.value, entry))
        known[reading] = tuple(
            dict.fromkeys(target for world in alternatives for target in _alternatives(world, entry))
        )
    return known[reading]


def _without_side_issues(path: Value) -> Value:
    """The value without the choices that cannot change where it leads: within keys, and within arguments of calls."""
    return rewrite(path, CHOICES, _side_issues_left_out)


def _side_issues_left_out(node: Value) -> Value | None:
    if isinstance(node, Choice):
        return Choice(node.test, _without_side_issues(node.then), _without_side_issues(node.orelse))
    if isinstance(node, Item):
        return Item(_without_side_issues(node.owner), NONE if node.key.holds & CHOICES else node.key)
    if isinstance(node, Result):
        asked, *others = node.arguments if _is_method(node) or node.callee in TEXT_PIECES else (None,)
        followed = () if asked is None else (_without_side_issues(asked),)
        return Result(node.callee, (*followed, *[each for each in others if not each.holds & CHOICES]))
    return node if isinstance(node, Dictionary) else None


def effects(site: RawSite) -> tuple[Effect, ...]:
    """What the open does, the main answer first; several where its mode is decided by a test."""
    entry = _opener(site)
    if entry.mode_at is None or entry.database:
        return (entry.effect,)
    return tuple(dict.fromkeys(_effect_of_mode(world.value, entry) for world in worlds(site.roles["mode"])))


def mode(site: RawSite, effect: Effect) -> Mode:
    """The same in a word; a database is read only where the URI or an argument of the call says so."""
    entry = _opener(site)
    if entry.database and (_is_read_by_uri(site.roles["path"], entry) or _is_read(site.roles["mode"], entry)):
        return Mode.READ
    return MODES[effect]


def _is_read_by_uri(path: Value, entry: Opener) -> bool:
    texts = [node.value for node in walk(path) if isinstance(node, Constant) and isinstance(node.value, str)]
    if entry.form not in {"uri", "url"} or not any("mode=ro" in text or "immutable=" in text for text in texts):
        return False
    return all(_is_read_only(merged(flatten(world.value)), entry) for world in worlds(path))


def _is_read_only(pieces: list[Piece], entry: Opener) -> bool:
    asked = query(pieces)
    is_uri = pieces[:1] != [] and isinstance(pieces[0], str) and pieces[0].startswith("file:")
    reads = asked.get("mode") == "ro" or asked.get("immutable") in TRUE
    return reads and (is_uri or (entry.form == "url" and asked.get("uri") in TRUE))


TRUE = frozenset({"1", "true", "yes", "on"})
"""Source: www.sqlite.org/uri.html, "Query Parameters"; SQLAlchemy's `uri` likewise."""


def query(pieces: Iterable[Piece]) -> dict[str, str | None]:
    """The parameters after the `?` of a URI; None for one whose value is not written out."""
    text = "".join(piece if isinstance(piece, str) else UNWRITTEN for piece in pieces).partition("?")[2]
    pairs = [pair.partition("=") for pair in text.partition("#")[0].split("&") if pair]
    return {unquote(name): None if UNWRITTEN in value else unquote(value).lower() for name, _, value in pairs}


UNWRITTEN = "\0"


def _is_read(given: Value, entry: Opener) -> bool:
    value = main_world(given)
    if isinstance(value, Absent):
        return entry.mode in entry.reading
    return isinstance(value, Constant) and value.value in entry.reading


def is_tree(site: RawSite) -> bool:
    """Whether what is done to a directory is done to everything in it."""
    return _opener(site).tree


MODES = {
    Effect.READ: Mode.READ,
    Effect.DATABASE: Mode.WRITE,
    Effect.APPEND: Mode.APPEND,
    Effect.UPDATE: Mode.WRITE,
    Effect.OVERWRITE: Mode.WRITE,
    Effect.TRUNCATE: Mode.WRITE,
    Effect.WRITE: Mode.WRITE,
    Effect.CREATE: Mode.CREATE,
    Effect.REPLACE: Mode.CREATE,
    Effect.EXTRACT: Mode.CREATE,
    Effect.MOVE: Mode.REMOVE,
    Effect.REMOVE: Mode.REMOVE,
    Effect.UNKNOWN: Mode.UNKNOWN,
}


def _opener(site: RawSite) -> Opener:
    assert site.opener is not None
    return told(site.opener, site.roles.get("uri"))


def told(entry: Opener, uri: Value | None) -> Opener:
    """A callee as a call uses it, which says or does not say that the path is a URI."""
    return entry if entry.uri is None or uri is None or _may_hold(uri) else structs.replace(entry, form="name")


def _may_hold(flag: Value) -> bool:
    """Whether a flag may be true; of a parameter, by its default."""
    value = main_world(flag)
    if isinstance(value, Parameter) and value.default is not None:
        value = main_world(value.default)
    return not (isinstance(value, Absent) or (isinstance(value, Constant) and not value.value))


def _effect_of_mode(value: Value, entry: Opener) -> Effect:
    """What a mode argument makes of the file: a text for `open`, flags for `os.open`."""
    flags = {node.name.rpartition(".")[2] for node in walk(value) if isinstance(node, External)}
    if flags:
        return _effect_of_flags(flags)
    if isinstance(value, Parameter) and isinstance(value.default, Constant):
        value = value.default
    text = entry.mode if isinstance(value, Absent) else value.value if isinstance(value, Constant) else None
    if not isinstance(text, str):
        return Effect.UNKNOWN
    return next((effect for sign, effect in SIGNS.items() if sign in text), Effect.READ)


SIGNS = {"w": Effect.OVERWRITE, "a": Effect.APPEND, "x": Effect.CREATE, "+": Effect.UPDATE}
"""What a sign in a mode means, the strongest first; a mode without any of them reads."""
FLAGS = {
    "O_TRUNC": Effect.OVERWRITE,
    "O_APPEND": Effect.APPEND,
    "O_EXCL": Effect.CREATE,
    "O_WRONLY": Effect.UPDATE,
    "O_RDWR": Effect.UPDATE,
}
"""The same of flags."""


def _effect_of_flags(flags: set[str]) -> Effect:
    if not all(flag.startswith("O_") for flag in flags):
        return Effect.UNKNOWN
    return next((effect for flag, effect in FLAGS.items() if flag in flags), Effect.READ)


def _alternatives(world: World, entry: Opener) -> list[Target]:
    value = world.value
    main = _target(value, entry)
    more: list[Target] = []
    whole = _whole(value.parts[0] if isinstance(value, Path | Text) and value.parts else value)
    if isinstance(whole, Parameter | EnvironmentVariable) and whole.default is not None and not world.asks_about(whole):
        for other in worlds(whole.default):
            changed = _with_first(value, other.value)
            more.extend(_alternatives(World(changed, other.outcomes), entry))
    if main.reason == NO_URI:
        more.append(_target(value, structs.replace(entry, form="uri")))
    if main.kind is PathKind.PARAMETER and isinstance(value, Path):
        more.append(Target(PathKind.SYMBOLIC, main.template, main.reason))
    return [main, *more]


def _whole(value: Value) -> Value:
    """What a text is a piece, or another form, of."""
    while isinstance(value, Item) or (isinstance(value, Result) and value.callee in TEXT_PIECES and value.arguments):
        value = value.owner if isinstance(value, Item) else value.arguments[0]
    return value


def _with_first(value: Value, first: Value) -> Value:
    """The value with another in place of what it begins with, or is a piece of."""
    if isinstance(value, Path | Text) and value.parts:
        return type(value)((_with_first(value.parts[0], first), *value.parts[1:]))
    if isinstance(value, Item):
        return item(_with_first(value.owner, first), value.key, value.default, NOWHERE)
    if isinstance(value, Result) and value.callee in TEXT_PIECES and value.arguments:
        return finished(
            Result(value.callee, (_with_first(value.arguments[0], first), *value.arguments[1:]), value.keywords)
        )
    return first


def _target(value: Value, entry: Opener) -> Target:
    if isinstance(value, Absent) or (isinstance(value, Constant) and value.value is None):
        return _nothing_given(entry)
    if isinstance(value, Connection):
        return Target(PathKind.UNKNOWN, reason="it wraps a connection that is open already")
    if entry.form == "settings":
        return _settings(value)
    if entry.form == "configuration":
        return _configured(value, entry)
    if isinstance(value, Dictionary):
        return _connection_parameters(value)
    if entry.form in {"server", "url"} and _is_put_together(value):
        return _connection_parameters(value)
    pieces = list(merged(flatten(value)))
    if entry.form == "server":
        return Target(_server_kind(pieces), reason="a server")
    return _classified(pieces, entry)


def _nothing_given(entry: Opener) -> Target:
    if entry.absent == "memory":
        return Target(PathKind.MEMORY)
    if entry.absent == "server":
        return Target(PathKind.LITERAL, reason="the client's default server")
    if entry.absent:
        return Target(PathKind.CWD_RELATIVE, build([entry.absent]))
    return Target(PathKind.UNKNOWN, reason="no path is handed over")


def _settings(value: Value) -> Target:
    """A client built from a settings object: the directory set on it, or one the analysis cannot see."""
    if isinstance(value, Result):
        for name, directory in value.keywords:
            if name == "persist_directory":
                pieces = list(merged(flatten(directory)))
                return _path_kind(pieces)
    if isinstance(value, Parameter | Member | Item):
        return Target(PathKind.PARAMETER, reason="the settings come from elsewhere")
    return Target(PathKind.UNKNOWN, reason="settings that are not followed")


def _configured(value: Value, entry: Opener) -> Target:
    """An engine made from a mapping of settings: the URL put into it, or whatever the mapping's origin holds."""
    changes = value.changes if isinstance(value, Dictionary) else ()
    for change in reversed(changes):
        if isinstance(change, Put) and isinstance(change.key, Constant) and str(change.key.value).endswith("url"):
            return _target(change.value, structs.replace(entry, form="url"))
    sources = [change.source for change in changes if isinstance(change, Spread)]
    return _path_kind(flatten(sources[-1] if sources else value))


def _is_put_together(value: Value) -> bool:
    """Whether a function outside the project makes it of named parts, of which some decide: `make_conninfo(host=h)`."""
    return (
        isinstance(value, Result)
        and bool(value.keywords)
        and any(isinstance(node, Parameter | EnvironmentVariable) for node in walk(value))
    )


def _connection_parameters(value: Value) -> Target:
    """A server reached by `**parameters`."""
    if any(isinstance(node, Parameter) for node in walk(value)):
        return Target(PathKind.PARAMETER, reason="a server")
    variables = any(isinstance(node, EnvironmentVariable) for node in walk(value))
    return Target(PathKind.CONFIG if variables else PathKind.UNKNOWN, reason="a server")


def _server_kind(pieces: list[Piece]) -> PathKind:
    kinds = {piece.kind for piece in pieces if isinstance(piece, Symbol)}
    if SymbolKind.ENV in kinds:
        return PathKind.CONFIG
    if SymbolKind.PARAM in kinds:
        settings = any(isinstance(p, Symbol) and p.name.startswith("settings:") for p in pieces)
        return PathKind.CONFIG if settings else PathKind.PARAMETER
    return PathKind.UNKNOWN if SymbolKind.ANY in kinds else PathKind.LITERAL


def _classified(pieces: list[Piece], entry: Opener) -> Target:
    head = pieces[0] if pieces and isinstance(pieces[0], str) else ""
    if entry.form == "name" and head.startswith("file:"):
        return structs.replace(_path_kind(pieces), reason=NO_URI)
    literal = "".join(piece for piece in pieces if isinstance(piece, str))
    asked = query(pieces) if "?" in literal else {}
    is_memory = asked.get("mode") == "memory" or asked.get("vfs") == "memdb"
    if head.startswith(":memory:") or is_memory or ":memory:" in literal or not pieces:
        return Target(PathKind.MEMORY)
    if entry.form == "url":
        stripped = _strip_url(pieces)
        if stripped is None:
            return Target(_server_kind(pieces), reason="a server")
        pieces = stripped
        if not pieces:
            return Target(PathKind.MEMORY)
    if entry.form == "uri" and head.startswith("file:"):
        pieces = _strip_uri(pieces)
        if not pieces:
            return Target(PathKind.MEMORY)
    return _path_kind(pieces)


NO_URI = "without uri=True, file: is part of the name"
"""Unless SQLite was built with `SQLITE_USE_URI`, as some systems do. Source: www.sqlite.org/uri.html"""


def _strip_url(pieces: list[Piece]) -> list[Piece] | None:
    """The path of a SQLite URL; the pieces themselves when they are no URL; None for a server's URL."""
    head = pieces[0]
    if not isinstance(head, str):
        return pieces
    match = re.match(r"(?:sqlite|pysqlite|duckdb|sqlite3)(?:\+\w+)?:", head)
    if match is None:
        return None if SERVER_URL.match(head) else pieces
    rest = head[match.end() :]
    rest = rest.removeprefix("//").removeprefix("/") if rest.startswith("//") else rest
    inner = [rest, *pieces[1:]]
    is_uri = rest.startswith("file:") and query(inner).get("uri") in TRUE
    return _strip_uri(inner) if is_uri else _without_query(inner)


def _strip_uri(pieces: list[Piece]) -> list[Piece]:
    """The path of a `file:` URI; what stands for a whole path begins with its own slash."""
    head = pieces[0]
    assert isinstance(head, str)
    rest = head.removeprefix("file:")
    if rest.startswith("//"):
        authority, slash, path = rest.removeprefix("//").partition("/")
        rest = f"/{path}" if slash or authority or len(pieces) == 1 else ""
    return [unquote(piece) if isinstance(piece, str) else piece for piece in _without_query([rest, *pieces[1:]])]


def _without_query(pieces: Iterable[Piece]) -> list[Piece]:
    kept: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str) and "?" in piece:
            kept.append(piece.partition("?")[0])
            break
        kept.append(piece)
    return [piece for piece in kept if piece != ""]


def _path_kind(pieces: list[Piece]) -> Target:
    template = build(pieces)
    kinds = [piece.kind for piece in pieces if isinstance(piece, Symbol)]
    if SymbolKind.TMP in kinds:
        return Target(PathKind.TMP, template)
    first = pieces[0] if pieces else ""
    if isinstance(first, str):
        absolute = first.startswith("/") or re.match(r"[A-Za-z]:[\\/]|\\\\", first) is not None
        if not absolute:
            return Target(PathKind.CWD_RELATIVE, template)
        return Target(PathKind.SYMBOLIC if kinds else PathKind.LITERAL, template)
    return Target(_symbol_kind(first, alone=len(pieces) == 1), template, _reason(first))


def _symbol_kind(first: Symbol, *, alone: bool) -> PathKind:
    if first.kind is SymbolKind.CWD:
        return PathKind.CWD_RELATIVE
    if first.kind is SymbolKind.ENV:
        return PathKind.CONFIG if alone else PathKind.SYMBOLIC
    if first.kind is SymbolKind.PARAM and first.name.startswith("settings:"):
        return PathKind.CONFIG if alone else PathKind.SYMBOLIC
    if first.kind is SymbolKind.PARAM:
        return PathKind.PARAMETER
    return PathKind.UNKNOWN if first.kind is SymbolKind.ANY else PathKind.SYMBOLIC


def _reason(first: Symbol) -> str:
    return first.name if first.kind is SymbolKind.ANY else ""


def merged(pieces: Iterable[Piece]) -> list[Piece]:
    """The pieces with neighbouring texts joined, and begun anew at an absolute part, as `os.path.join` does."""
    kept: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str) and kept and isinstance(kept[-1], str):
            kept[-1] += piece
        elif piece != "":
            kept.append(piece)
    return kept


def flatten(value: Value) -> list[Piece]:
    """A value as a run of text and symbols; choices are taken by their main side."""
    if isinstance(value, Constant):
        return [] if value.value is None else [str(value.value)]
    if isinstance(value, Directory):
        return _directory(value)
    if isinstance(value, EnvironmentVariable):
        default = [] if value.default is None else flatten(main_world(value.default))
        is_memory = default[:1] == [MEMORY]  # another answer, which is no place
        return [Symbol(SymbolKind.ENV, value.name, None if value.default is None or is_memory else build(default))]
    if isinstance(value, Text | Path) and any(is_constant_none(part) for part in value.parts):
        return [Symbol(SymbolKind.ANY, "None where a text is needed")]
    if isinstance(value, Text):
        return [piece for part in value.parts for piece in flatten(part)]
    if isinstance(value, Path):
        return _joined(value.parts)
    if isinstance(value, Derived):
        return _derived(value)
    if isinstance(value, Choice):
        return flatten(main_world(value))
    if isinstance(value, Parameter):
        return [_parameter(value)]
    return _made(value)


def _made(value: Value) -> list[Piece]:
    """The same of what a call made."""
    if isinstance(value, Result) and value.callee == "replace" and len(value.arguments) in {3, 4}:
        return _replaced(value)
    if isinstance(value, Object) and AS_PATH in dict(value.attributes):
        return flatten(dict(value.attributes)[AS_PATH])
    if isinstance(value, Sequence | LiveEnvironment | Object):
        return [Symbol(SymbolKind.ANY, "a value that is no path")]
    return [_open_end(value)]


def _directory(value: Directory) -> list[Piece]:
    if value.kind is SymbolKind.REPO and value.name:
        return [Symbol(SymbolKind.REPO), f"/{value.name}"]
    return [Symbol(value.kind, value.name)]


def _parameter(value: Parameter) -> Symbol:
    name = f"{value.function.replace(':', '.')}.{value.name}"
    return Symbol(SymbolKind.PARAM, f"settings:{name}" if value.settings else name)


TEXT_PIECES = frozenset(
    {
        *("split", "rsplit", "partition", "rpartition", "replace", "removesuffix", "removeprefix", "format"),
        *("urlparse", "urlsplit"),
    }
)
"""Methods of texts, and functions, whose answer is made of pieces of the first text."""


def _replaced(value: Result) -> list[Piece]:
    """`text.replace(old, new)`, of a text that may have symbols in it, which stay what they are."""
    text, old, new = value.arguments[:3]
    if not isinstance(old, Constant) or not isinstance(new, Constant):
        return [_open_end(value)]
    before, after = str(old.value), str(new.value)
    pieces = merged(flatten(text))
    if not any(isinstance(piece, str) for piece in pieces):
        return [_open_end(value)]
    return [piece.replace(before, after) if isinstance(piece, str) else piece for piece in pieces]


def _open_end(value: Value) -> Symbol:
    """A value of which only its origin is known."""
    root = value
    names: list[str] = []
    while isinstance(root, Item | Member | Element):
        if isinstance(root, Member):
            names.append(root.name)
        root = root.source if isinstance(root, Element) else root.owner
    if isinstance(root, Result) and root.callee.rpartition(".")[2] in TEXT_PIECES and root.arguments:
        return _piece(flatten(root.arguments[0])) or Symbol(SymbolKind.ANY, "a piece of a text")
    if isinstance(root, Result) and _is_method(root) and not ORIGIN.search(root.callee):
        return _decided(flatten(root.arguments[0])) or Symbol(SymbolKind.ANY, f"what {root.callee}() gives")
    if isinstance(root, Parameter):
        return _parameter(root)
    if isinstance(root, EnvironmentVariable):
        return Symbol(SymbolKind.ENV, root.name)
    if isinstance(root, Result) and root.callee.rpartition(".")[2] in PARSED:
        return Symbol(SymbolKind.PARAM, f"arguments.{'.'.join(reversed(names))}")
    if isinstance(root, LiveEnvironment):
        return Symbol(SymbolKind.ENV, "?")
    origin = _origin(root)
    if ORIGIN.search(origin):
        return Symbol(SymbolKind.PARAM, f"settings:{origin}")
    if origin in TYPED_IN:
        return Symbol(SymbolKind.PARAM, origin)
    reason = root.reason if isinstance(root, Unknown) else f"what {origin}() gives" if origin else "not followed"
    return Symbol(SymbolKind.ANY, reason)


TYPED_IN = frozenset({"sys.argv", "builtins.input"})
"""What whoever starts or runs the program types."""


def _is_method(value: Result) -> bool:
    """Whether it is what a method gives that is not followed: the value that it is asked of comes first."""
    return bool(value.arguments) and "." not in value.callee


def _piece(text: list[Piece]) -> Symbol | None:
    """A piece of a text: decided by whatever decides the text. What is below a variable's directory is not."""
    if len(text) == 1 and isinstance(text[0], Symbol) and text[0].kind is SymbolKind.ENV:
        return structs.replace(text[0], default=None)
    return _decided(text)


def _decided(value: list[Piece]) -> Symbol | None:
    """What a value is asked for: decided by the parameter, or the temporary directory, that it begins with."""
    first = value[0] if value else ""
    return first if isinstance(first, Symbol) and first.kind in {SymbolKind.PARAM, SymbolKind.TMP} else None


def _origin(root: Value) -> str:
    """The name of what a value comes from that is not followed further."""
    if isinstance(root, Result):
        return root.callee
    return root.name if isinstance(root, External) else root.cls if isinstance(root, Object) else ""


def _joined(parts: tuple[Value, ...]) -> list[Piece]:
    pieces: list[Piece] = []
    for part in parts:
        added = merged(flatten(part))
        if not added:
            continue
        absolute = isinstance(added[0], str) and added[0].startswith("/")
        rooted = isinstance(added[0], Symbol) and added[0].kind in ROOTS
        if absolute or rooted:
            pieces = added
        elif pieces:
            pieces = [*pieces, "/", *added]
        else:
            pieces = added
    return pieces


ROOTS = frozenset({SymbolKind.HOME, SymbolKind.TMP, SymbolKind.REPO, SymbolKind.APP, SymbolKind.CWD})


def _divided(path: list[Piece]) -> tuple[list[Piece], list[Piece]]:
    """The directory and the name of a path that ends in something unknown, which is one name as in `matching`.

    Of any other path the directory is a step up, and the name empty.
    """
    for number in range(len(path) - 1, -1, -1):
        piece = path[number]
        if isinstance(piece, str) and "/" in piece:
            before, _, begun = piece.rpartition("/")
            name = merged([begun, *path[number + 1 :]])
            if (before or number) and any(isinstance(each, Symbol) for each in name):
                return merged([*path[:number], before]), name
            break
        if isinstance(piece, Symbol) and piece.kind not in _NAMES:
            break
    return [*path, "/.."], []


_NAMES = frozenset({SymbolKind.PARAM, SymbolKind.ANY, SymbolKind.NAMED})


def _derived(value: Derived) -> list[Piece]:
    source = merged(flatten(value.source))
    directory, last_name = _divided(source)
    if value.operation == "parent":
        return directory
    if value.operation == "with_name" and value.argument is not None:
        return [*directory, "/", *flatten(value.argument)]
    if value.operation == "name" and last_name:
        return last_name
    last = source[-1] if source else ""
    if value.operation == "with_suffix" and isinstance(last, str) and value.argument is not None:
        stem = last.rpartition(".")[0] if "." in last.rpartition("/")[2] else last
        return [*source[:-1], stem, *flatten(value.argument)]
    if value.operation in {"name", "stem"} and isinstance(last, str) and "/" in last:
        name = last.rpartition("/")[2]
        return [name.rpartition(".")[0] or name] if value.operation == "stem" else [name]
    if value.operation == "with_suffix":
        return [*source, Symbol(SymbolKind.ANY, "another suffix")]
    return [Symbol(SymbolKind.ANY, f"the {value.operation} of a path")]
