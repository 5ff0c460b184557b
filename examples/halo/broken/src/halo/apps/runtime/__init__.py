"""What apps do: their runs, and what they tell the user."""

from pathlib import Path

from halo.platform.store import Namespace

NAMESPACE = Namespace("app_runtime", Path(__file__).with_name("migrations"))
