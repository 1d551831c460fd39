"""Opaque bytes: `r8`, `r16`, ..., whose numbers count bits, and `raw_bytes`, not registered (digest 1.7, 3.10)."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from zarr_core.abc.data_type import JSON
from zarr_core.data_types.base64_json import bytes_from_base64, bytes_from_list, bytes_to_base64
from zarr_core.data_types.fixed_length import FixedLength, is_zero
from zarr_core.data_types.scalar import ScalarType, item_of
from zarr_core.errors import MetadataError

__all__ = ["RawBits", "RawBytes"]

FAMILY = re.compile("r([1-9][0-9]{0,9})")


class Opaque(ScalarType):
    """Bytes without meaning, in numpy `V1`, `V2`, ...

    Fill values are read as a list of integers, one per byte, and as base64; in format 2 only as base64, where missing
    bytes at the end are zeros (digest 4.4, 6.3).
    """

    def parse(self, value: JSON, zarr_format: int) -> NDArray[Any]:
        if isinstance(value, list) and zarr_format == 3:
            return self.of(bytes_from_list(value), value)
        if isinstance(value, str):
            content = bytes_from_base64(value)
            if content is not None and zarr_format == 2:
                content = content.ljust(self.scalar.itemsize, b"\0")
            return self.of(content, value)
        if zarr_format == 2 and is_zero(value):  # old files (digest 4.4)
            return np.zeros((), self.scalar)
        raise self.refusal(value)

    def cast(self, value: object) -> NDArray[Any]:
        content = item_of(value)
        if isinstance(content, list):
            return self.of(bytes_from_list(content), value)
        if isinstance(content, (bytes, bytearray, memoryview)):
            return self.of(bytes(content), value)
        if is_zero(content):
            return np.zeros((), self.scalar)
        raise self.refusal(value)

    def of(self, content: bytes | None, value: object) -> NDArray[Any]:
        """A 0-d array of these bytes; refuses `value`, from which they come, if they are not one element."""
        if content is None or len(content) != self.scalar.itemsize:
            raise self.refusal(value)
        return np.frombuffer(content, self.scalar).reshape(())

    def fill_to_json(self, fill: NDArray[Any], zarr_format: int = 3) -> JSON:
        return bytes_to_base64(fill.tobytes())


class RawBits(Opaque):
    """Elements of `bits` bits, a positive multiple of 8. Format 3 writes its fill value as a list of integers."""

    name: ClassVar[str] = "r*"

    def __init__(self, bits: int) -> None:
        if bits <= 0 or bits % 8 or bits >= 1 << 34:
            raise unknown(f"r{bits}")
        self.name = f"r{bits}"  # type: ignore[misc]  # the members of a family have names of their own
        self.scalar = np.dtype((np.void, bits // 8))
        self.accepts = f"{bits // 8} bytes; in JSON a list of {bits // 8} integers from 0 to 255"

    @classmethod
    def from_json_v3(cls, name: str, configuration: dict[str, JSON]) -> Self:
        bits = FAMILY.fullmatch(name)
        if bits is None:
            raise unknown(name)
        if configuration:
            raise MetadataError(f"data type {name!r} takes no configuration, not {configuration!r:.80}")
        return cls(int(bits[1]))

    def fill_to_json(self, fill: NDArray[Any], zarr_format: int = 3) -> JSON:
        return list(fill.tobytes()) if zarr_format == 3 else super().fill_to_json(fill, zarr_format)


class RawBytes(FixedLength, Opaque):
    """`length_bytes` bytes, as zarr-python and tensorstore name them. Writes its fill value as base64."""

    name: ClassVar[str] = "raw_bytes"
    kind: ClassVar[str] = "V"

    def __init__(self, length_bytes: int) -> None:
        super().__init__(length_bytes)
        self.accepts = f"{length_bytes} bytes; in JSON base64 of {length_bytes} bytes"


def unknown(name: str) -> MetadataError:
    """The error for a name that looks like one of the family."""
    return MetadataError(f"unknown data type {name!r}: the number after 'r' counts bits and is a multiple of 8")
