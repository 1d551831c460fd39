"""What data types of a length in bytes share: the configuration `{"length_bytes": n}` (digest 3.5, 3.10)."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np

from zarr_core.abc.data_type import JSON
from zarr_core.data_types.scalar import ScalarType
from zarr_core.errors import MetadataError

__all__ = ["LONGEST", "FixedLength", "is_zero"]

LONGEST = (1 << 31) - 1
"""Bytes of the longest element that numpy has."""


class FixedLength(ScalarType):
    """Elements of `length_bytes` bytes. Subclasses set `name`, `kind` and `unit`, and `accepts` when made."""

    kind: ClassVar[str]
    """The kind of its numpy dtype: "S", "U" or "V"."""
    unit: ClassVar[int] = 1
    """Bytes that the length is a multiple of."""

    def __init__(self, length_bytes: JSON) -> None:
        valid = isinstance(length_bytes, int) and not isinstance(length_bytes, bool)
        if not valid or not 0 < length_bytes <= LONGEST or length_bytes % self.unit:
            multiple = "" if self.unit == 1 else f" and a multiple of {self.unit}"
            raise MetadataError(
                f"data type {self.name!r}: length_bytes is an integer from 1 to {LONGEST}{multiple}, "
                f"not {length_bytes!r:.80}",
                member="data_type",
            )
        self.length_bytes = length_bytes
        self.scalar = np.dtype(f"{self.kind}{length_bytes // self.unit}")

    @classmethod
    def from_json_v3(cls, name: str, configuration: dict[str, JSON]) -> Self:
        if configuration.keys() != {"length_bytes"}:
            raise MetadataError(
                f"data type {name!r} takes exactly length_bytes as configuration, not {configuration!r:.80}",
                member="data_type",
            )
        return cls(configuration["length_bytes"])

    def to_json_v3(self) -> JSON:
        return {"name": self.name, "configuration": {"length_bytes": self.length_bytes}}


def is_zero(value: Any) -> bool:
    """Whether it is the number 0, which stands for "empty" in old files of format 2, and in `zeros`."""
    return isinstance(value, int) and not isinstance(value, bool) and value == 0
