"""Importing an archive: a runtime that stands for the account, and references to its conversations.

The archive itself is kept as an upload of the runtime, and read again when somebody wants to see a conversation.
"""

import hashlib
from typing import NamedTuple

from chatty.errors import ConversationNotFoundError
from chatty.imports.archive import Conversation, read_archive
from chatty.storage import references, runtimes, uploads
from chatty.storage.references import Reference
from chatty.storage.runtimes import Runtime


class Imported(NamedTuple):
    """What an import came to: the runtime, and how many conversations are new or have gone on."""

    runtime: Runtime
    new: int


def import_archive(user: str, data: bytes) -> Imported:
    """Import an archive; once more changes nothing. Raises ArchiveError."""
    archive = read_archive(data)
    runtime = runtimes.imported(user, f"{archive.account} ({archive.source})", f"{archive.source}:{archive.account}")
    name = f"{hashlib.sha256(data).hexdigest()[:16]}.zip"
    uploads.save(user, runtime.id, name, data)
    found = [Reference(each.id, each.title, len(each.messages), name) for each in archive.conversations]
    return Imported(runtime, references.remember(user, runtime.id, found))


def read_conversation(user: str, gpt_id: str, conversation_id: str) -> Conversation:
    """An imported conversation, out of its archive; raises ConversationNotFoundError."""
    for reference in references.list_all(user, gpt_id):
        if reference.id == conversation_id:
            archive = read_archive(uploads.load(user, gpt_id, reference.archive))
            return next(each for each in archive.conversations if each.id == conversation_id)
    raise ConversationNotFoundError(f"{user} has imported no conversation {conversation_id} into {gpt_id}")
