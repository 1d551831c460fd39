"""Single elements: coordinates and masks. Grouped by the chunk that holds them. Knows numbers only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from zarr_core.abc.chunk_grid import GridDimension
from zarr_core.abc.codec import Points
from zarr_core.errors import SelectionError
from zarr_core.indexing.orthogonal import positions
from zarr_core.indexing.plan import Box, ChunkPart

__all__ = ["PointSelection", "coordinates", "mask", "point_groups"]


class PointSelection(NamedTuple):
    """One coordinate array per dimension, all of one length, and the shape that the caller sees."""

    at: tuple[NDArray[np.intp], ...]
    shape: tuple[int, ...]

    def scratch(self, out: NDArray[Any]) -> NDArray[Any]:
        """What to read into: one value per point, in order."""
        flat = out.reshape(-1)
        return flat if flat.base is not None or flat is out else np.empty(flat.shape, out.dtype)

    def settle(self, scratch: NDArray[Any], out: NDArray[Any]) -> None:
        """Put what was read into `scratch` where the caller wants it."""
        if not np.shares_memory(scratch, out):
            out[...] = scratch.reshape(out.shape)

    def ascending(self, values: NDArray[Any]) -> NDArray[Any]:
        """The caller's values as they are written: one per point, in order."""
        return values.reshape(-1)

    def items(self, grid: Sequence[GridDimension], most: int) -> Iterator[Box | ChunkPart]:
        """The same as `parts`: points come from no box."""
        return self.parts(grid)

    def parts(self, grid: Sequence[GridDimension]) -> Iterator[ChunkPart]:
        """The points of each chunk that is touched."""
        for chunk, inside, which in point_groups(self.at, grid):
            shape = tuple([stop - start for start, stop in _spans(grid, chunk)])
            yield ChunkPart(chunk, Points(inside), which, shape, False)


def _spans(grid: Sequence[GridDimension], chunk: tuple[int, ...]) -> list[tuple[int, int]]:
    return [dimension.span(i) for dimension, i in zip(grid, chunk, strict=True)]


def coordinates(selection: Any, shape: tuple[int, ...]) -> PointSelection:
    """Normalise integers and integer arrays, one per dimension, broadcast together; or one mask.

    Raises `SelectionError`.
    """
    entries = selection if isinstance(selection, tuple) else (selection,)
    if not shape:
        raise SelectionError("an array without dimensions has no coordinates to select by: read it as a[()]")
    if len(entries) == 1 and np.asarray(entries[0]).dtype.kind == "b":
        return mask(entries[0], shape)
    if len(entries) != len(shape):
        raise SelectionError(
            f"vindex takes one array of indices for each of the {len(shape)} dimensions, or a mask; got {len(entries)}"
        )
    arrays = [positions(entry, length, axis) for axis, (entry, length) in enumerate(zip(entries, shape, strict=True))]
    try:
        together = np.broadcast_arrays(*arrays) if arrays else []
    except ValueError:
        given = ", ".join(str(array.shape) for array in arrays)
        raise SelectionError(f"the index arrays of vindex cannot be broadcast together: shapes {given}") from None
    seen = together[0].shape if arrays else ()
    return PointSelection(tuple(array.reshape(-1) for array in together), seen)


def mask(selection: Any, shape: tuple[int, ...]) -> PointSelection:
    """Normalise a boolean array of the array's shape. Raises `SelectionError`."""
    chosen = np.asarray(selection)
    if chosen.dtype != bool or chosen.shape != shape:
        raise SelectionError(
            f"a mask is a boolean array of the array's shape {shape}, not {chosen.dtype} of shape {chosen.shape}"
        )
    if not shape:
        raise SelectionError("an array without dimensions has no elements to mask: read it as a[()]")
    at = np.nonzero(chosen)
    return PointSelection(at, (len(at[0]),))


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
        spans = _spans(grid, chunk)
        inside = tuple([along[which] - start for along, (start, _) in zip(at, spans, strict=True)])
        yield chunk, inside, which
