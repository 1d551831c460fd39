"""The codecs of numcodecs in format 3: `numcodecs.` and the id, with the parameters that the id has in format 2.

names     v3 `numcodecs.blosc`, `.lz4`, `.zstd`, `.zlib`, `.gzip`, `.bz2`, `.lzma`, `.shuffle`, `.crc32`, `.crc32c`,
          `.adler32`, `.fletcher32`, `.jenkins_lookup3`, `.delta`, `.fixedscaleoffset`, `.astype`, `.quantize`,
          `.bitround`, `.packbits`, `.pcodec`, `.zfpy`
spec      https://github.com/zarr-developers/zarr-extensions/tree/numcodecs (proposed), as zarr-python writes them
metadata  {"name": "numcodecs.delta", "configuration": {"dtype": "<i4"}},
          {"name": "numcodecs.shuffle", "configuration": {"elementsize": 2}}

Each is the codec of format 2 under another name (digest 3.11): what was read is written back as it was, and
`configuration` is always written. What a codec takes from the array, an item size or a dtype, is made concrete when
the array is created. Ids that are not here are found by `zarr_codecs.foreign`.
"""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar, Self

import numpy as np

from zarr_codecs._v2 import V2Object
from zarr_codecs.blosc import V2BloscCodec
from zarr_codecs.bz2 import V2Bz2Codec
from zarr_codecs.checksum import V2Adler32Codec, V2Crc32Codec
from zarr_codecs.crc32c import V2Crc32cCodec
from zarr_codecs.filters import (
    V2AsTypeCodec,
    V2BitRoundCodec,
    V2DeltaCodec,
    V2Filter,
    V2FixedScaleOffsetCodec,
    V2PackBitsCodec,
    V2QuantizeCodec,
)
from zarr_codecs.gzip import V2GzipCodec, V2ZlibCodec
from zarr_codecs.lzma import V2LzmaCodec
from zarr_codecs.pcodec import V2PCodecCodec
from zarr_codecs.v2 import V2Fletcher32Codec, V2JenkinsLookup3Codec, V2Lz4Codec, V2ShuffleCodec
from zarr_codecs.zfpy import V2ZFPYCodec
from zarr_codecs.zstd import V2ZstdCodec
from zarr_core.abc.codec import BytesBytesCodec, Spec
from zarr_core.abc.data_type import JSON
from zarr_core.abc.store import Buffer
from zarr_core.errors import CodecError

__all__ = [
    "NumcodecsAdler32",
    "NumcodecsAsType",
    "NumcodecsBZ2",
    "NumcodecsBitRound",
    "NumcodecsBlosc",
    "NumcodecsCRC32",
    "NumcodecsCRC32C",
    "NumcodecsDelta",
    "NumcodecsFixedScaleOffset",
    "NumcodecsFletcher32",
    "NumcodecsGZip",
    "NumcodecsJenkinsLookup3",
    "NumcodecsLZ4",
    "NumcodecsLZMA",
    "NumcodecsPCodec",
    "NumcodecsPackBits",
    "NumcodecsQuantize",
    "NumcodecsShuffle",
    "NumcodecsZFPY",
    "NumcodecsZlib",
    "NumcodecsZstd",
]


class InFormat3(V2Object):
    """A codec of format 2 as an extension object."""

    def to_json(self) -> dict[str, JSON]:
        return {"name": self.name, "configuration": self.to_config()}

    def completed(self, member: str, value: Any) -> Self:
        """The same with a member that was not said, and is written from now on."""
        given = self.given if self.given is None or member in self.given else (*self.given, member)
        return dataclasses.replace(self, given=given, **{member: value})


class OfBytes(InFormat3, BytesBytesCodec):
    """Errors name this codec, and not the one that does the work."""

    def decode(self, buf: Buffer, *, limit: int | None = None) -> Buffer:
        try:
            return super().decode(buf, limit=limit)  # type: ignore[safe-super]  # that of the other base
        except CodecError as error:
            if error.codec == self.name:
                raise
            raise CodecError(str(error).replace(repr(error.codec), repr(self.name)), codec=self.name) from error


class NumcodecsBlosc(OfBytes, V2BloscCodec):
    """Containers of Blosc 1; `shuffle` is an integer, and the stride of the shuffle no parameter."""

    name: ClassVar[str] = "numcodecs.blosc"


class NumcodecsLZ4(OfBytes, V2Lz4Codec):
    """The length, then one block."""

    name: ClassVar[str] = "numcodecs.lz4"


class NumcodecsZstd(OfBytes, V2ZstdCodec):
    """Zstandard frames."""

    name: ClassVar[str] = "numcodecs.zstd"


class NumcodecsZlib(OfBytes, V2ZlibCodec):
    """A zlib stream."""

    name: ClassVar[str] = "numcodecs.zlib"


