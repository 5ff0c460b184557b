"""What a user can do wrong."""


class ChattyError(Exception):
    """Its text is shown as it is."""


class RuntimeNotFoundError(ChattyError):
    """The user has no such runtime."""


class ArchiveError(ChattyError):
    """A file that is no archive of conversations."""
