"""The line of every key of a TOML text, which the parser does not tell."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator

import tomli
from msgspec import Struct

from statefence.policy.problem import KeyPath

_TOKEN = re.compile(
    r'''(?P<text>"""(?:[^"\\]|\\.|"{1,2}(?!"))*"{3,5}|\'\'\'(?:[^']|'{1,2}(?!'))*'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')'''
    r"""|(?P<newline>\n)|(?P<sign>[\[\]{}=,.])|(?P<bare>[^\s\[\]{}=,."'#]+)|[^\S\n]+|\#[^\n]*""",
    re.DOTALL,
)


class _Token(Struct, frozen=True):
    """A piece of TOML: its kind (`text`, `newline`, `sign`, `bare`), its source, and its 1-based line."""

    kind: str
    source: str
    line: int


Located = tuple[KeyPath, int]
"""A key path and a line on which it stands."""


def locate(text: str) -> dict[KeyPath, int]:
    """The 1-based line on which each key path first stands; items of a list are their numbers from 0.

    The text must be valid TOML. A table that is only implied has the line of what implies it.
    """
    lines: dict[KeyPath, int] = {(): 1}
    for path, line in _document(deque(_tokens(text))):
        for length in range(len(path), 0, -1):
            if path[:length] in lines:
                break
            lines[path[:length]] = line
    return lines


def _tokens(text: str) -> Iterator[_Token]:
    line = 1
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup
        if kind is not None:
            yield _Token(kind, found[0], line)
        if kind in {"newline", "text"}:
            line += found[0].count("\n")


def _document(tokens: deque[_Token]) -> Iterator[Located]:
    table: KeyPath = ()
    counts: dict[KeyPath, int] = {}
    while tokens:
        if tokens[0].kind == "newline":
            tokens.popleft()
        elif tokens[0].source == "[":
            line = tokens[0].line
            table = _header(tokens, counts)
            yield table, line
        else:
            yield from _pair(tokens, table)


def _header(tokens: deque[_Token], counts: dict[KeyPath, int]) -> KeyPath:
    """The path of a `[table]` or `[[array]]` header; `counts` knows how many items each array of tables has so far."""
    tokens.popleft()
    appends = tokens[0].source == "["
    if appends:
        tokens.popleft()
    path: KeyPath = ()
    keys, _ = _key(tokens)
    for number, key in enumerate(keys, start=1):
        path += (key,)
        if appends and number == len(keys):
            counts[path] = counts.get(path, 0) + 1
        if path in counts:
            path += (str(counts[path] - 1),)
    if appends:
        tokens.popleft()
    return path


def _pair(tokens: deque[_Token], table: KeyPath) -> Iterator[Located]:
    keys, line = _key(tokens)
    yield table + keys, line
    yield from _value(tokens, table + keys)


def _key(tokens: deque[_Token]) -> tuple[KeyPath, int]:
    """The parts of a dotted key and its line; takes the sign after it away too."""
    line = tokens[0].line
    keys: list[str] = []
    while (token := tokens.popleft()).source not in {"=", "]"} or token.kind == "text":
        if token.kind != "sign":
            keys.append(_unquoted(token))
    return tuple(keys), line


def _unquoted(token: _Token) -> str:
    if token.kind == "bare":
        return token.source
    if "\\" not in token.source or token.source[0] == "'":
        return token.source[1:-1]
    return str(tomli.loads(f"key = {token.source}")["key"])


def _value(tokens: deque[_Token], path: KeyPath) -> Iterator[Located]:
    first = tokens.popleft()
    if first.kind == "sign" and first.source == "[":
        yield from _array(tokens, path)
    elif first.kind == "sign" and first.source == "{":
        yield from _inline_table(tokens, path)
    else:
        while tokens and tokens[0].kind != "newline" and not _is_sign(tokens[0], ",]}"):
            tokens.popleft()


def _array(tokens: deque[_Token], path: KeyPath) -> Iterator[Located]:
    number = 0
    while not _is_sign(tokens[0], "]"):
        if tokens[0].kind == "newline" or _is_sign(tokens[0], ","):
            tokens.popleft()
            continue
        item = (*path, str(number))
        yield item, tokens[0].line
        yield from _value(tokens, item)
        number += 1
    tokens.popleft()


def _inline_table(tokens: deque[_Token], path: KeyPath) -> Iterator[Located]:
    while not _is_sign(tokens[0], "}"):
        if tokens[0].kind == "newline" or _is_sign(tokens[0], ","):
            tokens.popleft()
        else:
            yield from _pair(tokens, path)
    tokens.popleft()


def _is_sign(token: _Token, signs: str) -> bool:
    return token.kind == "sign" and token.source in signs
