"""What the analysis answers: every spawn, open and statement of the project, and what each resolves to.

These records are what `map` prints and what rules read. The first environment or path is the main answer (every flag
and optional parameter at its default), the others can be reached at the same line.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from statefence.callees import Effect
from statefence.model import Answer, Place, Span, Step
from statefence.sql.model import Touch
from statefence.template import Template


class EnvKind(StrEnum):
    """How a child's environment relates to its parent's (DESIGN, section 4)."""

    INHERITS = "inherits"
    FULL = "full"
    PARTIAL = "partial"
    EMPTY = "empty"
    FILTERED = "filtered"
    PASSTHROUGH = "passthrough"
    UNKNOWN = "unknown"


class PathKind(StrEnum):
    """What decides which file an open reaches (DESIGN, section 4)."""

    MEMORY = "memory"
    LITERAL = "literal"
    SYMBOLIC = "symbolic"
    CWD_RELATIVE = "cwd-relative"
    TMP = "tmp"
    PARAMETER = "parameter"
    CONFIG = "config"
    UNKNOWN = "unknown"


class Mode(StrEnum):
    """What an open may do to its file, in a word for the inventory; `Effect` says it exactly."""

    READ = "ro"
    WRITE = "rw"
    APPEND = "append"
    CREATE = "create"
    REMOVE = "remove"
    UNKNOWN = "unknown"


class Anchor(StrEnum):
    """What kind of source text builds an environment, which decides how a fix may add to it."""

    ABSENT = "absent"  # the call passes no env
    DISPLAY = "display"  # a dict display or a dict(...) call
    EXPRESSION = "expression"  # any other expression


class Environment(Struct, frozen=True):
    """One environment block a child may get.

    Attributes:
        kind: its class.
        sets: names added for certain, whatever the parent has.
        drops: names removed for certain.
        carried: for each name the analysis was asked about or saw: does the child get it when the parent has it?
        rest: the same answer for every other name.
        prefixes: names that begin so are removed.
        kept: `rest` is said of names that begin so, and no others are there; of all names when it is empty.
        ensured: names that the child gets even when the parent lacks them.
        reads: for each name set, the variables its value's fallback chain reads.
        reason: why the answer is unknown or decided elsewhere; empty otherwise.
        anchor: how the block is written, at `anchor_path` and `anchor_span` (the call itself when absent).
        trace: where the block was made, nearest first.
        certain: some way leads to it; not so what a child gets where a mapping, unpacked into the call, lacks the key.
    """

    kind: EnvKind
    sets: tuple[str, ...] = ()
    drops: tuple[str, ...] = ()
    carried: dict[str, Answer] = {}
    rest: Answer = Answer.UNKNOWN
    prefixes: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    ensured: tuple[str, ...] = ()
    reads: dict[str, tuple[str, ...]] = {}
    reason: str = ""
    anchor: Anchor = Anchor.EXPRESSION
    anchor_path: str = ""
    anchor_span: Span | None = None
    trace: tuple[Step, ...] = ()
    certain: bool = True

    def carries(self, name: str) -> Answer:
        """Whether a child gets `name` when its parent has it."""
        if name in self.carried:
            return self.carried[name]
        removed = bool(self.prefixes) and name.startswith(self.prefixes)
        passed_over = bool(self.kept) and not name.startswith(self.kept)
        return Answer.NO if removed or passed_over else self.rest

    def ensures(self, name: str) -> Answer:
        """Whether a child gets `name` even when its parent lacks it."""
        if name in self.ensured:
            return Answer.YES
        return Answer.UNKNOWN if self.kind in {EnvKind.PASSTHROUGH, EnvKind.UNKNOWN} else Answer.NO


class Spawn(Struct, frozen=True):
    """A call that starts a child, or that hands an environment on to one (`via` then names the API it ends in).

    Attributes:
        program: argv[0] where it is known, else None.
        argument: the span of the expression that is handed over as the environment, in the same file.
        environments: main answer first; never empty.
    """

    path: str
    span: Span
    api: str
    via: str | None
    symbol: str
    environments: tuple[Environment, ...]
    program: str | None = None
    argument: Span | None = None
    trace: tuple[Step, ...] = ()


class Target(Struct, frozen=True):
    """One place an open may reach; `template` is None when nothing is known of it."""

    kind: PathKind
    template: Template | None = None
    reason: str = ""
    trace: tuple[Step, ...] = ()
    span: Span | None = None


class Open(Struct, frozen=True):
    """A call that opens, creates, replaces or removes state, or that hands a path on to one.

    Attributes:
        argument: the span of the expression that decides the path, in the same file; None when there is none.
        effect: what it does; a call that does several things has a record for each.
        tree: what it does to a directory, it does to everything in it.
        targets: main answer first; never empty.
        gives: the call gives the connection itself, not something that is made of it.
        own: those of the targets that what is called may reach whatever this call hands over.
        ways: for targets that other calls lead to than to the first, those calls.
        held: those of the targets that what is made here holds, and that only others open, who are given it.
        chosen: the path is decided here, though no argument of the call may show it; not by what is called alone.
    """

    path: str
    span: Span
    api: str
    via: str | None
    symbol: str
    mode: Mode
    targets: tuple[Target, ...]
    argument: Span | None = None
    effect: Effect = Effect.DATABASE
    tree: bool = False
    trace: tuple[Step, ...] = ()
    gives: bool = True
    own: tuple[Target, ...] = ()
    ways: tuple[tuple[Target, tuple[Step, ...]], ...] = ()
    held: tuple[Target, ...] = ()
    chosen: bool = True

    def way(self, target: Target) -> tuple[Step, ...]:
        """The calls that lead from this one to where it reaches one of its targets."""
        return next((way for other, way in self.ways if other == target), self.trace)

    @property
    def reached(self) -> tuple[Target, ...]:
        """The targets that are opened by what is called, and what that calls."""
        return tuple(target for target in self.targets if target not in self.held)

    @property
    def database(self) -> bool:
        """Whether a database is opened, rather than any file."""
        return self.effect is Effect.DATABASE


class Write(Struct, frozen=True):
    """A call that writes to a file that is open already, or shortens it; `targets` are those it was opened at."""

    path: str
    span: Span
    api: str
    symbol: str
    effect: Effect
    targets: tuple[Target, ...]


class Statement(Struct, frozen=True):
    """A call that hands SQL to a database.

    Attributes:
        sql: the text, each hole written as `{}`.
        holes: how many there are.
        rewrites: those of the tables it writes whose rows it may change or remove.
        known: whether the tables below are all of them.
        reason: why they may not be; empty when they are.
        connection: the targets the connection may have been opened on, main first; empty when not known.
        opened: where it was opened, but for this very line.
        driver: the callee that opened the connection; empty when it is not known.
        touches: what each statement of the text touches, in order.
        pieces: the text, each hole None.
        chosen: the text is decided here; otherwise only the connection is, and the callee has the text.
    """

    path: str
    span: Span
    api: str
    via: str | None
    symbol: str
    sql: str
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    rewrites: tuple[str, ...] = ()
    ddl: tuple[str, ...] = ()
    holes: int = 0
    known: Answer = Answer.UNKNOWN
    reason: str = ""
    connection: tuple[Target, ...] = ()
    argument: Span | None = None
    trace: tuple[Step, ...] = ()
    driver: str = ""
    touches: tuple[Touch, ...] = ()
    pieces: tuple[str | None, ...] = ()
    chosen: bool = True
    opened: tuple[Step, ...] = ()

    @property
    def chain(self) -> tuple[Step, ...]:
        """Where its connection was opened, and the calls that lead to where it is run."""
        return (*self.opened, *self.trace)


class Invocation(Struct, frozen=True):
    """A call of a function, method or constructor of the project, by the dotted names of both sides.

    Attributes:
        ruled_out: the ways, call by call, that the callee does not go for the arguments of this call: where the calls
            stand, in its own body and further on. Only under a policy that denies a store to some layer.
    """

    path: str
    span: Span
    caller: str
    callee: str
    ruled_out: tuple[tuple[Place, ...], ...] = ()


class EnvRead(Struct, frozen=True):
    """A fallback chain over environment variables, in the order in which they are asked, at the outermost expression.

    Attributes:
        expression: `span` is one expression; otherwise it is the statement in which the chain is put together.
        reads: where each variable is asked, of those that are asked in the same file.
    """

    path: str
    span: Span
    symbol: str
    names: tuple[str, ...]
    expression: bool = True
    reads: dict[str, Span] = {}
