"""Single elements, grouped by the chunk that holds them. Knows numbers only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from zarr_core.abc.chunk_grid import GridDimension

__all__ = ["point_groups"]


def point_groups(
    at: Sequence[NDArray[np.intp]], grid: Sequence[GridDimension]
) -> Iterator[tuple[tuple[int, ...], tuple[NDArray[np.intp], ...], NDArray[np.intp]]]:
    """For each chunk that is touched: its index, the positions inside it, and which of the points these are.

    `at` has one array of coordinates per dimension, all of one length; points keep their order within a chunk.
    """
    chunks = [dimension.locate_many(along) for dimension, along in zip(grid, at, strict=True)]
    order = np.lexsort(chunks[::-1])
    ordered = [along[order] for along in chunks]
    changes = np.zeros(max(len(order) - 1, 0), bool)
    for along in ordered:
        changes |= along[1:] != along[:-1]
    borders = (np.flatnonzero(changes) + 1).tolist()
    for begin, end in zip([0, *borders], [*borders, len(order)], strict=True):
        if begin == end:
            return
        which = order[begin:end]
        chunk = tuple([int(along[begin]) for along in ordered])
        inside = tuple(
            [along[which] - dimension.span(i)[0] for along, dimension, i in zip(at, grid, chunk, strict=True)]
        )
        yield chunk, inside, which
