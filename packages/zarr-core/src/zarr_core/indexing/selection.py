"""Basic selections, normalised: what numpy understands as integers, slices and an ellipsis.

Knows numbers only. Every dimension becomes a `slice` with start, stop and a positive step, so that the plan has
one case; what is special (a dropped dimension, a negative step) is undone on the output array by a view.
"""

from __future__ import annotations

from operator import index as as_index
from types import EllipsisType
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from zarr_core.errors import SelectionError

__all__ = ["BasicSelection", "Picked", "Selection", "basic"]

BasicSelection: TypeAlias = Any
"""An integer, a slice, `...`, or a tuple of those."""


class Picked(NamedTuple):
    """What is selected along one dimension, in ascending order."""

    take: slice | NDArray[np.intp]
    length: int


class Selection(NamedTuple):
    """An orthogonal selection: one `Picked` per dimension, and how the caller sees the result."""

    picked: tuple[Picked, ...]
    shape: tuple[int, ...]
    """Of the result, without dropped dimensions."""
    full: tuple[int, ...]
    """Of the result with every dimension."""
    flips: tuple[slice, ...] | None
    """Indexes the full result so that ascending order fits, where a step was negative."""

    def full_view(self, out: NDArray[Any]) -> NDArray[Any]:
        """The caller's array as the plan fills or reads it: every dimension, ascending."""
        if self.shape != self.full:
            out = out.reshape(self.full)  # only adds dimensions of length 1: a view for any strides
        return out if self.flips is None else out[self.flips]


def basic(selection: BasicSelection, shape: tuple[int, ...]) -> Selection:
    """Normalise. Raises `SelectionError` for too many indices, out of bounds, and what is not basic."""
    entries = selection if isinstance(selection, tuple) else (selection,)
    rank = len(shape)
    if len(entries) != rank or EllipsisType in map(type, entries):  # not `... in entries`: arrays compare by element
        entries = _expand(entries, rank)
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


def _expand(entries: tuple[Any, ...], rank: int) -> tuple[Any, ...]:
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
