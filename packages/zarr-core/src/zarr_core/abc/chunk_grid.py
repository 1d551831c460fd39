"""Chunk grids: where each chunk lies. Pure numbers; one `GridDimension` per dimension (v3 core 1.8)."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from zarr_core.abc.extension import Extension

__all__ = ["ChunkGrid", "GridDimension"]


class GridDimension(Protocol):
    """The chunks along one dimension of an array of `length` elements."""

    @property
    def count(self) -> int:
        """Number of chunks."""
        ...

    @property
    def length(self) -> int:
        """Length of the array along this dimension."""
        ...

    @property
    def edges(self) -> tuple[int, ...]:
        """The distinct chunk lengths; a single one if the chunks are all equal."""
        ...

    def span(self, i: int) -> tuple[int, int]:
        """Start and stop of chunk `i`; the stop of the last one may lie beyond `length`."""
        ...

    def locate(self, x: int) -> int:
        """The chunk that holds element `x`."""
        ...

    def locate_many(self, x: NDArray[np.intp]) -> NDArray[np.intp]:
        """The same for many."""
        ...


class ChunkGrid(Extension):
    """A way to divide arrays of any shape into chunks."""

    kind: ClassVar[str] = "chunk grid"

    @abstractmethod
    def dimensions(self, shape: tuple[int, ...]) -> tuple[GridDimension, ...]:
        """The grid of an array of this shape. Raises `MetadataError` if it does not fit."""

    def resized(self, old: tuple[int, ...], new: tuple[int, ...]) -> ChunkGrid:
        """The grid after the array was resized; most grids stay as they are."""
        return self
