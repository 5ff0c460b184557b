"""Which names a file binds, and to what, so that an import can be added without changing what a name means."""

from __future__ import annotations

import ast
import symtable
import warnings
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property

from msgspec import Struct

from statefence.fix.records import Refusal
from statefence.model import Import, Span

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
Scope = Function | ast.ClassDef | _Comprehension


class Binding(Struct, frozen=True):
    """One place that binds a name.

    Attributes:
        line: where it stands, 1-based.
        source: what is imported there under its plain name; None for every other kind of binding.
        relative: how many dots the import begins with.
        certain: whether it stands directly in its scope's body, so that it has run once the lines after it run.
    """

    name: str
    line: int
    source: Import | None = None
    relative: int = 0
    certain: bool = False

    def provides(self, wanted: Import) -> bool:
        """Whether it binds the wanted thing. A relative import is taken for the absolute one that ends like it."""
        if self.source is None or self.source.name != wanted.name:
            return False
        if self.relative:
            return not self.source.module or f".{wanted.module}".endswith(f".{self.source.module}")
        if wanted.name is None:
            return f"{self.source.module}.".startswith(f"{wanted.module}.")
        return self.source.module == wanted.module

    def agrees(self, wanted: Import) -> bool:
        """Whether it binds the same object to the name: the wanted thing, or the package it is a module of."""
        package = wanted.name is None and self.source is not None and self.source.name is None
        return self.provides(wanted) or package


class Names(Struct, frozen=True, dict=True):
    """The names of one file, each question about all of it answered once."""

    text: str
    tree: ast.Module

    @cached_property
    def top(self) -> Mapping[str, Sequence[Binding]]:
        """What the module itself binds, by name; `*` stands for star imports."""
        found = defaultdict[str, list[Binding]](list)
        for binding in bindings(self.tree):
            found[binding.name].append(binding)
        return found

    @cached_property
    def declared_global(self) -> Collection[str]:
        """The names that a function declares global, which lets it rebind them."""
        return {name for node in ast.walk(self.tree) if isinstance(node, ast.Global) for name in node.names}

    @cached_property
    def read_as_global(self) -> Collection[str]:
        """The names that some code looks up in the module; raises Refusal for code that parses but does not compile."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                module = symtable.symtable(self.text, "", "exec")
            except SyntaxError as error:
                raise Refusal(f"the file does not compile: {error.msg}") from error
        return {name for table in _tables(module) for name in _globals_read(table)}

    @cached_property
    def _scopes(self) -> Sequence[Scope]:
        found = (node for node in ast.walk(self.tree) if isinstance(node, Scope))
        return sorted(found, key=lambda node: (node.lineno, node.col_offset))

    def scopes_around(self, span: Span) -> Sequence[Scope]:
        """The functions, classes, lambdas and comprehensions that hold a place, outermost first."""
        return [scope for scope in self._scopes if _holds(scope, span)]


def plain_name(wanted: Import) -> str:
    """The name that an import binds."""
    return wanted.name or wanted.module.partition(".")[0]


def bindings(scope: ast.Module | Scope) -> Iterator[Binding]:
    """Every binding that a scope itself makes, those of the scopes inside it left out."""
    top = set(map(id, getattr(scope, "body", ()) if not isinstance(scope, ast.Lambda) else ()))
    for node in _own_nodes(scope):
        yield from _bound_by(node, certain=id(node) in top)


def _holds(node: Scope, span: Span) -> bool:
    start, end = (node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0)
    return start <= (span.line, span.column) and (span.end_line, span.end_column) <= end


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope; an inner scope itself counts, what is in it does not, but for a comprehension's `:=`."""
    for node in ast.iter_child_nodes(scope):
        yield node
        if not isinstance(node, Scope):
            yield from _own_nodes(node)
        elif isinstance(node, _Comprehension):
            yield from (inner.target for inner in ast.walk(node) if isinstance(inner, ast.NamedExpr))


def _bound_by(node: ast.AST, *, certain: bool) -> Iterator[Binding]:
    match node:
        case ast.Import():
            for alias in node.names:
                yield _of_import(alias, node.lineno, certain=certain)
        case ast.ImportFrom():
            for alias in node.names:
                source = Import(node.module or "", alias.name) if alias.asname in {None, alias.name} else None
                yield Binding(alias.asname or alias.name, node.lineno, source, node.level, certain)
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            yield Binding(name, node.lineno)
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield Binding(name, node.lineno)
        case ast.arg(arg=name) | ast.ExceptHandler(name=str(name)):
            yield Binding(name, node.lineno)
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
            yield Binding(name, node.lineno)
        case _:
            pass


def _of_import(alias: ast.alias, line: int, *, certain: bool) -> Binding:
    if alias.asname in {None, alias.name}:
        return Binding(alias.name.partition(".")[0], line, Import(alias.name), certain=certain)
    return Binding(alias.asname or "", line)


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _tables(child)


def _globals_read(table: symtable.SymbolTable) -> Iterator[str]:
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (symbol.is_global() or table.get_type() == "module"):
            yield symbol.get_name()
