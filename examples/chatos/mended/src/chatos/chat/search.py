"""Full-text search over messages, on an index that can be thrown away and rebuilt at any time."""

from contextlib import closing

from chatos.hostapp import RUNTIME_HOST_APP
from chatos.storage import open_index, open_runtime
from chatos.workers.launcher import launch, worker_command


def rebuild_index() -> int:
    """Index every message anew; returns how many there are."""
    with closing(open_runtime()) as runtime:
        rows = [tuple(row) for row in runtime.execute("SELECT session_id, body FROM chat_messages")]
    with closing(open_index()) as index, index:
        index.execute("DELETE FROM message_index")
        index.executemany("INSERT INTO message_index (session_id, body) VALUES (?, ?)", rows)
    return len(rows)


def rebuild_in_worker() -> int:
    """The same in a worker, so that the window stays responsive."""
    return int(launch(worker_command("reindex"), {"CHATOS_HOST_APP": RUNTIME_HOST_APP}))


def search(words: str) -> list[str]:
    """Ids of the sessions with a message that has all the words, each once."""
    with closing(open_index()) as index:
        rows = index.execute("SELECT DISTINCT session_id FROM message_index WHERE message_index MATCH ?", (words,))
        return sorted(row[0] for row in rows)
