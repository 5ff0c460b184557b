"""Path templates: the one language in which the policy names stores and the analysis names what an open reaches.

A template is a tuple of segments between slashes; a segment is a tuple of pieces. `~` is `{home}`; a leading `/` gives
an empty first segment; a path that starts with neither a slash, a drive, a URL's scheme nor a symbol is relative and
begins with the symbol `{cwd}`.
"""

from statefence.template.build import build, substitute
from statefence.template.concrete import fixed_prefix, is_literal, matches, names_in, placeholders, resolve
from statefence.template.matching import alternatives, match
from statefence.template.parse import parse
from statefence.template.records import ABSOLUTE, Glob, Piece, Segment, Symbol, SymbolKind, Template, Text

__all__ = [
    "ABSOLUTE",
    "Glob",
    "Piece",
    "Segment",
    "Symbol",
    "SymbolKind",
    "Template",
    "Text",
    "alternatives",
    "build",
    "fixed_prefix",
    "is_literal",
    "match",
    "matches",
    "names_in",
    "parse",
    "placeholders",
    "resolve",
    "substitute",
]
