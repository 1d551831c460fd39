"""From a selection to the parts of chunks that it touches, and to boxes of whole chunks.

Knows numbers only. Each dimension is cut into pieces once; parts are their product, made lazily.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from zarr_core.abc.chunk_grid import GridDimension
from zarr_core.abc.codec import Points

__all__ = ["Box", "ChunkPart", "Picked", "Piece", "boxes", "parts", "pieces"]

Take: TypeAlias = slice | NDArray[np.intp]


class Picked(NamedTuple):
    """What is selected along one dimension, in ascending order."""

    take: slice | NDArray[np.intp]
    length: int


class Piece(NamedTuple):
    """What is selected of one chunk along one dimension."""

    chunk: int
    inside: Take
    """Within the chunk."""
    where: slice
    """Within the output."""
    extent: int
    """The chunk's length."""
    whole: bool
    """All of the chunk."""
    covers: bool
    """All of the chunk that lies within the array."""


class ChunkPart(NamedTuple):
    """What is selected of one chunk."""

    chunk: tuple[int, ...]
    inside: tuple[Take, ...] | Points | None
    """None: all of the chunk."""
    where: tuple[slice, ...] | NDArray[np.intp]
    """Within the output: slices that make a view, or for single points which of them."""
    shape: tuple[int, ...]
    """The chunk's shape."""
    covers: bool
    """Whether everything of the chunk that lies within the array is selected."""


class Box(NamedTuple):
    """Whole, equal chunks in a row: along the last dimension that has several."""

    chunks: list[tuple[int, ...]]
    where: tuple[slice, ...]
    """Within the output, of all of them together."""
    shape: tuple[int, ...]
    """Of one chunk."""
    axis: int
    """The dimension of the row."""

    def rows(self, out: NDArray[Any]) -> NDArray[Any]:
        """Their part of the output with one row per chunk, shape (chunks, *shape): a view, whatever the strides."""
        region, axis, count = out[self.where], self.axis, len(self.chunks)
        split = region.reshape(*self.shape[:axis], count, *self.shape[axis:])
        return split.transpose(axis, *range(axis), *range(axis + 1, split.ndim))


def pieces(picked: Picked, grid: GridDimension) -> list[Piece]:
    """Cut what is selected along one dimension at the chunk borders, in ascending order."""
    if not picked.length:
        return []
    if isinstance(picked.take, slice):
        return _slice_pieces(picked.take, grid)
    return _array_pieces(picked.take, grid)


def _slice_pieces(take: slice, grid: GridDimension) -> list[Piece]:
    position, stop, step = take.start, take.stop, take.step
    out = 0
    found: list[Piece] = []
    chunk = grid.locate(position)
    length = grid.length
    while position < stop:
        start, end = grid.span(chunk)
        here = min(end, stop)
        count = -(-(here - position) // step)
        first = position - start
        inside = slice(first, first + (count - 1) * step + 1, step)
        extent, held = end - start, min(end, length) - start
        found.append(Piece(chunk, inside, slice(out, out + count), extent, count == extent, count == held))
        out += count
        position += count * step
        if position < stop:
            chunk = chunk + 1 if step == 1 else grid.locate(position)
    return found


def _array_pieces(take: NDArray[np.intp], grid: GridDimension) -> list[Piece]:
    chunks = grid.locate_many(take)
    borders = np.flatnonzero(chunks[1:] != chunks[:-1]) + 1
    starts = [0, *borders.tolist()]
    stops = [*borders.tolist(), len(take)]
    found: list[Piece] = []
    for begin, end in zip(starts, stops, strict=True):
        chunk = int(chunks[begin])
        start, stop = grid.span(chunk)
        found.append(Piece(chunk, take[begin:end] - start, slice(begin, end), stop - start, False, False))
    return found


def parts(cut: Sequence[Sequence[Piece]]) -> Iterator[ChunkPart]:
    """One part per chunk that is touched, in C order of the grid."""
    for combination in product(*cut):
        yield _part(combination)


def _part(combination: tuple[Piece, ...]) -> ChunkPart:
    whole = all([piece.whole for piece in combination])
    return ChunkPart(
        tuple([piece.chunk for piece in combination]),
        None if whole else tuple([piece.inside for piece in combination]),
        tuple([piece.where for piece in combination]),
        tuple([piece.extent for piece in combination]),
        whole or all([piece.covers for piece in combination]),
    )


def boxes(cut: Sequence[Sequence[Piece]], most: int) -> Iterator[Box | ChunkPart]:
    """The same, with up to `most` whole, equal chunks in a row taken together as a box."""
    axis = max((at for at, along in enumerate(cut) if len(along) > 1), default=0)
    rest = tuple([along[0] for along in cut[axis + 1 :] if along])
    if most < 2 or not all([cut, *cut]) or not all([piece.whole for piece in rest]):
        yield from parts(cut)
        return
    runs = list(_runs(cut[axis], most))
    chunks = tuple([piece.chunk for piece in rest])
    places = tuple([piece.where for piece in rest])
    extents = tuple([piece.extent for piece in rest])
    for combination in product(*cut[:axis]):
        if all([piece.whole for piece in combination]):
            head = tuple([piece.chunk for piece in combination])
            where = tuple([piece.where for piece in combination])
            shape = tuple([piece.extent for piece in combination])
            for run in runs:
                if len(run) > 1:
                    span = slice(run[0].where.start, run[-1].where.stop)
                    row = [(*head, piece.chunk, *chunks) for piece in run]
                    yield Box(row, (*where, span, *places), (*shape, run[0].extent, *extents), axis)
                else:
                    yield _part((*combination, run[0], *rest))
        else:
            for piece in cut[axis]:
                yield _part((*combination, piece, *rest))


def _runs(last: Sequence[Piece], most: int) -> Iterator[list[Piece]]:
    run: list[Piece] = []
    for piece in last:
        if run and not (
            piece.whole
            and run[0].whole
            and piece.extent == run[0].extent
            and piece.chunk == run[-1].chunk + 1
            and len(run) < most
        ):
            yield run
            run = []
        run.append(piece)
    if run:
        yield run
