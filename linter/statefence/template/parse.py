"""From the policy's text to a template."""

from __future__ import annotations

import re
from itertools import pairwise

from statefence.template.build import build, flatten, split
from statefence.template.records import TREE, UP, Glob, Piece, Segment, Symbol, SymbolKind, Template

_TOKEN = re.compile(r"[{}]|\*+|\?|[^{}*?]+")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_APP = re.compile(r"[a-z_]+:[^{}|/:]+")
_PLACES = {kind.value: kind for kind in (SymbolKind.HOME, SymbolKind.CWD, SymbolKind.TMP, SymbolKind.REPO)}
_KNOWN = "{state} {home} {cwd} {tmp} {repo} {any} {env:VARIABLE|default} and names of your own such as {user_id}"


def parse(text: str, state: Template | None = None) -> Template:
    """The template that policy text means; `{state}` is replaced by `state`, `~` is `{home}`.

    Raises ValueError, whose message says what is wrong with the text and the way out.
    """
    if not text:
        raise ValueError('the path is empty: write where the state lives, such as "{home}/.app/app.db"')
    template = build(_run(text, state, front=True))
    for segment in template.segments:
        _check_segment(segment, text)
    for before, after in pairwise(template.segments):
        if after == UP and any(_is_wildcard(piece) for piece in before):
            raise ValueError(f"`..` after a wildcard, in {text!r}: write the path without it")
    return template


def _run(text: str, state: Template | None, *, front: bool) -> list[Piece | str]:
    """The pieces of `text`; `front` when they begin a path."""
    if front and re.match(r"~(?:/|$)", text):
        text = "{home}" + text[1:]
    run: list[Piece | str] = []
    position = 0
    while token := _TOKEN.match(text, position):
        position = token.end()
        if token[0] == "{":
            end = _closing(text, token.start())
            run.extend(_placeholder(text[position:end], state, front=front and not run))
            position = end + 1
        elif token[0] == "}":
            raise ValueError(f"`}}` without a `{{` before it, in {text!r}")
        else:
            run.append(Glob(token[0]) if token[0][0] in "*?" else token[0])
    return run


def _closing(text: str, opening: int) -> int:
    depth = 0
    for position in range(opening, len(text)):
        depth += {"{": 1, "}": -1}.get(text[position], 0)
        if depth == 0:
            return position
    raise ValueError(f"`{{` is never closed, in {text!r}: write it as in {{home}} or {{env:VARIABLE|default}}")


def _placeholder(body: str, state: Template | None, *, front: bool) -> list[Piece | str]:
    head, bar, default = body.partition("|")
    word, colon, name = head.partition(":")
    if colon or bar:
        return [_with_name(word, name, default if bar else None, state, front=front)]
    if word in _PLACES or word == SymbolKind.STATE:
        if not front:
            raise ValueError(f"{{{word}}} is a place of its own: it must begin the path")
        return [Symbol(_PLACES[word])] if word in _PLACES else _state(state)
    if word == SymbolKind.ANY:
        return [Symbol(SymbolKind.ANY)]
    if word in {SymbolKind.ENV, SymbolKind.APP, SymbolKind.PARAM}:
        raise ValueError(f"{{{word}}} needs a name, as in {{{word}:NAME}}")
    if not _NAME.fullmatch(word):
        raise ValueError(f"{{{word}}} is no placeholder: known are {_KNOWN}")
    return [Symbol(SymbolKind.NAMED, word)]


def _state(state: Template | None) -> list[Piece | str]:
    if state is None:
        raise ValueError('{state} is used, but the policy has no `state`: add state = "{home}/.app"')
    return flatten(state)


def _with_name(word: str, name: str, default: str | None, state: Template | None, *, front: bool) -> Symbol:
    if word == SymbolKind.APP and default is None and _APP.fullmatch(name):
        if not front:
            raise ValueError(f"{{app:{name}}} is a place of its own: it must begin the path")
        return Symbol(SymbolKind.APP, name)
    if word == SymbolKind.PARAM:
        raise ValueError(f"{{param:{name}}} is how reports write a parameter: write {{any}} in a policy")
    if word != SymbolKind.ENV:
        shown = f"{word}:{name}" if name else word
        raise ValueError(f"unknown placeholder {{{shown}}}: known are {_KNOWN}")
    if not _VARIABLE.fullmatch(name):
        raise ValueError(f"{{env:{name}}} does not name an environment variable: write {{env:VARIABLE|default}}")
    return Symbol(SymbolKind.ENV, name, None if default is None else _default(default, state, front=front))


def _default(text: str, state: Template | None, *, front: bool) -> Template:
    run = _run(text, state, front=front)
    if front:
        return build(run)
    if text.startswith("/"):
        raise ValueError(f"the default {text!r} is absolute, but it does not begin the path")
    segments = split(run)
    return Template(() if segments == [()] else tuple(segments))


def _check_segment(segment: Segment, text: str) -> None:
    for piece in segment:
        if isinstance(piece, Glob) and piece.sign not in {"*", "?"} and segment != TREE:
            raise ValueError(f"`{piece.sign}` in {text!r}: `**` stands for whole directories, so write it as /**/")
        if isinstance(piece, Symbol) and piece.default is not None:
            for inner in piece.default.segments:
                _check_segment(inner, text)


def _is_wildcard(piece: Piece) -> bool:
    return isinstance(piece, Glob) or piece == Symbol(SymbolKind.ANY)
