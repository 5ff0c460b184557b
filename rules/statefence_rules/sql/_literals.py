"""A text that is put together in one expression: its literals as they are written, and the values between them.

F-strings, `%`, `.format` and `+` are read, of one literal or of several that stand beside each other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import ast

_START = re.compile(r"(?P<prefix>[A-Za-z]*)(?P<quote>'''|\"\"\"|'|\")")
_BETWEEN = re.compile(r"(?:\s|#[^\n]*|\\\n)+")
_FORMATS = re.compile(r"%(?:%|(?:\((?P<key>\w+)\))?(?P<spec>[-#0 +]*\d*(?:\.\d+)?)(?P<type>[sdifrgxa]))")
_FIELDS = re.compile(r"\{\{|\}\}|\{(?P<name>\w*)(?:!(?P<conversion>[rsa]))?(?::(?P<spec>[^{}]*))?\}")


class Slot(msgspec.Struct, frozen=True):
    """A value that is put into a text.

    Attributes:
        source: the expression, as it is written.
        written: how it is written in the literal, braces and all.
        conversion: `r`, `s`, `a` or nothing.
        spec: its format, where it has one.
    """

    source: str
    written: str
    conversion: str = ""
    spec: str = ""


_Read = Callable[[re.Match[str]], Slot | str | None]
"""From a field of a text to its slot, to itself where it is an escape, or to None where it is not understood."""


class Literal(msgspec.Struct, frozen=True):
    """One string literal, its text as it is written between the quotes, escapes and doubled braces included."""

    prefix: str
    quote: str
    parts: tuple[str | Slot, ...]


class Interpolation(msgspec.Struct, frozen=True):
    """Literals, with the spaces and comments between them.

    Attributes:
        kind: `f`, `%`, `format` or `+`.
        items: the pieces, in order; a plain text is what stands between two literals.
        tail: the arguments of `%` or `.format`, as they are written, in order; by keyword where they have one.
    """

    kind: str
    items: tuple[Literal | str, ...]
    tail: tuple[tuple[str, str], ...] = ()

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The values, in order."""
        return tuple([part for part in self.parts if isinstance(part, Slot)])

    @property
    def parts(self) -> tuple[str | Slot, ...]:
        """Every piece of every literal, in order."""
        return tuple([part for item in self.items if isinstance(item, Literal) for part in item.parts])


def interpolation(source: str) -> Interpolation | None:
    """How a text is put together in an expression; None when it is not, or in a way that is not read."""
    node = _parsed(source)
    import ast

    match node:
        case ast.JoinedStr():
            return _formatted(source)
        case ast.BinOp(left=ast.Constant(value=str()), op=ast.Mod()):
            return _percent(source, node)
        case ast.BinOp(op=ast.Add()):
            return _sum(source, node)
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str()), attr="format")):
            return _format(source, node)
        case _:
            return None


def plain(interpolated: Interpolation) -> list[str | None] | None:
    """The text, each value None; None when an escape is not understood."""
    found: list[str | None] = []
    for literal in interpolated.items:
        if not isinstance(literal, Literal):
            continue
        for part in literal.parts:
            text = None if isinstance(part, Slot) else _unescaped(part, literal, interpolated.kind)
            if text is None and not isinstance(part, Slot):
                return None
            found.append(text)
    return found


def _unescaped(raw: str, literal: Literal, kind: str) -> str | None:
    """The text that a piece of a literal stands for."""
    import ast

    if kind == "%":
        raw = raw.replace("%%", "%")
    elif "f" in literal.prefix.lower() or kind == "format":
        raw = raw.replace("{{", "{").replace("}}", "}")
    prefix = literal.prefix.lower().replace("f", "")
    quote = literal.quote if len(literal.quote) == 3 else literal.quote * 3
    try:
        text = ast.literal_eval(f"{prefix}{quote} {raw} {quote}")[1:-1]
    except (SyntaxError, ValueError):
        return None
    return text if isinstance(text, str) else None


def _parsed(source: str) -> ast.expr | None:
    import ast
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(f"(\n{source}\n)", mode="eval").body
        except SyntaxError:
            return None


