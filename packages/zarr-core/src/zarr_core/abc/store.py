"""Stores: bytes by key. They do I/O and know nothing of Zarr (v3 core 1.12).

Four contracts by capability, one base. A read-only store is a class with one method, `get`; whatever is not
abstract is derived from what is. All methods are coroutines or async iterators; a store whose coroutines never
suspend says `blocking = True` and is then used without an event loop.
"""

from __future__ import annotations

import itertools
import weakref
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, ClassVar, Literal, NamedTuple, Self, TypeAlias

from zarr_core.errors import Truncated

__all__ = [
    "ABSENT",
    "AbilityName",
    "Absent",
    "Buffer",
    "Buffers",
    "Changes",
    "Range",
    "ReadListStore",
    "ReadStore",
    "ReadWriteListStore",
    "ReadWriteStore",
    "Store",
    "Suffix",
    "Value",
    "Version",
    "join_buffers",
]

Buffer: TypeAlias = bytes | bytearray | memoryview
Buffers: TypeAlias = Sequence[Buffer]
Value: TypeAlias = Buffer | list[Buffer]
"""What `set` takes: one buffer, or a list of buffers that together are the value."""
Version: TypeAlias = Hashable


class Range(NamedTuple):
    """Bytes `start` up to and without `stop`; `stop=None` is the end of the value."""

    start: int
    stop: int | None = None

    def of(self, value: Buffer) -> Buffer:
        """This range of a value at hand. Raises `Truncated` if the value is shorter."""
        if (self.stop is not None and self.stop > len(value)) or self.start > len(value):
            raise Truncated(f"bytes {self.start}:{'' if self.stop is None else self.stop} of {len(value)} bytes")
        return memoryview(value)[self.start : self.stop]


class Suffix(NamedTuple):
    """The last `n` bytes."""

    n: int

    def of(self, value: Buffer) -> Buffer:
        """This suffix of a value at hand. Raises `Truncated` if the value is shorter."""
        if self.n > len(value):
            raise Truncated(f"last {self.n} bytes of {len(value)} bytes")
        return memoryview(value)[len(value) - self.n :]


class Absent:
    """The type of `ABSENT`: the version of a key that is not stored, for `set_if`."""

    def __repr__(self) -> str:
        return "ABSENT"

    def __reduce__(self) -> str:
        return "ABSENT"


ABSENT = Absent()
_COUNT = itertools.count()
_TOKENS: dict[int, tuple[weakref.ref[Any], int]] = {}
"""A number for each store that does not say where its values are, never used again."""

AbilityName: TypeAlias = Literal["get_many", "get_into", "get_versioned", "set_if", "set_at", "commit"]


def join_buffers(value: Value) -> Buffer:
    """One buffer from a value in pieces; no copy if it is one already."""
    if not isinstance(value, list):
        return value
    return value[0] if len(value) == 1 else b"".join(value)


class Store(ABC):  # noqa: B024 - the four below say what must be written
    """What all stores share. Safe from many threads and any event loop; picklable unless it says why not.

    Keys are strings like `a/b/c/0/0`: never empty, no leading or trailing `/`, no empty, `.` or `..` segment.
    """

    contract: ClassVar[int] = 1
    blocking: bool = False
    """True: coroutines do their I/O on the calling thread and never suspend. A property of the instance."""
    waits: bool = True
    """Whether calls wait for anything (disk, network). False for memory: threads are never worth it."""
    gap: int = 512
    """Ranges of one value that are closer than this many bytes are read as one."""
    read_only: bool = True
    """True refuses every write. A writable store clears it; an instance may set it."""

    def address(self, key: str) -> Hashable:
        """Where the value physically is, naming the container, so that two handles on one value meet in the lock.

        Wrappers hand on the address of the wrapped store (for the key that *it* sees).
        """
        known = _TOKENS.get(id(self))
        if known is None or known[0]() is not self:  # an id is used again when its owner is gone
            known = _TOKENS[id(self)] = (weakref.ref(self), next(_COUNT))
        return ("store", known[1], key)

    def adapt(self, wrap: Callable[[Store], Store]) -> Store:
        """This store with its parts replaced by `wrap(part)`; a store without parts is wrapped itself."""
        return wrap(self)

    def ability(self, name: AbilityName) -> Callable[..., Awaitable[Any]] | None:
        """An optional, faster or stronger operation, or None. Asked for once, when an array is bound.

        get_many(keys) -> list[Buffer | None]
        get_into(key, buffer) -> int | None            bytes written into `buffer`; more than fits is `Truncated`
        get_versioned(key, ranges) -> (Buffers, Version) | None    ranges None: the whole value as one buffer
        set_if(key, value, version) -> Version | None  None: not done, `version` (or ABSENT) is not what is stored
        set_at(key, start, buffer) -> None             in place, not atomic; used only when asked for
        commit(changes) -> None                        {key: value or None to delete}, all or nothing
        """
        return None

    def close(self) -> None:  # noqa: B027 - most stores hold nothing
        """Free what the store holds (files, connections). Harmless when repeated."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class ReadStore(Store):
    """Values by key. Write `get`; the rest follows from it."""

    @abstractmethod
    async def get(self, key: str, byte_range: Range | Suffix | None = None) -> Buffer | None:
        """The value, or the part of it; None if there is none. Any other trouble is an exception.

        A range that the value does not hold is `Truncated`; the empty value is a value.
        """

    async def get_ranges(self, key: str, ranges: Sequence[Range | Suffix]) -> Buffers | None:
        """Several parts of one value, in order; None if there is no value."""
        parts: list[Buffer] = []
        for byte_range in ranges:
            part = await self.get(key, byte_range)
            if part is None:
                return None
            parts.append(part)
        return parts

    async def get_partial_values(self, key_ranges: Iterable[tuple[str, Range | Suffix | None]]) -> list[Buffer | None]:
        """Parts of several values in the order asked; None for a key that is not stored (v3 core 1.12)."""
        return [await self.get(key, byte_range) for key, byte_range in key_ranges]

    async def exists(self, key: str) -> bool:
        """Whether there is a value."""
        return await self.get(key) is not None

    async def getsize(self, key: str) -> int | None:
        """The value's length in bytes; None if there is none."""
        value = await self.get(key)
        return None if value is None else memoryview(value).nbytes


