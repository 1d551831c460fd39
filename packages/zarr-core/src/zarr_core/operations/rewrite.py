"""Fill a new array from another one, region by region, in bounded memory, through decoding and encoding."""

from __future__ import annotations

from itertools import product

import numpy as np

from zarr_core.engine.bound import Access, BoundArray
from zarr_core.engine.runtimes import runtime_for
from zarr_core.indexing.selection import basic
from zarr_core.operations.create import ArrayKeywords, create_array
from zarr_core.operations.read import read
from zarr_core.operations.write import write

__all__ = ["array_from"]


async def array_from(
    source: BoundArray, target: Access, path: str, keywords: ArrayKeywords, *, overwrite: bool, write_data: bool
) -> BoundArray:
    """A new array with the values of `source`, one stored object of the target at a time."""
    made = await create_array(target, path, keywords, overwrite=overwrite)
    if not write_data:
        return made
    runtime = runtime_for(source.access.given, target.given)
    frm = BoundArray(source.access.within(runtime), source.path, source.metadata, options=source.options)
    to = BoundArray(target.within(runtime), path, made.metadata, options=made.options)
    spans = [
        [slice(start, min(stop, along.length)) for start, stop in map(along.span, range(along.count))]
        for along in to.grid
    ]

    async def one(region: tuple[slice, ...]) -> None:
        selection = basic(region, to.metadata.shape)
        values = await read(frm, selection, np.empty(selection.shape, frm.dtype))
        await write(to, selection, values.astype(to.dtype, copy=False))

    await runtime.map(one, product(*spans))
    return made
