"""Which bytes of an uncompressed C-order chunk a part of it needs, and how to pick the part out of them.

Knows numbers only: shapes, sizes in bytes, parts. A part is a number of equally long runs of neighbouring elements.
It is read as runs if they are few after those close to each other were joined; else as one span of rows, from the
first to the last that is needed; and if that is most of the chunk, or the chunk is small, not by ranges at all.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from zarr_core.abc.codec import Part, Points, index
from zarr_core.abc.store import Buffer, Range

__all__ = ["Rows", "Runs", "plan"]

SMALL = 32 << 10
"""Chunks below this many bytes are read whole: a request costs more than their bytes."""
PER_RANGE = 16 << 10
"""How many bytes could be read in the time that one more range costs."""
MOST_RANGES = 512
MOST_RUNS = 1 << 16
"""Above this many runs, planning them costs more than it saves."""

Entry: TypeAlias = "slice | NDArray[np.intp]"


@dataclass(slots=True)
class Runs:
    """Runs of `length` elements, which begin in the joined pieces at `places`, in elements; None: a single run."""

    ranges: list[Range]
    length: int
    places: NDArray[np.intp] | None = None

    def pick(self, joined: Buffer, stored: np.dtype[Any]) -> NDArray[Any]:
        """The elements in the order of the part: (number of runs, length), or (length,) for a single run."""
        if self.places is None:
            return np.frombuffer(joined, stored)
        size = stored.itemsize
        last = len(joined) // size - self.length
        windows: NDArray[Any] = np.ndarray((last + 1, self.length), stored, joined, strides=(size, size))
        return windows[self.places]


@dataclass(slots=True)
class Rows:
    """A span of rows, of chunk shape but for the number of rows, and `within`, the part as seen from its begin."""

    ranges: list[Range]
    shape: tuple[int, ...]
    within: Any

    def pick(self, joined: Buffer, stored: np.dtype[Any]) -> NDArray[Any]:
        """The part."""
        picked: NDArray[Any] = np.frombuffer(joined, stored).reshape(self.shape)[self.within]
        return picked


def plan(shape: tuple[int, ...], size: int, part: Part, gap: int) -> Runs | Rows | None:
    """How to read the part of a chunk with elements of `size` bytes; None: read the whole chunk.

    Ranges that are at most `gap` bytes apart are joined.
    """
    total = math.prod(shape)
    if part is None or not SMALL <= total * size <= sys.maxsize:  # numpy counts no further than that
        return None
    length, start, count, outer = split(shape, part)
    if 2 * count * length > total:
        return None
    if count * length == 0:
        return Runs([], 0)
    if count == 1:
        return Runs([Range(start * size, (start + length) * size)], length)
    if count <= MOST_RUNS:
        begins = combined(start, outer, isinstance(part, Points))
        runs = join(begins, length, size, gap, most=min(MOST_RANGES, total * size // PER_RANGE))
        if runs is not None:
            return runs
    return rows(shape, size, part)


def split(shape: tuple[int, ...], part: tuple[Entry, ...] | Points) -> tuple[int, int, int, list[tuple[Entry, int]]]:
    """Length of a run, where the first begins, how many there are, and the dimensions they differ in, with strides.

    What those dimensions add is not in the begin.
    """
    points = isinstance(part, Points)
    entries: tuple[Entry, ...] = part.at if isinstance(part, Points) else part
    running, length, start, stride, count = not points, 1, 0, 1, 1
    outer: list[tuple[Entry, int]] = []
    for axis in range(len(shape) - 1, -1, -1):
        entry = entries[axis]
        if isinstance(entry, slice):
            even = entry.step == 1
            low, taken = entry.start, entry.stop - entry.start if even else number(entry)
        else:
            even, taken = False, len(entry)
            low = int(entry[0]) if taken == 1 else 0
        if taken == 1 or (running and even):
            start += low * stride
            length *= taken
            running = running and taken == shape[axis]
        else:
            outer.append((entry, stride))
            count = taken if points else count * taken
            running = False
        stride *= shape[axis]
    outer.reverse()
    return length, start, count, outer


def combined(start: int, outer: list[tuple[Entry, int]], points: bool) -> NDArray[np.intp]:
    """Where each run begins, in elements: the outer dimensions taken together point by point, or all with all."""
    begins = np.array([start], np.intp)
    for entry, stride in outer:
        steps = stride * (np.arange(entry.start, entry.stop, entry.step) if isinstance(entry, slice) else entry)
        begins = begins + steps if points else (begins[:, None] + steps).reshape(-1)
    return begins


def join(begins: NDArray[np.intp], length: int, size: int, gap: int, most: int) -> Runs | None:
    """Runs in as few ranges as the gap allows; None if they are more than `most`."""
    order = np.argsort(begins, kind="stable")
    ascending = begins[order]
    heads = np.flatnonzero((ascending[1:] - ascending[:-1] - length) * size > gap) + 1
    if len(heads) >= most:
        return None
    bounds = np.concatenate(([0], heads, [len(begins)]))
    low, high = ascending[bounds[:-1]], ascending[bounds[1:] - 1] + length
    before = np.cumsum(high - low) - (high - low)
    places = np.empty_like(begins)
    places[order] = ascending - np.repeat(low - before, bounds[1:] - bounds[:-1])
    ranges = [Range(start * size, stop * size) for start, stop in zip(low.tolist(), high.tolist(), strict=True)]
    return Runs(ranges, length, places)


def rows(shape: tuple[int, ...], size: int, part: tuple[Entry, ...] | Points) -> Rows | None:
    """The rows from the first to the last that is needed, along the outermost dimension that has several."""
    axis = next(i for i, extent in enumerate(shape) if extent > 1)
    entries: list[Entry] = [*(part.at if isinstance(part, Points) else part)]
    low, high = first(entries[axis]), last(entries[axis]) + 1
    if 2 * (high - low) > shape[axis]:
        return None
    entries[axis] = shifted(entries[axis], low)
    within = tuple(entries) if isinstance(part, Points) else index(tuple(entries))
    row = size * math.prod(shape[axis + 1 :])
    return Rows([Range(low * row, high * row)], (*shape[:axis], high - low, *shape[axis + 1 :]), within)


def number(entry: Entry) -> int:
    """How many elements the entry takes of its dimension."""
    return len(range(entry.start, entry.stop, entry.step) if isinstance(entry, slice) else entry)


def first(entry: Entry) -> int:
    """The lowest element that it takes."""
    return int(entry.start if isinstance(entry, slice) else entry.min())


def last(entry: Entry) -> int:
    """The highest element that it takes."""
    return int(entry.start + (number(entry) - 1) * entry.step if isinstance(entry, slice) else entry.max())


def shifted(entry: Entry, low: int) -> Entry:
    """The entry for a dimension that begins at `low`."""
    return slice(entry.start - low, entry.stop - low, entry.step) if isinstance(entry, slice) else entry - low
