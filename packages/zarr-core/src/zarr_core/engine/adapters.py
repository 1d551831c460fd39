"""Stores as the async runtime uses them: what waits goes to threads, what suspends goes through a gate.

The gate limits requests and bytes in flight per event loop and sits around the store call alone.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

from zarr_core.abc.store import AbilityName, Buffer, Buffers, Range, Store, Suffix, Value
from zarr_core.config import current_config
from zarr_core.engine.loops import iterate_in_thread, stepped
from zarr_core.storage.wrapper import WrapperStore

__all__ = ["Gate", "GatedStore", "ThreadStore"]


class _Adapted(WrapperStore):
    """A store as the runtime uses it; shows itself as the user's."""

    def __repr__(self) -> str:
        return repr(self.store)


class ThreadStore(_Adapted):
    """A blocking store that waits, its calls made in worker threads."""

    transparent = True
    blocking = False

    async def get(self, key: str, byte_range: Range | Suffix | None = None) -> Buffer | None:
        return await stepped(self.store.get)(key, byte_range)  # type: ignore[no-any-return]

    async def get_ranges(self, key: str, ranges: Sequence[Range | Suffix]) -> Buffers | None:
        return await stepped(self.store.get_ranges)(key, ranges)  # type: ignore[no-any-return]

    async def get_partial_values(self, key_ranges: Iterable[tuple[str, Range | Suffix | None]]) -> list[Buffer | None]:
        return await stepped(self.store.get_partial_values)(key_ranges)  # type: ignore[no-any-return]

    async def exists(self, key: str) -> bool:
        return await stepped(self.store.exists)(key)  # type: ignore[no-any-return]

    async def getsize(self, key: str) -> int | None:
        return await stepped(self.store.getsize)(key)  # type: ignore[no-any-return]

    async def set(self, key: str, value: Value) -> None:
        await stepped(self.store.set)(key, value)

    async def set_partial_values(self, parts: Iterable[tuple[str, int, Buffer]]) -> None:
        await stepped(self.store.set_partial_values)(parts)

    async def delete(self, key: str) -> None:
        await stepped(self.store.delete)(key)

    async def delete_prefix(self, prefix: str) -> None:
        await stepped(self.store.delete_prefix)(prefix)

    async def rename(self, old: str, new: str) -> None:
        await stepped(self.store.rename)(old, new)

    async def getsize_prefix(self, prefix: str) -> int:
        return await stepped(self.store.getsize_prefix)(prefix)  # type: ignore[no-any-return]

    def list(self) -> AsyncIterator[str]:
        return iterate_in_thread("compute", self.store.list())

    def list_prefix(self, prefix: str) -> AsyncIterator[str]:
        return iterate_in_thread("compute", self.store.list_prefix(prefix))

    def list_dir(self, prefix: str) -> AsyncIterator[str]:
        return iterate_in_thread("compute", self.store.list_dir(prefix))

    def ability(self, name: AbilityName) -> Callable[..., Awaitable[Any]] | None:
        found = self.store.ability(name)
        return None if found is None else stepped(found)


class Gate:
    """At most `requests` requests and about `nbytes` bytes in flight, first come first served; of one loop."""

    def __init__(self, requests: int, nbytes: int) -> None:
        self.requests, self.nbytes = requests, nbytes
        self._flying = self._bytes = 0
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    def _fits(self, size: int) -> bool:
        return self._flying == 0 or (self._flying < self.requests and self._bytes + size <= self.nbytes)

    async def enter(self, size: int) -> None:
        if not self._waiting and self._fits(size):
            self._flying, self._bytes = self._flying + 1, self._bytes + size
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((size, future))
        try:
            await future
        except BaseException:
            if future.done() and not future.cancelled():  # let in and cancelled in the same moment
                self.leave(size)
            else:
                future.cancel()
                self._admit()
            raise

    def leave(self, size: int) -> None:
        self._flying, self._bytes = self._flying - 1, self._bytes - size
        self._admit()

    def _admit(self) -> None:
        while self._waiting:
            size, future = self._waiting[0]
            if not future.cancelled():
                if not self._fits(size):
                    return
                self._flying, self._bytes = self._flying + 1, self._bytes + size
                future.set_result(None)
            self._waiting.popleft()


