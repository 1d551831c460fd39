"""Regions of an array: those of its chunks, and blocks of rows to iterate over. Knows numbers and `zarr_core.Array`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod
from typing import Any

import zarr_core

__all__ = ["chunk_regions", "row_blocks"]

BLOCK = 64 << 20
"""Bytes of a block of rows, at most, if a row is not longer."""


def chunk_regions(shape: tuple[int, ...], chunks: tuple[int, ...], sel: Any = None) -> Iterator[tuple[slice, ...]]:
    """The region of each chunk in C order, cut to the region `sel` if given. Raises `ValueError` for a bad region."""
    entries = (slice(None),) * len(shape) if sel is None else sel if isinstance(sel, tuple) else (sel,)
    if len(entries) != len(shape):
        raise ValueError(f"the region needs one slice for each of the {len(shape)} dimensions, not {len(entries)}")
    spans: list[tuple[int, int]] = []
    for entry, length in zip(entries, shape, strict=True):
        start, stop = (entry.start or 0, entry.stop or length) if isinstance(entry, slice) else (entry, entry + 1)
        if not (0 <= start <= stop <= length and (start < stop or sel is None)):
            raise ValueError(f"region {entry!r} is not within a dimension of length {length}")
        spans.append((start, stop))
    cuts = [
        [slice(max(start, at), min(stop, at + chunk), 1) for at in range(start - start % chunk, stop, chunk)]
        for (start, stop), chunk in zip(spans, chunks, strict=True)
    ]
    return product(*cuts)


def row_blocks(array: zarr_core.Array) -> Iterator[slice]:
    """The first dimension in blocks, so that each chunk is decoded once where memory allows."""
    row = prod(array.shape[1:]) * array.dtype.itemsize
    step = max(1, min(array.chunks[0], BLOCK // max(row, 1)))
    for start in range(0, array.shape[0], step):
        yield slice(start, start + step)
