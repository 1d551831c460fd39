"""`rectilinear`: chunks whose lengths differ along a dimension (zarr-extensions, digest 3.9).

    {"name": "rectilinear", "configuration": {"kind": "inline", "chunk_shapes": [4, [1, 2, 3], [[4, 2]], [[1, 3], 3]]}}

An entry of `chunk_shapes` is a step, or a list of edges; a pair in such a list is an edge and how often it comes. Runs
of equal edges are never expanded: a grid costs as much as its document is long, whatever the counts in it.
"""

from __future__ import annotations

import operator
import sys
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any, ClassVar, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from zarr_core.abc.chunk_grid import ChunkGrid, GridDimension
from zarr_core.abc.data_type import JSON
from zarr_core.chunk_grids.regular import RegularDimension
from zarr_core.errors import MetadataError

__all__ = ["RectilinearDimension", "RectilinearGrid", "has_lists"]

Run: TypeAlias = tuple[int, int]
"""An edge, and how often it comes in a row."""
Entry: TypeAlias = int | tuple[int | Run, ...]
"""A step, or the edges along a dimension, several equal ones as a run where the document has them so."""


class Runs:
    """The edges along one dimension, laid out: where each run begins, in elements and in chunks."""

    def __init__(self, runs: Iterable[Run]) -> None:
        merged = _merged(runs)
        self.edges = [edge for edge, _ in merged]
        self.starts = [0, *accumulate(edge * count for edge, count in merged)]
        self.firsts = [0, *accumulate(count for _, count in merged)]
        self.total = self.starts.pop()
        """What the edges add up to."""
        self.firsts.pop()
        self.distinct = tuple(dict.fromkeys(self.edges)) or (1,)

    @cached_property
    def arrays(self) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
        """Starts, edges and firsts of the runs that an index can reach."""
        reach = bisect_right(self.starts, sys.maxsize)
        starts, edges, firsts = (
            np.array(numbers[:reach], np.intp) for numbers in (self.starts, self.edges, self.firsts)
        )
        return starts, edges, firsts


class RectilinearDimension:
    """The chunks along a dimension of `length` elements; those that lie wholly beyond it do not count."""

    __slots__ = ("_edges", "_firsts", "_runs", "_starts", "count", "edges", "length")

    def __init__(self, length: int, runs: Runs) -> None:
        self._runs, self.length, self.edges = runs, length, runs.distinct
        self._edges, self._starts, self._firsts = runs.edges, runs.starts, runs.firsts
        self.count = self.locate(length - 1) + 1 if length else 0

    def span(self, i: int) -> tuple[int, int]:
        run = bisect_right(self._firsts, i) - 1
        edge = self._edges[run]
        start = self._starts[run] + (i - self._firsts[run]) * edge
        return start, start + edge

    def locate(self, x: int) -> int:
        run = bisect_right(self._starts, x) - 1
        return self._firsts[run] + (x - self._starts[run]) // self._edges[run]

    def locate_many(self, x: NDArray[np.intp]) -> NDArray[np.intp]:
        starts, edges, firsts = self._runs.arrays
        run = np.searchsorted(starts, x, "right") - 1
        chunks: NDArray[np.intp] = firsts[run] + (x - starts[run]) // edges[run]
        return chunks