FIRST_GUESS = 16 << 20
"""Bytes that a value is taken to have before any was seen; keeps the first wave within the limit."""


class GatedStore(_Adapted):
    """A store that suspends, its requests limited."""

    transparent = True

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._gates: WeakKeyDictionary[asyncio.AbstractEventLoop, Gate] = WeakKeyDictionary()
        self._typical = FIRST_GUESS

    def _gate(self) -> Gate:
        loop, limits = asyncio.get_running_loop(), current_config().io
        gate = self._gates.get(loop)
        if gate is None:
            gate = self._gates[loop] = Gate(limits.requests, limits.bytes_in_flight)
        gate.requests, gate.nbytes = limits.requests, limits.bytes_in_flight  # they may have been changed
        return gate

    async def _through(self, size: int, fn: Callable[..., Awaitable[Any]], *args: Any) -> Any:
        gate = self._gate()
        await gate.enter(size)
        try:
            return await fn(*args)
        finally:
            gate.leave(size)

    async def get(self, key: str, byte_range: Range | Suffix | None = None) -> Buffer | None:
        if byte_range is None:
            value: Buffer | None = await self._through(self._typical, self.store.get, key)
            if value is not None:
                self._learn(value)
            return value
        return await self._through(_size(byte_range), self.store.get, key, byte_range)  # type: ignore[no-any-return]

    async def get_ranges(self, key: str, ranges: Sequence[Range | Suffix]) -> Buffers | None:
        return await self._through(sum(map(_size, ranges)), self.store.get_ranges, key, ranges)  # type: ignore[no-any-return]

    async def get_partial_values(self, key_ranges: Iterable[tuple[str, Range | Suffix | None]]) -> list[Buffer | None]:
        wanted = list(key_ranges)
        size = sum(self._typical if part is None else _size(part) for _, part in wanted)
        return await self._through(size, self.store.get_partial_values, wanted)  # type: ignore[no-any-return]

    async def exists(self, key: str) -> bool:
        return await self._through(0, self.store.exists, key)  # type: ignore[no-any-return]

    async def getsize(self, key: str) -> int | None:
        return await self._through(0, self.store.getsize, key)  # type: ignore[no-any-return]

    async def set(self, key: str, value: Value) -> None:
        size = sum(map(len, value)) if isinstance(value, list) else len(value)
        await self._through(size, self.store.set, key, value)

    async def set_partial_values(self, parts: Iterable[tuple[str, int, Buffer]]) -> None:
        wanted = list(parts)
        await self._through(sum(len(piece) for _, _, piece in wanted), self.store.set_partial_values, wanted)

    async def delete(self, key: str) -> None:
        await self._through(0, self.store.delete, key)

    def ability(self, name: AbilityName) -> Callable[..., Awaitable[Any]] | None:
        found = self.store.ability(name)
        return None if found is None else partial(self._call, name, found)

    async def _call(self, name: AbilityName, found: Callable[..., Awaitable[Any]], key: Any, *args: Any) -> Any:
        match name, args:
            case "get_versioned", (ranges,) if ranges is not None:
                size = sum(map(_size, ranges))
            case "get_into", (buffer,):
                size = memoryview(buffer).nbytes
            case "get_many", ():
                size = self._typical * len(key)
            case _:
                size = self._typical
        answer = await self._through(size, found, key, *args)
        if name == "get_versioned" and args[0] is None and answer is not None:
            self._learn(answer[0][0])
        return answer

    def _learn(self, value: Buffer) -> None:
        # values of one store are alike; a smaller one lowers the guess slowly
        self._typical = max(len(value), self._typical // 2)


def _size(byte_range: Range | Suffix) -> int:
    if isinstance(byte_range, Suffix):
        return byte_range.n
    return 0 if byte_range.stop is None else byte_range.stop - byte_range.start
