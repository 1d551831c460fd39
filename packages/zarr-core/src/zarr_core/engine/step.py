"""Drive a coroutine that never suspends to its end on the calling thread: no event loop, no thread."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterable, Coroutine, Iterable, Iterator
from traceback import walk_tb
from types import FrameType
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
    except RuntimeError as error:
        if str(error) != "no running event loop":
            raise
        raise _suspended(frame for frame, _ in walk_tb(error.__traceback__)) from error
    suspended = _suspended(_awaiting(coro))
    try:
        coro.throw(GeneratorExit)  # unlike close(), it ends the step of an async generator as well
    except (GeneratorExit, StopIteration, StopAsyncIteration):
        pass
    except Exception as error:
        raise suspended from error
    raise suspended


def step_iter(source: AsyncIterable[T]) -> Iterator[T]:
    """The items of an async iterator that never suspends; it is closed in any case."""
    iterator: Any = source.__aiter__()
    try:
        while True:
            try:
                item: T = step(iterator.__anext__())
            except StopAsyncIteration:
                return
            yield item
    finally:
        aclose = getattr(iterator, "aclose", None)
        if aclose is not None:
            step(aclose())


def _suspended(frames: Iterable[FrameType]) -> StoreSuspendedError:
    """The error, naming the innermost store among the frames, or else the innermost function."""
    store, function = "", "an operation"
    for frame in frames:
        owner, name = frame.f_locals.get("self"), frame.f_code.co_name
        function = name
        if isinstance(owner, Store):
            store = f"{owner!r}.{name}"
    return StoreSuspendedError(
        f"{store or function} suspended, although its store declares blocking = True: "
        "set blocking = False, or do its I/O on the calling thread"
    )


def _awaiting(awaited: Any) -> Iterator[FrameType]:
    """The frames on a chain of awaits, from the outermost."""
    while awaited is not None:
        frame = getattr(awaited, "cr_frame", None) or getattr(awaited, "ag_frame", None)
        if frame is not None:
            yield frame
            awaited = getattr(awaited, "cr_await", None) or getattr(awaited, "ag_await", None)
        else:  # the step of an async generator does not say whose it is
            behind = gc.get_referents(awaited)
            awaited = behind[0] if len(behind) == 1 else None
