"""What a user can do something about. Every message names the way out; no two contradict each other."""


class MinskyError(Exception):
    """Anything that the command line reports in one line."""


class ConfigurationError(MinskyError):
    """The configuration cannot be used as it is."""


class InvalidNameError(MinskyError):
    """A session cannot be called that."""


class SessionExistsError(MinskyError):
    """There is a session of that name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is a session {name} already: choose another name, or delete it")


class SessionNotFoundError(MinskyError):
    """No session of that name, neither in the database nor on disk."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no session {name}: `minsky list` shows those there are")


class SessionNotNamedError(MinskyError):
    """Neither the command line nor the directory says which session is meant."""

    def __init__(self, candidates: list[str]) -> None:
        known = f": one of {', '.join(candidates)}" if candidates else ", after `minsky start NAME`"
        super().__init__(f"which session? Name it, or run this in its workspace{known}")


class DatabaseDamagedError(MinskyError):
    """The session database cannot be read."""

    def __init__(self, where: object, why: object) -> None:
        super().__init__(f"the session database {where} is damaged ({why}): `minsky recover` makes it anew")


class DatabaseUnavailableError(MinskyError):
    """The server of the session database does not answer."""


class GitError(MinskyError):
    """git refused to do something; the message is what it said."""