class ReadWriteStore(ReadStore):
    """Values that can be changed. Write `get`, `set` and `delete`."""

    read_only: bool = False

    @abstractmethod
    async def set(self, key: str, value: Value) -> None:
        """Store the value, all or nothing: a reader sees what was there before, or all of `value`."""

    @abstractmethod
    async def delete(self, key: str) -> None:
        """Remove the value; harmless if there is none."""

    async def set_partial_values(self, parts: Iterable[tuple[str, int, Buffer]]) -> None:
        """Replace bytes from `start` on in each value, by read and replace; a value may grow, never gap."""
        by_key: dict[str, list[tuple[int, Buffer]]] = {}
        for key, start, piece in parts:
            by_key.setdefault(key, []).append((start, piece))
        for key, pieces in by_key.items():
            value = bytearray(await self.get(key) or b"")
            for start, piece in pieces:
                if start > len(value):
                    raise Truncated(f"cannot write at byte {start} of {key!r}, which has {len(value)} bytes")
                value[start : start + len(piece)] = piece
            await self.set(key, bytes(value))

    async def rename(self, old: str, new: str) -> None:
        """Give the value another key, replacing what is there. Derived: copy, then delete; not atomic."""
        value = await self.get(old)
        if old == new and value is not None:
            return
        if value is None:
            raise FileNotFoundError(f"no value at key {old!r} of {self!r}")
        await self.set(new, value)
        await self.delete(old)


class ReadListStore(ReadStore):
    """Values whose keys can be listed. Write `get` and `list`."""

    @abstractmethod
    def list(self) -> AsyncIterator[str]:
        """All keys, in any order, each once."""

    async def list_prefix(self, prefix: str) -> AsyncIterator[str]:
        """All keys that begin with `prefix`, which is "" or ends in `/`."""
        async for key in self.list():
            if key.startswith(prefix):
                yield key

    async def list_dir(self, prefix: str) -> AsyncIterator[str]:
        """What is directly under `prefix`: keys, and prefixes with their final `/`; each whole, each once."""
        seen: set[str] = set()
        async for key in self.list_prefix(prefix):
            head, slash, _ = key[len(prefix) :].partition("/")
            if head + slash not in seen:
                seen.add(head + slash)
                yield prefix + head + slash

    async def getsize_prefix(self, prefix: str) -> int:
        """Bytes of all values under `prefix`."""
        total = 0
        async for key in self.list_prefix(prefix):
            total += await self.getsize(key) or 0
        return total


class ReadWriteListStore(ReadWriteStore, ReadListStore):
    """Everything. Write `get`, `set`, `delete` and `list`."""

    async def delete_prefix(self, prefix: str) -> None:
        """Remove all values under `prefix`, which is "" or ends in `/`."""
        keys = [key async for key in self.list_prefix(prefix)]
        for key in keys:
            await self.delete(key)


Changes: TypeAlias = Mapping[str, Value | None]
