"""The apps that are installed."""

from pathlib import Path

from halo.platform.store import Namespace

NAMESPACE = Namespace("app_manager", Path(__file__).with_name("migrations"))
