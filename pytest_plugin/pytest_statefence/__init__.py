"""The pytest plugin of statefence. Importing this costs nothing: children that report to a run import parts of it."""

pytest_plugins = ("pytest_statefence.plugin",)
"""Read by pytest when it loads the entry point."""
