"""`bfloat16` and floats of 8, 6 and 4 bits, on the dtypes of ml_dtypes (digest 3.2).

In memory and under the `bytes` codec an element has two bytes (bfloat16, where byte order matters) or one, whose low
bits count. `float8_e4m3fn` is not registered; it is what tensorstore writes, and not the same as `float8_e4m3`.
"""

from __future__ import annotations

import math
import re
import sys
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from zarr_core.abc.data_type import JSON
from zarr_core.data_types.base64_json import bytes_from_base64, bytes_to_base64
from zarr_core.data_types.float_json import integer_as_float
from zarr_core.data_types.ml import ml_dtype
from zarr_core.data_types.scalar import ScalarType, item_of
from zarr_core.errors import MetadataError

__all__ = [
    "BFloat16",
    "Float4E2M1FN",
    "Float6E2M3FN",
    "Float6E3M2FN",
    "Float8E3M4",
    "Float8E4M3",
    "Float8E4M3B11FNUZ",
    "Float8E4M3FN",
    "Float8E4M3FNUZ",
    "Float8E5M2",
    "Float8E5M2FNUZ",
    "Float8E8M0FNU",
    "SmallFloat",
]

HEX = re.compile("0x[0-9a-fA-F]{1,4}")


class SmallFloat(ScalarType):
    """Floats of `bits` bits. `nan` is the canonical NaN, if there are any; `infinite` whether there are infinities."""

    bits: ClassVar[int] = 8
    nan: ClassVar[int | None] = None
    infinite: ClassVar[bool] = False

    def __init__(self) -> None:
        self.scalar = ml_dtype(self.name, self.name)

    @cached_property
    def limits(self) -> tuple[float, float, int, int]:
        """The lowest and the highest number, bits of the mantissa, and the exponent of the smallest step."""
        import ml_dtypes

        limits = ml_dtypes.finfo(self.scalar)  # type: ignore[no-untyped-call]
        return float(limits.min), float(limits.max), limits.nmant, math.frexp(limits.smallest_subnormal)[1] - 1

    @property
    def accepts(self) -> str:  # type: ignore[override]  # what is asked for when a value is refused
        lowest, highest, _, _ = self.limits
        named = ["NaN"] * (self.nan is not None) + ["infinities"] * self.infinite
        digits = f'"0x" and up to {self.digits} hexadecimal digits of {self.bits} bits'
        return ", ".join([f"numbers from {lowest:.6g} to {highest:.6g}", *named, f"or in JSON {digits}"])

    @property
    def digits(self) -> int:
        """How many hexadecimal digits a bit pattern has at most."""
        return 2 * self.scalar.itemsize

    def stored_dtype(self, endian: str) -> np.dtype[Any]:
        return self.scalar

    def parse(self, value: JSON, zarr_format: int) -> NDArray[Any]:
        """By the float rule. Names, bit patterns and infinitely large numbers that the type lacks are refused."""
        if isinstance(value, str):
            if value == "NaN" and self.nan is not None:
                return self.of_bits(self.nan)
            if value in ("Infinity", "-Infinity") and self.infinite:
                return np.array(math.inf if value == "Infinity" else -math.inf, self.scalar)
            if (
                zarr_format == 3
                and HEX.fullmatch(value)
                and len(value) <= self.digits + 2
                and not int(value, 16) >> self.bits
            ):
                return self.of_bits(int(value, 16))
            raise self.refusal(value)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.refusal(value)
        number = self.rounded(integer_as_float(value, np.dtype(np.float32)) if isinstance(value, int) else value)
        if number == 0 < self.limits[0]:  # what lacks a zero has a smallest number
            number = self.limits[0]
        if not self.limits[0] <= number <= self.limits[1]:
            if not self.infinite:
                raise self.refusal(value)
            number = math.copysign(math.inf, number)
        return np.array(number, self.scalar)

    def cast(self, value: object) -> NDArray[Any]:
        """Digits are rounded away; a number that would become infinite is refused, and a NaN is the canonical one."""
        number = item_of(value)
        if isinstance(number, float) and not math.isfinite(number):
            number = "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"
        fill = self.parse(number, 3)
        if not isinstance(number, str) and not np.isfinite(fill):
            raise self.refusal(value)
        return fill

    def rounded(self, number: float) -> float:
        """The nearest number with as many bits, ties to even, as if exponents had no upper end."""
        _, _, mantissa, smallest = self.limits
        step = max(math.frexp(number)[1] - 1 - mantissa, smallest)
        if not math.isfinite(number) or number == 0:
            return number
        return math.copysign(math.ldexp(round(math.ldexp(abs(number), -step)), step), number)

    def of_bits(self, bits: int) -> NDArray[Any]:
        """The value of a bit pattern."""
        return np.array(bits, f"u{self.scalar.itemsize}").view(self.scalar)

    def fill_to_json(self, fill: NDArray[Any], zarr_format: int = 3) -> JSON:
        """As bits where a type has 8 or fewer, which all readers take and none rounds; else by the float rule."""
        bits = int(fill.view(f"u{self.scalar.itemsize}"))
        pattern = f"0x{bits:0{self.digits}x}"
        if zarr_format == 3 and self.bits <= 8:
            return pattern
        number = float(fill)
        if math.isfinite(number):
            return number
        if math.isinf(number):
            return "Infinity" if number > 0 else "-Infinity"
        if bits == self.nan:
            return "NaN"
        if zarr_format == 3:
            return pattern
        raise MetadataError(
            f"zarr_format 2 has no form for the NaN of bits {pattern}: use the one that float('nan') gives"
        )

    def to_json_v2(self, endian: str = "little") -> JSON:
        """Its name, as tensorstore writes it: no spelling of the format itself."""
        return self.name


