"""A conversation with a runtime, of which the vault holds every turn."""

from chatty.chat.assistant import answer
from chatty.storage import runtimes
from chatty.vault import transcripts
from chatty.vault.transcripts import Turn


def say(user: str, gpt_id: str, text: str) -> str:
    """Say something to a runtime; returns its answer. Raises RuntimeNotFoundError."""
    runtime = runtimes.get(user, gpt_id)
    answered = answer(runtime.instructions, transcripts.read(user, runtime.construct), text)
    transcripts.append(user, runtime.construct, [Turn(user, text), Turn(runtime.name, answered)])
    return answered


def history(user: str, gpt_id: str) -> list[Turn]:
    """What was said to a runtime and by it; raises RuntimeNotFoundError."""
    return transcripts.read(user, runtimes.get(user, gpt_id).construct)