def _formatted(source: str) -> Interpolation | None:
    items: list[Literal | str] = []
    position = 0
    while position < len(source):
        between = _BETWEEN.match(source, position)
        if between:
            items.append(between.group())
            position = between.end()
            continue
        read = _literal(source, position)
        if read is None:
            return None
        literal, position = read
        items.append(literal)
    return Interpolation("f", tuple(items))


def _literal(source: str, position: int) -> tuple[Literal, int] | None:
    """The literal that starts at a position, and where it ends."""
    start = _START.match(source, position)
    if start is None:
        return None
    prefix, quote = start["prefix"], start["quote"]
    is_formatted, is_raw = "f" in prefix.lower(), "r" in prefix.lower()
    parts: list[str | Slot] = []
    begin = at = start.end()
    while at < len(source):
        if source.startswith(quote, at):
            parts.append(source[begin:at])
            return Literal(prefix, quote, tuple(part for part in parts if part != "")), at + len(quote)
        escaped = source[at] == "\\" and not (is_raw and source.startswith("{", at + 1))
        if escaped or (is_formatted and source.startswith(("{{", "}}"), at)):
            at += 2
        elif is_formatted and source[at] == "{":
            end = _field_end(source, at)
            slot = None if end is None else _slot(source[at:end])
            if slot is None or end is None:
                return None
            parts += [source[begin:at], slot]
            begin = at = end
        else:
            at += 1
    return None


def _field_end(source: str, start: int) -> int | None:
    """Where the replacement field that starts here ends: the first place that makes it an expression."""
    import ast
    import warnings

    at = source.find("}", start)
    while at != -1:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                ast.parse(f'f"""{source[start : at + 1]}"""', mode="eval")
            except SyntaxError:
                at = source.find("}", at + 1)
                continue
        return at + 1
    return None


def _slot(written: str) -> Slot | None:
    """A replacement field; None where it shows its own text (`{x=}`) or its format holds another field."""
    import ast

    inner = written[1:-1]
    for end in range(len(inner), 0, -1):
        source, rest = inner[:end], inner[end:]
        found = re.fullmatch(r"(?:!(?P<conversion>[rsa]))?(?::(?P<spec>[^{}]*))?", rest)
        if found is None:
            continue
        node = _parsed(source)
        if node is not None and not isinstance(node, ast.Tuple | ast.NamedExpr | ast.Yield | ast.Await):
            return Slot(source.strip(), written, found["conversion"] or "", found["spec"] or "")
    return None


def _percent(source: str, node: ast.BinOp) -> Interpolation | None:
    """`"..." % values`."""
    import ast

    literals = _leading(source)
    values = node.right
    operands = values.elts if isinstance(values, ast.Tuple) else [values]
    if literals is None or isinstance(values, ast.Dict) or any(isinstance(each, ast.Starred) for each in operands):
        return None
    given = iter([ast.get_source_segment(f"(\n{source}\n)", each) or "" for each in operands])
    items = [_filled(item, _FORMATS, lambda found: _percent_slot(found, given)) for item in literals]
    tail = tuple(("", ast.get_source_segment(f"(\n{source}\n)", each) or "") for each in operands)
    if any(item is None for item in items) or next(given, None) is not None:
        return None
    return Interpolation("%", tuple(item for item in items if item is not None), tail)


def _percent_slot(found: re.Match[str], given: Iterator[str]) -> Slot | str | None:
    if found.group() == "%%":
        return "%%"
    source = next(given, None)
    if source is None or found["key"]:
        return None
    conversion = found["type"] if found["type"] in "ra" else ""
    spec = found["spec"] + ("" if found["type"] in "srad" else found["type"])
    return Slot(source, found.group(), conversion, spec)


