"""The assistant. It stands for a model, and answers alike when asked alike."""

from collections.abc import Sequence

from chatty.vault.transcripts import Turn


def answer(instructions: str, history: Sequence[Turn], text: str) -> str:
    """What the assistant says to a text after what was said before."""
    manner = f"{instructions}: " if instructions else ""
    return f"{manner}{text} (after {len(history)} turns)"
