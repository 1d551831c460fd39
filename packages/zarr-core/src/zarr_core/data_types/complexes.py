"""The complex types: pairs of binary32 or binary64, real part first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from zarr_core.abc.data_type import JSON
from zarr_core.data_types.float_json import float_from_json, float_to_json
from zarr_core.data_types.floating import Float32, Float64, FloatType
from zarr_core.data_types.scalar import ScalarType, item_of

__all__ = ["Complex64", "Complex128"]


class ComplexType(ScalarType):
    """Complex numbers whose parts are of the float type `part`; in JSON a list of two (digest 1.7, 4.4)."""

    part: ClassVar[FloatType]

    def __init_subclass__(cls) -> None:
        cls.scalar = np.dtype(cls.name)
        cls.accepts = f"complex numbers or pairs of {cls.part.name}; in JSON a list [real, imaginary]"

    def parse(self, value: JSON, zarr_format: int) -> NDArray[Any]:
        if not isinstance(value, list) or len(value) != 2:
            raise self.refusal(value)
        return self.joined(float_from_json(part, self.part.scalar, zarr_format) for part in value)

    def cast(self, value: object) -> NDArray[Any]:
        number = item_of(value)
        if isinstance(number, complex):
            return self.joined(self.part.cast(part) for part in (number.real, number.imag))
        if isinstance(number, (tuple, list)) and len(number) == 2:
            return self.joined(self.part.cast_fill(part) for part in number)
        if isinstance(number, (int, float)) and not isinstance(number, bool):
            return self.joined((self.part.cast(number), self.part.cast(0)))
        raise self.refusal(value)

    def fill_to_json(self, fill: NDArray[Any], zarr_format: int = 3) -> JSON:
        parts = fill.reshape(1).view(self.part.scalar)
        return [float_to_json(parts[i : i + 1].reshape(()), zarr_format) for i in (0, 1)]

    def joined(self, parts: Iterable[NDArray[Any]]) -> NDArray[Any]:
        """A 0-d array from the two parts, bit for bit: arithmetic would lose signs and payloads."""
        return np.stack([*parts]).view(self.scalar).reshape(())


class Complex64(ComplexType):
    """Two binary32."""

    name: ClassVar[str] = "complex64"
    part: ClassVar[FloatType] = Float32()


class Complex128(ComplexType):
    """Two binary64."""

    name: ClassVar[str] = "complex128"
    part: ClassVar[FloatType] = Float64()
