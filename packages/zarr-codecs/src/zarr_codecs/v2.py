"""What format 2 has of numcodecs besides the codecs with modules of their own, bytes to bytes.

names     v2 ids `lz4`, `shuffle`, `fletcher32`, `jenkins_lookup3`, `base64`
spec      https://numcodecs.readthedocs.io
metadata  v2 {"id": "lz4", "acceleration": 1}, {"id": "shuffle", "elementsize": 4}, {"id": "fletcher32"},
          {"id": "jenkins_lookup3", "initval": 0, "prefix": null}, {"id": "base64"}

`lz4` releases the GIL, the others hold it. `limit` is checked before anything is allocated.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from zarr_codecs._checksum import Checksum
from zarr_codecs._numcodecs import Fletcher32, Shuffle, jenkins_lookup3, lz4
from zarr_codecs._refusal import refusal, too_long
from zarr_codecs._v2 import V2Object
from zarr_core.abc.codec import BytesBytesCodec
from zarr_core.abc.store import Buffer

__all__ = ["V2Base64Codec", "V2Fletcher32Codec", "V2JenkinsLookup3Codec", "V2Lz4Codec", "V2ShuffleCodec"]


@dataclass(frozen=True)
class V2Lz4Codec(V2Object, BytesBytesCodec):
    """The decoded length, then one LZ4 block; empty input has no encoded form (digest 4.6)."""

    name: ClassVar[str] = "lz4"
    gil_free = True
    acceleration: int = 1

    def encode(self, buf: Buffer) -> Buffer:
        n = memoryview(buf).nbytes
        if not 0 < n < 2**31 - 2**25:
            raise refusal(self.name, f"cannot take {n} bytes")
        return lz4.compress(buf, self.acceleration)  # type: ignore[no-any-return]

    def decode(self, buf: Buffer, *, limit: int | None = None) -> Buffer:
        size = int.from_bytes(buf[:4], "little")
        if limit is not None and size > limit:
            raise too_long(self.name, limit)
        if size > 255 * len(buf):
            raise refusal(self.name, f"found {len(buf)} bytes that claim to hold {size}")
        try:
            return lz4.decompress(buf)  # type: ignore[no-any-return]
        except (RuntimeError, ValueError) as error:
            raise refusal(self.name, f"found damaged data ({error})") from error


@dataclass(frozen=True)
class V2ShuffleCodec(V2Object, BytesBytesCodec):
    """Byte 0 of all elements, then byte 1 of all, and so on; 0 and 1 leave the input as it is (digest 4.6)."""

    name: ClassVar[str] = "shuffle"
    elementsize: Annotated[int, Field(ge=0)] = 4

    def encode(self, buf: Buffer) -> Buffer:
        return self._moved(buf, Shuffle.encode)

    def decode(self, buf: Buffer, *, limit: int | None = None) -> Buffer:
        if limit is not None and len(buf) > limit:
            raise too_long(self.name, limit)
        return self._moved(buf, Shuffle.decode)

    def encoded_size(self, n: int) -> int:
        return n

    def _moved(self, buf: Buffer, move: Callable[[Shuffle, Buffer], NDArray[np.uint8]]) -> Buffer:
        n = memoryview(buf).nbytes
        if self.elementsize <= 1 or n == 0:
            return buf
        if n % self.elementsize:
            raise refusal(self.name, f"takes whole elements of {self.elementsize} bytes, not {n} bytes")
        return move(Shuffle(self.elementsize), buf).data


@dataclass(frozen=True)
class V2Fletcher32Codec(V2Object, Checksum):
    """The Fletcher checksum of HDF5, at the end (digest 4.6)."""

    name: ClassVar[str] = "fletcher32"

    def compute(self, buf: Buffer, /) -> int:
        if not len(buf):  # the library cannot
            return 0
        return int.from_bytes(Fletcher32().encode(buf)[-4:], "little")


@dataclass(frozen=True)
class V2JenkinsLookup3Codec(V2Object, Checksum):
    """Bob Jenkins' lookup3 as HDF5 has it, at the end; a `prefix` is not supported (digest 4.6)."""

    name: ClassVar[str] = "jenkins_lookup3"
    initval: Annotated[int, Field(ge=0, lt=2**32)] = 0
    prefix: None = None

    def compute(self, buf: Buffer, /) -> int:
        return jenkins_lookup3(np.frombuffer(buf, np.uint8), self.initval)  # type: ignore[no-any-return]


@dataclass(frozen=True)
class V2Base64Codec(V2Object, BytesBytesCodec):
    """Base64 text with padding."""

    name: ClassVar[str] = "base64"

    def encode(self, buf: Buffer) -> Buffer:
        return base64.b64encode(buf)

    def decode(self, buf: Buffer, *, limit: int | None = None) -> Buffer:
        # the padding counts as up to two bytes
        if limit is not None and len(buf) // 4 * 3 > limit + 2:
            raise too_long(self.name, limit)
        try:
            out = base64.b64decode(buf, validate=True)
        except ValueError as error:
            raise refusal(self.name, f"found damaged data ({error})") from error
        if limit is not None and len(out) > limit:
            raise too_long(self.name, limit)
        return out

    def encoded_size(self, n: int) -> int:
        return (n + 2) // 3 * 4
