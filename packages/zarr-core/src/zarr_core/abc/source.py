"""One stored value, for codecs that can serve a part of it. Codecs never hold a store; they get this."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Protocol, TypeVar

from zarr_core.abc.runtime import Runtime
from zarr_core.abc.store import Buffer, Buffers, Range, Suffix, Version

__all__ = ["Source"]

T = TypeVar("T")


class Source(Protocol):
    """A value at one version: the first read pins it, and any later read may raise `Changed`."""

    runtime: Runtime
    seen: Version | None
    """The version of the first read, or None before it and for stores without versions."""
    gap: int
    """Ranges closer than this are better read as one."""

    async def value(self) -> Buffer | None:
        """The whole value; None if there is none."""
        ...

    async def read(self, ranges: Sequence[Range | Suffix]) -> Buffers | None:
        """Exactly what was asked, in order, or `Truncated`; None if there is no value.

        No ranges at all ask only whether the value is still there, at the version seen: [] or None.
        """
        ...

    def sub(self, byte_range: Range | None) -> Source:
        """A part of this value as a value (a shard in a shard); None: a value that is absent."""
        ...

    async def memo(self, name: Hashable, make: Callable[[], Awaitable[tuple[T, int]]]) -> T:
        """`make()`, or what it gave earlier for this very version. It returns the thing and its size in bytes."""
        ...
