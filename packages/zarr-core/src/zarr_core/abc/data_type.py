"""Data types: how elements look in numpy, in the metadata of each format, and as a fill value.

Pure: no I/O. A data type is frozen, hashable and picklable; equality comes from class and configuration.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from zarr_core.errors import MetadataError

__all__ = ["JSON", "DataType"]

JSON: TypeAlias = Any
"""What `json.loads` gives: dict, list, str, int, float, bool or None."""


class DataType(ABC):
    """One data type. `name` is the identifier in v3 metadata.

    Values in memory are numpy arrays of `dtype`. Fill values are read-only 0-d arrays of that dtype and never
    Python floats, so that -0.0 and NaN payloads live.
    """

    contract: ClassVar[int] = 1
    name: ClassVar[str]

    @property
    @abstractmethod
    def dtype(self) -> np.dtype[Any]:
        """The numpy dtype in memory, native byte order."""

    @property
    def item_size(self) -> int | None:
        """Bytes of one element under the `bytes` codec; None where elements vary in length."""
        return self.dtype.itemsize

    @property
    def has_endianness(self) -> bool:
        """Whether byte order matters, so that the `bytes` codec must say `endian` (digest 2.1)."""
        return self.dtype.itemsize > 1 and self.dtype.kind not in "SV"

    @classmethod
    @abstractmethod
    def from_json_v3(cls, name: str, configuration: dict[str, JSON]) -> Self:
        """From the v3 extension object: its name (for families such as `r*`) and configuration.

        Raises `MetadataError` for configuration that does not fit.
        """

    @abstractmethod
    def to_json_v3(self) -> JSON:
        """The `data_type` member as we write it: a plain string where there is no configuration."""

    @abstractmethod
    def fill_from_json(self, value: JSON, zarr_format: int = 3) -> NDArray[Any]:
        """A 0-d array from the `fill_value` member. Raises `MetadataError` for what the format forbids."""

    @abstractmethod
    def fill_to_json(self, fill: NDArray[Any], zarr_format: int = 3) -> JSON:
        """The `fill_value` member, exact to the bit."""

    @abstractmethod
    def default_fill(self) -> NDArray[Any]:
        """Zero, false or empty."""

    def cast_fill(self, value: object) -> NDArray[Any]:
        """A 0-d array from what a caller gave as fill value. Raises `MetadataError` if it does not fit exactly."""
        return np.asarray(value, dtype=self.dtype).reshape(())

    def encode(self, values: NDArray[Any], endian: str) -> NDArray[Any]:
        """Elements as the `bytes` codec stores them: a C-contiguous array whose memory is the encoded form."""
        dtype = self.stored_dtype(endian)
        return np.ascontiguousarray(values, dtype=dtype)

    def stored_dtype(self, endian: str) -> np.dtype[Any]:
        """The numpy dtype whose memory is the encoded form, for byte order `"little"` or `"big"`."""
        return self.dtype.newbyteorder("<" if endian == "little" else ">")

    def check_stored(self, stored: NDArray[Any]) -> NDArray[Any]:
        """What was read under `stored_dtype`; raises `CodecError` for bit patterns that are not values (bool 02)."""
        return stored

    def to_json_v2(self, endian: str = "little") -> JSON:
        """The v2 `dtype` member, for that byte order. Raises `MetadataError` where v2 has no spelling."""
        raise MetadataError(f"data type {self.name!r} cannot be stored in zarr_format 2")

    def __repr__(self) -> str:
        return f"<data type {self.to_json_v3()!r}>"
