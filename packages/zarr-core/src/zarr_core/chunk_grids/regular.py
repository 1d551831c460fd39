"""`regular`: all chunks of one shape, the first at the origin (v3 core 1.8)."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from zarr_core.abc.chunk_grid import ChunkGrid
from zarr_core.abc.data_type import JSON
from zarr_core.errors import MetadataError

__all__ = ["RegularDimension", "RegularGrid"]


@dataclass(slots=True)
class RegularDimension:
    """Chunks of `chunk` elements along a dimension of `length` elements; the last one may reach beyond it."""

    length: int
    chunk: int
    count: int = field(init=False)
    edges: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.count = -(-self.length // self.chunk)
        self.edges = (self.chunk,)

    def span(self, i: int) -> tuple[int, int]:
        start = i * self.chunk
        return start, start + self.chunk

    def locate(self, x: int) -> int:
        return x // self.chunk

    def locate_many(self, x: NDArray[np.intp]) -> NDArray[np.intp]:
        return x // self.chunk


@dataclass(frozen=True)
class RegularGrid(ChunkGrid):
    """Chunks of `chunk_shape`, one length per dimension, each at least 1.

    A stored 0 is taken for a 1 where the array has no elements along that dimension, and refused elsewhere.
    """

    name: ClassVar[str] = "regular"
    required: ClassVar[frozenset[str]] = frozenset({"chunk_shape"})
    chunk_shape: tuple[int, ...]

    @classmethod
    def validated(cls, configuration: Mapping[str, JSON]) -> dict[str, Any]:
        """JSON has lists only; what is in it the constructor checks."""
        given = configuration["chunk_shape"]
        return {"chunk_shape": tuple(given) if isinstance(given, list) else given}

    def __post_init__(self) -> None:
        if not is_chunk_shape(self.chunk_shape):
            raise MetadataError(
                f"chunk grid 'regular': chunk_shape has one integer from 1 to {sys.maxsize} per dimension, "
                f"not {self.chunk_shape!r:.80}",
                member="chunk_shape",
            )

    def dimensions(self, shape: tuple[int, ...]) -> tuple[RegularDimension, ...]:
        if len(shape) != len(self.chunk_shape):
            raise MetadataError(
                f"chunk_shape {self.chunk_shape} has {len(self.chunk_shape)} dimensions, the array has {len(shape)}",
                member="chunk_shape",
            )
        if any(chunk == 0 < length for chunk, length in zip(self.chunk_shape, shape, strict=True)):
            raise MetadataError(
                f"chunk_shape {self.chunk_shape} holds a 0: chunks have at least one element", member="chunk_shape"
            )
        return tuple(
            RegularDimension(length, chunk or 1) for length, chunk in zip(shape, self.chunk_shape, strict=True)
        )

    def resized(self, old: tuple[int, ...], new: tuple[int, ...]) -> RegularGrid:
        """The same grid; what was stored as 0 is written as the 1 for which it was taken."""
        return self if all(self.chunk_shape) else RegularGrid(tuple(chunk or 1 for chunk in self.chunk_shape))


def is_chunk_shape(value: object) -> bool:
    """Whether it may be a stored chunk shape."""
    return isinstance(value, tuple) and all(type(length) is int and 0 <= length <= sys.maxsize for length in value)
