"""Write a selection: lock each chunk that it touches, encode what becomes of it, store or erase it."""

from __future__ import annotations

from itertools import chain, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zarr_core.abc.store import ABSENT, Buffers, Value
from zarr_core.engine.bound import BoundArray
from zarr_core.engine.memo import MEMO
from zarr_core.engine.sources import StoreSource
from zarr_core.errors import Changed, CodecError, Truncated
from zarr_core.indexing import AnySelection
from zarr_core.indexing.plan import ChunkPart
from zarr_core.operations.damage import damaged, noted
from zarr_core.operations.read import RETRIES

__all__ = ["write"]

METERED = 1 << 16
"""Bytes of a chunk from which storing it is a long call that threads can share."""


async def write(array: BoundArray, selection: AnySelection, values: NDArray[Any]) -> None:
    """Store `values`, of `selection.shape`, in the chunks that the selection touches.

    A chunk that is covered is never read; one that becomes all fill is erased unless the array keeps those.
    """
    store = array.writable_chunks()
    ascending = selection.ascending(values)

    async def one(part: ChunkPart) -> None:
        where, inside = part.where, part.inside
        piece = ascending if isinstance(where, tuple) and not where else ascending[where]
        if inside is not None and part.covers:  # an edge chunk: what lies outside the array is fill (v3 core 1.8)
            padded = np.full(part.shape, array.fill, array.dtype)
            padded[inside] = piece
            piece, inside = padded, None
        key = array.key(part.chunk)
        address = store.address(key)
        async with array.runtime.lock((address,)):
            try:
                await _replace(array, store, part, key, inside, piece)
            except OSError as error:
                noted(array, part.chunk, error)
                raise
            finally:
                MEMO.drop(address)  # also after a failure: the store may have taken the value all the same

    items = selection.parts(array.grid)
    ahead = list(islice(items, 2))
    if len(ahead) > 1:
        await array.runtime.map(one, chain(ahead, items))
    elif ahead:  # a lone chunk goes without `map`
        await one(ahead[0])


async def _replace(array: BoundArray, store: Any, part: ChunkPart, key: str, inside: Any, piece: NDArray[Any]) -> None:
    """The chunk's new value for its old one; done again if another process was faster."""
    codecs = array.chain.bind(part.shape)
    for _ in range(RETRIES):
        source = StoreSource(array.reader, key)
        try:
            new = await codecs.encode_part(source, inside, piece, keep_fill=array.options.write_empty_chunks)
        except Changed:
            continue
        except (CodecError, Truncated) as error:
            raise damaged(array, part.chunk, error) from error
        if new is None:
            await store.delete(key)
        elif inside is None or array.compare_and_set is None:
            setting = store.set(key, as_value(new))
            # many short calls are not what threads are for: each would hand the GIL around
            await (setting if codecs.nbytes < METERED else array.reader.metered(setting))
        elif await array.compare_and_set(key, as_value(new), ABSENT if source.seen is None else source.seen) is None:
            continue
        return
    raise damaged(array, part.chunk, Changed(f"it was replaced {RETRIES} times while it was updated"))


def as_value(buffers: Buffers) -> Value:
    """What a store takes: the one buffer, or the list of them."""
    return buffers[0] if len(buffers) == 1 else list(buffers)
