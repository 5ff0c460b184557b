"""Rules about the statements that are sent to a database (SF3xx)."""
