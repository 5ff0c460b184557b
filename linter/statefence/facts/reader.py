"""Many files to facts: out of what is remembered, in this process, or by whatever executor there is.

What is sent to another process or machine is bytes and comes back as bytes, so that one function serves them all and
nothing that arrives is ever executed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct, msgpack

from statefence.facts.extract import ModuleFacts, extract

if TYPE_CHECKING:
    from concurrent.futures import Executor

TOO_DEEP = "its code is nested too deeply to follow"
WORTHWHILE = 400_000
"""In bytes: less than this is read sooner than another process is started."""
BATCH = 200_000
"""In bytes: about so much is sent to an executor at a time."""


class Request(Struct, frozen=True, array_like=True):
    """A file to read.

    Attributes:
        data: its bytes.
        words: a regular expression; the functions whose text it occurs in are read with their bodies.
    """

    data: bytes
    words: bytes | None = None


class Unparsed(Struct, frozen=True, array_like=True, tag=True):
    """Why a file has no facts."""

    reason: str


class Parsed(Struct, frozen=True, array_like=True, tag=True):
    """The facts of a file."""

    facts: ModuleFacts


Reading = Parsed | Unparsed
_REQUESTS = msgpack.Decoder(list[Request])
_READINGS = msgpack.Decoder(list[Reading])


class Memory(Protocol):
    """Where facts outlive a run."""

    def known(self, data: bytes) -> ModuleFacts | None:
        """The facts of a file with these bytes, None when they are not remembered."""

    def keep(self, data: bytes, facts: ModuleFacts) -> None:
        """Remember the facts of a file with these bytes."""

    def still_there(self, data: bytes) -> None:
        """A file with these bytes is not read this time, but what is remembered of it may be asked for later."""


class Recollection:
    """What one process has read, for those that analyse nearly the same files again and again."""

    def __init__(self) -> None:
        self.facts: dict[bytes, ModuleFacts] = {}

    def known(self, data: bytes) -> ModuleFacts | None:
        """The facts of a file with these bytes, None when they were not read yet."""
        return self.facts.get(data)

    def keep(self, data: bytes, facts: ModuleFacts) -> None:
        """Remember the facts of a file with these bytes."""
        self.facts[data] = facts

    def still_there(self, data: bytes) -> None:
        """What was read is remembered as long as the process lives."""


class Reader:
    """How files are read in one run.

    Args:
        memory: what earlier runs have read.
        pool: makes an executor that runs `extract_all`; used when there is enough to read.
    """

    def __init__(
        self, memory: Memory | None = None, pool: Callable[[], AbstractContextManager[Executor]] | None = None
    ) -> None:
        self.memory = memory
        self.pool = pool

    def read(self, requests: Sequence[Request]) -> list[Reading]:
        """What each of the files says, in the order of the requests."""
        found: list[Reading | None] = [self._remembered(request) for request in requests]
        missing = [request for request, known in zip(requests, found, strict=True) if known is None]
        fresh = iter(self._extracted(missing))
        return [known if known is not None else next(fresh) for known in found]

    def keep(self, data: bytes, facts: ModuleFacts) -> None:
        """Let later runs know what a file says."""
        if self.memory is not None:
            self.memory.keep(data, facts)

    def still_there(self, data: bytes) -> None:
        """Let later runs know what earlier ones have read of a file."""
        if self.memory is not None:
            self.memory.still_there(data)

    def _remembered(self, request: Request) -> Parsed | None:
        facts = self.memory.known(request.data) if self.memory is not None else None
        return None if facts is None else Parsed(facts)

    def _extracted(self, requests: Sequence[Request]) -> Iterable[Reading]:
        if self.pool is None or sum(len(request.data) for request in requests) < WORTHWHILE:
            return [extracted(request) for request in requests]
        with self.pool() as executor:
            batches = [msgpack.encode(batch) for batch in _batches(requests)]
            answers = list(executor.map(extract_all, batches))
        return [reading for answer in answers for reading in _READINGS.decode(answer)]


def _batches(requests: Sequence[Request]) -> Iterator[list[Request]]:
    batch: list[Request] = []
    size = 0
    for request in requests:
        batch.append(request)
        size += len(request.data)
        if size >= BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def extract_all(requests: bytes) -> bytes:
    """What some files say: a list of `Request` to a list of `Reading`, both as MessagePack."""
    return msgpack.encode([extracted(request) for request in _REQUESTS.decode(requests)])


def extracted(request: Request) -> Reading:
    """What a file says, or why it says nothing."""
    try:
        return Parsed(extract(request.data, None if request.words is None else re.compile(request.words)))
    except SyntaxError as error:
        return Unparsed(f"line {error.lineno}: {error.msg}")
    except ValueError as error:
        return Unparsed(str(error))
    except (RecursionError, MemoryError):
        return Unparsed(TOO_DEEP)
