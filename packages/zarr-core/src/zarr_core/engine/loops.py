"""Where event loops and threads meet: the background loop of the synchronous API, and work handed to threads.

asyncio is imported here and nowhere else in the engine's blocking half, so a program that uses only blocking
stores through `Array` and `Group` never loads it.
"""

from __future__ import annotations

import asyncio
import contextvars
import os
import sys
import threading
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Coroutine, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any, TypeVar

from zarr_core.engine.blocking import BLOCKING, Cancellation, cancellation
from zarr_core.engine.step import step, step_iter
from zarr_core.engine.workers import WORKERS
from zarr_core.errors import ZarrError

__all__ = ["iterate_in_thread", "run_in_thread", "sync", "sync_iter", "wait_out"]

T = TypeVar("T")
BATCH = 256
"""Items that cross between a thread and a loop at once."""


class _Background:
    """One event loop in one daemon thread, started when first needed and made anew in a forked child."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._guard = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def loop(self) -> asyncio.AbstractEventLoop:
        with self._guard:
            if self._loop is None:
                loop = asyncio.new_event_loop()
                thread = threading.Thread(target=_run_for_good, args=(loop,), name="zarr-loop", daemon=True)
                thread.start()
                self._loop, self._thread = loop, thread
            return self._loop

    def trouble(self) -> str:
        """Why this thread must not wait for the loop; "" if it may."""
        if self._thread is threading.current_thread():
            return "on the thread of the background event loop, for which it would have to wait: use AsyncArray there"
        return "while the interpreter shuts down" if sys.is_finalizing() else ""


def _run_for_good(loop: asyncio.AbstractEventLoop) -> None:
    while not loop.is_closed():
        with suppress(SystemExit, KeyboardInterrupt):  # of an operation: whoever waits for it gets them, too
            loop.run_forever()


_BACKGROUND = _Background()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_BACKGROUND.reset)


def sync(operation: Coroutine[Any, Any, T]) -> T:
    """Run the operation on the background loop and wait for it on this thread.

    Works while another loop runs on this thread (Jupyter). Ctrl-C cancels the operation, waits for its end and
    then raises. On the background loop's own thread it would wait for itself: an error instead of a hang.
    """
    trouble = _BACKGROUND.trouble()
    if trouble:
        operation.close()
        raise ZarrError(f"the synchronous API was called {trouble}")
    ended = threading.Event()
    future = asyncio.run_coroutine_threadsafe(_telling(operation, ended), _BACKGROUND.loop())
    try:
        return future.result()
    except BaseException:
        if future.cancel():  # Ctrl-C: the operation is still under way
            while not ended.is_set():
                with suppress(KeyboardInterrupt):  # again: nothing may touch the output after this returns
                    ended.wait()
        raise


async def _telling(operation: Coroutine[Any, Any, T], ended: threading.Event) -> T:
    try:
        return await operation
    finally:
        ended.set()


def sync_iter(source: AsyncIterable[T]) -> Iterator[T]:
    """The items of an async iterator that runs on the background loop; they cross in batches."""
    iterator = source.__aiter__()

    async def batch() -> tuple[list[T], bool]:
        items: list[T] = []
        async for item in iterator:
            items.append(item)
            if len(items) == BATCH:
                return items, False
        return items, True

    async def close() -> None:
        aclose = getattr(iterator, "aclose", None)
        if aclose is not None:
            await aclose()

    try:
        last = False
        while not last:
            items, last = sync(batch())
            yield from items
    finally:
        if not _BACKGROUND.trouble():  # else collected as garbage there, and the loop closes it
            sync(close())


async def run_in_thread(pool: str, fn: Callable[..., T], /, *args: Any) -> T:
    """`fn(*args)` in a worker thread, with this task's context variables.

    When the task is cancelled, the function is told through its `Cancellation`, waited for, and only then does
    the cancellation go on: nothing that it does happens later.
    """
    token = Cancellation()
    context = contextvars.copy_context()
    context.run(cancellation.set, token)
    future = asyncio.wrap_future(inner := WORKERS.submit(pool, context.run, fn, *args))
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        token.cancelled = True
        if inner.cancel():
            _discard(args)
            raise
        await wait_out(future)
        raise


async def wait_out(future: asyncio.Future[Any]) -> None:
    """Wait until the future is done, however often this task is cancelled; its outcome counts as seen."""
    while not future.done():
        try:
            await asyncio.wait([future])
        except asyncio.CancelledError:  # cancelled again: what it stands for still runs
            continue
    if not future.cancelled():
        future.exception()


def _discard(args: tuple[Any, ...]) -> None:
    """Close coroutines that will never run, so that they do not warn."""
    for arg in args:
        if asyncio.iscoroutine(arg):
            arg.close()


async def iterate_in_thread(pool: str, source: AsyncIterable[T]) -> AsyncGenerator[T, None]:
    """The items of an async iterator that never suspends, stepped in a worker thread, a batch at a time."""
    items = step_iter(source)
    try:
        while batch := await run_in_thread(pool, _next_batch, items):
            for item in batch:
                yield item
    finally:
        await run_in_thread(pool, items.close)  # type: ignore[attr-defined]


def _next_batch(items: Iterator[T]) -> list[T]:
    batch = []
    for item in islice(items, BATCH):
        BLOCKING.checkpoint()
        batch.append(item)
    return batch


def stepped(fn: Callable[..., Coroutine[Any, Any, T]]) -> Callable[..., Coroutine[Any, Any, T]]:
    """A coroutine function of a blocking store, as one that runs in a worker thread."""

    async def in_thread(*args: Any, **kwargs: Any) -> T:
        return await run_in_thread("compute", _step_call, fn, args, kwargs)

    return in_thread


def _step_call(fn: Callable[..., Coroutine[Any, Any, T]], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
    return step(fn(*args, **kwargs))
