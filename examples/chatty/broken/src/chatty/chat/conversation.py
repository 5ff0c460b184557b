"""A conversation with a runtime, of which the vault holds every turn."""

from collections.abc import Iterable

from chatty.chat.assistant import answer
from chatty.storage import runtimes
from chatty.vault import transcripts
from chatty.vault.transcripts import Turn


def say(user: str, gpt_id: str, text: str) -> str:
    """Say something to a runtime; returns its answer. Raises RuntimeNotFoundError."""
    runtime = runtimes.get(user, gpt_id)
    answered = answer(runtime.instructions, transcripts.read(user, runtime.construct), text)
    record(user, runtime.construct, [(user, text), (runtime.name, answered)])
    return answered


def record(user: str, construct: str, said: Iterable[tuple[str, str]]) -> None:
    """Put into the vault what was said, each with who said it."""
    transcripts.append(user, construct, (Turn(speaker, text) for speaker, text in said))


def history(user: str, gpt_id: str) -> list[Turn]:
    """What was said to a runtime and by it; raises RuntimeNotFoundError."""
    construct = runtimes.get(user, gpt_id).construct
    return [*transcripts.older(user, construct), *transcripts.read(user, construct)]


def rename(user: str, gpt_id: str, title: str) -> None:
    """Give the transcript of a runtime a title; raises RuntimeNotFoundError."""
    transcripts.begin(user, runtimes.get(user, gpt_id).construct, title)


def forget(user: str, gpt_id: str) -> None:
    """Delete a runtime and what was said to it; raises RuntimeNotFoundError."""
    transcripts.remove(user, runtimes.get(user, gpt_id).construct)
    runtimes.delete(user, gpt_id)
