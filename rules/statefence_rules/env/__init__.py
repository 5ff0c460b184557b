"""Rules about the environment that child processes get (SF1xx)."""
