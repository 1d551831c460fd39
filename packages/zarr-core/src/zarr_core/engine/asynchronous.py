"""The async runtime: operations are tasks on whatever loop runs them. One object serves all loops.

Requests are limited around the store call alone, never around an item of `map`, so nesting cannot deadlock.
Heavy decoding leaves the loop for worker threads, several pieces to a hop.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Coroutine, Hashable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any, NamedTuple, TypeAlias, TypeVar
from weakref import WeakKeyDictionary, ref

from zarr_core.abc.store import Store
from zarr_core.engine.adapters import GatedStore, ThreadStore
from zarr_core.engine.closing import closing
from zarr_core.engine.locks import LoopLock
from zarr_core.engine.loops import sync, sync_iter, wait_out
from zarr_core.engine.workers import WORKERS, cpu_count

__all__ = ["ASYNC", "AsyncRuntime"]

T = TypeVar("T")
R = TypeVar("R")

_Outcome: TypeAlias = tuple[Any, BaseException | None]

WIDTH = 256
"""Items of one `map` that are under way at once."""
INLINE = 200_000
"""Bytes of decoding, about 200 us of it, below which a hop to a thread costs more than it frees."""
HOP = 1_000_000
"""Bytes of decoding, about 1 ms, beside which the hop itself does not count."""


class AsyncRuntime:
    """Carries out operations that reach at least one store that suspends."""

    blocking = False

    def __init__(self) -> None:
        # stores by their id, because equal ones may differ in what they allow; an entry must not keep its store alive
        self._adapted: dict[int, tuple[ref[Store], ref[Store]]] = {}
        self._hops: WeakKeyDictionary[asyncio.AbstractEventLoop, _Hops] = WeakKeyDictionary()

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
        hops = self._hops.get(loop)
        if hops is None:
            hops = self._hops[loop] = _Hops()
        return await hops.run(loop, fn, args, nbytes)  # type: ignore[no-any-return]

    def lock(self, addresses: Iterable[Hashable]) -> AbstractAsyncContextManager[None, Any]:
        return LoopLock(addresses, asyncio.get_running_loop())

    def iterate(self, source: AsyncIterable[T]) -> AbstractAsyncContextManager[AsyncIterator[T]]:
        return closing(source)

    def checkpoint(self) -> None:
        """Cancellation arrives at every await by itself."""

    def adapt(self, store: Store) -> Store:
        """The store with each part that suspends behind the limits, and each part that waits in threads; once."""
        key = id(store)
        known = self._adapted.get(key)
        adapted = known[1]() if known is not None and known[0]() is store else None
        if adapted is None:
            adapted = store.adapt(_wrap)
            self._adapted[key] = ref(store, lambda _: self._adapted.pop(key, None)), ref(adapted)
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
        error = asyncio.CancelledError() if task.cancelled() else task.exception()
        if self._error is None:
            self._error = error
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


class _Call(NamedTuple):
    future: asyncio.Future[Any]
    context: contextvars.Context
    fn: Callable[..., Any]
    args: tuple[Any, ...]
    nbytes: int


class _Hops:
    """Functions of one loop that wait for a worker thread; a hop takes several if they are short."""

    def __init__(self) -> None:
        self._waiting: deque[_Call] = deque()
        self._flying = 0

    async def run(
        self, loop: asyncio.AbstractEventLoop, fn: Callable[..., Any], args: tuple[Any, ...], nbytes: int
    ) -> Any:
        call = _Call(loop.create_future(), contextvars.copy_context(), fn, args, nbytes)
        self._waiting.append(call)
        if self._flying < cpu_count():
            self._flying += 1
            loop.call_soon(self._hop, loop)
        try:
            return await asyncio.shield(call.future)
        except asyncio.CancelledError:
            if call in self._waiting:
                self._waiting.remove(call)
            else:  # it runs already and may be writing to the output
                await wait_out(call.future)
            raise

    def _hop(self, loop: asyncio.AbstractEventLoop) -> None:
        # callbacks and no task: a task could be cancelled from outside, and then nobody would answer the callers
        calls = self._worth_a_hop()
        if not calls:
            self._flying -= 1
            return
        try:
            hop = WORKERS.submit("compute", _run_calls, calls)
        except RuntimeError:  # no more threads, or the process is ending
            self._land(loop, calls, _run_calls(calls))
            return
        hop.add_done_callback(lambda hop: self._landed(loop, calls, hop))

    def _worth_a_hop(self) -> list[_Call]:
        most, nbytes = -(-len(self._waiting) // cpu_count()), 0
        calls: list[_Call] = []
        while len(calls) < most and nbytes < HOP:
            calls.append(self._waiting.popleft())
            nbytes += calls[-1].nbytes
        return calls

    def _landed(self, loop: asyncio.AbstractEventLoop, calls: list[_Call], hop: Future[list[_Outcome]]) -> None:
        with suppress(RuntimeError):  # the loop was closed: nobody waits
            loop.call_soon_threadsafe(self._land, loop, calls, hop.result())

    def _land(self, loop: asyncio.AbstractEventLoop, calls: list[_Call], outcomes: list[_Outcome]) -> None:
        for call, (result, error) in zip(calls, outcomes, strict=True):
            if call.future.done():
                continue
            if error is None:
                call.future.set_result(result)
            else:
                call.future.set_exception(error)
        self._hop(loop)


def _run_calls(calls: list[_Call]) -> list[_Outcome]:
    return [_outcome(call) for call in calls]


def _outcome(call: _Call) -> _Outcome:
    try:
        return call.context.run(call.fn, *call.args), None
    except StopIteration as error:  # no future can carry it
        return None, RuntimeError(f"{call.fn!r} raised {error!r}")
    except BaseException as error:  # for whoever waits for this call
        return None, error


ASYNC = AsyncRuntime()
