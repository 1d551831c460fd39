"""Metadata: one consistent, immutable view of the documents of a node, whatever the format.

Nothing above `metadata/` asks for the format: v2 filters, compressor, order and byte order appear as one codec
chain, its separator as a chunk key encoding. `documents()` gives back what is stored: parsed JSON is kept, an
update changes only the members that changed, unknown members survive.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from numpy.typing import NDArray

from zarr_core.abc.chunk_grid import ChunkGrid
from zarr_core.abc.chunk_key_encoding import ChunkKeyEncoding
from zarr_core.abc.codec import Codec
from zarr_core.abc.data_type import JSON, DataType
from zarr_core.abc.storage_transformer import StorageTransformer

__all__ = ["ArrayMetadataABC", "GroupMetadataABC", "NodeMetadataABC"]


class NodeMetadataABC(ABC):
    """What arrays and groups share."""

    zarr_format: ClassVar[int]
    node_type: ClassVar[str]

    @property
    @abstractmethod
    def attributes(self) -> Mapping[str, JSON]:
        """The user's attributes; read-only, any JSON."""

    @abstractmethod
    def with_attributes(self, attributes: Mapping[str, JSON]) -> Self:
        """The same node with these attributes. Raises `MetadataError` for what strict JSON cannot hold."""

    @abstractmethod
    def documents(self) -> dict[str, bytes]:
        """What to store: document name (`zarr.json`, or `.zarray` and `.zattrs`) to UTF-8 JSON."""

    @abstractmethod
    def to_dict(self) -> dict[str, JSON]:
        """The documents as one JSON object, attributes included."""


class ArrayMetadataABC(NodeMetadataABC):
    """The metadata of an array."""

    node_type: ClassVar[str] = "array"
    shape: tuple[int, ...]
    data_type: DataType
    fill_value: NDArray[Any]
    """0-d, read-only, of `data_type.dtype`."""
    chunk_grid: ChunkGrid
    chunk_key_encoding: ChunkKeyEncoding
    codecs: tuple[Codec, ...]
    """The chain in the order of encoding: array-to-array, one array-to-bytes, bytes-to-bytes."""
    storage_transformers: tuple[StorageTransformer, ...]
    dimension_names: tuple[str | None, ...] | None
    ignored: tuple[str, ...] = ()
    """Names of codecs and transformers with `must_understand: false` that we do not know: reading passes them
    over, writing is refused (digest 1.5)."""

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @abstractmethod
    def with_shape(self, shape: tuple[int, ...]) -> Self:
        """The same array resized."""


class GroupMetadataABC(NodeMetadataABC):
    """The metadata of a group."""

    node_type: ClassVar[str] = "group"
    consolidated: Mapping[str, NodeMetadataABC] | None
    """All descendants by path relative to this group, if consolidated metadata is stored; else None."""

    @abstractmethod
    def with_consolidated(self, members: Mapping[str, NodeMetadataABC]) -> Self:
        """The same group with the metadata of all its descendants in its documents (digest 1.6, 4.7)."""

    @abstractmethod
    def without_consolidated(self) -> Self:
        """The same group without consolidated metadata."""
