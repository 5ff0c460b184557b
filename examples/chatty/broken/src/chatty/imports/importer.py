"""Importing an archive: a runtime that stands for the account, and its conversations as if they had been held here."""

from chatty.chat import conversation
from chatty.imports.archive import read_archive
from chatty.storage import references, runtimes, uploads
from chatty.storage.references import Reference
from chatty.storage.runtimes import Runtime


def import_archive(user: str, data: bytes) -> Runtime:
    """Import an archive; raises ArchiveError."""
    archive = read_archive(data)
    runtime = runtimes.imported(user, f"{archive.account} ({archive.source})", f"{archive.source}:{archive.account}")
    uploads.save(user, runtime.id, "export.zip", data)
    references.remember(
        user, runtime.id, [Reference(each.id, each.title, len(each.messages)) for each in archive.conversations]
    )
    for each in archive.conversations:
        conversation.record(user, runtime.construct, each.messages)
    return runtime
