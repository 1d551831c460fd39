"""A source over bytes that are at hand: an inner chunk of a shard that was read whole."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import TypeVar

from zarr_core.abc.runtime import Runtime
from zarr_core.abc.store import Buffer, Buffers, Range, Suffix, Version

__all__ = ["Held"]

T = TypeVar("T")


class Held:
    """A value in memory, or None for one that is absent."""

    __slots__ = ("_value", "gap", "runtime", "seen")

    def __init__(self, value: Buffer | None, runtime: Runtime) -> None:
        self._value, self.runtime = value, runtime
        self.gap = 0
        self.seen: Version | None = None

    async def value(self) -> Buffer | None:
        return self._value

    async def read(self, ranges: Sequence[Range | Suffix]) -> Buffers | None:
        value = self._value
        return None if value is None else [wanted.of(value) for wanted in ranges]

    def sub(self, byte_range: Range | None) -> Held:
        absent = self._value is None or byte_range is None
        return Held(None if absent else byte_range.of(self._value), self.runtime)  # type: ignore[union-attr,arg-type]

    async def memo(self, name: Hashable, make: Callable[[], Awaitable[tuple[T, int]]]) -> T:
        thing, _ = await make()
        return thing
