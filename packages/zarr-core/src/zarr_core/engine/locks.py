"""Locks on physical addresses, one queue for waiting threads and waiting event loops alike.

The table holds only addresses that are held. Ownership is handed to the first in the queue, so neither kind of
waiter can starve the other. A forked child starts with an empty table: its parent's holders do not exist there.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Hashable, Iterable
from typing import Any, Protocol

__all__ = ["LOCKS", "LockTable", "LoopWaiter", "ThreadWaiter"]


class Waiter(Protocol):
    def wake(self) -> bool:
        """Tell the waiter that it holds the lock; False if nobody is there any more."""
        ...


class ThreadWaiter:
    """A thread that waits."""

    __slots__ = ("_gate",)

    def __init__(self) -> None:
        self._gate = threading.Lock()
        self._gate.acquire()

    def wait(self) -> None:
        self._gate.acquire()

    def wake(self) -> bool:
        self._gate.release()
        return True


class LoopWaiter:
    """A task on an event loop that waits."""

    __slots__ = ("future", "loop")

    def __init__(self, loop: Any) -> None:
        self.loop = loop
        self.future: Any = loop.create_future()

    def wake(self) -> bool:
        try:
            self.loop.call_soon_threadsafe(self._set)
        except RuntimeError:  # its loop was closed
            return False
        return True

    def _set(self) -> None:
        if not self.future.done():
            self.future.set_result(None)


class LockTable:
    """Which addresses are held, and who waits for them, in order."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._guard = threading.Lock()
        self._held: dict[Hashable, deque[Waiter] | None] = {}

    def __len__(self) -> int:
        return len(self._held)

    def take(self, address: Hashable, waiter: Waiter | None = None) -> bool:
        """Whether the caller now holds the address; if not, `waiter` is in the queue (unless None)."""
        with self._guard:
            if address not in self._held:
                self._held[address] = None
                return True
            if waiter is not None:
                queue = self._held[address]
                if queue is None:
                    queue = self._held[address] = deque()
                queue.append(waiter)
            return False

    def release(self, address: Hashable) -> None:
        """Hand the address to the next in the queue, or forget it."""
        while True:
            with self._guard:
                queue = self._held[address]
                if not queue:
                    del self._held[address]
                    return
                waiter = queue.popleft()
            if waiter.wake():
                return

    def withdraw(self, address: Hashable, waiter: Waiter) -> None:
        """Stop waiting: leave the queue, or hand on what was given in the meantime."""
        with self._guard:
            queue = self._held.get(address)
            if queue is not None and waiter in queue:
                queue.remove(waiter)
                return
        self.release(address)


LOCKS = LockTable()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=LOCKS.reset)


def in_order(addresses: Iterable[Hashable]) -> list[Hashable]:
    """Distinct addresses in the one order in which everybody takes them."""
    distinct = set(addresses)
    return list(distinct) if len(distinct) < 2 else sorted(distinct, key=repr)


class ThreadLock:
    """Hold addresses; wait on the thread."""

    __slots__ = ("_addresses", "_taken")

    def __init__(self, addresses: Iterable[Hashable]) -> None:
        self._addresses = in_order(addresses)
        self._taken: list[Hashable] = []

    async def __aenter__(self) -> None:
        try:
            for address in self._addresses:
                if not LOCKS.take(address):
                    self._wait(address)
                self._taken.append(address)
        except BaseException:
            self._release()
            raise

    def _wait(self, address: Hashable) -> None:
        waiter = ThreadWaiter()
        if LOCKS.take(address, waiter):
            return
        try:
            waiter.wait()
        except BaseException:  # Ctrl-C while waiting
            LOCKS.withdraw(address, waiter)
            raise

    def _release(self) -> None:
        while self._taken:
            LOCKS.release(self._taken.pop())

    async def __aexit__(self, *exc: object) -> None:
        self._release()


class LoopLock:
    """Hold addresses; wait on the running event loop."""

    __slots__ = ("_addresses", "_taken")

    def __init__(self, addresses: Iterable[Hashable]) -> None:
        self._addresses = in_order(addresses)
        self._taken: list[Hashable] = []

    async def __aenter__(self) -> None:
        import asyncio

        try:
            for address in self._addresses:
                if not LOCKS.take(address):
                    waiter = LoopWaiter(asyncio.get_running_loop())
                    if not LOCKS.take(address, waiter):
                        try:
                            await waiter.future
                        except BaseException:
                            LOCKS.withdraw(address, waiter)
                            raise
                self._taken.append(address)
        except BaseException:
            self._release()
            raise

    def _release(self) -> None:
        while self._taken:
            LOCKS.release(self._taken.pop())

    async def __aexit__(self, *exc: object) -> None:
        self._release()
