"""The async runtime: operations are tasks on whatever loop runs them. One object serves all loops.

Requests are limited around the store call alone, never around an item of `map`, so nesting cannot deadlock.
Heavy decoding leaves the loop for worker threads, several pieces to a hop.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Coroutine, Hashable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from zarr_core.abc.store import Store
from zarr_core.engine.adapters import GatedStore, ThreadStore
from zarr_core.engine.closing import closing
from zarr_core.engine.locks import LoopLock
from zarr_core.engine.loops import run_in_thread, sync, sync_iter, wait_out
from zarr_core.engine.workers import cpu_count

__all__ = ["ASYNC", "AsyncRuntime"]

T = TypeVar("T")
R = TypeVar("R")

WIDTH = 256
"""Items of one `map` that are under way at once."""
INLINE = 200_000
"""Bytes of decoding, about 200 us of it, below which a hop to a thread costs more than it frees."""


class AsyncRuntime:
    """Carries out operations that reach at least one store that suspends."""

    blocking = False

    def __init__(self) -> None:
        self._adapted: WeakKeyDictionary[Store, Store] = WeakKeyDictionary()
        self._batches: WeakKeyDictionary[asyncio.AbstractEventLoop, _ComputeQueue] = WeakKeyDictionary()

    async def map(self, fn: Callable[[Any], Awaitable[Any]], items: Iterable[Any], collect: bool = False) -> Any:
        iterator = iter(items)
        first = next(iterator, _END)
        if first is _END:
            return [] if collect else None
        second = next(iterator, _END)
        if second is _END:  # a lone item needs no task
            result = await fn(first)
            return [result] if collect else None
        return await _Fan(fn, collect).run(first, second, iterator)

    async def compute(self, fn: Callable[..., R], /, *args: Any, nbytes: int = 0, gil_free: bool = False) -> R:
        if nbytes < INLINE:
            return fn(*args)
        loop = asyncio.get_running_loop()
        queue = self._batches.get(loop)
        if queue is None:
            queue = self._batches[loop] = _ComputeQueue()
        return await queue.put(fn, args)  # type: ignore[no-any-return]

    def lock(self, addresses: Iterable[Hashable]) -> AbstractAsyncContextManager[None]:
        return LoopLock(addresses)

    def iterate(self, source: AsyncIterable[T]) -> AbstractAsyncContextManager[AsyncIterator[T]]:
        return closing(source)

    def checkpoint(self) -> None:
        """Cancellation arrives at every await by itself."""

    def adapt(self, store: Store) -> Store:
        """The store with each part that suspends behind the limits, and each part that waits in threads; once."""
        adapted = self._adapted.get(store)
        if adapted is None:
            adapted = self._adapted[store] = store.adapt(_wrap)
        return adapted

    # how callers start an operation, from plain code and from a task

    def run(self, operation: Coroutine[Any, Any, T]) -> T:
        return sync(operation)

    def drive(self, source: AsyncIterable[T]) -> Iterator[T]:
        return sync_iter(source)

    async def arun(self, operation: Coroutine[Any, Any, T]) -> T:
        return await operation

    async def adrive(self, source: AsyncIterable[T]) -> AsyncIterator[T]:
        async with closing(source) as items:
            async for item in items:
                yield item


_END: Any = object()


def _wrap(part: Store) -> Store:
    if not part.blocking:
        return GatedStore(part)
    return ThreadStore(part) if part.waits else part


class _Fan:
    """The tasks of one `map`: a bounded number at once, taken lazily; the first error stops the rest."""

    def __init__(self, fn: Callable[[Any], Awaitable[Any]], collect: bool) -> None:
        self._fn, self._collect = fn, collect
        self._results: list[Any] = []
        self._running: set[asyncio.Task[None]] = set()
        self._error: BaseException | None = None
        self._wake: asyncio.Future[None] | None = None

    async def run(self, *heads_and_rest: Any) -> Any:
        *heads, rest = heads_and_rest
        try:
            for item in heads:
                self._start(item)
            for item in rest:
                if self._error is not None:
                    break
                self._start(item)
                while len(self._running) >= WIDTH and self._error is None:
                    await self._wait()
            while self._running and self._error is None:
                await self._wait()
        finally:
            await self._stop()
        if self._error is not None:
            raise self._error
        return self._results if self._collect else None

    def _start(self, item: Any) -> None:
        position = len(self._results)
        if self._collect:
            self._results.append(None)
        task = asyncio.ensure_future(self._one(item, position))
        self._running.add(task)
        task.add_done_callback(self._done)

    async def _one(self, item: Any, position: int) -> None:
        result = await self._fn(item)
        if self._collect:
            self._results[position] = result

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and task.exception() is not None and self._error is None:
            self._error = task.exception()
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    async def _wait(self) -> None:
        self._wake = asyncio.get_running_loop().create_future()
        await self._wake

    async def _stop(self) -> None:
        """Cancel what still runs and wait until it has ended, even if cancelled meanwhile."""
        again: asyncio.CancelledError | None = None
        for task in self._running:
            task.cancel()
        while self._running:
            try:
                await self._wait()
            except asyncio.CancelledError as error:
                again = error
        if again is not None:
            raise again


class _ComputeQueue:
    """Functions of one loop that wait for a worker thread; a hop takes all that have gathered."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Callable[..., Any], tuple[Any, ...], asyncio.Future[Any]]] = []
        self._hops: set[asyncio.Task[None]] = set()

    async def put(self, fn: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((fn, args, future))
        if len(self._hops) < cpu_count():
            task = asyncio.ensure_future(self._hop())
            self._hops.add(task)
            task.add_done_callback(self._hops.discard)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            before = len(self._waiting)
            self._waiting = [entry for entry in self._waiting if entry[2] is not future]
            if len(self._waiting) == before:  # it runs already and may be writing to the output
                await wait_out(future)
            raise

    async def _hop(self) -> None:
        while self._waiting:
            count = max(1, len(self._waiting) // cpu_count())
            batch, self._waiting = self._waiting[:count], self._waiting[count:]
            outcomes = await run_in_thread("compute", _run_batch, [(fn, args) for fn, args, _ in batch])
            for (_, _, future), (result, error) in zip(batch, outcomes, strict=True):
                if future.done():
                    continue
                if error is None:
                    future.set_result(result)
                else:
                    future.set_exception(error)


def _run_batch(calls: list[tuple[Callable[..., Any], tuple[Any, ...]]]) -> list[tuple[Any, BaseException | None]]:
    outcomes: list[tuple[Any, BaseException | None]] = []
    for fn, args in calls:
        try:
            outcomes.append((fn(*args), None))
        except Exception as error:  # noqa: BLE001 - handed to whoever waits for this call
            outcomes.append((None, error))
    return outcomes


ASYNC = AsyncRuntime()
