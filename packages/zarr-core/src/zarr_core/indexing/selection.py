"""Basic selections, normalised: what numpy understands as integers, slices and an ellipsis.

Knows numbers only. Every dimension becomes a `slice` with start, stop and a positive step, so that the plan has
one case; what is special (a dropped dimension, a negative step) is undone on the output array by a view.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import index as as_index
from types import EllipsisType
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from zarr_core.abc.chunk_grid import GridDimension
from zarr_core.errors import SelectionError
from zarr_core.indexing.plan import Box, ChunkPart, Picked, Piece, boxes, parts, pieces

__all__ = ["BasicSelection", "Selection", "basic", "expand"]

BasicSelection: TypeAlias = Any
"""An integer, a slice, `...`, or a tuple of those."""


class Selection(NamedTuple):
    """An orthogonal selection: one `Picked` per dimension, and how the caller sees the result."""

    picked: tuple[Picked, ...]
    shape: tuple[int, ...]
    """Of the result, without dropped dimensions."""
    full: tuple[int, ...]
    """Of the result with every dimension."""
    flips: tuple[slice, ...] | None = None
    """Indexes the full result so that ascending order fits, where a step was negative."""
    places: tuple[NDArray[np.intp] | slice, ...] | None = None
    """For each dimension where in the full result its ascending order goes, where indices were not sorted."""

    def full_view(self, out: NDArray[Any]) -> NDArray[Any]:
        """The caller's array with every dimension, steps ascending."""
        if self.shape != self.full:
            out = out.reshape(self.full)  # only adds dimensions of length 1: a view for any strides
        return out if self.flips is None else out[self.flips]

    def scratch(self, out: NDArray[Any]) -> NDArray[Any]:
        """What to read into: a view of the caller's array, or memory of its own that `settle` puts in order."""
        return self.full_view(out) if self.places is None else np.empty(self.full, out.dtype)

    def settle(self, scratch: NDArray[Any], out: NDArray[Any]) -> None:
        """Put what was read into `scratch` where the caller wants it."""
        if self.places is not None:
            self.full_view(out)[self._open()] = scratch

    def ascending(self, values: NDArray[Any]) -> NDArray[Any]:
        """The caller's values as they are written."""
        full = self.full_view(values)
        return full if self.places is None else full[self._open()]

    def _open(self) -> Any:
        assert self.places is not None
        return np.ix_(
            *(
                np.arange(length) if isinstance(place, slice) else place
                for place, length in zip(self.places, self.full, strict=True)
            )
        )

    def cut(self, grid: Sequence[GridDimension]) -> list[list[Piece]]:
        """The pieces along each dimension."""
        return [pieces(picked, dimension) for picked, dimension in zip(self.picked, grid, strict=True)]

    def parts(self, grid: Sequence[GridDimension]) -> Iterator[ChunkPart]:
        """The parts of chunks that are selected."""
        return parts(self.cut(grid))

    def items(self, grid: Sequence[GridDimension], most: int) -> Iterator[Box | ChunkPart]:
        """The parts of chunks that are selected; up to `most` whole ones in a row as a box."""
        cut = self.cut(grid)
        if all([len(along) == 1 for along in cut]):
            return parts(cut)
        return boxes(cut, most)


def basic(selection: BasicSelection, shape: tuple[int, ...]) -> Selection:
    """Normalise. Raises `SelectionError` for too many indices, out of bounds, and what is not basic."""
    entries = selection if isinstance(selection, tuple) else (selection,)
    rank = len(shape)
    if len(entries) != rank or EllipsisType in map(type, entries):  # not `... in entries`: arrays compare by element
        entries = expand(entries, rank)
    picked: list[Picked] = []
    kept: list[int] = []
    full: list[int] = []
    flips: list[slice] | None = None
    for axis, (entry, length) in enumerate(zip(entries, shape, strict=True)):
        if isinstance(entry, slice):
            start, stop, step = _slice(entry, length, axis)
            count = len(range(start, stop, step))
            if step < 0:
                flips = flips or [slice(None)] * rank
                flips[axis] = slice(None, None, -1)
                start, step = start + (count - 1) * step, -step
            stop = start + (count - 1) * step + 1 if count else start
            picked.append(Picked(slice(start, stop, step), count))
            kept.append(count)
            full.append(count)
        else:
            position = _integer(entry, length, axis)
            picked.append(Picked(slice(position, position + 1, 1), 1))
            full.append(1)
    return Selection(tuple(picked), tuple(kept), tuple(full), None if flips is None else tuple(flips))


def expand(entries: tuple[Any, ...], rank: int) -> tuple[Any, ...]:
    """One entry for each dimension: `...`, or what is missing at the end, stands for whole dimensions."""
    dots = [position for position, entry in enumerate(entries) if isinstance(entry, EllipsisType)]
    if len(dots) > 1:
        raise SelectionError("a selection can have only one ellipsis ('...')")
    named = len(entries) - len(dots)
    if named > rank:
        raise SelectionError(f"too many indices: {named} for an array of {rank} dimensions")
    at = dots[0] if dots else len(entries)
    return entries[:at] + (slice(None),) * (rank - named) + entries[at + len(dots) :]


def _slice(entry: slice, length: int, axis: int) -> tuple[int, int, int]:
    try:
        return entry.indices(length)
    except (TypeError, ValueError) as error:
        raise SelectionError(f"cannot select {entry!r} along dimension {axis}: {error}") from None


def _integer(entry: Any, length: int, axis: int) -> int:
    if isinstance(entry, bool | np.bool_) or entry is None:
        what = "a new axis (None)" if entry is None else "a bool"
        raise SelectionError(f"{what} is not a basic selection (dimension {axis}); use numpy on the result")
    try:
        position = as_index(entry)
    except TypeError:
        raise SelectionError(
            f"{entry!r} along dimension {axis} is not an integer, a slice or '...'; "
            "for arrays of indices use .oindex or .vindex"
        ) from None
    if not -length <= position < length:
        raise SelectionError(f"index {position} is out of bounds for dimension {axis} of length {length}")
    return position + length if position < 0 else position
