"""The fields of a class that describes rows: a dataclass, TypedDict, NamedTuple, pydantic, msgspec or attrs model."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from msgspec import Struct

from statefence.facts import ir
from statefence.migrations.modules import statements_of
from statefence.model import Place, Span
from statefence.source import Source

# Bases that bring no fields.
_BARE = frozenset(
    {
        "ABC", "Base", "BaseModel", "Enum", "Generic", "NamedTuple", "Protocol", "Schema", "Struct", "TypedDict",
        "object",
    }
)  # fmt: skip
_WRAPPERS = frozenset({"Annotated", "Final", "NotRequired", "ReadOnly", "Required", "Mapped"})
_SIMPLE = frozenset({"str", "int", "float", "bool", "bytes"})


class Field(Struct, frozen=True):
    """A field of a class.

    Attributes:
        types: the simple types that it may hold; empty when it is something else.
        optional: whether it may be None; None when that cannot be told.
        place: where it is declared.
    """

    name: str
    types: tuple[str, ...]
    optional: bool | None
    place: Place


class Model(Struct, frozen=True):
    """A class that describes rows.

    Attributes:
        name: without its module.
        fields: by name, those of its bases first.
        is_whole: whether all its bases are known, so that it has no other fields.
    """

    name: str
    place: Place
    fields: dict[str, Field]
    is_whole: bool


def model_of(target: str, modules: Mapping[str, Source], depth: int = 0) -> Model | None:
    """The class that `module:class` names; None when there is none.

    Args:
        target: its module and name.
        modules: the project's modules by their dotted names.
        depth: how many bases have been followed.
    """
    module, _, name = target.partition(":")
    source = modules.get(module)
    if source is None:
        return None
    body = statements_of(source)
    found = _class(body, name)
    return _model(found, source, body, module, modules, depth) if found else None


def _class(body: tuple[ir.Statement, ...], name: str) -> ir.Class | None:
    first, _, rest = name.partition(".")
    for statement in body:
        if isinstance(statement, ir.Class) and statement.name == first:
            return _class(statement.body, rest) if rest else statement
    return None


def _model(
    node: ir.Class,
    source: Source,
    body: tuple[ir.Statement, ...],
    module: str,
    modules: Mapping[str, Source],
    depth: int,
) -> Model:
    fields: dict[str, Field] = {}
    is_whole = True
    for base in node.bases:
        name = _last_name(base)
        inherited = None if name in _BARE or depth > _DEEPEST else _base(name, body, module, modules, depth)
        is_whole = is_whole and (name in _BARE or (inherited is not None and inherited.is_whole))
        fields |= inherited.fields if inherited else {}
    fields |= {field.name: field for field in _own_fields(node, source)}
    line = _class_line(node, source)
    return Model(node.name, Place(source.path, line), fields, is_whole)


_DEEPEST = 10


def _class_line(node: ir.Class, source: Source) -> Span:
    """The line of the `class` statement, below its decorators."""
    width = len(source.line_text(node.span.line).encode())
    return Span(node.span.line, node.span.column, node.span.line, max(width, node.span.column))


def _base(
    name: str, body: tuple[ir.Statement, ...], module: str, modules: Mapping[str, Source], depth: int
) -> Model | None:
    """A base class, of the module itself or imported from another of the project."""
    if _class(body, name) is not None:
        return model_of(f"{module}:{name}", modules, depth + 1)
    for statement in body:
        if isinstance(statement, ir.ImportFrom):
            for imported, bound in statement.names:
                if bound == name:
                    return model_of(f"{absolute(statement, module, modules)}:{imported}", modules, depth + 1)
    return None


def absolute(statement: ir.ImportFrom, module: str, modules: Mapping[str, Source]) -> str:
    """The dotted name of the module that `from ... import` names, seen from another."""
    if not statement.level:
        return statement.module
    source = modules.get(module)
    package = module if source and source.path.endswith("__init__.py") else module.rpartition(".")[0]
    for _ in range(statement.level - 1):
        package = package.rpartition(".")[0]
    return f"{package}.{statement.module}".strip(".")


def _own_fields(node: ir.Class, source: Source) -> Iterator[Field]:
    for statement in node.body:
        if isinstance(statement, ir.Declare):
            target, annotation = statement.target, statement.annotation
        elif isinstance(statement, ir.Assign) and statement.annotation is not None:
            target, annotation = statement.targets[0], statement.annotation
        else:
            continue
        if isinstance(target, ir.Name) and not target.id.startswith("_") and target.id != "model_config":
            text = _source_of(annotation, source)
            if not text.startswith(("ClassVar", "typing.ClassVar")):
                types, optional = _meaning(text)
                yield Field(target.id, types, optional, Place(source.path, target.span))


def _source_of(node: ir.Expression, source: Source) -> str:
    if isinstance(node, ir.Constant) and isinstance(node.value, str):
        return node.value
    span = node.span
    lines = source.lines[span.line - 1 : span.end_line]
    if len(lines) == 1:
        return lines[0].encode()[span.column : span.end_column].decode()
    last = lines[-1].encode()[: span.end_column].decode()
    return " ".join([lines[0].encode()[span.column :].decode(), *lines[1:-1], last])


def _meaning(annotation: str) -> tuple[tuple[str, ...], bool | None]:
    """The simple types that an annotation allows, and whether it allows None; none and None when it is another."""
    try:
        node = ast.parse(annotation, mode="eval").body
    except SyntaxError:
        return (), None
    parts = list(_parts(node))
    optional = "None" in parts
    types = [part for part in parts if part != "None"]
    if any(part not in _SIMPLE for part in types):
        return (), optional if "?" not in parts else None
    return tuple(dict.fromkeys(types)), optional


def _parts(node: ast.expr) -> Iterator[str]:
    """The alternatives of an annotation by name; `?` for one that may stand for anything."""
    if isinstance(node, ast.BinOp):
        yield from _parts(node.left)
        yield from _parts(node.right)
    elif isinstance(node, ast.Constant):
        yield "None" if node.value is None else "?"
    elif isinstance(node, ast.Subscript):
        yield from _of_subscript(node)
    elif isinstance(node, ast.Name | ast.Attribute):
        name = node.id if isinstance(node, ast.Name) else node.attr
        yield "?" if name in {"Any", "object"} else name
    else:
        yield "?"


def _of_subscript(node: ast.Subscript) -> Iterator[str]:
    name = node.value.id if isinstance(node.value, ast.Name) else getattr(node.value, "attr", "")
    inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if name == "Optional":
        yield "None"
        yield from _parts(inner[0])
    elif name == "Union":
        for each in inner:
            yield from _parts(each)
    elif name in _WRAPPERS:
        yield from _parts(inner[0])
    elif name == "Literal":
        values = [each.value for each in inner if isinstance(each, ast.Constant)]
        yield from dict.fromkeys("None" if value is None else type(value).__name__ for value in values)
    else:
        yield name


def _last_name(node: ir.Expression) -> str:
    if isinstance(node, ir.Subscript):
        return _last_name(node.value)
    if isinstance(node, ir.Attribute):
        return node.attr
    return node.id if isinstance(node, ir.Name) else ""
