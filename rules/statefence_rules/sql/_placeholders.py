"""Values that are put into the text of a statement, replaced by markers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

import msgspec

from statefence_rules.sql._literals import Interpolation, Literal, Slot, written

Marker = Callable[[str], str]
"""From the expression of a value to the marker that stands for it."""


class Parameterised(msgspec.Struct, frozen=True):
    """The expression with markers, and the values for them, in order."""

    source: str
    values: tuple[str, ...]


class Refused(Exception):  # noqa: N818 - it is an answer, not an error
    """A value cannot be replaced; the message says why."""


class Chosen(msgspec.Struct, frozen=True):
    """Which slots are replaced, by their number.

    Attributes:
        slots: all of them.
        quoted: those that stand in a string literal of SQL, whose whole text becomes one value.
        lists: those that are a list of values, with the expression of as many markers and that of the values.
    """

    slots: Collection[int]
    quoted: Collection[int] = ()
    lists: Mapping[int, tuple[str, str]] = {}


def parameterised(interpolated: Interpolation, chosen: Chosen, marker: Marker) -> Parameterised:
    """The expression with a marker for each chosen slot; raises Refused."""
    values: list[str] = []
    items: list[Literal | str] = []
    number = 0
    for item in interpolated.items:
        if isinstance(item, str):
            items.append(item)
            continue
        own = range(number, number + sum(isinstance(part, Slot) for part in item.parts))
        number = own.stop
        items.append(_literal(item, interpolated.kind, own, chosen, (values, marker)))
    return Parameterised(_finished(interpolated, items), tuple(values))


def _literal(
    item: Literal,
    kind: str,
    numbers: range,
    chosen: Chosen,
    found: tuple[list[str], Marker],
) -> Literal:
    """One literal with its markers."""
    values, marker = found
    parts: list[str | Slot] = []
    todo = list(item.parts)
    number = iter(numbers)
    while todo:
        part = todo.pop(0)
        if isinstance(part, str):
            parts.append(part)
            continue
        place = next(number)
        if place in chosen.lists:
            parts.append(_list(part, kind, chosen.lists[place][0]))
            values.append(f"*{chosen.lists[place][1]}")
        elif place not in chosen.slots:
            parts.append(part)
        elif place not in chosen.quoted:
            value = _value(part, kind)
            parts.append(marker(value))
            values.append(value)
        else:
            before = parts.pop() if parts else ""
            inner, after = _rest_of_string(todo)
            for other in inner:
                if isinstance(other, Slot) and next(number) not in chosen.slots:
                    raise Refused("a part of the same string is no value")
            if not isinstance(before, str):
                raise Refused("two values stand beside each other")
            head, opening = _split_last_quote(before)
            value = _string([opening, part, *inner], item, kind)
            parts.append(f"{head}{marker(value)}")
            todo.insert(0, after)
            values.append(value)
    return Literal(item.prefix, item.quote, tuple(_together(parts)))


def _list(slot: Slot, kind: str, source: str) -> Slot:
    """The slot with as many markers as there are values."""
    if kind == "format" or slot.spec or slot.conversion:
        raise Refused("it is put into the text in a way of its own")
    return Slot(source, f"{{{source}}}" if kind == "f" else slot.written)


def _value(slot: Slot, kind: str) -> str:
    """The expression of a value that stands by itself. What `+` adds is a text, and one value only as `str(value)`."""
    import ast

    if slot.spec or slot.conversion not in {"", "r"}:
        raise Refused(f"{slot.source} is formatted")
    if kind != "+":
        return slot.source
    match ast.parse(f"({slot.source})", mode="eval").body:
        case ast.Call(func=ast.Name(id="str"), args=[value], keywords=[]) if not isinstance(value, ast.Starred):
            return ast.get_source_segment(f"({slot.source})", value) or ""
        case _:
            raise Refused(f"{slot.source} is a text, which may be more than one value")


def _split_last_quote(text: str) -> tuple[str, str]:
    """What stands before the quote that opens a string of SQL, and what stands after it."""
    head, quote, opening = text.rpartition("'")
    if not quote:
        raise Refused("the string begins in another literal")
    head = head.removesuffix("\\")
    if head.endswith("'"):
        raise Refused("the string holds a quote")
    return head, opening


def _rest_of_string(todo: list[str | Slot]) -> tuple[list[str | Slot], str]:
    """The pieces up to the quote that closes a string of SQL, which are taken off, and the text after that quote."""
    inner: list[str | Slot] = []
    while todo:
        part = todo.pop(0)
        if isinstance(part, str) and "'" in part:
            text, _, after = part.partition("'")
            if after.startswith(("'", "\\'")):
                raise Refused("the string holds a quote")
            return [*inner, text.removesuffix("\\")], after
        inner.append(part)
    raise Refused("the string ends in another literal")


def _string(pieces: Sequence[str | Slot], item: Literal, kind: str) -> str:
    """The expression of what stands between two quotes of SQL."""
    pieces = [piece for piece in pieces if piece != ""]
    if any(isinstance(piece, Slot) and "'" in piece.source and ".join(" in piece.source for piece in pieces):
        raise Refused("several strings are joined into one text")
    if len(pieces) == 1 and isinstance(pieces[0], Slot) and not pieces[0].spec and not pieces[0].conversion:
        return pieces[0].source
    body = "".join(_in_f_string(piece, kind) for piece in pieces)
    sources = [piece.source for piece in pieces if isinstance(piece, Slot)]
    if "\n" in body or any("\\" in source for source in sources):
        raise Refused("the string is written over several lines")
    own = (item.quote,) if len(item.quote) == 1 else ('"', "'")
    for quote in (*own, '"', "'"):
        texts = [piece for piece in pieces if isinstance(piece, str)]
        clean = item.quote == quote or not any(quote in text for text in texts)
        if clean and not any(quote in source for source in sources):
            raw = "r" if "r" in item.prefix.lower() else ""
            return f"{raw}f{quote}{body}{quote}"
    raise Refused("the string holds quotes of both kinds")


def _in_f_string(piece: str | Slot, kind: str) -> str:
    """A piece as an f-string writes it."""
    if isinstance(piece, Slot):
        if kind == "f":
            return piece.written
        conversion = f"!{piece.conversion}" if piece.conversion else ""
        return f"{{{piece.source}{conversion}{':' + piece.spec if piece.spec else ''}}}"
    if kind == "%":
        piece = piece.replace("%%", "%")
    return piece.replace("{", "{{").replace("}", "}}") if kind in {"%", "+"} else piece


def _together(parts: Sequence[str | Slot]) -> list[str | Slot]:
    """The pieces with neighbouring texts joined."""
    joined: list[str | Slot] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        elif part != "":
            joined.append(part)
    return joined


def _finished(interpolated: Interpolation, items: Sequence[Literal | str]) -> str:
    """The expression: what is no longer needed to put the text together is left out."""
    left = [part for item in items if isinstance(item, Literal) for part in item.parts if isinstance(part, Slot)]
    if interpolated.kind == "+":
        return _added(items)
    if interpolated.kind == "f":
        return written([_without_f(item) if isinstance(item, Literal) else item for item in items])
    if not left:
        return written([_resolved(item, interpolated.kind) for item in items])
    if interpolated.kind == "%":
        sources = [slot.source for slot in left]
        return f"{written(items)} % ({', '.join(sources)}{',' if len(sources) == 1 else ''})"
    return f"{written(items)}.format({', '.join(_arguments(interpolated, left))})"


def _added(items: Sequence[Literal | str]) -> str:
    """The texts and what is left of the other operands, in one line."""
    item = items[0]
    if len(items) > 1 or not isinstance(item, Literal):
        raise Refused("its literals are written in several ways")
    return " + ".join(_operand(part, item.quote) for part in item.parts if part != "")


def _operand(part: str | Slot, quote: str) -> str:
    import ast

    if isinstance(part, str):
        return f"{quote}{part}{quote}"
    simple = ast.Name | ast.Attribute | ast.Call | ast.Subscript | ast.Constant
    return part.source if isinstance(ast.parse(f"({part.source})", mode="eval").body, simple) else f"({part.source})"


def _arguments(interpolated: Interpolation, left: Sequence[Slot]) -> list[str]:
    """The arguments of `.format` that are still used."""
    if any(slot.written[1:2].isdigit() for slot in interpolated.slots):
        raise Refused("the arguments are numbered")
    automatic = [slot.source for slot in left if not slot.written[1:2].isidentifier()]
    used = {slot.written[1:].split("}")[0].split("!")[0].split(":")[0] for slot in left}
    return [*automatic, *(f"{name}={text}" for name, text in interpolated.tail if name in used)]


def _without_f(item: Literal) -> Literal:
    """The literal, which is an f-string only as long as a value is put into it."""
    if any(isinstance(part, Slot) for part in item.parts) or "f" not in item.prefix.lower():
        return item
    return Literal(item.prefix.replace("f", "").replace("F", ""), item.quote, _plain(item, ("{{", "{"), ("}}", "}")))


def _resolved(item: Literal | str, kind: str) -> Literal | str:
    """The literal as it is written when nothing is formatted into it."""
    if isinstance(item, str):
        return item
    escapes = [("%%", "%")] if kind == "%" else [("{{", "{"), ("}}", "}")]
    return Literal(item.prefix, item.quote, _plain(item, *escapes))


def _plain(item: Literal, *escapes: tuple[str, str]) -> tuple[str, ...]:
    text = "".join(part for part in item.parts if isinstance(part, str))
    for escaped, character in escapes:
        text = text.replace(escaped, character)
    return (text,)
