"""What the core types share: one numpy dtype each, and no configuration.

Subclasses say which values fit (`parse` for JSON, `cast` for Python); this file knows none of them.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from zarr_core.abc.data_type import JSON, DataType
from zarr_core.errors import MetadataError

__all__ = ["ScalarType", "item_of", "read_only"]


class ScalarType(DataType):
    """A data type that is one numpy dtype. Subclasses set `name`, `scalar` and `accepts`."""

    scalar: np.dtype[Any]
    """The numpy dtype in memory."""
    accepts: str
    """Which values fit, for error messages."""

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.scalar

    @classmethod
    def from_json_v3(cls, name: str, configuration: dict[str, JSON]) -> Self:
        if configuration:
            raise MetadataError(f"data type {name!r} takes no configuration, not {configuration!r:.80}")
        return cls()

    def to_json_v3(self) -> JSON:
        return self.name

    def to_json_v2(self, endian: str = "little") -> JSON:
        return self.stored_dtype(endian).str

    def default_fill(self) -> NDArray[Any]:
        return read_only(np.zeros((), self.scalar))

    def fill_from_json(self, value: JSON, zarr_format: int = 3) -> NDArray[Any]:
        if value is None and zarr_format == 2:  # contents undefined; the peers too take the default (digest 4.4)
            return self.default_fill()
        return read_only(self.parse(value, zarr_format))

    def cast_fill(self, value: object) -> NDArray[Any]:
        """The default fill for None. Raises `MetadataError` naming data type, value and what it takes."""
        if value is None:
            return self.default_fill()
        dtype = value.dtype if isinstance(value, (np.ndarray, np.generic)) and value.shape == () else None
        if dtype is not None and dtype.kind == self.scalar.kind and dtype.newbyteorder("=") == self.scalar:
            # bits that Python's numbers cannot carry
            return read_only(np.array(value, self.scalar))
        return read_only(self.cast(value))

    @abstractmethod
    def parse(self, value: JSON, zarr_format: int) -> NDArray[Any]:
        """A 0-d array from JSON of that format, except the null of format 2."""

    @abstractmethod
    def cast(self, value: object) -> NDArray[Any]:
        """A 0-d array from a Python or numpy value of another dtype, where nothing is lost but digits of a float."""

    def refusal(self, value: object) -> MetadataError:
        """The error for a fill value that does not fit."""
        return MetadataError(f"fill value {value!r:.80} does not fit data type {self.name!r}: it takes {self.accepts}")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ScalarType) and type(self) is type(other) and self.scalar == other.scalar

    def __hash__(self) -> int:
        return hash((type(self), self.scalar))


def read_only(fill: NDArray[Any]) -> NDArray[Any]:
    """The array, closed to writing."""
    fill.setflags(write=False)
    return fill


def item_of(value: object) -> object:
    """A numpy scalar or 0-d array as the Python object of the same value; anything else as it is."""
    if isinstance(value, (np.ndarray, np.generic)) and value.shape == ():
        return value.item()
    return value
