"""Rules about the analysis itself: what it could not read, and what it was told to ignore (SF0xx)."""
