"""The float rule: floats in JSON, exact to the bit (digest 1.7 for format 3, 4.4 for format 2).

Knows numpy dtypes of IEEE layout and JSON values; no data type, so that complex and extension types share it.
"""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zarr_core.errors import MetadataError

__all__ = ["float_from_json", "float_to_json"]

HEX = re.compile("0x[0-9a-fA-F]+")
NAMED = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def float_from_json(value: Any, dtype: np.dtype[Any], zarr_format: int = 3) -> NDArray[Any]:
    """A 0-d array of this float dtype. Numbers are rounded to nearest, ties to even; beyond the range: infinity.

    Format 3 also takes "0x..." with the bits, most significant digit first. Raises `MetadataError`.
    """
    digits = 2 * dtype.itemsize
    if isinstance(value, str) and value in NAMED:
        value = NAMED[value]
    if isinstance(value, int) and not isinstance(value, bool):
        value = integer_as_float(value, dtype)
    if isinstance(value, float):
        return rounded(value, dtype)
    if zarr_format == 3 and isinstance(value, str) and len(value) <= digits + 2 and HEX.fullmatch(value):
        return np.array(int(value, 16), f"u{dtype.itemsize}").view(dtype)
    forms = 'a number, "NaN", "Infinity" or "-Infinity"'
    if zarr_format == 3:
        forms += f', or "0x" and up to {digits} hexadecimal digits'
    raise MetadataError(f"fill value {value!r:.80} does not fit {dtype.name}: it takes {forms}")


def float_to_json(value: NDArray[Any], zarr_format: int = 3) -> Any:
    """The JSON form of a 0-d float array: the exact number, "NaN" for the canonical NaN, bits for any other.

    Raises `MetadataError` for another NaN in format 2, which has no form for it.
    """
    if np.isfinite(value):
        return float(value)
    if not np.isnan(value):
        return "Infinity" if value > 0 else "-Infinity"
    bits = bits_of(value)
    if bits == bits_of(rounded(math.nan, value.dtype)):
        return "NaN"
    pattern = f"0x{bits:0{2 * value.dtype.itemsize}x}"
    if zarr_format == 3:
        return pattern
    raise MetadataError(f"zarr_format 2 has no form for the NaN of bits {pattern}: use the one that float('nan') gives")


def rounded(value: float, dtype: np.dtype[Any]) -> NDArray[Any]:
    """The nearest value of the dtype; any NaN gives the canonical one."""
    with np.errstate(over="ignore", under="ignore"):
        return np.array(math.nan if math.isnan(value) else value, dtype)


def integer_as_float(value: int, dtype: np.dtype[Any]) -> float:
    """A binary64 that rounds to the same value of the dtype as the integer does.

    Two roundings, first to binary64 and then to a narrower type, could take a tie the wrong way. So on the way
    to a narrower type what binary64 cannot hold is kept as an odd last bit.
    """
    try:
        if dtype.itemsize >= 8:
            return float(value)
        excess = max(value.bit_length() - 53, 0)
        kept = abs(value) >> excess
        if kept << excess != abs(value):
            kept |= 1
        return math.copysign(math.ldexp(kept, excess), value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def bits_of(value: NDArray[Any]) -> int:
    """The bit pattern of a 0-d array in native byte order, as an unsigned integer."""
    return int(value.view(f"u{value.dtype.itemsize}"))
