"""Codecs: pure, synchronous transformations of one chunk, in three kinds (v3 core 1.10).

Three stages: configuration -> codec (`from_config`) -> bound codec (`bind`). `resolve` threads shape, data type
and fill value through the chain at open and refuses what does not fit; `bind` is made once per distinct chunk
shape and holds whatever is worth preparing. A bytes-to-bytes codec is a name and two methods.

Codec objects are frozen, thread-safe and picklable. Contexts of C libraries live in a module-level
`threading.local`, never in the codec.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from zarr_core.abc.data_type import DataType
from zarr_core.abc.extension import Extension
from zarr_core.abc.source import Source
from zarr_core.abc.store import Buffer, Buffers

__all__ = [
    "ArrayArrayCodec",
    "ArrayBytesCodec",
    "BoundArrayArray",
    "BoundArrayBytes",
    "BytesBytesCodec",
    "Codec",
    "Part",
    "Points",
    "Spec",
]


class Points(NamedTuple):
    """Single elements of a chunk: one index array per dimension, all of one length; `out` is 1-d."""

    at: tuple[NDArray[np.intp], ...]


Part: TypeAlias = tuple[slice | NDArray[np.intp], ...] | Points | None
"""Which part of a chunk. None: the whole. A tuple has one entry per dimension, slices with start, stop and
positive step all given, or index arrays sorted by the engine; it keeps every dimension and is orthogonal."""


@dataclass(frozen=True, eq=False)
class Spec:
    """What reaches a codec: a chunk of `shape`, of this data type, whose absent elements are `fill` (0-d)."""

    shape: tuple[int, ...]
    data_type: DataType
    fill: NDArray[Any]

    @property
    def nbytes(self) -> int | None:
        """Bytes under the `bytes` codec; None where elements vary in length."""
        size = self.data_type.item_size
        for length in self.shape:
            size = None if size is None else size * length
        return size


class Codec(Extension):
    """Common base of the three kinds; subclass one of those."""

    kind: ClassVar[str] = "codec"

    def complete(self, spec: Spec) -> Self:
        """This codec with its automatic choices made concrete, as they are written when an array is created.

        `spec` is what reaches the codec; for bytes-to-bytes codecs, what reached the array-to-bytes codec.
        """
        return self


class ArrayArrayCodec(Codec):
    """Array to array, for instance `transpose`."""

    def resolve(self, spec: Spec) -> Spec:
        """What the next codec sees. Raises `CodecError` or `MetadataError` for what this codec cannot take."""
        return spec

    @abstractmethod
    def bind(self, spec: Spec) -> BoundArrayArray:
        """The codec for chunks of exactly this spec."""


class BoundArrayArray:
    """An array-to-array codec for one chunk shape.

    `view` and `part` are optional, both or neither: with them a part can be decoded through this codec without
    a copy. `view(a)` is an array that aliases `a` as the next codec sees it (for a chunk or any part of one);
    `part(p)` says which part the next codec must give.
    """

    def encode(self, a: NDArray[Any]) -> NDArray[Any]:
        """The array that the next codec gets."""
        raise NotImplementedError

    def decode(self, a: NDArray[Any]) -> NDArray[Any]:
        """The inverse."""
        raise NotImplementedError

    view: Any = None
    part: Any = None


class ArrayBytesCodec(Codec):
    """Array to bytes, for instance `bytes` or `sharding_indexed`; exactly one in each chain."""

    inner_chunk_shape: tuple[int, ...] | None = None
    """The shape of the pieces that can be read on their own, for a codec that holds such (sharding)."""
    inner_codecs: tuple[Codec, ...] = ()
    """The chain of those pieces."""

    def resolve(self, spec: Spec) -> None:
        """Raise `CodecError` or `MetadataError` for what this codec cannot take."""

    @abstractmethod
    def bind(self, spec: Spec) -> BoundArrayBytes:
        """The codec for chunks of exactly this spec."""


class BoundArrayBytes:
    """An array-to-bytes codec for one chunk shape. Write `encode` and `decode`; the rest follows from them."""

    spec: Spec
    gil_free: bool = False
    """Whether encode and decode release the GIL for most of their time."""

    def encode(self, a: NDArray[Any]) -> Buffer:
        """The encoded chunk."""
        raise NotImplementedError

    def decode(self, buf: Buffer, out: NDArray[Any] | None = None) -> NDArray[Any]:
        """The chunk; into `out` if given, which has the chunk's shape and any strides. Raises `CodecError`."""
        raise NotImplementedError

    def encoded_size(self) -> int | None:
        """The exact size of every encoded chunk, None where it varies."""
        return None

    def target(self, out: NDArray[Any]) -> memoryview | None:
        """The memory of `out` if it is itself the encoded form, so that a store may read straight into it."""
        return None

    def decode_stack(self, bufs: Sequence[Buffer]) -> NDArray[Any]:
        """Several chunks at once, stacked along a new first axis."""
        return np.stack([self.decode(buf) for buf in bufs])

    async def decode_part(self, source: Source, part: Part, out: NDArray[Any]) -> bool:
        """Put `part` of the chunk into `out`. False: the chunk is absent and `out` untouched; the caller fills."""
        value = await source.value()
        if value is None:
            return False
        if part is None:
            self.decode(value, out)
        else:
            out[...] = self.decode(value)[part.at if isinstance(part, Points) else index(part)]
        return True

    async def encode_part(
        self, source: Source, part: Part, values: NDArray[Any], *, keep_fill: bool = False
    ) -> Buffers | None:
        """The new encoded chunk after `part` of it became `values`; None: nothing is left to store, erase it.

        A chunk that `part` covers whole is never read. `keep_fill` stores what equals the fill value too.
        """
        if part is None:
            return [self.encode(values)]
        old = await source.value()
        chunk = np.full(self.spec.shape, self.spec.fill, self.spec.data_type.dtype)
        if old is not None:
            self.decode(old, chunk)
        chunk[part.at if isinstance(part, Points) else index(part)] = values
        return [self.encode(chunk)]


def index(part: tuple[slice | NDArray[np.intp], ...]) -> Any:
    """What numpy needs to take an orthogonal part: the tuple itself, or open index arrays if it holds any."""
    if all(isinstance(entry, slice) for entry in part):
        return part
    return np.ix_(*(np.arange(e.start, e.stop, e.step) if isinstance(e, slice) else e for e in part))


class BytesBytesCodec(Codec):
    """Bytes to bytes, for instance a compressor or a checksum. A name and two methods are a codec."""

    gil_free: bool = False
    """Whether encode and decode release the GIL for most of their time."""

    @abstractmethod
    def encode(self, buf: Buffer) -> Buffer:
        """The encoded form of a C-contiguous buffer."""

    @abstractmethod
    def decode(self, buf: Buffer, *, limit: int | None = None) -> Buffer:
        """The inverse. Raises `CodecError` for input that is damaged, or would decode to more than `limit` bytes.

        Never allocates much more than `limit`, whatever the input claims.
        """

    def encoded_size(self, n: int) -> int | None:
        """The exact encoded size of `n` bytes, None where it varies."""
        return None
