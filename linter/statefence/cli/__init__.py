"""The command line: the only place that prints. `main` returns the exit code, `statefence.__main__` exits with it."""

from statefence.cli.main import main

__all__ = ["main"]
