"""What is stored of an array: listed only when asked."""

from __future__ import annotations

from typing import NamedTuple

from zarr_core.abc.store import ReadListStore
from zarr_core.engine.bound import BoundArray
from zarr_core.errors import UnsupportedByStoreError

__all__ = ["Stored", "stored", "stored_chunks"]


class Stored(NamedTuple):
    """How much of an array there is."""

    objects: list[tuple[int, ...]]
    """Which chunks are stored; shards, if the array is sharded."""
    nbytes: int
    """Bytes of all values of the array, documents included."""


async def stored(array: BoundArray) -> Stored:
    """Count chunks and bytes by listing the array's keys."""
    objects = await stored_chunks(array)
    store = array.access.listable(f"the keys of {array.label}")
    nbytes = await store.getsize_prefix(array.prefix)
    if array.chunks is not array.access.store and isinstance(array.chunks, ReadListStore):
        nbytes = await array.chunks.getsize_prefix(array.prefix)
    return Stored(objects, nbytes)


async def stored_chunks(array: BoundArray) -> list[tuple[int, ...]]:
    """The indices of the chunks that are stored, of those that the grid has, in the order of their keys."""
    if not isinstance(array.chunks, ReadListStore):
        raise UnsupportedByStoreError(f"cannot list the chunks of {array.label}: {array.chunks!r} has no list of keys")
    decode = array.metadata.chunk_key_encoding.decode
    counts = tuple(dimension.count for dimension in array.grid)
    found: list[tuple[int, ...]] = []
    async with array.runtime.iterate(array.chunks.list_prefix(array.prefix)) as keys:
        async for key in keys:
            chunk = decode(key[len(array.prefix) :])
            if not counts and key == array.key(()):  # the `v2` encoding has the key `0` for it (digest 1.9)
                chunk = ()
            if chunk is not None and len(chunk) == len(counts) and all(map(int.__lt__, chunk, counts)):
                found.append(chunk)
    return sorted(found)
