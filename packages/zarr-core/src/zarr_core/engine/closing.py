"""An async iterator that is closed when its block is left, however that happens."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from typing import Any, Generic, TypeVar

__all__ = ["closing"]

T = TypeVar("T")


class closing(Generic[T]):  # reads as a verb, like contextlib.closing
    """`async with closing(source) as items`."""

    __slots__ = ("_iterator",)

    def __init__(self, source: AsyncIterable[T]) -> None:
        self._iterator = source.__aiter__()

    async def __aenter__(self) -> AsyncIterator[T]:
        return self._iterator

    async def __aexit__(self, *exc: Any) -> None:
        aclose = getattr(self._iterator, "aclose", None)
        if aclose is not None:
            await aclose()
