"""Orthogonal selections (`oindex`) and blocks of chunks, normalised. Knows numbers only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zarr_core.abc.chunk_grid import GridDimension
from zarr_core.errors import SelectionError
from zarr_core.indexing.plan import Picked
from zarr_core.indexing.selection import Selection, basic, expand

__all__ = ["blocks", "orthogonal", "positions"]


def positions(entry: Any, length: int, axis: int) -> NDArray[np.intp]:
    """An array of indices, or a mask, along one dimension, as indices from 0. Raises `SelectionError`."""
    given = np.asarray(entry)
    if given.dtype == bool:
        if given.shape != (length,):
            raise SelectionError(f"the mask for dimension {axis} has shape {given.shape}, not ({length},)")
        return np.flatnonzero(given)
    if given.size == 0 and given.dtype.kind == "f":  # an empty list
        given = given.astype(np.intp)
    if given.dtype.kind not in "iu":
        raise SelectionError(f"indices along dimension {axis} must be integers or a mask, not {given.dtype}")
    indices = given.astype(np.intp)
    if indices.size and not (-length <= indices.min() and indices.max() < length):
        bad = indices[(indices < -length) | (indices >= length)].flat[0]
        raise SelectionError(f"index {bad} is out of bounds for dimension {axis} of length {length}")
    return np.where(indices < 0, indices + length, indices)


def orthogonal(selection: Any, shape: tuple[int, ...]) -> Selection:
    """Normalise integers, slices, `...`, one-dimensional index arrays and masks, each along its own dimension.

    Raises `SelectionError`.
    """
    entries = selection if isinstance(selection, tuple) else (selection,)
    entries = expand(entries, len(shape))
    plain = tuple(slice(None) if _is_array(entry) else entry for entry in entries)
    rest = basic(plain, shape)
    picked, full = list(rest.picked), list(rest.full)
    places: list[NDArray[np.intp] | slice] = [slice(None)] * len(shape)
    kept = list(rest.full)
    sorted_already = True
    for axis, entry in enumerate(entries):
        if not _is_array(entry):
            continue
        take = positions(entry, shape[axis], axis)
        if take.ndim != 1:
            raise SelectionError(f"indices along dimension {axis} must be one-dimensional, not {take.ndim}")
        if (take[1:] < take[:-1]).any():
            order = np.argsort(take, kind="stable")  # equal indices keep their order: the last value written stays
            take, places[axis] = take[order], order
            sorted_already = False
        picked[axis] = Picked(take, len(take))
        full[axis] = kept[axis] = len(take)
    seen = tuple(kept[axis] for axis, entry in enumerate(entries) if _is_array(entry) or isinstance(entry, slice))
    return Selection(tuple(picked), seen, tuple(full), rest.flips, None if sorted_already else tuple(places))


def _is_array(entry: Any) -> bool:
    return isinstance(entry, list | np.ndarray) and not (isinstance(entry, np.ndarray) and entry.ndim == 0)


def blocks(selection: Any, grid: Sequence[GridDimension]) -> Selection:
    """The elements of whole chunks that a basic selection on the chunk grid names. Raises `SelectionError`."""
    counts = tuple(dimension.count for dimension in grid)
    entries = selection if isinstance(selection, tuple) else (selection,)
    regions: list[slice] = []
    for axis, (picked, dimension) in enumerate(zip(basic(entries, counts).picked, grid, strict=True)):
        take = picked.take
        assert isinstance(take, slice)
        if take.step != 1:
            raise SelectionError(f"blocks along dimension {axis} must be in a row: a step of 1")
        if picked.length == 0:
            regions.append(slice(0, 0))
            continue
        stop = dimension.span(take.stop - 1)[1]
        regions.append(slice(dimension.span(take.start)[0], min(stop, dimension.length)))
    return basic(tuple(regions), tuple(dimension.length for dimension in grid))
