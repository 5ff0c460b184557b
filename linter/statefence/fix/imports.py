"""Add an import where it belongs, unless the file has it; refuse where its name means something else."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from itertools import takewhile

from statefence.fix.records import Refusal, Splice
from statefence.fix.scopes import Binding, Function, Names, Scope, bindings, plain_name
from statefence.fix.text import Text
from statefence.model import Import, Span


def missing(names: Names, wanted: Import, target: Span) -> bool:
    """Whether `wanted` must be added for use at `target`; raises Refusal when its name is or would be another thing."""
    name = plain_name(wanted)
    around = names.scopes_around(target)
    if _bound_locally(around, wanted, target):
        return False
    found = names.top.get(name, ())
    if name in names.declared_global or not all(binding.agrees(wanted) for binding in found):
        raise Refusal(f"the name {name} is something else in this file")
    runs_later = any(isinstance(scope, Function) for scope in around)
    if any(_serves(binding, wanted, None if runs_later else target) for binding in found):
        return False
    _check_new_name(names, name, found)
    if not runs_later and target.line <= _last_line_of_head(names.tree):
        raise Refusal(f"it runs before {name} could be imported")
    return True


def added(text: Text, tree: ast.Module, wanted: Sequence[Import]) -> tuple[Splice, ...]:
    """The splice that adds the imports below those at the head of the file, below its docstring, or at its top."""
    if not wanted:
        return ()
    lines = [_statement(one).encode() for one in sorted(set(wanted), key=_import_order)]
    head = _head(tree)
    above = _last_import(head) or (head[0] if _has_docstring(tree) else None)
    if above is None:
        return (_at_top(text, tree, lines),)
    end = text.line_end(text.offset(_last_line(tree, above), 0))
    gap = b"" if isinstance(above, ast.Import | ast.ImportFrom) and not _is_future(above) else text.newline
    return (Splice(end, end, gap + b"".join(text.newline + line for line in lines)),)


def _bound_locally(around: Sequence[Scope], wanted: Import, target: Span) -> bool:
    """Whether the innermost scope that binds the name imports the wanted thing; raises Refusal if it may not."""
    name = plain_name(wanted)
    for scope in reversed(around):
        if isinstance(scope, ast.ClassDef) and scope is not around[-1]:
            continue
        found = [binding for binding in bindings(scope) if binding.name == name]
        if not found:
            continue
        if all(binding.agrees(wanted) for binding in found) and any(_serves(one, wanted, target) for one in found):
            return True
        raise Refusal(f"the name {name} is something else there")
    return False


def _serves(binding: Binding, wanted: Import, before: Span | None) -> bool:
    """Whether the wanted thing is certainly bound there, and so before another place, if one is given."""
    return binding.provides(wanted) and binding.certain and (before is None or binding.line < before.line)


def _check_new_name(names: Names, name: str, found: Sequence[Binding]) -> None:
    """Raise Refusal when binding a name at the top would change what code that reads it gets, or would not last."""
    if not found and name in names.read_as_global:
        raise Refusal(f"the file reads {name} without importing it, so an import would change what it means")
    if any(star.line > _last_line_of_head(names.tree) for star in names.top.get("*", ())):
        raise Refusal(f"a later star import may hide {name}")


def _head(tree: ast.Module) -> list[ast.stmt]:
    """The statements that a module begins with: its docstring and its imports, guarded ones included."""
    docstring = tree.body[:1] if _has_docstring(tree) else []
    return [*docstring, *takewhile(_imports_only, tree.body[len(docstring) :])]


def _imports_only(statement: ast.stmt) -> bool:
    match statement:
        case ast.Import() | ast.ImportFrom():
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING")):
            return True
        case ast.Try():
            return all(map(_imports_only, statement.body))
        case _:
            return False


def _last_import(head: Sequence[ast.stmt]) -> ast.stmt | None:
    return next((one for one in reversed(head) if isinstance(one, ast.Import | ast.ImportFrom)), None)


def _last_line(tree: ast.Module, statement: ast.stmt) -> int:
    """The last line of a statement and of those that follow it on that line, behind semicolons."""
    last = statement.end_lineno or statement.lineno
    for following in tree.body[tree.body.index(statement) + 1 :]:
        if following.lineno > last:
            break
        last = following.end_lineno or last
    return last


def _last_line_of_head(tree: ast.Module) -> int:
    """The line below which a new import is added, 0 for the top of the file."""
    head = _head(tree)
    above = _last_import(head) or (head[0] if _has_docstring(tree) else None)
    return _last_line(tree, above) if above else 0


def _at_top(text: Text, tree: ast.Module, lines: Sequence[bytes]) -> Splice:
    """Above the first statement and the comments that belong to it, but below those that begin the file."""
    first = tree.body[0]
    decorators = getattr(first, "decorator_list", [])
    line = min(node.lineno for node in (first, *decorators))
    top = line
    while top > 1 and text.source.line_text(top - 1).lstrip().startswith("#"):
        top -= 1
    start = text.offset(line if top == 1 else top, 0)
    blank = 2 if isinstance(first, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) else 1
    return Splice(start, start, b"".join(one + text.newline for one in lines) + text.newline * blank)


def _has_docstring(tree: ast.Module) -> bool:
    return ast.get_docstring(tree, clean=False) is not None


def _is_future(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"


def _statement(wanted: Import) -> str:
    return f"from {wanted.module} import {wanted.name}" if wanted.name else f"import {wanted.module}"


def _import_order(wanted: Import) -> tuple[bool, str, str]:
    """Plain imports first, then by name, as import sorters do."""
    return wanted.name is not None, wanted.module, wanted.name or ""
