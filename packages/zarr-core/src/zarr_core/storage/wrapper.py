"""Stores around a store: what they have in common. A subclass writes only what it does differently.

    class Counted(WrapperStore):
        count = 0

        async def get(self, key, byte_range=None):
            self.count += 1
            return await self.store.get(self.key(key), byte_range)

A wrapper is of the contract (`ReadStore`, `ReadWriteStore`, ...) that the wrapped store is of: around a store that can
only be read, it is a `ReadStore` and nothing more, whatever methods its class has.

`get`, `set`, `delete` and `list` go to the wrapped store. What could pass by them (ranges, sizes, deleting a prefix,
abilities) does so only if the class says `transparent = True`; otherwise it is made from them, so that a wrapper that
decrypts or caches in its `get` need not know what else there is.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping, Sequence
from contextlib import aclosing
from functools import cache
from types import new_class
from typing import Any, ClassVar, Self, cast

from zarr_core.abc.store import (
    AbilityName,
    Buffer,
    Buffers,
    Range,
    ReadListStore,
    ReadStore,
    ReadWriteListStore,
    ReadWriteStore,
    Store,
    Suffix,
    Value,
)

__all__ = ["WrapperStore"]


class WrapperStore(ReadStore):
    """A store that does to `store` what its subclass makes of it. The wrapped store comes first in `__init__`."""

    transparent: ClassVar[bool] = False
    """Whether at most keys are changed, so that all that is not overridden may go straight to the wrapped store."""

    store: Any
    """The wrapped store."""

    def __new__(cls, store: Store, *args: Any, **kwargs: Any) -> Self:
        composed = _composed(cls, isinstance(store, ReadWriteStore), isinstance(store, ReadListStore))
        return cast(Self, super().__new__(composed))

    def __init__(self, store: Store) -> None:
        self.store = store

    def key(self, key: str) -> str:
        """The key in the wrapped store. Who writes this writes `unkey` as well, if keys can be listed."""
        return key

    def unkey(self, key: str) -> str | None:
        """The inverse: the key here of a key there; None for those that are not shown."""
        return key

    async def get(self, key: str, byte_range: Range | Suffix | None = None) -> Buffer | None:
        return await self.store.get(self.key(key), byte_range)  # type: ignore[no-any-return]

    async def get_ranges(self, key: str, ranges: Sequence[Range | Suffix]) -> Buffers | None:
        if not self.transparent:
            return await super().get_ranges(key, ranges)
        return await self.store.get_ranges(self.key(key), ranges)  # type: ignore[no-any-return]

    async def exists(self, key: str) -> bool:
        if not self.transparent:
            return await super().exists(key)
        return await self.store.exists(self.key(key))  # type: ignore[no-any-return]

    async def getsize(self, key: str) -> int | None:
        if not self.transparent:
            return await super().getsize(key)
        return await self.store.getsize(self.key(key))  # type: ignore[no-any-return]

    def ability(self, name: AbilityName) -> Callable[..., Awaitable[Any]] | None:
        call: Callable[..., Awaitable[Any]] | None = self.store.ability(name) if self.transparent else None
        return call if call is None or self._same_keys else _with_keys(call, self.key)

    @property
    def _same_keys(self) -> bool:
        return type(self).key is WrapperStore.key and type(self).unkey is WrapperStore.unkey

    # what the wrapped store says of itself is true of the wrapper

    @property
    def blocking(self) -> bool:  # type: ignore[override]
        return self.store.blocking  # type: ignore[no-any-return]

    @property
    def waits(self) -> bool:  # type: ignore[override]
        return self.store.waits  # type: ignore[no-any-return]

    @property
    def gap(self) -> int:  # type: ignore[override]
        return self.store.gap  # type: ignore[no-any-return]

    @property
    def read_only(self) -> bool:  # type: ignore[override]
        return self.store.read_only  # type: ignore[no-any-return]

    def address(self, key: str) -> Hashable:
        return self.store.address(self.key(key))  # type: ignore[no-any-return]

    def adapt(self, wrap: Callable[[Store], Store]) -> Store:
        adapted = self.store.adapt(wrap)
        return self if adapted is self.store else _rebuilt(self._plain(), {**self.__dict__, "store": adapted})

    def close(self) -> None:
        self.store.close()

    @classmethod
    def _plain(cls) -> type[WrapperStore]:
        """The class as it was written, which can be imported; instances are of one made for the contract."""
        return cast("type[WrapperStore]", cls.__dict__.get("_written", cls))

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (self._plain(), self.__getstate__())

    def __getstate__(self) -> dict[str, Any]:
        return dict(self.__dict__)

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash((type(self), self.store))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.store!r})"


class _Writing(ReadWriteStore):
    """What a wrapper has besides if the wrapped store can be written."""

    store: Any
    key: Any
    transparent: ClassVar[bool]

    async def set(self, key: str, value: Value) -> None:
        await self.store.set(self.key(key), value)

    async def delete(self, key: str) -> None:
        await self.store.delete(self.key(key))

    async def rename(self, old: str, new: str) -> None:
        if not self.transparent:
            return await super().rename(old, new)
        await self.store.rename(self.key(old), self.key(new))


class _Listing(ReadListStore):
    """What a wrapper has besides if the wrapped store can list."""

    store: Any
    unkey: Any
    _same_keys: Any
    transparent: ClassVar[bool]

    async def list(self) -> AsyncIterator[str]:
        async with aclosing(self.store.list()) as keys:
            async for key in keys:
                shown = self.unkey(key)
                if shown is not None:
                    yield shown

    def list_prefix(self, prefix: str) -> AsyncIterator[str]:
        return self.store.list_prefix(prefix) if self._same_list else super().list_prefix(prefix)

    def list_dir(self, prefix: str) -> AsyncIterator[str]:
        return self.store.list_dir(prefix) if self._same_list else super().list_dir(prefix)

    async def getsize_prefix(self, prefix: str) -> int:
        if not (self.transparent and self._same_list):
            return await super().getsize_prefix(prefix)
        return await self.store.getsize_prefix(prefix)  # type: ignore[no-any-return]

    @property
    def _same_list(self) -> bool:
        return self._same_keys and type(self).list is _Listing.list


class _WritingAndListing(_Writing, _Listing, ReadWriteListStore):
    """What a wrapper has besides if the wrapped store can do everything."""

    async def delete_prefix(self, prefix: str) -> None:
        if not (self.transparent and self._same_list):
            return await super().delete_prefix(prefix)
        await self.store.delete_prefix(prefix)


_PARTS: dict[tuple[bool, bool], type[Store]] = {
    (True, False): _Writing,
    (False, True): _Listing,
    (True, True): _WritingAndListing,
}


@cache
def _composed(cls: type[WrapperStore], writes: bool, lists: bool) -> type[WrapperStore]:
    """The class, made to be of the contract as well."""
    plain = cls._plain()
    part = _PARTS.get((writes, lists))
    if part is None:
        return plain
    members = {
        "_written": plain,
        "__module__": plain.__module__,
        "__qualname__": plain.__qualname__,
        "__doc__": plain.__doc__,
    }
    return cast("type[WrapperStore]", new_class(plain.__name__, (plain, part), {}, lambda body: body.update(members)))


def _rebuilt(cls: type[WrapperStore], state: dict[str, Any]) -> WrapperStore:
    self = cls.__new__(cls, state["store"])
    self.__setstate__(state)
    return self


def _with_keys(call: Callable[..., Awaitable[Any]], mapped: Callable[[str], str]) -> Callable[..., Awaitable[Any]]:
    """The ability for keys as they are here; its first argument is a key, several, or a mapping from keys."""

    def with_mapped_key(keys: str | Sequence[str] | Mapping[str, Any], *args: Any) -> Awaitable[Any]:
        if isinstance(keys, str):
            return call(mapped(keys), *args)
        if isinstance(keys, Mapping):
            return call({mapped(key): value for key, value in keys.items()}, *args)
        return call([mapped(key) for key in keys], *args)

    return with_mapped_key