@dataclass(frozen=True, repr=False)
class RectilinearGrid(ChunkGrid):
    """One entry per dimension in `chunk_shapes`: a step for any length, or edges that add up to at least the length.

    An array that outgrows its edges gets one more, for what is missing; one that shrinks keeps them.
    """

    name: ClassVar[str] = "rectilinear"
    required: ClassVar[frozenset[str]] = frozenset({"chunk_shapes"})
    chunk_shapes: tuple[Entry, ...]

    @classmethod
    def from_lists(cls, chunks: Sequence[Any], shape: tuple[int, ...]) -> RectilinearGrid:
        """From what callers give as `chunks=`: per dimension a step, -1 or None for the whole, or a list of edges.

        Equal edges in a row are stored as a run where that is shorter. Raises `MetadataError`.
        """
        if len(chunks) != len(shape):
            raise MetadataError(f"chunks {chunks!r:.80} has {len(chunks)} entries, shape {shape} has {len(shape)}")
        try:
            grid = cls(tuple(_entry(along, length) for along, length in zip(chunks, shape, strict=True)))
        except TypeError:
            raise MetadataError(f"chunks {chunks!r:.80} holds what is neither an integer nor a list of them") from None
        grid.dimensions(shape)
        return grid

    @classmethod
    def from_config(cls, configuration: Mapping[str, JSON]) -> Self:
        """Its `kind` says that the edges stand in the document; there is no other one."""
        kind = configuration.get("kind")
        if kind != "inline":
            raise MetadataError(f"chunk grid 'rectilinear': kind is 'inline', not {kind!r:.80}", member="kind")
        return super().from_config({member: value for member, value in configuration.items() if member != "kind"})

    @classmethod
    def validated(cls, configuration: Mapping[str, JSON]) -> dict[str, Any]:
        """JSON has lists only; what is in them the constructor checks."""
        given = configuration["chunk_shapes"]
        return {"chunk_shapes": _tuples(given, depth=3)}

    def __post_init__(self) -> None:
        if not isinstance(self.chunk_shapes, tuple):
            raise _refusal(f"chunk_shapes is a list with one entry per dimension, not {self.chunk_shapes!r:.80}")
        laid_out = tuple(_laid_out(axis, entry) for axis, entry in enumerate(self.chunk_shapes))
        object.__setattr__(self, "_laid_out", laid_out)

    def dimensions(self, shape: tuple[int, ...]) -> tuple[GridDimension, ...]:
        laid_out: tuple[int | Runs, ...] = self._laid_out  # type: ignore[attr-defined]
        if len(shape) != len(laid_out):
            raise _refusal(f"chunk_shapes has {len(laid_out)} dimensions, the array has {len(shape)}")
        found: list[GridDimension] = []
        for axis, (along, length) in enumerate(zip(laid_out, shape, strict=True)):
            if isinstance(along, int):
                found.append(RegularDimension(length, along))
            elif along.total < length:
                raise _refusal(f"the edges of dimension {axis} add up to {along.total}, its length is {length}")
            elif len(along.edges) == 1:
                found.append(RegularDimension(length, along.edges[0]))
            else:
                found.append(RectilinearDimension(length, along))
        return tuple(found)

    def resized(self, old: tuple[int, ...], new: tuple[int, ...]) -> RectilinearGrid:
        """With one more edge along each dimension that grows beyond its last chunk."""
        laid_out: tuple[int | Runs, ...] = self._laid_out  # type: ignore[attr-defined]
        entries = tuple(
            (*entry, length - along.total)
            if isinstance(entry, tuple) and isinstance(along, Runs) and along.total < length
            else entry
            for entry, along, length in zip(self.chunk_shapes, laid_out, new, strict=True)
        )
        return self if entries == self.chunk_shapes else RectilinearGrid(entries)

    def to_config(self) -> dict[str, JSON]:
        return {"kind": "inline", "chunk_shapes": _lists(self.chunk_shapes)}

    def __repr__(self) -> str:
        text = repr(_lists(self.chunk_shapes))
        return f"RectilinearGrid({text if len(text) < 200 else text[:200] + ' ...'})"


def has_lists(chunks: object) -> bool:
    """Whether a caller's `chunks=` has a list of lengths for a dimension."""
    return isinstance(chunks, list | tuple) and any(isinstance(along, list | tuple | np.ndarray) for along in chunks)


def _laid_out(axis: int, entry: Any) -> int | Runs:
    """A checked step, or checked edges."""
    if _is_length(entry):
        return int(entry)
    if not isinstance(entry, tuple):
        raise _refusal(f"dimension {axis} has a step of at least 1 or a list of edges, not {entry!r:.80}")
    runs: list[Run] = []
    for item in entry:
        edge, count = item if isinstance(item, tuple) and len(item) == 2 else (item, 1)
        if not (_is_length(edge) and _is_length(count)):
            raise _refusal(
                f"an edge of dimension {axis} is an integer of at least 1, or a pair [edge, count] of such, "
                f"not {_lists(item)!r:.80}"
            )
        runs.append((edge, count))
    return Runs(runs)


def _is_length(value: object) -> bool:
    return type(value) is int and 1 <= value <= sys.maxsize


def _refusal(why: str) -> MetadataError:
    return MetadataError(f"chunk grid 'rectilinear': {why}", member="chunk_shapes")


def _entry(along: Any, length: int) -> Entry:
    """The entry for one dimension, from what a caller gave. Raises `TypeError` for what is no integer."""
    if along is None:
        along = -1
    if hasattr(along, "__index__") and not getattr(along, "shape", ()):
        step = operator.index(along)
        return max(length, 1) if step == -1 else step
    runs = _merged((operator.index(edge), 1) for edge in along)
    return tuple(edge if count == 1 else (edge, count) for edge, count in runs)


def _merged(runs: Iterable[Run]) -> list[Run]:
    """The same edges in as few runs as there can be."""
    merged: list[Run] = []
    for edge, count in runs:
        if merged and merged[-1][0] == edge:
            count += merged.pop()[1]
        merged.append((edge, count))
    return merged


def _tuples(value: JSON, depth: int) -> Any:
    """Lists as tuples, as deep as they mean something."""
    return tuple(_tuples(item, depth - 1) for item in value) if isinstance(value, list) and depth else value


def _lists(value: Any) -> JSON:
    return [_lists(item) for item in value] if isinstance(value, tuple) else value
