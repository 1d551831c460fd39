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

FLOAT_FORMS = 'a number, "NaN", "Infinity" or "-Infinity"'
HEX_FORM = re.compile("0x[0-9a-fA-F]+")
NAMED = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def float_from_json(value: Any, dtype: np.dtype[Any], zarr_format: int = 3) -> NDArray[Any]:
    """A 0-d array of this float dtype. Numbers are rounded to nearest, ties to even; beyond the range: infinity.

    Format 3 also takes "0x..." with the bits, most significant digit first. Raises `MetadataError`.
    """
    if isinstance(value, str) and value in NAMED:
        value = NAMED[value]
    if isinstance(value, float):
        return rounded(value, dtype)
    if isinstance(value, int) and not isinstance(value, bool):
        return rounded(odd_float(value), dtype)
    digits = 2 * dtype.itemsize
    if zarr_format == 3 and isinstance(value, str) and HEX_FORM.fullmatch(value) and len(value) <= digits + 2:
        return np.array(int(value, 16), f"u{dtype.itemsize}").view(dtype)
    forms = FLOAT_FORMS if zarr_format == 2 else f'{FLOAT_FORMS}, or "0x" and up to {digits} hexadecimal digits'
    raise MetadataError(f"{value!r:.80} is no {dtype.name}: it takes {forms}")


def float_to_json(value: NDArray[Any], zarr_format: int = 3) -> Any:
    """The JSON form of a 0-d float array: the exact number, "NaN" for the canonical NaN, bits for any other.

    Raises `MetadataError` for another NaN in format 2, which has no form for it.
    """
    if np.isfinite(value):
        return float(value)
    if not np.isnan(value):
        return "Infinity" if value > 0 else "-Infinity"
    bits = value.tobytes() if value.dtype.newbyteorder(">") == value.dtype else value.byteswap().tobytes()
    if bits == rounded(math.nan, value.dtype.newbyteorder(">")).tobytes():
        return "NaN"
    if zarr_format == 3:
        return f"0x{bits.hex()}"
    raise MetadataError(f"zarr_format 2 holds only the NaN 'NaN', not the one of bits 0x{bits.hex()}")


def rounded(value: float, dtype: np.dtype[Any]) -> NDArray[Any]:
    """The nearest value of the dtype; NaN is the canonical one, whatever its bits here."""
    if math.isnan(value):
        value = math.nan
    with np.errstate(over="ignore", under="ignore"):
        return np.array(value, dtype)


def odd_float(value: int) -> float:
    """An integer as binary64 such that rounding it further is as if rounded once: odd last bit if inexact.

    Rounding to binary64 first and then to a narrower float would round twice, and a tie the wrong way.
    """
    excess = value.bit_length() - 53
    if excess <= 0:
        return float(value)
    if excess > 1024:
        return math.copysign(math.inf, value)
    magnitude = abs(value)
    return 0.0
