"""Blocks of N5 in its default mode, array to bytes.

names     v3 `n5_default`; v2 has none
spec      https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/n5_default
metadata  {"name": "n5_default", "configuration": {"codecs": [
              {"name": "transpose", "configuration": {"order": [1, 0]}},
              {"name": "bytes", "configuration": {"endian": "big"}},
              {"name": "gzip", "configuration": {"level": 5}}]}}

A block says how long it is in each dimension: blocks at the edge of an N5 array are cut off there, or go beyond.
What is missing reads as fill values, what is too much is dropped. Full blocks are written. The chunk key encoding of
such arrays is `v2` with the separator `/`.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from zarr_codecs._refusal import refusal
from zarr_codecs.transpose import TransposeCodec
from zarr_core.abc.codec import ArrayBytesCodec, BoundArrayBytes, BytesBytesCodec, Codec, Spec
from zarr_core.abc.data_type import JSON
from zarr_core.abc.store import Buffer
from zarr_core.codecs.bytes import BytesCodec
from zarr_core.config import current_config
from zarr_core.errors import MetadataError
from zarr_core.nested import CodecChain, codecs_to_json, complete_chain, parse_codecs

__all__ = ["N5DefaultCodec"]

NAME = "n5_default"
DATA_TYPES = frozenset(("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64"))
START = struct.Struct(">HH")
"""Mode, and number of dimensions."""


@dataclass(frozen=True)
class N5DefaultCodec(ArrayBytesCodec):
    """`codecs` reverse the dimensions, give big-endian bytes, and may compress them (digest 3.8)."""

    name: ClassVar[str] = NAME
    required: ClassVar[frozenset[str]] = frozenset({"codecs"})
    codecs: tuple[Codec, ...]

    @classmethod
    def validated(cls, configuration: Mapping[str, JSON]) -> dict[str, Any]:
        """A chain; that it is one of N5 the constructor checks."""
        if not isinstance(configuration["codecs"], list):
            raise _wrong(f"is a list, not {configuration['codecs']!r:.80}")
        return {"codecs": parse_codecs(configuration["codecs"], f"of codec {NAME!r}")}

    def __post_init__(self) -> None:
        kinds = (TransposeCodec, BytesCodec, BytesBytesCodec)
        fits = 2 <= len(self.codecs) <= 3 and all(isinstance(*pair) for pair in zip(self.codecs, kinds, strict=False))
        if not fits:
            raise _wrong(f"is 'transpose', 'bytes', and at most one compressor, not {list(self.codecs)!r:.200}")
        order = self.codecs[0].order  # type: ignore[attr-defined]  # it is a transpose
        if order != tuple(range(len(order)))[::-1]:
            raise _wrong(f"begins with a transpose that reverses all dimensions, not {list(order)}")

    def to_config(self) -> dict[str, JSON]:
        return {"codecs": codecs_to_json(self.codecs)}

    def complete(self, spec: Spec) -> Self:
        return type(self)(complete_chain(self.codecs, spec))

    def resolve(self, spec: Spec) -> None:
        self._chain(spec).check()

    def bind(self, spec: Spec) -> BoundArrayBytes:
        return BoundN5(spec, self._chain(spec))

    def _chain(self, spec: Spec) -> CodecChain:
        if spec.data_type.name not in DATA_TYPES:
            raise MetadataError(f"codec {NAME!r} takes integers and floats as N5 has them, not {spec.data_type.name!r}")
        if spec.data_type.has_endianness and self.codecs[1].endian != "big":  # type: ignore[attr-defined]  # it is `bytes`
            raise _wrong("has bytes in big endian")
        return CodecChain(self.codecs, spec)


class BoundN5(BoundArrayBytes):
    """The codec for one chunk shape; its chain for every shape that a block may have."""

    def __init__(self, spec: Spec, chain: CodecChain) -> None:
        self.spec, self._chain = spec, chain
        self._whole = chain.bind(spec.shape)
        self._header = START.pack(0, len(spec.shape)) + struct.pack(f">{len(spec.shape)}I", *spec.shape)
        self.gil_free = self._whole.gil_free

    def encode(self, a: NDArray[Any]) -> Buffer:
        return b"".join((self._header, self._whole.encode(a)))

    def decode(self, buf: Buffer, out: NDArray[Any] | None = None) -> NDArray[Any]:
        view = memoryview(buf)
        size = len(self._header)
        if bytes(view[:size]) == self._header:
            return self._whole.decode(view[size:], out)
        shape = self._shape_of(view)
        block = self._chain.bind(shape).decode(view[size:])
        if out is None:
            out = np.empty(self.spec.shape, self.spec.data_type.dtype)
        out[...] = self.spec.fill
        common = tuple(slice(0, min(lengths)) for lengths in zip(shape, self.spec.shape, strict=True))
        out[common] = block[common]
        return out

    def encoded_size(self) -> int | None:
        size = self._whole.encoded_size()
        return None if size is None else len(self._header) + size

    def _shape_of(self, view: memoryview) -> tuple[int, ...]:
        """The shape that the header of another block tells."""
        if len(view) < len(self._header):
            raise refusal(NAME, f"found {len(view)} bytes, too few for the header of a block")
        mode, rank = START.unpack_from(view)
        if mode:
            raise refusal(NAME, f"found a block of mode {mode}, and knows mode 0 only")
        if rank != len(self.spec.shape):
            raise refusal(NAME, f"found a block of {rank} dimensions for a chunk of {len(self.spec.shape)}")
        shape = struct.unpack_from(f">{rank}I", view, START.size)
        if 0 in shape or math.prod(shape) * self.spec.data_type.dtype.itemsize > current_config().limits.decoded_bytes:
            raise refusal(NAME, f"found a block of shape {shape}")
        return shape


def _wrong(why: str) -> MetadataError:
    return MetadataError(f"codec {NAME!r}: codecs {why}", member="codecs")
