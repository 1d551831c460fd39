"""Locks on physical addresses, one queue for waiting threads and waiting event loops alike.

The table holds only addresses that are held. Ownership is handed to the next in the queue, so neither kind of
waiter can starve the other. A forked child starts with an empty table: its parent's holders do not exist there.
"""

from __future__ import annotations

import os
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Hashable, Iterable, Iterator
from typing import Any

__all__ = ["LOCKS", "LockTable", "LoopLock", "ThreadLock"]

POLL = 0.05
"""Seconds after which a thread that waits for a lock looks whether its operation was cancelled."""


class LockTable:
    """A queue per address: its first holds the address, the others wait in order."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        # reentrant: garbage that is collected in here may be an abandoned operation that holds a lock
        self._guard = threading.RLock()
        self._queues: dict[Hashable, deque[AddressLock]] = {}

    def __len__(self) -> int:
        return len(self._queues)

    def join(self, address: Hashable, lock: AddressLock) -> bool:
        """Stand in line. Whether the lock holds the address at once; if not, it is woken when it does."""
        with self._guard:
            queue = self._queues.get(address)
            if not queue:  # an empty one is what Ctrl-C may leave behind
                self._queues[address] = deque((lock,))
                return True
            lock.prepare()
            queue.append(lock)
            return False

    def leave(self, address: Hashable, lock: AddressLock) -> None:
        """Stop holding the address, or waiting for it; harmless for who does neither."""
        with self._guard:
            queue = self._queues.get(address)
            if queue is None or lock not in queue:
                return
            held = queue[0] is lock
            queue.remove(lock)
            while held and queue and not queue[0].wake():
                queue.popleft()
            if not queue:
                del self._queues[address]


LOCKS = LockTable()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=LOCKS.reset)


class _Done:
    """Awaited, it is done."""

    def __await__(self) -> Iterator[None]:
        return iter(())


_DONE = _Done()


class AddressLock(ABC):
    """Hold addresses for the length of an `async with` block."""

    __slots__ = ("_addresses", "_by")

    def __init__(self, addresses: Iterable[Hashable], by: Any) -> None:
        addresses = tuple(addresses)
        # everybody takes several in the same order, so that no two wait for each other
        self._addresses = addresses if len(addresses) < 2 else sorted(set(addresses), key=repr)
        self._by = by

    @abstractmethod
    def prepare(self) -> None:
        """Get ready for `wake`."""

    @abstractmethod
    def wake(self) -> bool:
        """Tell who waits that it holds the address now; False if nobody is there any more."""

    @abstractmethod
    async def wait(self) -> None:
        """Until `wake`."""

    async def __aenter__(self) -> None:
        try:
            for address in self._addresses:
                if not LOCKS.join(address, self):
                    await self.wait()
        except BaseException:  # cancelled, or Ctrl-C
            self._leave()
            raise

    def __aexit__(self, *exc: object) -> Any:  # no coroutine: Ctrl-C could come before it starts
        try:
            self._leave()
        except BaseException:  # Ctrl-C just here: what stayed held would hang whoever comes next
            self._leave()
            raise
        return _DONE

    def _leave(self) -> None:
        for address in self._addresses:
            LOCKS.leave(address, self)


class ThreadLock(AddressLock):
    """Waits on the thread, by a function that raises if the operation was cancelled meanwhile."""

    __slots__ = ("_gate",)

    def prepare(self) -> None:
        self._gate = threading.Lock()
        self._gate.acquire()

    def wake(self) -> bool:
        self._gate.release()
        return True

    async def wait(self) -> None:
        while not self._gate.acquire(timeout=POLL):
            self._by()


class LoopLock(AddressLock):
    """Waits by the event loop that runs here."""

    __slots__ = ("_future",)

    def prepare(self) -> None:
        self._future = self._by.create_future()

    def wake(self) -> bool:
        try:
            self._by.call_soon_threadsafe(_set, self._future)
        except RuntimeError:  # the loop was closed
            return False
        return True

    async def wait(self) -> None:
        await self._future


def _set(future: Any) -> None:
    if not future.done():
        future.set_result(None)
