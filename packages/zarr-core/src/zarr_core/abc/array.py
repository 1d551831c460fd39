"""What every array offers: properties that follow from its metadata, in both worlds, and the methods of each.

`SynchronousArray` and `AsynchronousArray` name the same operations; `zarr_core.Array` and `zarr_core.AsyncArray`
implement them, and other libraries may do so too.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from math import prod
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zarr_core.abc.codec import ArrayArrayCodec, ArrayBytesCodec, BytesBytesCodec
from zarr_core.abc.data_type import JSON
from zarr_core.abc.metadata import ArrayMetadataABC
from zarr_core.abc.node import BaseNode
from zarr_core.errors import MetadataError

__all__ = ["AsynchronousArray", "BaseArray", "SynchronousArray"]


class BaseArray(BaseNode):
    """What is known of an array without reading it."""

    @property
    @abstractmethod
    def metadata(self) -> ArrayMetadataABC:
        """See `BaseNode.metadata`."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each dimension."""
        return self.metadata.shape

    @property
    def ndim(self) -> int:
        """Number of dimensions."""
        return len(self.metadata.shape)

    @property
    def size(self) -> int:
        """Number of elements."""
        return prod(self.metadata.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The numpy dtype of what reading returns."""
        return self.metadata.data_type.dtype

    @property
    def itemsize(self) -> int:
        """Bytes of an element in memory."""
        return self.dtype.itemsize

    @property
    def nbytes(self) -> int:
        """Bytes of the whole array in memory, uncompressed."""
        return self.size * self.dtype.itemsize

    @property
    def fill_value(self) -> Any:
        """What elements that were never written are: a numpy scalar (a str, bytes or tuple-like where apt)."""
        return self.metadata.fill_value[()]

    @property
    def dimension_names(self) -> tuple[str | None, ...] | None:
        """Names of the dimensions, None for one that has none; None if there are no names at all."""
        return self.metadata.dimension_names

    @property
    def write_chunk_shape(self) -> tuple[int, ...]:
        """What is stored as one object: shards if the array is sharded, else chunks. Of a regular grid."""
        shape = self._write_chunk_shape
        if shape is None:
            raise MetadataError(f"the chunks of array {self.path!r} differ in shape: see .write_chunk_sizes")
        return shape

    @property
    def _write_chunk_shape(self) -> tuple[int, ...] | None:
        """The same, None where shapes differ."""
        grid = self.metadata.chunk_grid.dimensions(self.metadata.shape)
        return None if any(len(along.edges) > 1 for along in grid) else tuple(along.edges[0] for along in grid)

    @property
    def chunking(self) -> dict[str, Any]:
        """The arguments `chunks` and `shards` that make an equal grid."""
        shape = self._write_chunk_shape
        outer = self.metadata.chunk_grid if shape is None else shape
        inner = self._inner_chunks
        return {"chunks": outer, "shards": None} if inner is None else {"chunks": inner, "shards": outer}

    @property
    def chunks(self) -> tuple[int, ...]:
        """The shape of what is read as one piece: inner chunks if the array is sharded."""
        return self._inner_chunks or self.write_chunk_shape

    @property
    def shards(self) -> tuple[int, ...] | None:
        """The shape of the shards, or None if the array is not sharded."""
        return self.write_chunk_shape if self._inner_chunks else None

    @property
    def _inner_chunks(self) -> tuple[int, ...] | None:
        return None if self.filters else self.serializer.inner_chunk_shape

    @property
    def cdata_shape(self) -> tuple[int, ...]:
        """How many chunks there are along each dimension; shards count as what they hold."""
        inner = self._inner_chunks
        if inner is None:
            return tuple(along.count for along in self.metadata.chunk_grid.dimensions(self.shape))
        return tuple(-(-length // chunk) for length, chunk in zip(self.shape, inner, strict=True))

    @property
    def nchunks(self) -> int:
        """How many chunks there are."""
        return prod(self.cdata_shape)

    @property
    def filters(self) -> tuple[ArrayArrayCodec, ...]:
        """The array-to-array codecs."""
        return tuple(codec for codec in self.metadata.codecs if isinstance(codec, ArrayArrayCodec))

    @property
    def serializer(self) -> ArrayBytesCodec:
        """The array-to-bytes codec."""
        return next(codec for codec in self.metadata.codecs if isinstance(codec, ArrayBytesCodec))

    @property
    def compressors(self) -> tuple[BytesBytesCodec, ...]:
        """The bytes-to-bytes codecs: of the chunks, also where they are inside shards."""
        own = tuple(codec for codec in self.metadata.codecs if isinstance(codec, BytesBytesCodec))
        inner = tuple(codec for codec in self.serializer.inner_codecs if isinstance(codec, BytesBytesCodec))
        return own or inner


class SynchronousArray(BaseArray):
    """An array whose methods return when the work is done."""

    @property
    @abstractmethod
    def attrs(self) -> Any:
        """The attributes, a mutable mapping that writes through."""

    @abstractmethod
    def __getitem__(self, selection: Any) -> Any:
        """Read a basic selection: integers, slices, `...`. Returns a numpy array, or a scalar if nothing is left."""

    @abstractmethod
    def __setitem__(self, selection: Any, value: ArrayLike) -> None:
        """Write to a basic selection; the value is broadcast."""

    @abstractmethod
    def resize(self, new_shape: int | tuple[int, ...]) -> None:
        """Change the shape. What is cut off is deleted, so that growing again shows fill values."""

    @abstractmethod
    def append(self, data: ArrayLike, axis: int = 0) -> tuple[int, ...]:
        """Grow along `axis` by `data`; returns the new shape, which is stored after the data is."""

    @abstractmethod
    def update_attributes(self, new_attributes: Mapping[str, JSON]) -> Self:
        """Merge these into the attributes."""

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        if copy is False:
            raise ValueError("an array in a store cannot become a numpy array without a copy")
        return np.asarray(self[...], dtype=dtype)

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of an array without dimensions")
        return self.shape[0]

    def __bool__(self) -> bool:
        return bool(self._only())

    def __int__(self) -> int:
        return int(self._only())

    def __float__(self) -> float:
        return float(self._only())

    def __complex__(self) -> complex:
        return complex(self._only())

    def __index__(self) -> int:
        return self._only().__index__()  # type: ignore[no-any-return]

    def _only(self) -> Any:
        if self.size != 1:
            raise TypeError(f"only an array of one element is a scalar; array {self.path!r} has shape {self.shape}")
        return self[(0,) * self.ndim]


class AsynchronousArray(BaseArray):
    """The same with coroutines."""

    @property
    def attrs(self) -> Mapping[str, JSON]:
        """The attributes; change them by `update_attributes`."""
        return self.metadata.attributes

    @abstractmethod
    async def getitem(self, selection: Any) -> Any:
        """See `SynchronousArray.__getitem__`."""

    @abstractmethod
    async def setitem(self, selection: Any, value: ArrayLike) -> None:
        """See `SynchronousArray.__setitem__`."""

    @abstractmethod
    async def resize(self, new_shape: int | tuple[int, ...]) -> None:
        """See `SynchronousArray.resize`."""

    @abstractmethod
    async def append(self, data: ArrayLike, axis: int = 0) -> tuple[int, ...]:
        """See `SynchronousArray.append`."""

    @abstractmethod
    async def update_attributes(self, new_attributes: Mapping[str, JSON]) -> Self:
        """See `SynchronousArray.update_attributes`."""
