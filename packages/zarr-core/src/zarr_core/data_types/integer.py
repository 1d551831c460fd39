"""The eight integer types: two's complement and unsigned, 1 to 8 bytes."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from zarr_core.abc.data_type import JSON
from zarr_core.data_types.scalar import ScalarType, item_of

__all__ = ["Int8", "Int16", "Int32", "Int64", "IntegerType", "UInt8", "UInt16", "UInt32", "UInt64"]


class IntegerType(ScalarType):
    """Integers from `lowest` to `highest`. Python's integers keep all 64 bits."""

    lowest: ClassVar[int]
    highest: ClassVar[int]

    def parse(self, value: JSON, zarr_format: int) -> NDArray[Any]:
        """Format 2 also takes integral floats, which are in old files (digest 4.4)."""
        if isinstance(value, bool) or (isinstance(value, float) and zarr_format != 2):
            raise self.refusal(value)
        return self.cast(value)

    def cast(self, value: object) -> NDArray[Any]:
        number = item_of(value)
        if isinstance(number, float) and number.is_integer():
            number = int(number)
        if not isinstance(number, int) or not self.lowest <= number <= self.highest:
            raise self.refusal(value)
        return np.array(number, self.scalar)

    def fill_to_json(self, fill: NDArray[Any], zarr_format: int = 3) -> JSON:
        return int(fill)


class WholeBytes(IntegerType):
    """Integers of one width; subclasses set `name`, the rest follows from it."""

    def __init_subclass__(cls) -> None:
        cls.scalar = np.dtype(cls.name)
        limits = np.iinfo(cls.scalar)
        cls.lowest, cls.highest = int(limits.min), int(limits.max)
        cls.accepts = f"integers from {cls.lowest} to {cls.highest}"


class Int8(WholeBytes):
    """-128 to 127."""

    name: ClassVar[str] = "int8"


class Int16(WholeBytes):
    """Two bytes, signed."""

    name: ClassVar[str] = "int16"


class Int32(WholeBytes):
    """Four bytes, signed."""

    name: ClassVar[str] = "int32"


class Int64(WholeBytes):
    """Eight bytes, signed."""

    name: ClassVar[str] = "int64"


class UInt8(WholeBytes):
    """0 to 255."""

    name: ClassVar[str] = "uint8"


class UInt16(WholeBytes):
    """Two bytes, unsigned."""

    name: ClassVar[str] = "uint16"


class UInt32(WholeBytes):
    """Four bytes, unsigned."""

    name: ClassVar[str] = "uint32"


class UInt64(WholeBytes):
    """Eight bytes, unsigned."""

    name: ClassVar[str] = "uint64"
