"""Numbers rounded to a few significant bits, so that they compress better; array to array.

names     v3 `bitround`; v2 id `bitround` and v3 `numcodecs.bitround` are numcodecs' own, for real floats
spec      https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/bitround
metadata  {"name": "bitround", "configuration": {"keepbits": 10}}

Lossy: what was rounded away stays away, and decoding does nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from zarr_core.abc.codec import ArrayArrayCodec, BoundArrayArray, Spec
from zarr_core.errors import MetadataError

__all__ = ["BitRoundCodec"]

NAME = "bitround"
MANTISSAS = {"float16": 10, "float32": 23, "float64": 52, "bfloat16": 7, "complex64": 23, "complex128": 52}
MANTISSAS |= {"complex32": 10, "bcomplex32": 7}  # of ml_dtypes
COMPLEX = frozenset(name for name in MANTISSAS if "complex" in name)


@dataclass(frozen=True)
class BitRoundCodec(ArrayArrayCodec):
    """`keepbits` bits of each mantissa are kept, or of each integer, from its highest bit that is set (digest 3.8).

    Ties go to even. Integers are taken as unsigned, and all ones is the most that they become.
    """

    name: ClassVar[str] = NAME
    required: ClassVar[frozenset[str]] = frozenset({"keepbits"})
    keepbits: Annotated[int, Field(ge=1)]

    def __post_init__(self) -> None:
        self.check_fields()

    def resolve(self, spec: Spec) -> Spec:
        fill = self.bind(spec).encode(spec.fill.reshape(1))
        fill.setflags(write=False)
        return Spec(spec.shape, spec.data_type, fill.reshape(()))

    def bind(self, spec: Spec) -> BoundArrayArray:
        dtype = spec.data_type.dtype
        if dtype.kind in "iumM":
            return RoundedIntegers(self.keepbits, np.dtype(f"u{dtype.itemsize}"))
        mantissa = MANTISSAS.get(dtype.name)
        if mantissa is None:
            raise MetadataError(
                f"codec {NAME!r} takes integers and floating point numbers, not {spec.data_type.name!r}"
            )
        size = dtype.itemsize // (2 if dtype.name in COMPLEX else 1)
        return RoundedFloats(mantissa - self.keepbits, mantissa, np.dtype(f"u{size}"))


class RoundedFloats(BoundArrayArray):
    """All lose the same number of bits. NaNs stay as they are: rounding could make numbers of them."""

    def __init__(self, lost: int, mantissa: int, bits: np.dtype[Any]) -> None:
        self._lost, self._bits = lost, bits
        self._infinity = bits.type((1 << 8 * bits.itemsize - 1) - (1 << mantissa))

    def encode(self, a: NDArray[Any]) -> NDArray[Any]:
        if self._lost <= 0:
            return a
        one = self._bits.type
        bits = np.ascontiguousarray(a).reshape(-1).view(self._bits)
        rounded = bits + ((bits >> one(self._lost) & one(1)) + one((1 << self._lost - 1) - 1))
        rounded &= ~one((1 << self._lost) - 1)
        magnitude = bits & one((1 << 8 * self._bits.itemsize - 1) - 1)
        rounded = np.where(magnitude > self._infinity, bits, rounded)
        result: NDArray[Any] = rounded.view(a.dtype).reshape(a.shape)
        return result

    def decode(self, a: NDArray[Any]) -> NDArray[Any]:
        return a


class RoundedIntegers(BoundArrayArray):
    """Each loses as many bits as it has more than are kept."""

    def __init__(self, kept: int, bits: np.dtype[Any]) -> None:
        self._kept, self._bits = kept, bits

    def encode(self, a: NDArray[Any]) -> NDArray[Any]:
        one = self._bits.type
        bits = np.ascontiguousarray(a).reshape(-1).view(self._bits)
        # with the second highest bit cleared, binary64 cannot round it up to the next power of two
        length = np.frexp((bits & ~(bits >> one(1))).astype(np.float64))[1]
        lost = np.maximum(length - self._kept, 0).astype(self._bits)
        half = (one(1) << lost) >> one(1)
        up = np.where(lost > 0, (bits >> lost & one(1)) + (half - one(1)), one(0))
        rounded = bits + up
        rounded = np.where(rounded < bits, ~one(0), rounded)  # saturated
        result: NDArray[Any] = (rounded >> lost << lost).view(a.dtype).reshape(a.shape)
        return result

    def decode(self, a: NDArray[Any]) -> NDArray[Any]:
        return a
