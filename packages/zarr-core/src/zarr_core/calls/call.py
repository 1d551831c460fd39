"""A call that is still to be made: an operation, and the runtime for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from functools import wraps
from typing import Any, Generic, ParamSpec, TypeVar, overload

from zarr_core.array import Array, AsyncArray
from zarr_core.engine.bound import BoundArray, BoundGroup
from zarr_core.engine.runtimes import Driver
from zarr_core.group import AsyncGroup, Group

__all__ = ["Call", "awaited", "blocking"]

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """An operation that nobody has started yet."""

    runtime: Driver
    operation: Coroutine[Any, Any, T]


@overload
def blocking(call: Callable[P, Call[BoundArray]]) -> Callable[P, Array]: ...
@overload
def blocking(call: Callable[P, Call[BoundGroup]]) -> Callable[P, Group]: ...
@overload
def blocking(call: Callable[P, Call[BoundArray | BoundGroup]]) -> Callable[P, Array | Group]: ...
@overload
def blocking(call: Callable[P, Call[T]]) -> Callable[P, T]: ...
def blocking(call: Callable[P, Call[Any]]) -> Callable[P, Any]:
    """The function for plain code: it returns when the work is done."""

    @wraps(call)
    def function(*args: P.args, **kwargs: P.kwargs) -> Any:
        made = call(*args, **kwargs)
        return _shown(made.runtime.run(made.operation), Array, Group)

    function.__module__ = "zarr_core"
    return function


@overload
def awaited(call: Callable[P, Call[BoundArray]]) -> Callable[P, Awaitable[AsyncArray]]: ...
@overload
def awaited(call: Callable[P, Call[BoundGroup]]) -> Callable[P, Awaitable[AsyncGroup]]: ...
@overload
def awaited(call: Callable[P, Call[BoundArray | BoundGroup]]) -> Callable[P, Awaitable[AsyncArray | AsyncGroup]]: ...
@overload
def awaited(call: Callable[P, Call[T]]) -> Callable[P, Awaitable[T]]: ...
def awaited(call: Callable[P, Call[Any]]) -> Callable[P, Awaitable[Any]]:
    """The function for tasks."""

    @wraps(call)
    async def function(*args: P.args, **kwargs: P.kwargs) -> Any:
        made = call(*args, **kwargs)
        return _shown(await made.runtime.arun(made.operation), AsyncArray, AsyncGroup)

    function.__module__ = "zarr_core.asynchronous"
    return function


def _shown(result: Any, array: type[Any], group: type[Any]) -> Any:
    """Bound nodes as the objects that users hold; anything else as it is."""
    if isinstance(result, BoundArray):
        return array._of(result)
    if isinstance(result, BoundGroup):
        return group._of(result)
    if type(result) is dict:
        return {path: _shown(node, array, group) for path, node in result.items()}
    return result
