"""`int2`, `int4`, `uint2`, `uint4`: integers of a few bits, on the dtypes of ml_dtypes (digest 3.1).

Stored as one byte each by the `bytes` codec, of which the low bits count: upper bits are written as the sign, and
ignored on reading. In memory they are zero, as where ml_dtypes makes such values of others.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from zarr_core.abc.data_type import JSON
from zarr_core.data_types.integer import IntegerType
from zarr_core.data_types.ml import ml_dtype

__all__ = ["Int2", "Int4", "UInt2", "UInt4"]


class SmallInteger(IntegerType):
    """Integers of `bits` bits; subclasses set `name` and `bits`, the rest follows from them."""

    bits: ClassVar[int]
    signed: ClassVar[bool]

    def __init_subclass__(cls) -> None:
        cls.signed = cls.name.startswith("i")
        cls.lowest = -(1 << cls.bits >> 1) if cls.signed else 0
        cls.highest = cls.lowest + (1 << cls.bits) - 1
        cls.accepts = f"integers from {cls.lowest} to {cls.highest}"

    def __init__(self) -> None:
        self.scalar = ml_dtype(self.name, self.name)

    def stored_dtype(self, endian: str) -> np.dtype[Any]:
        return np.dtype(np.uint8)

    def encode(self, values: NDArray[Any], endian: str) -> NDArray[Any]:
        unused = 8 - self.bits
        octets = np.ascontiguousarray(values, self.scalar).view(np.uint8) << unused
        return (octets.view(np.int8 if self.signed else np.uint8) >> unused).view(np.uint8)

    def check_stored(self, stored: NDArray[Any]) -> NDArray[Any]:
        """The values of the low bits, whatever the upper ones are."""
        return (stored & np.uint8((1 << self.bits) - 1)).view(self.scalar)

    def to_json_v2(self, endian: str = "little") -> JSON:
        """Its name, as tensorstore writes it: no spelling of the format itself."""
        return self.name


class Int2(SmallInteger):
    """-2 to 1."""

    name: ClassVar[str] = "int2"
    bits = 2


class Int4(SmallInteger):
    """-8 to 7."""

    name: ClassVar[str] = "int4"
    bits = 4


class UInt2(SmallInteger):
    """0 to 3."""

    name: ClassVar[str] = "uint2"
    bits = 2


class UInt4(SmallInteger):
    """0 to 15."""

    name: ClassVar[str] = "uint4"
    bits = 4
