"""Sources over stores: one stored value, read whole or in parts, pinned to the version of the first read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Sequence
from time import perf_counter
from typing import Any, TypeVar

from zarr_core.abc.runtime import Runtime
from zarr_core.abc.source import Source
from zarr_core.abc.store import Buffer, Buffers, Range, ReadStore, Suffix, Version
from zarr_core.engine.blocking import LONG_CALL, METER
from zarr_core.engine.memo import MEMO
from zarr_core.errors import Changed, Truncated
from zarr_core.indexing.ranges import merge

__all__ = ["Reader", "StoreSource"]

T = TypeVar("T")


class Reader:
    """How one array reads its store: what was asked of the store once, at bind."""

    def __init__(self, store: ReadStore, runtime: Runtime, *, pin: bool = False) -> None:
        self.store, self.runtime, self.gap = store, runtime, store.gap
        self.get_versioned = store.ability("get_versioned")
        self.get_into = store.ability("get_into")
        self.get_many = store.ability("get_many")
        self.pin = pin and self.get_versioned is not None
        """Whether every first read fetches the version, for a later `set_if`."""
        self._get = store.get
        self._metered = store.blocking and store.waits
        self._sequential = store.blocking

    async def get(self, key: str) -> Buffer | None:
        """The value; a long call counts as time without the GIL, for `map` to see."""
        return await (self.metered(self._get(key)) if self._metered else self._get(key))

    async def metered(self, call: Awaitable[T]) -> T:
        """The result of a call of the store; a long one counts as time without the GIL."""
        started = perf_counter()
        result = await call
        elapsed = perf_counter() - started
        if elapsed > LONG_CALL and self._metered:
            METER.free += elapsed
        return result

    async def values(self, keys: Sequence[str]) -> list[Buffer | None]:
        """The values of many keys: in one request where the store can, else one after another or at once."""
        if self.get_many is not None:
            return await self.get_many(keys)  # type: ignore[no-any-return]
        if self._sequential:
            get, started = self._get, perf_counter()
            found = [await get(key) for key in keys]
            elapsed = perf_counter() - started
            if elapsed > LONG_CALL * len(keys):
                METER.free += elapsed
            return found
        return await self.runtime.map(self._get, keys, collect=True)


class StoreSource:
    """The value of one key."""

    __slots__ = ("_key", "_reader", "gap", "runtime", "seen")

    def __init__(self, reader: Reader, key: str) -> None:
        self._reader, self._key = reader, key
        self.runtime, self.gap = reader.runtime, reader.gap
        self.seen: Version | None = None

    @property
    def address(self) -> Hashable:
        return self._reader.store.address(self._key)

    async def value(self) -> Buffer | None:
        if self.seen is None and not self._reader.pin:
            return await self._reader.get(self._key)
        values = await self._versioned(None)
        return None if values is None else values[0]

    async def read(self, ranges: Sequence[Range | Suffix]) -> Buffers | None:
        ask: Callable[[Sequence[Range | Suffix]], Awaitable[Buffers | None]]
        if self._reader.get_versioned is not None:
            ask = self._versioned
        elif ranges:
            ask = self._unversioned
        else:
            return [] if await self._reader.store.exists(self._key) else None
        exact = [(r.start, r.stop) for r in ranges if isinstance(r, Range) and r.stop is not None]
        if len(exact) < max(2, len(ranges)):
            return _checked(await ask(ranges), ranges, self._key)
        requests, places = merge(exact, self.gap)
        merged = [Range(start, stop) for start, stop in requests]
        values = _checked(await ask(merged), merged, self._key)
        if values is None:
            return None
        views = [memoryview(value) for value in values]
        return [
            views[number][offset : offset + stop - start]
            for (number, offset), (start, stop) in zip(places, exact, strict=True)
        ]

    async def _unversioned(self, ranges: Sequence[Range | Suffix]) -> Buffers | None:
        if len(ranges) == 1:
            value = await self._reader.store.get(self._key, ranges[0])
            values = None if value is None else [value]
        else:
            values = await self._reader.store.get_ranges(self._key, ranges)  # type: ignore[assignment]
        if values is None:  # what is remembered of a value that is gone is no longer true
            MEMO.drop(self.address)
        return values

    async def _versioned(self, ranges: Sequence[Range | Suffix] | None) -> Buffers | None:
        get_versioned = self._reader.get_versioned
        assert get_versioned is not None
        found = await get_versioned(self._key, ranges)
        if found is None:
            if self.seen is not None:
                self._changed()
            return None
        values, version = found
        if self.seen is None:
            self.seen = version
        elif self.seen != version:
            self._changed()
        return values  # type: ignore[no-any-return]

    def _changed(self) -> None:
        MEMO.drop(self.address)
        raise Changed(f"the value at key {self._key!r} was replaced while it was read")

    def sub(self, byte_range: Range | None) -> Source:
        return AbsentSource(self) if byte_range is None else SubSource(self, byte_range)  # type: ignore[return-value]

    async def memo(self, name: Hashable, make: Callable[[], Awaitable[tuple[T, int]]]) -> T:
        address = self.address
        found = MEMO.find(address, name)
        if found is not None:
            version, thing = found
            if self.seen is None:
                self.seen = version
            if self.seen == version:
                return thing  # type: ignore[no-any-return]
        mark = MEMO.mark(address)
        thing, size = await make()
        if self.seen is not None or self._reader.get_versioned is None:  # else nobody could tell when it is outdated
            MEMO.keep(address, name, self.seen, thing, size, mark)
        return thing


def _checked(values: Buffers | None, ranges: Sequence[Range | Suffix], key: str) -> Buffers | None:
    """The values, each as long as was asked."""
    if values is not None:
        for value, wanted in zip(values, ranges, strict=True):
            if isinstance(wanted, Suffix):
                length: int | None = wanted.n
            else:
                length = None if wanted.stop is None else wanted.stop - wanted.start
            if length is not None and len(value) != length:
                raise Truncated(f"asked for {length} bytes of key {key!r}, got {len(value)}")
    return values


class SubSource:
    """A range of another source as a value of its own."""

    __slots__ = ("_parent", "_range", "gap", "runtime")

    def __init__(self, parent: Any, byte_range: Range) -> None:
        self._parent, self._range = parent, byte_range
        self.runtime, self.gap = parent.runtime, parent.gap

    @property
    def seen(self) -> Version | None:
        return self._parent.seen  # type: ignore[no-any-return]

    async def value(self) -> Buffer | None:
        values = await self._parent.read([self._range])
        return None if values is None else values[0]

    async def read(self, ranges: Sequence[Range | Suffix]) -> Buffers | None:
        return await self._parent.read([self._within(wanted) for wanted in ranges])  # type: ignore[no-any-return]

    def _within(self, wanted: Range | Suffix) -> Range:
        start, end = self._range.start, self._range.stop
        if isinstance(wanted, Suffix):
            inner = None if end is None else Range(end - wanted.n, end)
        else:
            inner = Range(start + wanted.start, end if wanted.stop is None else start + wanted.stop)
        if inner is None or inner.start < start or (end is not None and max(inner.start, inner.stop or 0) > end):
            raise Truncated(f"{wanted} of a part of {(end or start) - start} bytes")
        return inner

    def sub(self, byte_range: Range | None) -> Source:
        inner = AbsentSource(self) if byte_range is None else SubSource(self._parent, self._within(byte_range))
        return inner  # type: ignore[return-value] # `seen` is its parent's

    async def memo(self, name: Hashable, make: Callable[[], Awaitable[tuple[T, int]]]) -> T:
        return await self._parent.memo((name, self._range), make)  # type: ignore[no-any-return]


class AbsentSource:
    """A value that is not there: an inner chunk that is not stored."""

    __slots__ = ("gap", "runtime", "seen")

    def __init__(self, parent: Any) -> None:
        self.runtime, self.gap, self.seen = parent.runtime, parent.gap, parent.seen

    async def value(self) -> Buffer | None:
        return None

    async def read(self, ranges: Sequence[Range | Suffix]) -> Buffers | None:
        return None

    def sub(self, byte_range: Range | None) -> Source:
        return self

    async def memo(self, name: Hashable, make: Callable[[], Awaitable[tuple[T, int]]]) -> T:
        thing, _ = await make()
        return thing
