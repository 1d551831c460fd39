"""Read a selection: cut it into parts of chunks, fetch and decode each, put it where it belongs."""

from __future__ import annotations

from itertools import chain, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zarr_core.engine.bound import BoundArray
from zarr_core.engine.chain import HOP
from zarr_core.engine.sources import StoreSource
from zarr_core.errors import Changed, CodecError, Truncated
from zarr_core.indexing import AnySelection
from zarr_core.indexing.plan import Box, ChunkPart
from zarr_core.operations.damage import damaged, missing, noted

__all__ = ["RETRIES", "read"]

RETRIES = 10
"""How often a chunk that changes while it is read is read anew before giving up."""


async def read(array: BoundArray, selection: AnySelection, out: NDArray[Any]) -> NDArray[Any]:
    """Fill `out`, of `selection.shape`, from the chunks that the selection touches.

    A chunk that is not stored is the fill value (v3 core 1.8), or an error if the array was opened so.
    """
    target = selection.scratch(out)

    async def one(item: Box | ChunkPart) -> None:
        if isinstance(item, Box):
            await _read_box(array, item, target)
        else:
            await _read_part(array, item, target)

    items = selection.items(array.grid, array.box)
    ahead = list(islice(items, 2))
    if len(ahead) > 1:
        await array.runtime.map(one, chain(ahead, items))
    elif ahead:  # a lone chunk goes without `map`
        await one(ahead[0])
    selection.settle(target, out)
    return out


async def _read_part(array: BoundArray, part: ChunkPart, target: NDArray[Any]) -> None:
    where = part.where
    if isinstance(where, np.ndarray):  # single points: what they index is no view
        found = np.empty(len(where), target.dtype)
        await _read_into(array, part, found)
        target[where] = found
    else:
        await _read_into(array, part, target[where] if where else target)


async def _read_into(array: BoundArray, part: ChunkPart, out: NDArray[Any]) -> None:
    codecs = array.chain.bind(part.shape)
    for _ in range(RETRIES):
        try:
            found = await codecs.decode_part(StoreSource(array.reader, array.key(part.chunk)), part.inside, out)
            break
        except Changed:
            continue
        except (CodecError, Truncated) as error:
            raise damaged(array, part.chunk, error) from error
        except OSError as error:
            noted(array, part.chunk, error)
            raise
    else:
        raise damaged(array, part.chunk, Changed(f"it was replaced {RETRIES} times while it was read"))
    if not found:
        if array.options.missing_chunk == "error":
            raise missing(array, part.chunk)
        out[...] = array.fill


async def _read_box(array: BoundArray, box: Box, target: NDArray[Any]) -> None:
    """Whole, equal chunks in a row: get them all, decode them into one stack, scatter it in one assignment."""
    rows = box.rows(target)
    try:
        values = await array.reader.values([array.key(chunk) for chunk in box.chunks])
    except OSError:  # of which one? that is said when each is read by itself
        for chunk, row in zip(box.chunks, rows, strict=True):
            await _read_into(array, ChunkPart(chunk, None, (), box.shape, True), row)
        return
    codecs = array.chain.bind(box.shape)
    if all([value is not None for value in values]):
        try:
            # a stack of short calls is not a long one: between two the GIL is held
            long = codecs.gil_free and codecs.nbytes >= HOP
            await array.runtime.compute(_decode_stack, codecs, values, rows, nbytes=rows.nbytes, gil_free=long)
            return
        except CodecError:
            pass  # one of them is damaged: find out which
    for chunk, value, row in zip(box.chunks, values, rows, strict=True):
        if value is None:
            if array.options.missing_chunk == "error":
                raise missing(array, chunk)
            row[...] = array.fill
            continue
        try:
            codecs.decode(value, row)
        except CodecError as error:
            raise damaged(array, chunk, error) from error


def _decode_stack(codecs: Any, values: Any, rows: NDArray[Any]) -> None:
    rows[...] = codecs.decode_stack(values)
