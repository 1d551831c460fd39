"""The five verbs that an operation may use besides awaiting stores.

An operation is a plain `async def`. It awaits store methods and these verbs and names neither asyncio nor a
loop nor a thread; the blocking and the async runtime carry them out in their own ways (design section 3).
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Hashable, Iterable
from contextlib import AbstractAsyncContextManager
from typing import Any, Literal, Protocol, TypeVar, overload

from zarr_core.abc.store import Store

__all__ = ["Runtime"]

T = TypeVar("T")
R = TypeVar("R")


class Runtime(Protocol):
    """How an operation gets things done at once, off the loop, under a lock, and stops."""

    @overload
    async def map(self, fn: Callable[[T], Awaitable[R]], items: Iterable[T], collect: Literal[True]) -> list[R]: ...
    @overload
    async def map(self, fn: Callable[[T], Awaitable[Any]], items: Iterable[T], collect: bool = False) -> Any: ...

    async def compute(self, fn: Callable[..., R], /, *args: Any, nbytes: int = 0, gil_free: bool = False) -> R:
        """`fn(*args)`. The hints say how much work it is: `nbytes` handled, with or without the GIL held.

        `fn` never waits for a lock. For small work call it yourself.
        """
        ...

    def lock(self, addresses: Iterable[Hashable]) -> AbstractAsyncContextManager[None, Any]:
        """Hold these physical addresses (see `Store.address`) against every other operation of the process."""
        ...

    def iterate(self, source: AsyncIterable[T]) -> AbstractAsyncContextManager[AsyncIterator[T]]:
        """The items of an async iterator, which is closed in any case, also when the caller leaves early.

        async with runtime.iterate(store.list_dir("a/")) as entries:
            async for entry in entries: ...
        """
        ...

    def checkpoint(self) -> None:
        """Raise if the operation was cancelled."""
        ...

    def adapt(self, store: Store) -> Store:
        """The store as this runtime uses it: as it is, in threads, or behind limits on requests in flight."""
        ...
