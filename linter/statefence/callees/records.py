"""The words in which the tables of callees are written."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

ENVIRON = "os.environ"
"""The block of the process itself, which children inherit."""


class Argument(Struct, frozen=True):
    """Where a call hands something over: by keyword, by 0-based position (None when by keyword alone)."""

    keyword: str
    position: int | None = None


class Effect(StrEnum):
    """What a call does to the state that it reaches."""

    DATABASE = "database"  # opened; statements do the rest
    READ = "read"
    APPEND = "append"  # written at the end, what is there stays
    UPDATE = "update"  # written in place, what is not written over stays
    OVERWRITE = "overwrite"  # emptied and written in place
    CREATE = "create"  # made when it is missing, else left as it is or refused
    REPLACE = "replace"  # another file takes its name at once
    TRUNCATE = "truncate"  # shortened
    EXTRACT = "extract"  # files of an archive or a directory are put below it
    MOVE = "move"  # it goes away under another name
    REMOVE = "remove"
    WRITE = "write"  # written through a file that was opened before
    UNKNOWN = "unknown"  # which of these is decided elsewhere


class Given(StrEnum):
    """What a mapping handed over becomes of the child's environment."""

    REPLACES = "replaces"
    ADDS_TO_LIST = "adds-to-list"  # merged over the callee's own allow-list
    ADDS = "adds"  # merged over the parent's environment


class Spawner(Struct, frozen=True):
    """A callee that starts a child, or that holds the parameters of one.

    Attributes:
        names: the dotted names it is imported by, the canonical one first.
        source: where its facts stand.
        env: where the environment is handed over; None when it cannot be.
        program: where argv or argv[0] is handed over.
        absent, none: the child's environment without the argument, and with None: `inherits`, `empty` or `filtered`.
        given: what a mapping becomes.
        keeps: the names of the allow-list behind `filtered`.
        replacing: a keyword that, when true, makes a mapping replace what it is otherwise merged over.
        block: the mapping that the child inherits.
    """

    names: tuple[str, ...]
    source: str
    env: Argument | None = None
    program: Argument | None = None
    absent: str = "inherits"
    none: str = "inherits"
    given: Given = Given.REPLACES
    keeps: tuple[str, ...] = ()
    replacing: str = ""
    block: str = ENVIRON


class Opener(Struct, frozen=True):
    """A callee that reaches state on disk or on a server.

    Attributes:
        names: the dotted names it is imported by, the canonical one first.
        source: where its facts stand.
        path: where the path or URL is handed over, the first one given wins.
        form: `path`; `uri`: a path that may be a `file:` URI; `name`: one that is a URI only where the library was
            built to take any for one; `url`: a SQLAlchemy or server URL; `server`: a DSN or
            connection parameters, never a file; `settings`: an object of settings; `configuration`: a mapping in which
            a key that ends in `url` holds the URL.
        absent: what it opens without a path: `memory`, or a path relative to the working directory, or empty when
            the call is then no open at all.
        uri: the argument without which a path that looks like a URI is a `name`; None where none is needed.
        memory: a keyword that, when true or given, makes it a memory database.
        effect: what it does to what it reaches, unless the call's own argument decides.
        mode_at: where the call's own mode argument stands, a text such as `"w"` or flags such as `os.O_RDWR`.
        mode: the mode of a call that passes none.
        reading: what its mode argument is when a database is only read.
        tree: with a directory, it does so to everything below it.
        connection: what it returns takes statements.
        file: what it returns is the opened file.
        later: the method of what it returns that is handed the path when the call is not.
    """

    names: tuple[str, ...]
    source: str
    path: tuple[Argument, ...]
    form: str = "path"
    absent: str = ""
    uri: Argument | None = None
    memory: tuple[str, ...] = ()
    effect: Effect = Effect.DATABASE
    mode_at: Argument | None = None
    mode: str = "r"
    reading: tuple[str | bool, ...] = ()
    tree: bool = False
    connection: bool = False
    file: bool = False
    later: str = ""

    @property
    def database(self) -> bool:
        """Whether it opens a database, which is listed even without a store that claims it."""
        return self.effect is Effect.DATABASE