class BFloat16(SmallFloat):
    """The upper half of a binary32."""

    name: ClassVar[str] = "bfloat16"
    bits = 16
    nan = 0x7FC0
    infinite = True

    @property
    def has_endianness(self) -> bool:
        return True

    def stored_dtype(self, endian: str) -> np.dtype[Any]:
        return self.scalar if endian == sys.byteorder else np.dtype(np.uint16).newbyteorder()

    def encode(self, values: NDArray[Any], endian: str) -> NDArray[Any]:
        own = np.ascontiguousarray(values, self.scalar)
        return own if endian == sys.byteorder else own.view(np.uint16).byteswap()

    def check_stored(self, stored: NDArray[Any]) -> NDArray[Any]:
        """The same in native byte order."""
        return stored.astype(np.uint16).view(self.scalar) if stored.dtype != self.scalar else stored

    def to_json_v2(self, endian: str = "little") -> JSON:
        if endian != "little":
            raise MetadataError("data type 'bfloat16' has no big-endian spelling in zarr_format 2")
        return self.name


class Float8E3M4(SmallFloat):
    """Sign, 3 bits of exponent, 4 of mantissa; infinities and NaNs as IEEE 754 has them."""

    name: ClassVar[str] = "float8_e3m4"
    nan = 0x78
    infinite = True


class Float8E4M3(SmallFloat):
    """Infinities and NaNs as IEEE 754 has them, so that 240 is the highest number."""

    name: ClassVar[str] = "float8_e4m3"
    nan = 0x7C
    infinite = True


class Float8E4M3B11FNUZ(SmallFloat):
    """No infinities, one NaN, no negative zero."""

    name: ClassVar[str] = "float8_e4m3b11fnuz"
    nan = 0x80


class Float8E4M3FN(SmallFloat):
    """No infinities, two NaNs; 448 is the highest number."""

    name: ClassVar[str] = "float8_e4m3fn"
    nan = 0x7F


class Float8E4M3FNUZ(SmallFloat):
    """No infinities, one NaN, no negative zero."""

    name: ClassVar[str] = "float8_e4m3fnuz"
    nan = 0x80


class Float8E5M2(SmallFloat):
    """The upper half of a binary16."""

    name: ClassVar[str] = "float8_e5m2"
    nan = 0x7E
    infinite = True


class Float8E5M2FNUZ(SmallFloat):
    """No infinities, one NaN, no negative zero."""

    name: ClassVar[str] = "float8_e5m2fnuz"
    nan = 0x80


class Float8E8M0FNU(SmallFloat):
    """Powers of two and a NaN: no sign and no zero, so that the default fill value, of zero bits, is 2**-127."""

    name: ClassVar[str] = "float8_e8m0fnu"
    nan = 0xFF


class LowBits(SmallFloat):
    """Those with fewer than eight bits: numbers only, and the upper bits of a stored byte mean nothing.

    In format 2 fill values are base64 of that byte, as tensorstore writes and wants them.
    """

    def parse(self, value: JSON, zarr_format: int) -> NDArray[Any]:
        content = bytes_from_base64(value) if isinstance(value, str) and zarr_format == 2 else None
        if content is None or len(content) != 1:
            return super().parse(value, zarr_format)
        return self.of_bits(content[0] & int(self._mask))

    def fill_to_json(self, fill: NDArray[Any], zarr_format: int = 3) -> JSON:
        return super().fill_to_json(fill) if zarr_format == 3 else bytes_to_base64(fill.tobytes())

    def stored_dtype(self, endian: str) -> np.dtype[Any]:
        return np.dtype(np.uint8)

    def encode(self, values: NDArray[Any], endian: str) -> NDArray[Any]:
        return np.ascontiguousarray(values, self.scalar).view(np.uint8) & self._mask

    def check_stored(self, stored: NDArray[Any]) -> NDArray[Any]:
        """The values of the low bits, whatever the upper ones are."""
        return (stored & self._mask).view(self.scalar)

    @property
    def _mask(self) -> np.uint8:
        return np.uint8((1 << self.bits) - 1)


class Float6E2M3FN(LowBits):
    """Up to 7.5."""

    name: ClassVar[str] = "float6_e2m3fn"
    bits = 6


class Float6E3M2FN(LowBits):
    """Up to 28."""

    name: ClassVar[str] = "float6_e3m2fn"
    bits = 6


class Float4E2M1FN(LowBits):
    """0, 0.5, 1, 1.5, 2, 3, 4, 6, and the same with a minus."""

    name: ClassVar[str] = "float4_e2m1fn"
    bits = 4
