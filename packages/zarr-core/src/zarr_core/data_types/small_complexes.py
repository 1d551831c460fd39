"""Complex numbers whose parts are floats of 16, 8, 6 or 4 bits, on the dtypes of ml_dtypes (digest 3.3).

In numpy those of two 16-bit floats are ml_dtypes' `complex32` and `bcomplex32`; the others, which no library has, are
pairs: a dtype with the fields `real` and `imag`.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from zarr_core.data_types import small_floats
from zarr_core.data_types.complexes import ComplexType
from zarr_core.data_types.floating import Float16
from zarr_core.data_types.ml import ml_dtype
from zarr_core.data_types.scalar import ScalarType
from zarr_core.errors import PluginNotInstalledError

__all__ = [
    "ComplexBFloat16",
    "ComplexFloat4E2M1FN",
    "ComplexFloat6E2M3FN",
    "ComplexFloat6E3M2FN",
    "ComplexFloat8E3M4",
    "ComplexFloat8E4M3",
    "ComplexFloat8E4M3B11FNUZ",
    "ComplexFloat8E4M3FNUZ",
    "ComplexFloat8E5M2",
    "ComplexFloat8E5M2FNUZ",
    "ComplexFloat8E8M0FNU",
    "ComplexFloat16",
]


class SmallComplex(ComplexType):
    """Two floats, each stored as its own type is. Subclasses set `kind_of_part`, and `name`."""

    kind_of_part: ClassVar[type[ScalarType]]

    def __init__(self) -> None:
        try:
            self.part = self.kind_of_part()
        except PluginNotInstalledError as error:
            raise PluginNotInstalledError(
                f"data type {self.name!r}: {error}", kind=error.kind, name=self.name
            ) from None
        self.scalar = self.in_memory()
        self.accepts = f"complex numbers or pairs of {self.part.name}; in JSON a list [real, imaginary]"

    def in_memory(self) -> np.dtype[Any]:
        """The numpy dtype."""
        return np.dtype([("real", self.part.dtype), ("imag", self.part.dtype)])

    @property
    def has_endianness(self) -> bool:
        return self.part.has_endianness

    def stored_dtype(self, endian: str) -> np.dtype[Any]:
        part = self.part.stored_dtype(endian)
        return np.dtype([("real", part), ("imag", part)])

    def encode(self, values: NDArray[Any], endian: str) -> NDArray[Any]:
        parts = np.ascontiguousarray(values, self.scalar).reshape(-1).view(self.part.dtype)
        return self.part.encode(parts, endian).view(self.stored_dtype(endian)).reshape(values.shape)

    def check_stored(self, stored: NDArray[Any]) -> NDArray[Any]:
        """The same as it is in memory, checked as the type of the parts does."""
        parts = np.ascontiguousarray(stored).reshape(-1).view(stored.dtype["real"])
        values = self.part.check_stored(parts).astype(self.part.dtype, copy=False)
        return values.view(self.scalar).reshape(stored.shape)


class ComplexFloat16(SmallComplex):
    """Two binary16."""

    name: ClassVar[str] = "complex_float16"
    kind_of_part = Float16

    def in_memory(self) -> np.dtype[Any]:
        return ml_dtype("complex32", self.name)


class ComplexBFloat16(SmallComplex):
    """Two bfloat16."""

    name: ClassVar[str] = "complex_bfloat16"
    kind_of_part = small_floats.BFloat16

    def in_memory(self) -> np.dtype[Any]:
        return ml_dtype("bcomplex32", self.name)


class ComplexFloat8E3M4(SmallComplex):
    """Two float8_e3m4."""

    name: ClassVar[str] = "complex_float8_e3m4"
    kind_of_part = small_floats.Float8E3M4


class ComplexFloat8E4M3(SmallComplex):
    """Two float8_e4m3."""

    name: ClassVar[str] = "complex_float8_e4m3"
    kind_of_part = small_floats.Float8E4M3


class ComplexFloat8E4M3B11FNUZ(SmallComplex):
    """Two float8_e4m3b11fnuz."""

    name: ClassVar[str] = "complex_float8_e4m3b11fnuz"
    kind_of_part = small_floats.Float8E4M3B11FNUZ


class ComplexFloat8E4M3FNUZ(SmallComplex):
    """Two float8_e4m3fnuz."""

    name: ClassVar[str] = "complex_float8_e4m3fnuz"
    kind_of_part = small_floats.Float8E4M3FNUZ


class ComplexFloat8E5M2(SmallComplex):
    """Two float8_e5m2."""

    name: ClassVar[str] = "complex_float8_e5m2"
    kind_of_part = small_floats.Float8E5M2


class ComplexFloat8E5M2FNUZ(SmallComplex):
    """Two float8_e5m2fnuz."""

    name: ClassVar[str] = "complex_float8_e5m2fnuz"
    kind_of_part = small_floats.Float8E5M2FNUZ


class ComplexFloat8E8M0FNU(SmallComplex):
    """Two float8_e8m0fnu."""

    name: ClassVar[str] = "complex_float8_e8m0fnu"
    kind_of_part = small_floats.Float8E8M0FNU


class ComplexFloat6E2M3FN(SmallComplex):
    """Two float6_e2m3fn."""

    name: ClassVar[str] = "complex_float6_e2m3fn"
    kind_of_part = small_floats.Float6E2M3FN


class ComplexFloat6E3M2FN(SmallComplex):
    """Two float6_e3m2fn."""

    name: ClassVar[str] = "complex_float6_e3m2fn"
    kind_of_part = small_floats.Float6E3M2FN


class ComplexFloat4E2M1FN(SmallComplex):
    """Two float4_e2m1fn."""

    name: ClassVar[str] = "complex_float4_e2m1fn"
    kind_of_part = small_floats.Float4E2M1FN
