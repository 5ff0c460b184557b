"""Archives of conversations, as other programs give them away: a ZIP with `conversations.json` in it."""

import io
import json
from collections.abc import Iterator
from typing import Any, NamedTuple
from zipfile import BadZipFile, ZipFile

from chatty.errors import ArchiveError

LARGEST = 256 << 20
"""Bytes that one file of an archive may have when it is unpacked."""


class Message(NamedTuple):
    """One message of a conversation."""

    author: str
    text: str


class Conversation(NamedTuple):
    """One conversation, in the order in which it went."""

    id: str
    title: str
    messages: tuple[Message, ...]


class Archive(NamedTuple):
    """What is in an archive.

    Attributes:
        source: the program that it comes from.
        account: the name of its user there.
    """

    source: str
    account: str
    conversations: tuple[Conversation, ...]


def read_archive(data: bytes) -> Archive:
    """Read an archive; raises ArchiveError."""
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            conversations = _member(archive, "conversations.json")
            account = _member(archive, "user.json") if "user.json" in archive.namelist() else {}
        source = "chatgpt" if any("mapping" in each for each in conversations) else "claude"
        found = tuple(_CONVERSATION[source](each) for each in conversations)
        return Archive(source, str(account.get("email", account.get("id", "unknown"))), found)
    except (BadZipFile, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArchiveError(f"no archive of conversations: {error}") from error


def _member(archive: ZipFile, name: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    """A file of JSON in the archive, wherever it lies in it."""
    info = next((each for each in archive.infolist() if each.filename.rpartition("/")[2] == name), None)
    if info is None or info.file_size > LARGEST:
        raise ArchiveError(f"no archive of conversations: {name} is not in it, or too large")
    with archive.open(info) as member:
        return json.loads(member.read(LARGEST))


def _of_mapping(row: dict[str, Any]) -> Conversation:
    """A conversation whose messages are nodes of a tree, the one that went on last being what counts."""
    return Conversation(row["id"], row["title"], tuple(_branch(row["mapping"], row["current_node"]))[::-1])


def _branch(nodes: dict[str, Any], name: str | None) -> Iterator[Message]:
    """The messages from a node up to the root."""
    while name is not None:
        message = nodes[name].get("message")
        if message is not None:
            yield Message(message["author"]["role"], "\n".join(message["content"]["parts"]))
        name = nodes[name].get("parent")


def _of_list(row: dict[str, Any]) -> Conversation:
    """A conversation whose messages are a list."""
    messages = (Message(each["sender"], each["text"]) for each in row["chat_messages"])
    return Conversation(row["uuid"], row["name"], tuple(messages))


_CONVERSATION = {"chatgpt": _of_mapping, "claude": _of_list}
