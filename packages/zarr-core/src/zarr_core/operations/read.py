"""Read a selection: cut it into parts of chunks, fetch and decode each, put it where it belongs."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from zarr_core.engine.bound import BoundArray
from zarr_core.engine.sources import StoreSource
from zarr_core.errors import Changed, CodecError, Truncated
from zarr_core.indexing.plan import Box, ChunkPart, boxes, parts, pieces
from zarr_core.indexing.selection import Selection
from zarr_core.operations.damage import damaged, missing

__all__ = ["RETRIES", "read"]

RETRIES = 10
"""How often a chunk that changes while it is read is read anew before giving up."""


async def read(array: BoundArray, selection: Selection, out: NDArray[Any]) -> NDArray[Any]:
    """Fill `out`, of `selection.shape`, from the chunks that the selection touches.

    A chunk that is not stored is the fill value (v3 core 1.8), or an error if the array was opened so.
    """
    cut = [pieces(picked, grid) for picked, grid in zip(selection.picked, array.grid, strict=True)]
    target = selection.full_view(out)
    if all([len(along) == 1 for along in cut]):
        await _read_part(array, next(parts(cut)), target)
        return out

    async def one(item: Box | ChunkPart) -> None:
        if isinstance(item, Box):
            await _read_box(array, item, target)
        else:
            await _read_part(array, item, target)

    await array.runtime.map(one, boxes(cut, array.box))
    return out


async def _read_part(array: BoundArray, part: ChunkPart, target: NDArray[Any]) -> None:
    out = target[part.where] if part.where else target
    chain = array.chain.bind(part.shape)
    for _ in range(RETRIES):
        try:
            found = await chain.decode_part(StoreSource(array.reader, array.key(part.chunk)), part.inside, out)
            break
        except Changed:
            continue
        except (CodecError, Truncated) as error:
            raise damaged(array, part.chunk, error) from error
    else:
        raise damaged(array, part.chunk, Changed(f"it was replaced {RETRIES} times while it was read"))
    if not found:
        if array.options.missing_chunk == "error":
            raise missing(array, part.chunk)
        out[...] = array.fill


async def _read_box(array: BoundArray, box: Box, target: NDArray[Any]) -> None:
    """Whole, equal chunks in a row: get them all, decode them into one stack, scatter it in one assignment."""
    values = await array.reader.values([array.key(chunk) for chunk in box.chunks])
    count, rank = len(values), len(box.shape)
    region = target[box.where]
    # split the last axis into (chunk, element) and bring the chunks to the front: a view, whatever the strides
    rows = region.reshape(*box.shape[:-1], count, box.shape[-1]).transpose(rank - 1, *range(rank - 1), rank)
    chain = array.chain.bind(box.shape)
    if all([value is not None for value in values]):
        try:
            await array.runtime.compute(
                _decode_stack, chain, values, rows, nbytes=region.nbytes, gil_free=chain.gil_free
            )
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
            chain.decode(value, row)
        except CodecError as error:
            raise damaged(array, chunk, error) from error


def _decode_stack(chain: Any, values: Any, rows: NDArray[Any]) -> None:
    rows[...] = chain.decode_stack(values)
