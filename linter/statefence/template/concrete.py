"""Templates on a real machine: which files of this process's world they mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from statefence.template.build import build, flatten, substitute, substituted
from statefence.template.records import WORKING_DIRECTORY, Piece, Segment, Symbol, SymbolKind, Template, Text
from statefence.template.regular import expression
from statefence.template.user_directories import user_directory

_TILDE = re.compile(r"^~(?=[\\/]|$)")
_DRIVE = re.compile(r"[A-Za-z]:")


def resolve(
    template: Template, environ: Mapping[str, str], *, home: str, cwd: str, tmp: str, repo: str
) -> tuple[Template, ...]:
    """The absolute templates that it means in this world, of text, globs, names and `{any}` only; empty when none.

    A variable is its value in `environ`, else its default; without both, or for a per-user directory of a library that
    is not known, there is no template. An empty variable counts as absent, and a value that begins with `~` as one in
    `home`.
    """
    places = {SymbolKind.HOME: home, SymbolKind.CWD: cwd, SymbolKind.TMP: tmp, SymbolKind.REPO: repo}

    def value(symbol: Symbol) -> Iterable[Piece | str]:
        if symbol.kind in {SymbolKind.NAMED, SymbolKind.ANY}:
            return [symbol]
        if symbol.kind is SymbolKind.PARAM:
            return [Symbol(SymbolKind.ANY)]
        if symbol.kind is SymbolKind.APP:
            return [_known(user_directory(symbol.name, environ, home))]
        if symbol.kind is not SymbolKind.ENV:
            return [places[symbol.kind]]
        if symbol.default is not None and not environ.get(symbol.name):
            return substituted(symbol.default, value)
        return [_TILDE.sub(lambda _: home, environ[symbol.name])]

    try:
        resolved = substitute(template, value)
    except KeyError:
        return ()
    if resolved.segments[0] == WORKING_DIRECTORY:
        resolved = build([cwd, "/", *flatten(Template(resolved.segments[1:]))])
    return (resolved,)


def _known(directory: str | None) -> str:
    if directory is None:
        raise KeyError(directory)
    return directory


def fixed_prefix(template: Template) -> str:
    """The deepest directory that everything on a resolved template lies below, with forward slashes.

    It is the parent of a literal path, and empty when the template does not begin at `/`, a drive or a scheme.
    """
    fixed: list[Segment] = []
    for segment in template.segments[:-1]:
        if not _is_text(segment):
            break
        fixed.append(segment)
    if not _is_text(template.segments[0]):
        return ""
    prefix = str(Template(tuple(fixed or template.segments[:1])))
    return prefix + "/" if _DRIVE.fullmatch(prefix) else prefix


def placeholders(template: Template) -> tuple[str, ...]:
    """The names of the template's placeholders, in their order, each once."""
    pieces = (piece for segment in template.segments for piece in segment)
    return tuple(
        dict.fromkeys(piece.name for piece in pieces if isinstance(piece, Symbol) and piece.kind is SymbolKind.NAMED)
    )


def names_in(template: Template, absolute_path: str) -> dict[str, str] | None:
    """The values of a resolved template's placeholders in a path; None when the path does not lie on it."""
    found = expression(template).pattern.fullmatch("" if absolute_path == "/" else absolute_path)
    if found is None:
        return None
    return {name: found[number] for number, name in enumerate(placeholders(template), 1)}


def is_literal(template: Template) -> bool:
    """Whether it is one concrete path, without symbols and globs."""
    return all(_is_text(segment) for segment in template.segments)


def matches(template: Template, absolute_path: str) -> bool:
    """Whether a normalised path, with forward slashes, lies on a resolved template."""
    return expression(template).pattern.fullmatch("" if absolute_path == "/" else absolute_path) is not None


def _is_text(segment: Segment) -> bool:
    return all(isinstance(piece, Text) for piece in segment)
