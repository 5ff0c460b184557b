"""How a file that is written in place is written whole: beside it, to disk, and then in its place."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from statefence.api import Edit, Import, InsertStatement, Module, Open, ReplaceExpression, Store
from statefence_rules.source_text import has_one_argument
from statefence_rules.syntax import Syntax, source_of, span_of, syntax

_OPENS = frozenset({"io.open", "pathlib.Path.open"})
_WRITES = frozenset({"pathlib.Path.write_text", "pathlib.Path.write_bytes"})
_MODE = re.compile(r"[bt]?w[bt]?")
_NAMES = {
    "path": ("path", "target", "final_path"),
    "temporary": ("temporary", "temporary_path"),
    "written": ("written", "written_file"),
}
_SETS_MODE = frozenset({"chmod", "fchmod", "umask", "opener"})
_LEAVES = ast.Return | ast.Break | ast.Continue | ast.Yield | ast.YieldFrom


def written_whole(module: Module, opened: Open, store: Store) -> tuple[Edit, ...]:
    """The edits by which the call writes a temporary file, flushes it to disk and renames it; none where it cannot.

    A `with open(path, "w") as file` and a `path.write_text(text)` that is a statement can, but for functions that set
    the mode of files. With the store's `write-with`, a write of one text becomes a call of that function.
    """
    within = syntax(module)
    call = within.expressions.get(opened.span)
    if not isinstance(call, ast.Call) or opened.via is not None or _sets_mode(within.function(call)):
        return ()
    if opened.api in _WRITES and isinstance(call.func, ast.Attribute):
        if store.write_with is not None:
            return tuple(_by_helper(module, opened, call, call.func.value, store.write_with))
        return tuple(_by_rename(module, within, call, call.func))
    if opened.api in _OPENS and (path := _path_of(call)) is not None:
        return tuple(_within_block(module, within, call, path))
    return ()


def _sets_mode(function: ast.AST) -> bool:
    """Whether a function says who may read what it writes, which a file that takes its place would not keep."""
    names = (getattr(node, field, "") for node in ast.walk(function) for field in ("id", "attr", "arg"))
    return not _SETS_MODE.isdisjoint(names)


def _by_helper(module: Module, opened: Open, call: ast.Call, path: ast.expr, helper: str) -> Iterator[Edit]:
    """`write(path, text)`; not in the helper's own module, and not where an encoding would be lost."""
    home, _, function = helper.partition(":")
    if home != module.name and has_one_argument(module, opened.span) and call.args:
        source = f"{function}({source_of(module, path)}, {source_of(module, call.args[0])})"
        yield ReplaceExpression(opened.span, source, (Import(home, function),))


def _by_rename(module: Module, within: Syntax, call: ast.Call, function: ast.Attribute) -> Iterator[Edit]:
    """The write goes to `temporary`, which is then synced and renamed."""
    names = _free_names(within, call)
    if names is None or not isinstance(within.parents[call], ast.Expr):
        return
    before, path = _named(module, function.value, names["path"])
    temporary, written = names["temporary"], names["written"]
    lines = [*before, f'{temporary} = {path}.with_name(f"{{{path}.name}}.tmp")']
    synced = f'with {temporary}.open("rb+") as {written}:\n    os.fsync({written}.fileno())'
    yield InsertStatement(span_of(call), "\n".join(lines))
    yield ReplaceExpression(span_of(function), f"{temporary}.{function.attr}")
    yield InsertStatement(span_of(call), f"{synced}\n{temporary}.replace({path})", after=True, imports=(Import("os"),))


def _within_block(module: Module, within: Syntax, call: ast.Call, path: ast.expr) -> Iterator[Edit]:
    """The block writes to a file beside it, syncs that at its end, and renames it once it is closed."""
    block = _block(within, call)
    names = _free_names(within, call)
    if block is None or names is None or any(isinstance(node, _LEAVES) for node in _inside(block)):
        return
    before, named = _named(module, path, names["path"])
    handle = source_of(module, block.items[0].optional_vars) if block.items[0].optional_vars else ""
    if before:
        yield InsertStatement(span_of(call), before[0])
    if isinstance(call.func, ast.Attribute) and path is call.func.value:
        yield ReplaceExpression(span_of(call.func), f'{named}.with_name(f"{{{named}.name}}.tmp").open')
    else:
        yield ReplaceExpression(span_of(path), f'f"{{{named}}}.tmp"')
    synced = f"{handle}.flush()\nos.fsync({handle}.fileno())"
    yield InsertStatement(span_of(block.body[-1]), synced, after=True)
    yield InsertStatement(span_of(call), f"os.replace({handle}.name, {named})", after=True, imports=(Import("os"),))


def _path_of(call: ast.Call) -> ast.expr | None:
    """The path of an `open` that empties the file, if its mode is written out."""
    is_method = isinstance(call.func, ast.Attribute) and not _is_module(call.func.value)
    positional = call.args if is_method else call.args[1:]
    modes = [*positional[:1], *(each.value for each in call.keywords if each.arg == "mode")]
    texts = [mode.value for mode in modes if isinstance(mode, ast.Constant) and isinstance(mode.value, str)]
    if len(texts) != 1 or not _MODE.fullmatch(texts[0]):
        return None
    if is_method and isinstance(call.func, ast.Attribute):
        return call.func.value
    return call.args[0] if call.args and not isinstance(call.args[0], ast.Starred) else None


def _is_module(owner: ast.expr) -> bool:
    return isinstance(owner, ast.Name) and owner.id in {"io", "builtins", "codecs"}


def _block(within: Syntax, call: ast.Call) -> ast.With | None:
    """The `with` whose one manager the call is, under a plain name."""
    item = within.parents[call]
    block = within.parents[item] if isinstance(item, ast.withitem) else None
    if isinstance(block, ast.With) and len(block.items) == 1 and isinstance(block.items[0].optional_vars, ast.Name):
        return block
    return None


def _inside(block: ast.With) -> Iterator[ast.AST]:
    """What runs within the block, without what functions that it defines would."""
    todo: list[ast.AST] = list(block.body)
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            todo.extend(ast.iter_child_nodes(node))


def _named(module: Module, path: ast.expr, name: str) -> tuple[list[str], str]:
    """A name for the path, so that it is worked out once: its own, or one that a statement gives it."""
    text = source_of(module, path)
    inner = path
    while isinstance(inner, ast.Attribute):
        inner = inner.value
    if isinstance(inner, ast.Name) and "\n" not in text:
        return [], text
    return [f"{name} = {' '.join(text.split())}"], name


def _free_names(within: Syntax, call: ast.Call) -> dict[str, str] | None:
    """Names that the function does not use yet, by what they are for; None when all are taken."""
    taken = {node.id for node in ast.walk(within.function(call)) if isinstance(node, ast.Name)}
    taken |= {node.arg for node in ast.walk(within.function(call)) if isinstance(node, ast.arg)}
    free = {use: next((name for name in names if name not in taken), "") for use, names in _NAMES.items()}
    return free if all(free.values()) else None
