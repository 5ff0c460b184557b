"""The clock: which app runs when, and how its runs went."""

from pathlib import Path

from halo.platform.store import Namespace

NAMESPACE = Namespace("scheduler", Path(__file__).with_name("migrations"))
