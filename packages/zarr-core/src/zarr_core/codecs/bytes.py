"""Elements in C order, array to bytes.

names     v3 `bytes`
spec      https://zarr-specs.readthedocs.io/en/latest/v3/codecs/bytes/index.html (digest 2.1)
metadata  {"name": "bytes", "configuration": {"endian": "little"}}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray

from zarr_core.abc.codec import ArrayBytesCodec, BoundArrayBytes, Part, Points, Spec, index
from zarr_core.abc.data_type import JSON, DataType
from zarr_core.abc.source import Source
from zarr_core.abc.store import Buffer
from zarr_core.codecs.runs import plan
from zarr_core.errors import CodecError, MetadataError

__all__ = ["BoundBytes", "BytesCodec"]


@dataclass(frozen=True)
class BytesCodec(ArrayBytesCodec):
    """`endian` is needed where byte order matters for the data type, and has no effect elsewhere."""

    name: ClassVar[str] = "bytes"
    endian: Literal["little", "big"] | None = None

    @classmethod
    def validated(cls, configuration: Mapping[str, JSON]) -> dict[str, Any]:
        """What is there must be a byte order: None, as good as nothing in Python, is not written as null."""
        for endian in configuration.values():
            check_endian(endian, ("little", "big"))
        return dict(configuration)

    def __post_init__(self) -> None:
        check_endian(self.endian, ("little", "big", None))

    def complete(self, spec: Spec) -> Self:
        """Little-endian if nothing was said; nothing is said where byte order does not matter."""
        return type(self)((self.endian or "little") if spec.data_type.has_endianness else None)

    def resolve(self, spec: Spec) -> None:
        name = spec.data_type.name
        if spec.data_type.item_size is None:
            instead = getattr(spec.data_type, "instead", "it needs another array-to-bytes codec")
            raise CodecError(
                f"codec 'bytes' takes elements of one size, not data type {name!r}: {instead}", codec=self.name
            )
        if spec.data_type.has_endianness and self.endian is None:
            raise MetadataError(f"codec 'bytes' needs endian 'little' or 'big' for data type {name!r}", member="endian")

    def bind(self, spec: Spec) -> BoundBytes:
        return BoundBytes(spec, self.endian or "little")


LARGE = 1 << 18
"""Bytes of a chunk from which copying it is work for the runtime to place."""


class BoundBytes(BoundArrayBytes):
    """The codec for one chunk shape. Arrays that are decoded without `out` may be read-only views of the bytes."""

    gil_free = True

    def __init__(self, spec: Spec, endian: str) -> None:
        self.spec, self.endian = spec, endian
        self.shape, self.data_type, self.dtype = spec.shape, spec.data_type, spec.data_type.dtype
        self.stored = self.data_type.stored_dtype(endian)
        self.nbytes = self.stored.itemsize
        for length in spec.shape:
            self.nbytes *= length
        self.checked = type(self.data_type).check_stored is not DataType.check_stored
        self.direct = self.stored == self.dtype and not self.checked
        """Whether the encoded form is that of memory, and any bytes are values."""
        self.plain = type(self.data_type).encode is DataType.encode
        """Whether encoding is nothing but a change of byte order."""

    def encode(self, a: NDArray[Any]) -> Buffer:
        """A view of `a` where its memory is the encoded form already."""
        if a.shape != self.shape:
            raise CodecError(f"codec 'bytes' was given shape {a.shape} for chunks of shape {self.shape}", codec="bytes")
        return octets(np.ascontiguousarray(a, self.stored) if self.plain else self.data_type.encode(a, self.endian))

    def decode(self, buf: Buffer, out: NDArray[Any] | None = None) -> NDArray[Any]:
        if len(buf) != self.nbytes:
            raise self.wrong_length(buf)
        values = self.values(buf, self.shape)
        if out is None:
            return values if self.direct else values.astype(self.dtype, copy=False)
        out[...] = values
        return out

    def encoded_size(self) -> int:
        return self.nbytes

    def target(self, out: NDArray[Any]) -> memoryview | None:
        if self.direct and out.dtype == self.stored and out.flags.c_contiguous and out.flags.writeable:
            return octets(out)
        return None

    def decode_stack(self, bufs: Sequence[Buffer]) -> NDArray[Any]:
        if set(map(len, bufs)) - {self.nbytes}:
            raise self.wrong_length(next(buf for buf in bufs if len(buf) != self.nbytes))
        values = self.values(b"".join(bufs), (len(bufs), *self.shape))
        return values if self.direct else values.astype(self.dtype, copy=False)

    async def decode_part(self, source: Source, part: Part, out: NDArray[Any]) -> bool:
        """By byte ranges where that pays (see `zarr_core.codecs.runs`), else from the whole value."""
        way = None if part is None else plan(self.shape, self.stored.itemsize, part, source.gap)
        if way is None:
            value = await source.value()
            if value is None:
                return False
            if part is None and self.nbytes >= LARGE:
                await source.runtime.compute(self.decode, value, out, nbytes=self.nbytes, gil_free=True)
            elif part is None:
                self.decode(value, out)
            else:
                whole = self.decode(value)
                out[...] = whole[part.at if isinstance(part, Points) else index(part)]
            return True
        pieces = await source.read(way.ranges)
        if pieces is None:
            return False
        picked = way.pick(pieces[0] if len(pieces) == 1 else b"".join(pieces), self.stored)
        out[...] = (self.data_type.check_stored(picked) if self.checked else picked).reshape(out.shape)
        return True

    def values(self, buf: Buffer, shape: tuple[int, ...]) -> NDArray[Any]:
        """The elements in these bytes, without a copy, checked where some bit patterns are no values."""
        stored: NDArray[Any] = np.ndarray(shape, self.stored, buf)
        return self.data_type.check_stored(stored) if self.checked else stored

    def wrong_length(self, buf: Buffer) -> CodecError:
        """The error for a chunk that is too short or too long."""
        return CodecError(
            f"codec 'bytes' needs {self.nbytes} bytes for a chunk of shape {self.shape}, got {len(buf)}", codec="bytes"
        )


def check_endian(endian: object, among: tuple[object, ...]) -> None:
    """Raise `MetadataError` for what is no byte order."""
    if endian not in among:
        raise MetadataError(f"codec 'bytes': endian is 'little' or 'big', not {endian!r:.80}", member="endian")


def octets(a: NDArray[Any]) -> memoryview:
    """The memory of a C-contiguous array."""
    return a.reshape(-1).view(np.uint8).data
