"""Prompts that the user typed in a chat and kept, for the prompt picker: they are configuration too."""

from chatos.admin import config_source


def keep_prompt(title: str, body: str) -> None:
    """Keep a prompt under a title; an older one of that title is replaced."""
    config_source.save_prompt(title, body)


def find_prompts(text: str) -> list[str]:
    """Titles of the prompts that contain `text`."""
    return config_source.find_prompts(text)
