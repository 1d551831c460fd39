"""A source over bytes at hand, which counts what is read of it: for tests of array-to-bytes codecs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, TypeVar

from zarr_core.abc.runtime import Runtime
from zarr_core.abc.store import Buffer, Buffers, Range, Suffix, Version
from zarr_core.engine.blocking import BLOCKING

__all__ = ["BytesSource"]

T = TypeVar("T")


class BytesSource:
    """One value, or None for one that is absent. `requests` and `bytes_read` count reads, also of its parts.

    Its runtime is the blocking one unless another is given.
    """

    def __init__(
        self, content: Buffer | None, *, gap: int = 512, runtime: Any = None, parent: BytesSource | None = None
    ) -> None:
        self.content, self.gap, self.parent = content, gap, parent
        self.runtime: Runtime = BLOCKING if runtime is None else runtime
        self.seen: Version | None = None
        self.requests = self.bytes_read = 0
        self._memo: dict[Any, Any] = {} if parent is None else parent._memo
        self._place: tuple[Range | None, ...] = ()

    async def value(self) -> Buffer | None:
        self._count(0 if self.content is None else len(self.content))
        return self.content

    async def read(self, ranges: Sequence[Range | Suffix]) -> Buffers | None:
        if self.content is None:
            self._count(0)
            return None
        pieces = [wanted.of(self.content) for wanted in ranges]
        self._count(sum(map(len, pieces)))
        return pieces

    def sub(self, byte_range: Range | None) -> BytesSource:
        content = None if byte_range is None or self.content is None else byte_range.of(self.content)
        part = BytesSource(content, gap=self.gap, runtime=self.runtime, parent=self)
        part._place = (*self._place, byte_range)
        return part

    async def memo(self, name: Hashable, make: Callable[[], Awaitable[tuple[T, int]]]) -> T:
        key = (name, self._place)
        if key not in self._memo:
            self._memo[key], _ = await make()
        found: T = self._memo[key]
        return found

    def _count(self, size: int) -> None:
        self.requests += 1
        self.bytes_read += size
        if self.parent is not None:
            self.parent._count(size)
