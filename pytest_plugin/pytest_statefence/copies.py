"""What files held at certain moments, kept as private copies by the reader process."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from pytest_statefence.reader import Reader, ReaderLostError
from pytest_statefence.records import EMPTY, NO_FILE, Bookkeeping, Contents, Extent, Made


class Copy(Struct, frozen=True):
    """A file at one moment. `image` is the reader's copy; None when there is none, and `reason` says why.

    A file that was not there has neither.
    """

    image: str | None = None
    reason: str = ""


ABSENT = Copy()


class Copies:
    """The reader process, and what to do without it: after it is lost every copy is one that nobody can read.

    Attributes:
        fault: how the reader was lost; empty while it is not.
    """

    def __init__(self) -> None:
        self.fault = ""
        self._known: dict[Copy, dict[frozenset[str] | None, Contents]] = {}
        self._reader: Reader | None = None
        try:
            self._reader = Reader()
        except OSError as error:
            self.fault = f"the reader process cannot be started: {error}"

    def take(self, path: str, before: Copy = ABSENT, *, by_stamp: bool = True) -> Copy:
        """The file as it is now; `before` when it still holds the same, `by_stamp` or by all of its bytes."""
        if self._reader is None:
            return Copy(reason=self.fault)
        try:
            image, reason = self._reader.capture(path, before.image, by_stamp=by_stamp)
        except ReaderLostError as lost:
            return Copy(reason=self._lose(lost))
        return Copy(image, reason)

    def measure(self, path: str, before: Extent = NO_FILE) -> Extent:
        """The bytes of the file as they are now, to be compared with those `before`."""
        if self._reader is None:
            return Extent(reason=self.fault)
        try:
            return self._reader.measure(path, before.size)
        except ReaderLostError as lost:
            return Extent(reason=self._lose(lost))

    def contents(self, copy: Copy, tables: frozenset[str] | None) -> Contents:
        """What the copy holds of `tables` (in any case), or all of it."""
        if copy == ABSENT:
            return EMPTY
        if copy.image is None or self._reader is None:
            return Contents(reason=copy.reason or self.fault)
        known = self._known.setdefault(copy, {})
        if tables not in known:
            try:
                known[tables] = self._reader.contents(copy.image, tables)
            except ReaderLostError as lost:
                return Contents(reason=self._lose(lost))
        return known[tables]

    def compare(self, before: Copy, after: Copy, tables: frozenset[str] | None) -> tuple[Contents, Contents]:
        """What both copies hold of `tables`, or all, without tables that are surely the same in both."""
        suspects = self._suspects(before, after)
        if suspects is not None:
            tables = suspects if tables is None else suspects & tables
            if not tables:
                return EMPTY, EMPTY
        return self.contents(before, tables), self.contents(after, tables)

    def lost(self, before: Copy, after: Copy, tables: Iterable[str]) -> dict[str, int]:
        """How many rows of each of the tables are in `before` and not in `after`."""
        if before.image is None or after.image is None or self._reader is None:
            return {}
        try:
            return self._reader.lost(before.image, after.image, tables)
        except ReaderLostError as lost:
            self._lose(lost)
            return {}

    def _suspects(self, before: Copy, after: Copy) -> frozenset[str] | None:
        if before.image is None or after.image is None or self._reader is None:
            return None
        try:
            return self._reader.suspects(before.image, after.image)
        except ReaderLostError as lost:
            self._lose(lost)
            return None

    def bookkeeping(self, copy: Copy) -> Bookkeeping:
        """The tables of the copy and the migrations it says are applied; none of either when it cannot be read."""
        if copy.image is None or self._reader is None:
            return Bookkeeping()
        try:
            return self._reader.bookkeeping(copy.image)
        except ReaderLostError as lost:
            self._lose(lost)
            return Bookkeeping()

    def forget(self, copies: Iterable[Copy]) -> None:
        """Drops copies that nobody will ask for again."""
        copies = tuple(copies)
        for copy in copies:
            self._known.pop(copy, None)
        images = [copy.image for copy in copies if copy.image is not None]
        if images and self._reader is not None:
            try:
                self._reader.forget(images)
            except ReaderLostError as lost:
                self._lose(lost)

    def watch(self, directories: Iterable[tuple[str, int]]) -> None:
        """From now on remembers files made in these directories and so many levels below."""
        if self._reader is not None:
            try:
                self._reader.watch(directories)
            except ReaderLostError as lost:
                self._lose(lost)

    def made(self) -> Made:
        """The files made since the last call."""
        if self._reader is None:
            return Made(lost=self.fault)
        try:
            return self._reader.made()
        except ReaderLostError as lost:
            return Made(lost=self._lose(lost))

    def close(self) -> None:
        """Ends the reader process."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    @property
    def pid(self) -> int | None:
        """The reader process's id, while there is one."""
        return None if self._reader is None else self._reader.pid

    def _lose(self, lost: ReaderLostError) -> str:
        self.fault = str(lost)
        self.close()
        return self.fault
