"""What the codecs that compute need to know of a data type's numbers. Knows numpy dtypes, and those of ml_dtypes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from zarr_core.abc.data_type import DataType
from zarr_core.errors import MetadataError

__all__ = ["Floats", "Integers", "number_of"]


@dataclass(frozen=True)
class Integers:
    """Integers of `bits` bits in `dtype`, which are computed with as `work`."""

    dtype: np.dtype[Any]
    work: np.dtype[Any]
    bits: int
    lowest: int
    highest: int

    @property
    def signed(self) -> bool:
        return self.lowest < 0


@dataclass(frozen=True)
class Floats:
    """Floats with that many bits of mantissa; their smallest step is 2 to the power of `step`."""

    dtype: np.dtype[Any]
    mantissa: int
    step: int
    lowest: float
    highest: float
    nan: bool
    infinite: bool


def number_of(codec: str, data_type: DataType) -> Integers | Floats:
    """The numbers of a data type, for this codec. Raises `MetadataError` if they are not real, or are none."""
    found = _number_of(data_type.dtype)
    if found is None:
        raise MetadataError(
            f"codec {codec!r} takes integers and real floating point numbers, not data type {data_type.name!r}"
        )
    return found


@cache
def _number_of(dtype: np.dtype[Any]) -> Integers | Floats | None:
    if dtype.isbuiltin == 1 and dtype.kind in "iu":
        limits: Any = np.iinfo(dtype)
        return Integers(dtype, dtype, 8 * dtype.itemsize, int(limits.min), int(limits.max))
    if dtype.isbuiltin == 1 and dtype.kind == "f":
        return _floats(dtype, np.finfo(dtype))
    if dtype.isbuiltin != 2 or "complex" in dtype.name:
        return None
    import ml_dtypes  # the dtype is one of its

    if "int" in dtype.name:
        limits = ml_dtypes.iinfo(dtype)  # type: ignore[no-untyped-call]
        work = np.dtype(np.int8 if limits.min < 0 else np.uint8)
        return Integers(dtype, work, int(limits.max).bit_length() + (limits.min < 0), int(limits.min), int(limits.max))
    return _floats(dtype, ml_dtypes.finfo(dtype))  # type: ignore[no-untyped-call]


def _floats(dtype: np.dtype[Any], limits: Any) -> Floats:
    nan, infinity = np.array([math.nan, math.inf]).astype(dtype).astype(np.float64)
    step = math.frexp(float(limits.smallest_subnormal))[1] - 1
    return Floats(
        dtype,
        int(limits.nmant),
        step,
        float(limits.min),
        float(limits.max),
        math.isnan(nan),
        math.isinf(infinity),
    )
