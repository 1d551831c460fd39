"""Values in a dictionary of this process. Never waits, forgets when the process ends.

Two stores over one dictionary are two handles on one container: they share its lock and its versions. The
dictionary may be looked at, and written between operations, from outside.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Sequence
from itertools import count
from typing import Any

from zarr_core.abc.store import (
    ABSENT,
    AbilityName,
    Buffer,
    Buffers,
    Changes,
    Range,
    ReadWriteListStore,
    Suffix,
    Value,
    Version,
    join_buffers,
)
from zarr_core.errors import ReadOnlyError
from zarr_core.storage.keys import check_key

__all__ = ["MemoryStore"]


class _Container:
    """What all stores over one dictionary share."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values
        self.lock = threading.Lock()
        self.written: dict[str, int] = {}
        """When each key was last written by a store; keys that were there before are not in it."""
        self.clock = count(1)
        self.number = next(_NUMBERS)
        """Of this container, never used again, as the id of the dictionary may be."""


_CONTAINERS: weakref.WeakValueDictionary[int, _Container] = weakref.WeakValueDictionary()
"""By the id of the dictionary, which the container keeps alive."""
_GUARD = threading.Lock()
_NUMBERS = count()


class MemoryStore(ReadWriteListStore):
    """The values of a dictionary, a new one if none is given.

    Values are kept as `bytes`; what a caller hands over in another buffer is copied. A pickle holds all contents,
    and the store made from it is another container.
    """

    blocking = True
    waits = False
    gap = 0

    def __init__(self, values: dict[str, Any] | None = None, *, read_only: bool = False) -> None:
        values = {} if values is None else values
        if not isinstance(values, dict):
            raise TypeError(f"a MemoryStore is over a dict, not {values!r:.80}")
        with _GUARD:
            container = _CONTAINERS.get(id(values))
            if container is None:
                container = _CONTAINERS[id(values)] = _Container(values)
        self._container = container
        self._values = values
        self.read_only = read_only

    async def get(self, key: str, byte_range: Range | Suffix | None = None) -> Buffer | None:
        value = self._values.get(key)
        return value if byte_range is None or value is None else byte_range.of(value)

    async def exists(self, key: str) -> bool:
        return key in self._values

    async def set(self, key: str, value: Value) -> None:
        self._check_write(key)
        stored = _stored(value)
        with self._container.lock:
            self._put(key, stored)

    async def delete(self, key: str) -> None:
        self._check_write(key)
        with self._container.lock:
            self._drop(key)

    async def delete_prefix(self, prefix: str) -> None:
        self._check_write(prefix + "any")
        with self._container.lock:
            for key in self._keys(prefix):
                self._drop(key)

    async def rename(self, old: str, new: str) -> None:
        self._check_write(new)
        with self._container.lock:
            if old not in self._values:
                raise FileNotFoundError(f"no value at key {old!r} of {self!r}")
            value = self._values[old]
            self._drop(old)
            self._put(new, value)

    async def list(self) -> AsyncIterator[str]:
        for key in self._keys(""):
            yield key

    def ability(self, name: AbilityName) -> Callable[..., Awaitable[Any]] | None:
        match name:
            case "get_versioned":
                return self._get_versioned
            case "set_if" if not self.read_only:
                return self._set_if
            case "commit" if not self.read_only:
                return self._commit
        return None

    async def _get_versioned(self, key: str, ranges: Sequence[Range | Suffix] | None) -> tuple[Buffers, Version] | None:
        with self._container.lock:
            value = self._values.get(key)
            version = self._version(key)
        if value is None:
            return None
        return [value] if ranges is None else [byte_range.of(value) for byte_range in ranges], version

    async def _set_if(self, key: str, value: Value, version: Version) -> Version | None:
        self._check_write(key)
        stored = _stored(value)
        with self._container.lock:
            if self._version(key) != version:
                return None
            self._put(key, stored)
            return self._version(key)

    async def _commit(self, changes: Changes) -> None:
        for key in changes:
            self._check_write(key)
        stored = {key: None if value is None else _stored(value) for key, value in changes.items()}
        with self._container.lock:
            for key, value in stored.items():
                if value is None:
                    self._drop(key)
                else:
                    self._put(key, value)

    # these are called with the lock held, except `_keys`, which is one step for other threads

    def _put(self, key: str, value: bytes) -> None:
        self._values[key] = value
        self._container.written[key] = next(self._container.clock)

    def _drop(self, key: str) -> None:
        self._values.pop(key, None)
        self._container.written.pop(key, None)

    def _version(self, key: str) -> Version:
        value = self._values.get(key)
        # the id changes, too, when the dictionary is written from outside
        return ABSENT if value is None else (self._container.written.get(key, 0), id(value))

    def _keys(self, prefix: str) -> Sequence[str]:
        return [key for key in tuple(self._values) if key.startswith(prefix)]

    def _check_write(self, key: str) -> None:
        if self.read_only:
            raise ReadOnlyError(f"{self!r} is open for reading only: key {key!r} was not changed")
        check_key(key, self)

    def address(self, key: str) -> Hashable:
        return ("memory", self._container.number, key)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), dict(self._values), self.read_only)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MemoryStore) and self._values is other._values

    def __hash__(self) -> int:
        return hash(id(self._values))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self._values)} values>"


def _restored(cls: type[MemoryStore], values: dict[str, Any], read_only: bool) -> MemoryStore:
    return cls(values, read_only=read_only)


def _stored(value: Value) -> bytes:
    """The value as bytes of its own; no copy if it is `bytes`."""
    return bytes(join_buffers(value))
