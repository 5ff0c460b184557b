"""Which test, fixture or moment started each thread, so that what a thread does later is not laid at another's door."""

from __future__ import annotations

import threading
from weakref import WeakKeyDictionary


class Threads:
    """The threads that were alive when something else began.

    Attributes:
        during: the test, fixture or moment that is on.
    """

    def __init__(self) -> None:
        self.during = "start-up"
        self._starters: WeakKeyDictionary[threading.Thread, str] = WeakKeyDictionary()

    def begin(self, during: str) -> None:
        """What is alive now was started before `during` began."""
        for thread in threading.enumerate():
            if thread is not threading.main_thread():
                self._starters.setdefault(thread, self.during)
        self.during = during

    def starter(self) -> str:
        """What started the calling thread; for the main thread what is on."""
        if not self._starters:
            return self.during
        own = threading.get_ident()
        thread = next((thread for thread in threading.enumerate() if thread.ident == own), None)
        return self.during if thread is None else self._starters.get(thread, self.during)
