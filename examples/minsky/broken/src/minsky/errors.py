"""What a user is told."""


class MinskyError(Exception):
    """Anything that the command line reports in one line."""


class ConfigurationError(MinskyError):
    """The configuration cannot be used as it is."""


class InvalidNameError(MinskyError):
    """A session cannot be called that."""


class SessionExistsError(MinskyError):
    """There is a session of that name."""


class SessionNotFoundError(MinskyError):
    """No session of that name."""


class WorkspaceError(MinskyError):
    """A command was run in the wrong place."""


class GitError(MinskyError):
    """git refused to do something; the message is what it said."""
