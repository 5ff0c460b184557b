"""What a user can do something about; each message is one line."""


class CherryError(Exception):
    """Anything that the command line reports in one line."""


class NotFoundError(CherryError):
    """There is no agent, session or log entry of that name."""
