"""From a policy to a report: every rule over every module of the project, and what suppressions leave of it."""

from statefence.engine.check import Report, check, is_within, resolution, within
from statefence.engine.load import Loaded, load
from statefence.engine.revision import Since, since
from statefence.engine.selection import selected

__all__ = ["Loaded", "Report", "Since", "check", "is_within", "load", "resolution", "selected", "since", "within"]
