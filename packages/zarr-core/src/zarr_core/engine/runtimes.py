"""Which runtime an operation runs in: the blocking one if every store that it can reach blocks."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Coroutine, Iterator
from typing import Any, Protocol, TypeVar

from zarr_core.abc.runtime import Runtime
from zarr_core.abc.store import Store
from zarr_core.engine.blocking import BLOCKING

__all__ = ["Driver", "runtime_for"]

T = TypeVar("T")


class Driver(Runtime, Protocol):
    """A runtime, with the ways to start an operation in it; for the public objects, not for operations."""

    blocking: bool

    def run(self, operation: Coroutine[Any, Any, T]) -> T:
        """From plain code: the operation's result."""
        ...

    async def arun(self, operation: Coroutine[Any, Any, T]) -> T:
        """From a task."""
        ...

    def drive(self, source: AsyncIterable[T]) -> Iterator[T]:
        """From plain code: the items."""
        ...

    def adrive(self, source: AsyncIterable[T]) -> AsyncIterator[T]:
        """From a task."""
        ...


def runtime_for(*stores: Store) -> Driver:
    """The runtime for an operation that can reach these stores. asyncio is imported for the async one only."""
    if all(store.blocking for store in stores):
        return BLOCKING
    from zarr_core.engine.asynchronous import ASYNC

    return ASYNC
