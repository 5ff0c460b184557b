"""What a user can do wrong, and what can be wrong with what is kept."""


class ChattyError(Exception):
    """Its text is shown as it is."""


class InvalidNameError(ChattyError):
    """A name that no user or file can have."""


class RuntimeNotFoundError(ChattyError):
    """The user has no such runtime."""


class ConversationNotFoundError(ChattyError):
    """The user has imported no such conversation."""


class ArchiveError(ChattyError):
    """A file that is no archive of conversations."""


class DatabaseError(ChattyError):
    """A database that cannot be used."""
