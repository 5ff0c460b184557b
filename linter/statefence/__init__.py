"""statefence: keeps an application's state where it belongs."""

__version__ = "0.1.0"
