"""`r8`, `r16`, `r24`, ...: opaque bytes. The number in the name counts bits (digest 1.7)."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from zarr_core.abc.data_type import JSON
from zarr_core.data_types.scalar import ScalarType, item_of
from zarr_core.errors import MetadataError

__all__ = ["RawBits"]

FAMILY = re.compile("r([1-9][0-9]{0,9})")


class RawBits(ScalarType):
    """Elements of `bits` bits, a positive multiple of 8; in numpy `V1`, `V2`, ...

    Fill values in JSON: format 3 a list of integers, one per byte (base64 is read too, as tensorstore writes it);
    format 2 base64, where missing bytes at the end are zeros (digest 4.4, 6.3).
    """

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

    def parse(self, value: JSON, zarr_format: int) -> NDArray[Any]:
        size = self.scalar.itemsize
        if isinstance(value, list) and zarr_format == 3:
            return self.of(octets(value), value)
        if isinstance(value, str):
            try:
                content = base64.b64decode(value, validate=True)
            except (binascii.Error, ValueError):
                raise self.refusal(value) from None
            return self.of(content.ljust(size, b"\0") if zarr_format == 2 else content, value)
        if zarr_format == 2 and value == 0 and not isinstance(value, bool):  # old files (digest 4.4)
            return np.zeros((), self.scalar)
        raise self.refusal(value)

    def cast(self, value: object) -> NDArray[Any]:
        content = item_of(value)
        if isinstance(content, list):
            return self.of(octets(content), value)
        if isinstance(content, (bytes, bytearray, memoryview)):
            return self.of(bytes(content), value)
        raise self.refusal(value)

    def of(self, content: bytes | None, value: object) -> NDArray[Any]:
        """A 0-d array of these bytes; refuses `value`, from which they come, if they are not one element."""
        if content is None or len(content) != self.scalar.itemsize:
            raise self.refusal(value)
        return np.frombuffer(content, self.scalar).reshape(())

    def fill_to_json(self, fill: NDArray[Any], zarr_format: int = 3) -> JSON:
        content = fill.tobytes()
        return list(content) if zarr_format == 3 else base64.b64encode(content).decode("ascii")


def octets(values: list[Any]) -> bytes | None:
    """The bytes that a list of integers from 0 to 255 stands for; None if it is not one."""
    if all(isinstance(v, int) and not isinstance(v, bool) and 0 <= v <= 255 for v in values):
        return bytes(values)
    return None


def unknown(name: str) -> MetadataError:
    """The error for a name that looks like one of the family."""
    return MetadataError(f"unknown data type {name!r}: the number after 'r' counts bits and is a multiple of 8")
