"""Stores for tests: one that suspends, one that fails where it is told to, one that tells what was asked of it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable

from zarr_core.abc.store import Buffer, Range, ReadWriteListStore, Store, Suffix, Value, join_buffers
from zarr_core.storage import WrapperStore

__all__ = ["FaultyStore", "SuspendingStore", "WaitingStore"]


class SuspendingStore(ReadWriteListStore):
    """Values in a dictionary, each call a trip round the event loop, as over a network."""

    def __init__(self, values: dict[str, bytes] | None = None) -> None:
        self.values: dict[str, bytes] = {} if values is None else values
        self.read_only = False

    async def get(self, key: str, byte_range: Range | Suffix | None = None) -> Buffer | None:
        await asyncio.sleep(0)
        value = self.values.get(key)
        return value if value is None or byte_range is None else byte_range.of(value)

    async def set(self, key: str, value: Value) -> None:
        await asyncio.sleep(0)
        self.values[key] = bytes(join_buffers(value))

    async def delete(self, key: str) -> None:
        await asyncio.sleep(0)
        self.values.pop(key, None)

    async def list(self) -> AsyncIterator[str]:
        await asyncio.sleep(0)
        for key in list(self.values):
            yield key


class FaultyStore(WrapperStore):
    """Around a store: `get` of a key that `fails` says is an error raises it; counts the calls under way.

    What is counted is shared with the copies that a runtime makes of it.
    """

    def __init__(self, store: Store, fails: Callable[[str], Exception | None] = lambda key: None) -> None:
        super().__init__(store)
        self.shared = _Shared(fails)

    def fail(self, fails: Callable[[str], Exception | None]) -> None:
        """From now on these."""
        self.shared.fails = fails

    async def get(self, key: str, byte_range: Range | Suffix | None = None) -> Buffer | None:
        shared = self.shared
        with shared.guard:
            shared.flying += 1
            shared.gets.append(key)
        try:
            error = shared.fails(key)
            if error is not None:
                raise error
            await self.pause()
            value: Buffer | None = await self.store.get(key, byte_range)
            return value
        finally:
            with shared.guard:
                shared.flying -= 1

    async def pause(self) -> None:
        """What a get takes longer."""


class _Shared:
    def __init__(self, fails: Callable[[str], Exception | None]) -> None:
        self.fails = fails
        self.flying = 0
        self.gets: list[str] = []
        self.guard = threading.Lock()


class WaitingStore(FaultyStore):
    """The same, where each get waits a millisecond: threads pay, tasks overlap."""

    waits = True

    async def pause(self) -> None:
        if self.store.blocking:
            time.sleep(0.001)
        else:
            await asyncio.sleep(0.001)
