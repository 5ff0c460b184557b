"""From rows to what is sent to the window: the same fields, named as the window names them."""

from dataclasses import asdict

from halo.apps.manager.types import InstalledApp
from halo.apps.runtime.types import ActivityEntry
from halo.shared import app_types


def app_message(app: InstalledApp) -> app_types.InstalledApp:
    """An app for the window."""
    fields = asdict(app)
    return {
        "id": fields["id"],
        "spaceId": fields["space_id"],
        "spec": fields["spec"],
        "status": fields["status"],
        "userConfig": fields["user_config"],
        "lastRunAt": fields["last_run_at"],
        "lastOutcome": fields["last_outcome"],
    }


def entry_message(entry: ActivityEntry) -> app_types.ActivityEntry:
    """An entry of a thread for the window."""
    return {
        "id": entry.id,
        "runId": entry.run_id,
        "kind": entry.kind,
        "text": entry.text,
        "response": entry.response,
        "madeAt": entry.made_at,
    }
