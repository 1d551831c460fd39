"""Filters of format 2 that change arrays, by numcodecs, array to array.

names     v2 ids `delta`, `fixedscaleoffset`, `quantize`, `bitround`, `astype`, `packbits`
spec      https://numcodecs.readthedocs.io
metadata  v2 {"id": "delta", "dtype": "<i4"}, {"id": "quantize", "digits": 2, "dtype": "<f8"},
          {"id": "fixedscaleoffset", "offset": 1000, "scale": 10, "dtype": "<f8", "astype": "|u1"},
          {"id": "bitround", "keepbits": 3}, {"id": "astype", "encode_dtype": "<f4", "decode_dtype": "<f8"},
          {"id": "packbits"}

They see a chunk as one row of elements in C order. Elements are in native byte order here: what order a filter leaves
in the stored bytes is for the `bytes` codec after it, which the `.zarray` as a whole determines (digest 4.5).
"""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from zarr_codecs._numcodecs import AsType, BitRound, Delta, FixedScaleOffset, PackBits, Quantize
from zarr_codecs._refusal import refusal
from zarr_codecs._v2 import V2Object
from zarr_core.abc.codec import ArrayArrayCodec, BoundArrayArray, Spec
from zarr_core.data_types.parse import data_type_from_numpy
from zarr_core.errors import MetadataError

__all__ = [
    "V2AsTypeCodec",
    "V2BitRoundCodec",
    "V2DeltaCodec",
    "V2FixedScaleOffsetCodec",
    "V2PackBitsCodec",
    "V2QuantizeCodec",
]


@dataclass(frozen=True, kw_only=True)
class V2Filter(V2Object, ArrayArrayCodec):
    """A filter is a codec of numcodecs, and the dtypes that it takes and gives."""

    @abstractmethod
    def dtypes(self, incoming: np.dtype[Any]) -> tuple[np.dtype[Any], np.dtype[Any]]:
        """What is encoded, and what that gives. Raises `MetadataError` for what the filter cannot take."""

    @abstractmethod
    def numcodec(self, decoded: np.dtype[Any], encoded: np.dtype[Any]) -> Any:
        """The codec for elements in native byte order."""

    def length(self, n: int) -> int:
        """How many elements `n` of them become."""
        return n

    def resolve(self, spec: Spec) -> Spec:
        incoming = spec.data_type.dtype
        decoded, encoded = self.dtypes(incoming)
        if decoded.itemsize != incoming.itemsize:
            raise MetadataError(f"codec {self.name!r} takes {decoded.name}, but {incoming.name} reaches it")
        shape = (self.length(math.prod(spec.shape)),)
        if encoded == incoming:
            return Spec(shape, spec.data_type, spec.fill)
        data_type = data_type_from_numpy(encoded)
        return Spec(shape, data_type, data_type.default_fill())

    def bind(self, spec: Spec) -> BoundArrayArray:
        return BoundFilter(self.name, self.numcodec(*self.dtypes(spec.data_type.dtype)), spec, self.resolve(spec))


class BoundFilter(BoundArrayArray):
    """A filter for one chunk shape."""

    def __init__(self, name: str, numcodec: Any, decoded: Spec, encoded: Spec) -> None:
        self._name, self._numcodec = name, numcodec
        self._decoded, self._encoded = decoded, encoded

    def encode(self, a: NDArray[Any]) -> NDArray[Any]:
        return self._run(self._numcodec.encode, a, self._encoded)

    def decode(self, a: NDArray[Any]) -> NDArray[Any]:
        return self._run(self._numcodec.decode, a, self._decoded)

    def _run(self, fn: Any, a: NDArray[Any], spec: Spec) -> NDArray[Any]:
        """Elements of another type but equal bits are the same to numcodecs, in both directions."""
        try:
            out: NDArray[Any] = fn(np.ascontiguousarray(a).reshape(-1))
            return out.view(spec.data_type.dtype).reshape(spec.shape)
        except (ArithmeticError, IndexError, TypeError, ValueError) as error:
            raise refusal(self._name, f"cannot work on this chunk: {error}") from error


@dataclass(frozen=True, kw_only=True)
class V2Typed(V2Filter):
    """Those that name the dtype of elements, and `astype` if they are stored as another."""

    required: ClassVar[frozenset[str]] = frozenset({"dtype"})
    dtype: str
    astype: str | None = None

    def dtypes(self, incoming: np.dtype[Any]) -> tuple[np.dtype[Any], np.dtype[Any]]:
        return _native(self.name, self.dtype), _native(self.name, self.astype or self.dtype)


