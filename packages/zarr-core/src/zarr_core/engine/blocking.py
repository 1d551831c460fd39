"""The blocking runtime: an operation is stepped to its end on the calling thread. It knows no event loop.

`map` is caller-runs: the caller drains the items itself and lends helpers a share when that pays. It watches
what the first items cost: threads pay when most of the time goes to waiting (a network disk) or to long calls
without the GIL (decoding, reading megabytes), and hurt when it goes to many short ones. A helper that has not
started is cancelled and not waited for, so nesting can never deadlock.
"""

from __future__ import annotations

import contextvars
import sys
import threading
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Coroutine, Hashable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, suppress
from itertools import chain, islice
from time import perf_counter, thread_time
from typing import Any, TypeVar

from zarr_core.abc.store import Store
from zarr_core.config import current_config
from zarr_core.engine.closing import closing
from zarr_core.engine.locks import ThreadLock
from zarr_core.engine.step import step, step_iter
from zarr_core.engine.workers import WORKERS, cpu_count
from zarr_core.errors import OperationCancelledError

__all__ = ["BLOCKING", "METER", "BlockingRuntime", "Cancellation", "cancellation"]

T = TypeVar("T")
R = TypeVar("R")

if sys.platform == "linux":
    from resource import RUSAGE_THREAD, getrusage

    def _preemptions() -> int:
        """How often the scheduler took the processor from this thread although it did not wait."""
        return getrusage(RUSAGE_THREAD).ru_nivcsw

else:

    def _preemptions() -> int:
        """Unknown here."""
        return 0


LONG_CALL = 50e-6
"""Seconds from which a call without the GIL counts: below, handing the GIL around costs what threads gain."""
WINDOW = 200e-6
"""Seconds of work on the calling thread after which it is decided again whether helpers pay."""
WAITING_THREADS = 16
"""Threads for items that mostly wait."""


class Meter(threading.local):
    """Seconds that this thread spent in long calls without the GIL."""

    free: float = 0.0


METER = Meter()


class Cancellation:
    """Set from outside to stop an operation at its next item."""

    __slots__ = ("cancelled",)

    def __init__(self) -> None:
        self.cancelled = False


cancellation: contextvars.ContextVar[Cancellation | None] = contextvars.ContextVar("zarr_cancellation", default=None)


class BlockingRuntime:
    """Carries out operations whose stores all block."""

    blocking = True

    async def map(self, fn: Callable[[Any], Awaitable[Any]], items: Iterable[Any], collect: bool = False) -> Any:
        results: list[Any] = []
        iterator = iter(items)
        started, cpu, free, preempted = perf_counter(), thread_time(), METER.free, _preemptions()
        for item in iterator:
            self.checkpoint()
            result = await fn(item)
            if collect:
                results.append(result)
            elapsed = perf_counter() - started
            if elapsed > WINDOW:
                waits = elapsed - (thread_time() - cpu) > elapsed / 2
                # a window in which the scheduler took the processor away says nothing of the items
                if (waits or METER.free - free > elapsed / 2) and _preemptions() == preempted:
                    limit = current_config().io.threads or (WAITING_THREADS if waits else cpu_count())
                    await _Shared(fn, iterator, results if collect else None).run(limit - 1)
                    break
                started, cpu, free, preempted = perf_counter(), thread_time(), METER.free, _preemptions()
        return results if collect else None

    async def compute(self, fn: Callable[..., R], /, *args: Any, nbytes: int = 0, gil_free: bool = False) -> R:
        if not gil_free:
            return fn(*args)
        started = perf_counter()
        result = fn(*args)
        elapsed = perf_counter() - started
        if elapsed > LONG_CALL:
            METER.free += elapsed
        return result

    def lock(self, addresses: Iterable[Hashable]) -> AbstractAsyncContextManager[None, Any]:
        return ThreadLock(addresses, self.checkpoint)

    def iterate(self, source: AsyncIterable[T]) -> AbstractAsyncContextManager[AsyncIterator[T]]:
        return closing(source)

    def checkpoint(self) -> None:
        token = cancellation.get()
        if token is not None and token.cancelled:
            raise OperationCancelledError("the operation was cancelled")

    def adapt(self, store: Store) -> Store:
        return store

    # how callers start an operation, from plain code and from a task

    run = staticmethod(step)
    drive = staticmethod(step_iter)

    async def arun(self, operation: Coroutine[Any, Any, T]) -> T:
        from zarr_core.engine.loops import run_in_thread

        return await run_in_thread("operations", step, operation)

    async def adrive(self, source: AsyncIterable[T]) -> AsyncIterator[T]:
        from zarr_core.engine.loops import iterate_in_thread

        async with closing(iterate_in_thread("operations", source)) as items:
            async for item in items:
                yield item


class _Shared:
    """One `map` that caller and helpers drain together."""

    def __init__(self, fn: Callable[[Any], Awaitable[Any]], iterator: Iterator[Any], results: list[Any] | None) -> None:
        self._fn, self._results = fn, results
        self._items: Iterator[tuple[int, Any]] = enumerate(iterator, 0 if results is None else len(results))
        self._guard = threading.Lock()
        self._error: BaseException | None = None

    async def run(self, wanted: int) -> None:
        ahead = list(islice(self._items, 2))
        self._items = chain(ahead, self._items)
        if len(ahead) < 2:  # a lone item needs no helper
            wanted = 0
        count = WORKERS.borrow(wanted, wanted)
        helpers: list[Future[None]] = []
        try:
            with suppress(RuntimeError):  # no more threads, or the process is ending: the caller does it alone
                for _ in range(count):
                    helpers.append(WORKERS.submit("helpers", contextvars.copy_context().run, self._help))
            await self._drain()
        except BaseException as error:
            self._fail(error)
        finally:
            self._join(helpers)
            WORKERS.give_back(count)
        if self._error is not None:
            raise self._error

    def _help(self) -> None:
        try:
            step(self._drain())
        except BaseException as error:
            self._fail(error)

    async def _drain(self) -> None:
        results = self._results
        while self._error is None:
            BLOCKING.checkpoint()
            with self._guard:
                entry = next(self._items, None)
            if entry is None:
                return
            position, item = entry
            result = await self._fn(item)
            if results is not None:
                with self._guard:
                    if len(results) <= position:
                        results.extend([None] * (position + 1 - len(results)))
                    results[position] = result

    def _fail(self, error: BaseException) -> None:
        with self._guard:
            if self._error is None:
                self._error = error

    def _join(self, helpers: list[Future[None]]) -> None:
        """Wait for what runs, whatever happens meanwhile: afterwards nothing touches the output or the store."""
        while helpers:
            try:
                helpers = [helper for helper in helpers if not helper.cancel()]
                for helper in helpers:
                    helper.exception()
                return
            except BaseException as error:  # Ctrl-C while waiting: remember it and go on waiting
                self._fail(error)


BLOCKING = BlockingRuntime()