class NumcodecsGZip(OfBytes, V2GzipCodec):
    """A gzip file."""

    name: ClassVar[str] = "numcodecs.gzip"


class NumcodecsBZ2(OfBytes, V2Bz2Codec):
    """A bzip2 file."""

    name: ClassVar[str] = "numcodecs.bz2"


class NumcodecsLZMA(OfBytes, V2LzmaCodec):
    """LZMA, in a container or raw."""

    name: ClassVar[str] = "numcodecs.lzma"


class NumcodecsShuffle(OfBytes, V2ShuffleCodec):
    """Bytes of the same significance side by side."""

    name: ClassVar[str] = "numcodecs.shuffle"

    def complete(self, spec: Spec) -> Self:
        said = self.given is None or "elementsize" in self.given
        return self if said else self.completed("elementsize", spec.data_type.item_size or 1)


class NumcodecsCRC32(OfBytes, V2Crc32Codec):
    """CRC-32."""

    name: ClassVar[str] = "numcodecs.crc32"


class NumcodecsCRC32C(OfBytes, V2Crc32cCodec):
    """CRC-32C, at either end."""

    name: ClassVar[str] = "numcodecs.crc32c"


class NumcodecsAdler32(OfBytes, V2Adler32Codec):
    """Adler-32."""

    name: ClassVar[str] = "numcodecs.adler32"


class NumcodecsFletcher32(OfBytes, V2Fletcher32Codec):
    """The Fletcher checksum of HDF5."""

    name: ClassVar[str] = "numcodecs.fletcher32"


class NumcodecsJenkinsLookup3(OfBytes, V2JenkinsLookup3Codec):
    """The checksum of HDF5's metadata."""

    name: ClassVar[str] = "numcodecs.jenkins_lookup3"


class OfElements(InFormat3, V2Filter):
    """Elements change, and the shape of the chunk stays: what comes after sees all dimensions."""

    def resolve(self, spec: Spec) -> Spec:
        flat = super().resolve(spec)
        return Spec(spec.shape, flat.data_type, flat.fill)


class OfDType(OfElements):
    """Those that have a `dtype`, which is that of the array where it is not said."""

    required: ClassVar[frozenset[str]] = frozenset()
    dtype: str

    def dtypes(self, incoming: np.dtype[Any]) -> tuple[np.dtype[Any], np.dtype[Any]]:
        codec = self if self.dtype else self.completed("dtype", incoming.str)
        return super(OfDType, codec).dtypes(incoming)  # type: ignore[safe-super]  # that of the other base

    def complete(self, spec: Spec) -> Self:
        return self if self.dtype else self.completed("dtype", spec.data_type.dtype.str)


@dataclasses.dataclass(frozen=True, kw_only=True)
class NumcodecsDelta(OfDType, V2DeltaCodec):
    """Differences."""

    name: ClassVar[str] = "numcodecs.delta"
    dtype: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class NumcodecsFixedScaleOffset(OfDType, V2FixedScaleOffsetCodec):
    """Shifted, scaled and rounded."""

    name: ClassVar[str] = "numcodecs.fixedscaleoffset"
    required: ClassVar[frozenset[str]] = frozenset({"offset", "scale"})
    dtype: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class NumcodecsQuantize(OfDType, V2QuantizeCodec):
    """Rounded to decimal digits."""

    name: ClassVar[str] = "numcodecs.quantize"
    required: ClassVar[frozenset[str]] = frozenset({"digits"})
    dtype: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class NumcodecsAsType(OfElements, V2AsTypeCodec):
    """Cast to another dtype."""

    name: ClassVar[str] = "numcodecs.astype"
    required: ClassVar[frozenset[str]] = frozenset({"encode_dtype"})
    decode_dtype: str = ""

    def dtypes(self, incoming: np.dtype[Any]) -> tuple[np.dtype[Any], np.dtype[Any]]:
        codec = self if self.decode_dtype else self.completed("decode_dtype", incoming.str)
        return super(NumcodecsAsType, codec).dtypes(incoming)

    def complete(self, spec: Spec) -> Self:
        return self if self.decode_dtype else self.completed("decode_dtype", spec.data_type.dtype.str)


class NumcodecsBitRound(OfElements, V2BitRoundCodec):
    """Rounded to bits of the mantissa; the registered codec `bitround` takes more data types."""

    name: ClassVar[str] = "numcodecs.bitround"


class NumcodecsPackBits(InFormat3, V2PackBitsCodec):
    """Eight bools in a byte, in one dimension; not the registered codec `packbits`."""

    name: ClassVar[str] = "numcodecs.packbits"


class NumcodecsPCodec(InFormat3, V2PCodecCodec):
    """Pcodec."""

    name: ClassVar[str] = "numcodecs.pcodec"


class NumcodecsZFPY(InFormat3, V2ZFPYCodec):
    """zfp with its header; not the registered codec `zfp`."""

    name: ClassVar[str] = "numcodecs.zfpy"
