"""What h5py takes between the brackets of a dataset, checked as h5py does and turned into a selection of `zarr_core`.

Integers, slices with positive steps, `...`; along one dimension a list (increasing) or a mask; one mask of the whole
shape. Knows numbers and `zarr_core.Array` only.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import index as as_index
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

import zarr_core

__all__ = ["Selected", "select", "split_fields"]


@dataclass(frozen=True, slots=True)
class Selected:
    """A selection: how and what to ask of the array, and the shape of the result."""

    how: Literal["basic", "orthogonal", "mask"]
    index: Any
    shape: tuple[int, ...]

    def read(self, array: zarr_core.Array, out: NDArray[Any] | None = None) -> Any:
        """The values; into `out` if given, of their shape and the array's dtype. A scalar if no dimension is left."""
        match self.how:
            case "basic":
                return array[self.index] if out is None else array.get_basic_selection(self.index, out=out)
            case "orthogonal":
                return array.get_orthogonal_selection(self.index, out=out)
            case "mask":
                return array.get_mask_selection(self.index, out=out)

    def write(self, array: zarr_core.Array, values: NDArray[Any]) -> None:
        """Store values of the selection's shape."""
        match self.how:
            case "basic":
                array[self.index] = values
            case "orthogonal":
                array.set_orthogonal_selection(self.index, values)
            case "mask":
                array.set_mask_selection(self.index, values)


def split_fields(args: Any) -> tuple[list[str], Any]:
    """The names of fields among the indices, and the rest of them."""
    if isinstance(args, str):
        return [args], ()
    if not isinstance(args, tuple) or not any([isinstance(entry, str) for entry in args]):
        return [], args
    names = [entry for entry in args if isinstance(entry, str)]
    return names, tuple(entry for entry in args if not isinstance(entry, str))


def select(args: Any, shape: tuple[int, ...]) -> Selected:
    """Raises `IndexError` for what is out of range, `TypeError` and `ValueError` for what h5py does not take."""
    if args is Ellipsis or (type(args) is tuple and not args):
        return Selected("basic", Ellipsis, shape)
    entries = args if isinstance(args, tuple) else (args,)
    if len(entries) == 1 and isinstance(entries[0], np.ndarray) and entries[0].dtype == bool:
        mask = entries[0]
        if mask.shape == shape and shape:
            return Selected("mask", mask, (int(mask.sum()),))
        if mask.shape != shape[:1]:
            raise TypeError(f"a mask of shape {mask.shape} does not fit a dataset of shape {shape}")
    entries = _expanded(entries, len(shape))
    chosen: list[Any] = []
    kept: list[int] = []
    how: Literal["basic", "orthogonal"] = "basic"
    for entry, length in zip(entries, shape, strict=True):
        if isinstance(entry, slice):
            if entry.step is not None and entry.step < 1:
                raise ValueError(f"the step of a slice must be 1 or more, not {entry.step}")
            chosen.append(entry)
            kept.append(len(range(*entry.indices(length))))
        elif hasattr(entry, "__index__") and getattr(entry, "ndim", 0) == 0:
            position = as_index(entry)
            if not -length <= position < length:
                raise IndexError(f"index {position} is out of range for a dimension of length {length}")
            chosen.append(position)
        elif how == "orthogonal":
            raise TypeError("only one list or array may be among the indices: read with one of them, then use numpy")
        else:
            positions = _positions(entry, length)
            how = "orthogonal"
            chosen.append(positions)
            kept.append(len(positions))
    return Selected(how, tuple(chosen), tuple(kept))


def _expanded(entries: tuple[Any, ...], rank: int) -> tuple[Any, ...]:
    """One entry for each dimension."""
    dots = [position for position, entry in enumerate(entries) if entry is Ellipsis]
    if len(dots) > 1:
        raise ValueError("only one ellipsis ('...') may be among the indices")
    named = len(entries) - len(dots)
    if any([entry is None for entry in entries]):
        raise TypeError("None (numpy.newaxis) is no index of a dataset: use it on the result")
    if named and not rank:
        raise ValueError("a scalar dataset has no elements to choose from: read it by [()] or [...]")
    if named > rank:
        raise ValueError(f"{named} indices are too many for {rank} dimensions")
    at = dots[0] if dots else len(entries)
    return entries[:at] + (slice(None),) * (rank - named) + entries[at + len(dots) :]


def _positions(entry: Any, length: int) -> NDArray[np.intp]:
    """A list, array or mask along one dimension as positions."""
    given = np.asarray(entry) if isinstance(entry, list | range | np.ndarray) else np.empty(0, object)
    if given.dtype == bool and given.ndim == 1:
        if len(given) != length:
            raise TypeError(f"a mask of length {len(given)} does not fit a dimension of length {length}")
        return np.flatnonzero(given)
    if given.size == 0 and given.dtype.kind == "f":  # an empty list
        given = given.astype(np.intp)
    if given.dtype.kind not in "iu" or given.ndim != 1:
        raise TypeError(f"{entry!r:.80} is no index of a dataset: integers, slices, one list of integers, or masks are")
    positions = np.where(given < 0, given + length, given).astype(np.intp)
    if positions.size and (positions.min() < 0 or positions.max() >= length):
        raise IndexError(f"an index among {entry!r:.80} is out of range for a dimension of length {length}")
    if (positions[1:] <= positions[:-1]).any():
        raise TypeError(f"indices in a list must be increasing, not {entry!r:.80}")
    return positions
