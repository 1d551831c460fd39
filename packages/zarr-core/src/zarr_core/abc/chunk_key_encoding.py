"""Chunk key encodings: the key of a chunk within its array (v3 core 1.9). Pure."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from zarr_core.abc.extension import Extension

__all__ = ["ChunkKeyEncoding"]


class ChunkKeyEncoding(Extension):
    """From a chunk's grid index to its key, and back."""

    kind: ClassVar[str] = "chunk key encoding"

    @abstractmethod
    def encode(self, index: tuple[int, ...]) -> str:
        """The key, relative to the array: no leading or trailing `/`."""

    @abstractmethod
    def decode(self, key: str) -> tuple[int, ...] | None:
        """The index, or None if the key is not one that `encode` gives."""