def _format(source: str, node: ast.Call) -> Interpolation | None:
    """`"...".format(values)`."""
    import ast

    literals = _leading(source)
    if literals is None or any(isinstance(each, ast.Starred) for each in node.args):
        return None
    whole = f"(\n{source}\n)"
    positional = [ast.get_source_segment(whole, each) or "" for each in node.args]
    keywords = {each.arg: ast.get_source_segment(whole, each.value) or "" for each in node.keywords if each.arg}
    if len(keywords) != len(node.keywords):
        return None
    counter = iter(range(len(positional)))

    def slot(found: re.Match[str]) -> Slot | str | None:
        if found.group() in {"{{", "}}"}:
            return found.group()
        name = found["name"] or str(next(counter, len(positional)))
        at = positional[int(name)] if name.isdigit() and int(name) < len(positional) else keywords.get(name)
        return None if at is None else Slot(at, found.group(), found["conversion"] or "", found["spec"] or "")

    items = [_filled(item, _FIELDS, slot) for item in literals]
    if any(item is None for item in items):
        return None
    tail = (*(("", text) for text in positional), *((name, text) for name, text in keywords.items()))
    return Interpolation("format", tuple(item for item in items if item is not None), tail)


def _sum(source: str, node: ast.BinOp) -> Interpolation | None:
    """`"..." + value + "..."`; as one literal where all of its literals are written alike."""
    import ast

    operands = list(_operands(node))
    if not any(isinstance(each, ast.JoinedStr) or _is_text(each) for each in operands):
        return None
    items: list[Literal | str] = []
    for each in operands:
        written_so = ast.get_source_segment(f"(\n{source}\n)", each) or ""
        if isinstance(each, ast.JoinedStr) or _is_text(each):
            read = _formatted(written_so)
            if read is None:
                return None
            items += read.items
        else:
            items.append(Literal("", '"', (Slot(written_so, written_so),)))
    return Interpolation("+", tuple(_alike(items)))


def _operands(node: ast.expr) -> Iterator[ast.expr]:
    import ast

    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from _operands(node.left)
        yield node.right
    else:
        yield node


def _is_text(node: ast.expr) -> bool:
    import ast

    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _alike(items: Sequence[Literal | str]) -> Sequence[Literal | str]:
    """One literal for all of them, where no prefix, no other quote and no space between them would be lost."""
    literals = [item for item in items if isinstance(item, Literal)]
    texts = [each for each in literals if not all(isinstance(part, Slot) for part in each.parts)]
    kinds = {(each.prefix, each.quote) for each in texts}
    if len(literals) < len(items) or len(kinds) != 1 or kinds - {("", '"'), ("", "'")}:
        return items
    return [Literal("", texts[0].quote, tuple(part for each in literals for part in each.parts))]


def _leading(source: str) -> list[Literal | str] | None:
    """The literals at the beginning of an expression, without the parentheses around them."""
    items: list[Literal | str] = []
    position = 0
    while position < len(source):
        between = _BETWEEN.match(source, position)
        if between:
            items.append(between.group())
            position = between.end()
            continue
        read = _literal(source, position)
        if read is None:
            break
        items.append(read[0])
        position = read[1]
    while items and isinstance(items[-1], str):
        items.pop()
    is_plain = all(isinstance(item, str) or "f" not in item.prefix.lower() for item in items)
    return items if items and is_plain else None


def _filled(item: Literal | str, pattern: re.Pattern[str], slot: _Read) -> Literal | str | None:
    """A literal with the fields in its text taken for slots; None when one of them is not understood."""
    if isinstance(item, str):
        return item
    raw = "".join(part for part in item.parts if isinstance(part, str))
    parts: list[str | Slot] = []
    last = 0
    for found in pattern.finditer(raw):
        value = slot(found)
        if value is None:
            return None
        if isinstance(value, Slot):
            parts += [raw[last : found.start()], value]
            last = found.end()
    return Literal(item.prefix, item.quote, tuple(part for part in (*parts, raw[last:]) if part != ""))


def written(items: Sequence[Literal | str]) -> str:
    """The literals as source text again."""
    return "".join(item if isinstance(item, str) else _written(item) for item in items)


def _written(literal: Literal) -> str:
    body = "".join(part if isinstance(part, str) else part.written for part in literal.parts)
    return f"{literal.prefix}{literal.quote}{body}{literal.quote}"
