"""One file's bytes to frozen records. Nothing here looks at another file, so a record depends on the bytes alone."""

from statefence.facts.extract import VERSION, ModuleFacts, body_at, extent, extract, line_starts, parsed
from statefence.facts.reader import TOO_DEEP, Memory, Reader, Recollection, Request, Unparsed
from statefence.facts.words import imported_words, renamed, words_of

__all__ = [
    "TOO_DEEP",
    "VERSION",
    "Memory",
    "ModuleFacts",
    "Reader",
    "Recollection",
    "Request",
    "Unparsed",
    "body_at",
    "extent",
    "extract",
    "imported_words",
    "line_starts",
    "parsed",
    "renamed",
    "words_of",
]
