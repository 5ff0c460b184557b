"""Apps and their threads as lines of text."""

from halo.shared.app_types import ActivityEntry, InstalledApp


def card(app: InstalledApp) -> str:
    """An app in one line."""
    outcome = app["lastOutcome"] or "not run yet"
    return f"{app['id']} ({app['status']}): {outcome}"


def thread_lines(entries: list[ActivityEntry]) -> list[str]:
    """A thread, a line for each entry, with the answers."""
    return [f"{entry['kind']}: {entry['text']}{_answer(entry)}" for entry in entries]


def _answer(entry: ActivityEntry) -> str:
    return f" -> {entry['response']}" if entry["response"] else ""
