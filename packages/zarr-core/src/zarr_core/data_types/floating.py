"""The float types: IEEE 754 binary16, binary32 and binary64."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from zarr_core.abc.data_type import JSON
from zarr_core.data_types.float_json import float_from_json, float_to_json
from zarr_core.data_types.scalar import ScalarType, item_of

__all__ = ["Float16", "Float32", "Float64"]


class FloatType(ScalarType):
    """Floats of one width; subclasses set `name`, the rest follows from it."""

    def __init_subclass__(cls) -> None:
        cls.scalar = np.dtype(cls.name)
        highest = float(np.finfo(cls.scalar).max)
        cls.accepts = f"numbers from {-highest:.6g} to {highest:.6g}, infinities, NaN, and the strings of its JSON form"

    def parse(self, value: JSON, zarr_format: int) -> NDArray[Any]:
        return float_from_json(value, self.scalar, zarr_format)

    def cast(self, value: object) -> NDArray[Any]:
        """Digits are rounded away; a number that would become infinite is refused."""
        number = item_of(value)
        if isinstance(number, bool) or not isinstance(number, (int, float, str)):
            raise self.refusal(value)
        fill = float_from_json(number, self.scalar)
        if np.isinf(fill) and not isinstance(number, str) and (isinstance(number, int) or math.isfinite(number)):
            raise self.refusal(value)
        return fill

    def fill_to_json(self, fill: NDArray[Any], zarr_format: int = 3) -> JSON:
        return float_to_json(fill, zarr_format)


class Float16(FloatType):
    """Half precision."""

    name: ClassVar[str] = "float16"


class Float32(FloatType):
    """Single precision."""

    name: ClassVar[str] = "float32"


class Float64(FloatType):
    """Double precision."""

    name: ClassVar[str] = "float64"
