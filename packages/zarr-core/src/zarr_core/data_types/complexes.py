"""The complex types: pairs of binary32 or binary64, real part first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from zarr_core.abc.data_type import JSON
from zarr_core.data_types.floating import Float32, Float64
from zarr_core.data_types.scalar import ScalarType, item_of

__all__ = ["Complex64", "Complex128", "ComplexFloat32", "ComplexFloat64", "ComplexType"]


class ComplexType(ScalarType):
    """Complex numbers whose parts are of the float type `part`; in JSON a list of two (digest 1.7, 4.4)."""

    part: ScalarType

    def parse(self, value: JSON, zarr_format: int) -> NDArray[Any]:
        if not isinstance(value, list) or len(value) != 2:
            raise self.refusal(value)
        return self.joined(self.part.parse(part, zarr_format) for part in value)

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
        return [self.part.fill_to_json(parts[i : i + 1].reshape(()), zarr_format) for i in (0, 1)]

    def joined(self, parts: Iterable[NDArray[Any]]) -> NDArray[Any]:
        """A 0-d array from the two parts, bit for bit: arithmetic would lose signs and payloads."""
        return np.stack([*parts]).view(self.scalar).reshape(())


class OfFloats(ComplexType):
    """Those that numpy has; subclasses set `name` and `part`, the rest follows from them."""

    def __init_subclass__(cls) -> None:
        cls.scalar = np.dtype(f"c{2 * cls.part.dtype.itemsize}")
        cls.accepts = f"complex numbers or pairs of {cls.part.name}; in JSON a list [real, imaginary]"


class Complex64(OfFloats):
    """Two binary32."""

    name: ClassVar[str] = "complex64"
    part = Float32()


class Complex128(OfFloats):
    """Two binary64."""

    name: ClassVar[str] = "complex128"
    part = Float64()


class ComplexFloat32(Complex64):
    """Another name of the same (digest 3.3)."""

    name: ClassVar[str] = "complex_float32"


class ComplexFloat64(Complex128):
    """Another name of the same (digest 3.3)."""

    name: ClassVar[str] = "complex_float64"
