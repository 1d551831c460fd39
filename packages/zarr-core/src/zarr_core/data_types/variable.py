"""What data types without a fixed size of elements share: no bytes of their own, and objects in memory.

Which codec makes bytes of them, their subclasses say: in format 2 it is a filter of the array (digest 4.6).
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zarr_core.abc.data_type import JSON, DataType
from zarr_core.data_types.scalar import read_only
from zarr_core.errors import MetadataError

__all__ = ["OBJECTS", "VariableLength", "boxed"]

OBJECTS = np.dtype(object)


class VariableLength(DataType):
    """Elements of varying size. Subclasses set `name`, `memory`, `accepts` and `object_codec`."""

    memory: ClassVar[np.dtype[Any]] = OBJECTS
    """The numpy dtype in memory."""
    accepts: ClassVar[str]
    """Which values fit, for error messages."""
    object_codec: ClassVar[str | None] = None
    """The codec for it: an id of format 2, and the same name in format 3. None: the user must choose one."""

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.memory

    @property
    def item_size(self) -> None:
        return None

    @property
    def has_endianness(self) -> bool:
        return False

    @classmethod
    def from_json_v3(cls, name: str, configuration: dict[str, JSON]) -> Self:
        if configuration:
            raise MetadataError(f"data type {name!r} takes no configuration, not {configuration!r:.80}")
        return cls()

    def to_json_v3(self) -> JSON:
        return self.name

    def to_json_v2(self, endian: str = "little") -> JSON:
        return "|O"

    @property
    def instead(self) -> str:
        """What to use instead of the codec `bytes`, for its error message."""
        return f"use codec {self.object_codec!r} (pip install zarr-codecs)"

    def fill_from_json(self, value: JSON, zarr_format: int = 3) -> NDArray[Any]:
        if zarr_format == 2 and value is None:
            return self.default_fill()
        return read_only(self.parse(value, zarr_format))

    def cast_fill(self, value: object) -> NDArray[Any]:
        """The default fill for None. Raises `MetadataError` naming data type, value and what it takes."""
        if value is None:
            return self.default_fill()
        if isinstance(value, np.ndarray) and value.shape == ():
            value = value[()]
        return read_only(self.cast(value))

    @abstractmethod
    def parse(self, value: JSON, zarr_format: int) -> NDArray[Any]:
        """A 0-d array from JSON of that format, except the null of format 2."""

    @abstractmethod
    def cast(self, value: object) -> NDArray[Any]:
        """A 0-d array from what a caller gave."""

    @abstractmethod
    def as_array(self, values: ArrayLike, *, lone: bool = False) -> NDArray[Any]:
        """What a caller writes, as an array of `dtype`; `lone`: to a single element, so that a list may be one.

        Raises `TypeError` naming the element that does not fit. numpy alone would make text of None and of numbers,
        and takes some lists through dtypes of fixed size, which cut NULs off the end.
        """

    def refusal(self, value: object) -> MetadataError:
        """The error for a fill value that does not fit."""
        return MetadataError(f"fill value {value!r:.80} does not fit data type {self.name!r}: it takes {self.accepts}")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))


def boxed(value: object) -> NDArray[Any]:
    """A 0-d array of objects that holds this very one, be it a list or an array."""
    box = np.empty(1, OBJECTS)
    box[0] = value
    return box.reshape(())