@dataclass(frozen=True, kw_only=True)
class V2DeltaCodec(V2Typed):
    """The first element, then differences, in the arithmetic of `astype`."""

    name: ClassVar[str] = "delta"

    def numcodec(self, decoded: np.dtype[Any], encoded: np.dtype[Any]) -> Any:
        return Delta(decoded, encoded)


@dataclass(frozen=True, kw_only=True)
class V2FixedScaleOffsetCodec(V2Typed):
    """`(x - offset) * scale`, rounded half to even, as `astype`."""

    name: ClassVar[str] = "fixedscaleoffset"
    required: ClassVar[frozenset[str]] = frozenset({"dtype", "offset", "scale"})
    offset: int | float
    scale: int | float

    def numcodec(self, decoded: np.dtype[Any], encoded: np.dtype[Any]) -> Any:
        return FixedScaleOffset(self.offset, self.scale, decoded, encoded)


@dataclass(frozen=True, kw_only=True)
class V2QuantizeCodec(V2Typed):
    """Floating point numbers rounded to about `digits` decimal digits."""

    name: ClassVar[str] = "quantize"
    required: ClassVar[frozenset[str]] = frozenset({"dtype", "digits"})
    digits: int

    def dtypes(self, incoming: np.dtype[Any]) -> tuple[np.dtype[Any], np.dtype[Any]]:
        decoded, encoded = super().dtypes(incoming)
        if decoded.kind != "f" or encoded.kind != "f":
            raise MetadataError(f"codec 'quantize' takes floating point numbers, not {decoded.name} as {encoded.name}")
        return decoded, encoded

    def numcodec(self, decoded: np.dtype[Any], encoded: np.dtype[Any]) -> Any:
        return Quantize(self.digits, decoded, encoded)


@dataclass(frozen=True, kw_only=True)
class V2AsTypeCodec(V2Filter):
    """Elements of `decode_dtype` cast to `encode_dtype`, and back."""

    name: ClassVar[str] = "astype"
    required: ClassVar[frozenset[str]] = frozenset({"encode_dtype", "decode_dtype"})
    encode_dtype: str
    decode_dtype: str

    def dtypes(self, incoming: np.dtype[Any]) -> tuple[np.dtype[Any], np.dtype[Any]]:
        return _native(self.name, self.decode_dtype), _native(self.name, self.encode_dtype)

    def numcodec(self, decoded: np.dtype[Any], encoded: np.dtype[Any]) -> Any:
        return AsType(encoded, decoded)


@dataclass(frozen=True, kw_only=True)
class V2BitRoundCodec(V2Filter):
    """Mantissas rounded to `keepbits` bits; nothing to undo."""

    name: ClassVar[str] = "bitround"
    required: ClassVar[frozenset[str]] = frozenset({"keepbits"})
    keepbits: Annotated[int, Field(ge=0)]

    def dtypes(self, incoming: np.dtype[Any]) -> tuple[np.dtype[Any], np.dtype[Any]]:
        if incoming.kind != "f" or self.keepbits > np.finfo(incoming).nmant:
            raise MetadataError(f"codec 'bitround' cannot keep {self.keepbits} bits of {incoming.name}")
        return incoming, incoming

    def numcodec(self, decoded: np.dtype[Any], encoded: np.dtype[Any]) -> Any:
        return BitRound(self.keepbits)


@dataclass(frozen=True, kw_only=True)
class V2PackBitsCodec(V2Filter):
    """Eight bools in a byte, most significant bit first, after a byte with the number of bits of padding."""

    name: ClassVar[str] = "packbits"

    def dtypes(self, incoming: np.dtype[Any]) -> tuple[np.dtype[Any], np.dtype[Any]]:
        if incoming.kind != "b":
            raise MetadataError(f"codec 'packbits' takes bool, but {incoming.name} reaches it")
        return incoming, np.dtype(np.uint8)

    def numcodec(self, decoded: np.dtype[Any], encoded: np.dtype[Any]) -> Any:
        return PackBits()

    def length(self, n: int) -> int:
        return 1 + (n + 7) // 8


def _native(codec: str, typestr: str) -> np.dtype[Any]:
    try:
        dtype = np.dtype(typestr).newbyteorder("=")
    except TypeError as error:
        raise MetadataError(f"codec {codec!r}: {typestr!r} is no dtype of numpy") from error
    if dtype.kind not in "biufcmM":
        raise MetadataError(f"codec {codec!r} takes elements of one size, not {typestr!r}")
    return dtype
