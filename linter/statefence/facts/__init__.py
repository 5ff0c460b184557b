"""One file's bytes to frozen records. Nothing here looks at another file, so a record depends on the bytes alone."""

from statefence.facts.extract import ModuleFacts, extent, extract, line_starts

__all__ = ["ModuleFacts", "extent", "extract", "line_starts"]
