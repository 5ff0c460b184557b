"""What a user can do something about; each message is one line."""


class CherryError(Exception):
    """Anything that the command line reports in one line."""


class MigrationError(CherryError):
    """The schema could not be brought to where the program needs it; nothing of the failed migration is left."""


class NotFoundError(CherryError):
    """There is no agent, session or log entry of that name."""


class InvalidError(CherryError):
    """The database refused a row, for one of its constraints."""
