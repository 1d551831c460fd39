"""Drive a coroutine that never suspends to its end on the calling thread: no event loop, no thread."""

from __future__ import annotations

from collections.abc import AsyncIterable, Coroutine, Iterator
from typing import Any, TypeVar

from zarr_core.abc.store import Store
from zarr_core.errors import StoreSuspendedError

__all__ = ["step", "step_iter"]

T = TypeVar("T")


def step(coro: Coroutine[Any, Any, T]) -> T:
    """The coroutine's result. Raises `StoreSuspendedError` if it suspends: some store lied about `blocking`."""
    try:
        coro.send(None)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]
    where = _innermost(coro)
    coro.close()
    raise StoreSuspendedError(
        f"{where} suspended, although its store declares blocking = True: "
        "set blocking = False, or do its I/O on the calling thread"
    )


def step_iter(source: AsyncIterable[T]) -> Iterator[T]:
    """The items of an async iterator that never suspends; it is closed in any case."""
    iterator = source.__aiter__()
    try:
        while True:
            try:
                item = step(iterator.__anext__())  # type: ignore[arg-type]
            except StopAsyncIteration:
                return
            yield item
    finally:
        aclose = getattr(iterator, "aclose", None)
        if aclose is not None:
            step(aclose())


def _innermost(coro: Any) -> str:
    """Who suspended: the innermost store on the chain of awaits, or else the innermost function."""
    name = "an operation"
    while coro is not None:
        frame = getattr(coro, "cr_frame", None) or getattr(coro, "ag_frame", None)
        if frame is not None:
            owner = frame.f_locals.get("self")
            if isinstance(owner, Store):
                return f"{owner!r}.{frame.f_code.co_name}"
            name = frame.f_code.co_name
        coro = getattr(coro, "cr_await", None) or getattr(coro, "ag_await", None)
    return name
