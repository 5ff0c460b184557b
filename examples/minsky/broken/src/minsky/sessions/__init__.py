"""The session database, whichever backend keeps it."""
