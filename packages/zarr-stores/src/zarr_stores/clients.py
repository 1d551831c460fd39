"""Clients that are bound to an event loop: one per loop, made when first used there, closed when the loop ends.

Knows neither stores nor what a client is.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import weakref
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, Generic, TypeVar

__all__ = ["LoopClients"]

C = TypeVar("C")
PATIENCE = 1.0
"""Seconds that `close` waits for a loop in another thread."""


class LoopClients(Generic[C]):
    """`make()` gives a client, `end(client)` closes it; both are called on the loop that the client is for."""

    def __init__(self, make: Callable[[], C], end: Callable[[C], Awaitable[None]]) -> None:
        self._make, self._end = make, end
        self._held: dict[asyncio.AbstractEventLoop, tuple[C, AsyncGenerator[None, None]]] = {}
        _ALL.add(self)

    async def current(self) -> C:
        """The client of the running loop. Does not suspend."""
        loop = asyncio.get_running_loop()
        held = self._held.get(loop)
        if held is None:
            for other in tuple(self._held):
                if other.is_closed():
                    self._held.pop(other, None)
            client = self._make()
            # A loop that ends closes the async generators that were begun on it: its one hook for such things.
            guard = _until_the_end(client, self._end)
            await anext(guard)
            # A store that is forgotten closes its clients. The finalizer holds the client, which would else be
            # garbage in the same moment and complain that nobody closed it.
            weakref.finalize(self, _end_soon, loop, client, self._end).atexit = False
            held = self._held[loop] = (client, guard)
        return held[0]

    def close(self) -> None:
        """Close the clients of loops that run in other threads; that of this thread's loop ends with the loop."""
        try:
            here: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            here = None
        for loop in tuple(self._held):
            if loop is not here and loop.is_running():
                _, guard = self._held.pop(loop)
                with contextlib.suppress(TimeoutError, RuntimeError):  # it is busy, or ends in this moment
                    asyncio.run_coroutine_threadsafe(guard.aclose(), loop).result(PATIENCE)


def _end_soon(loop: asyncio.AbstractEventLoop, client: C, end: Callable[[C], Awaitable[None]]) -> None:
    async def ending() -> None:
        await end(client)

    if loop.is_running():
        loop.call_soon_threadsafe(lambda: _ENDING.add(loop.create_task(ending())))


_ENDING: weakref.WeakSet[asyncio.Task[None]] = weakref.WeakSet()


async def _until_the_end(client: C, end: Callable[[C], Awaitable[None]]) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        await end(client)


_ALL: weakref.WeakSet[LoopClients[Any]] = weakref.WeakSet()


@atexit.register
def _at_exit() -> None:
    """Loops of daemon threads never end by themselves."""
    for clients in tuple(_ALL):
        clients.close()
