"""Rules about how the files of a store are written, and from where (SF5xx)."""
