"""Elements of few bits put side by side, array to bytes.

names     v3 `packbits`; v2 id `packbits` and v3 `numcodecs.packbits` are numcodecs' own, with the bits the other way
spec      https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/packbits
metadata  {"name": "packbits", "configuration": {"padding_encoding": "none", "first_bit": 0, "last_bit": 3}}

Bit `i` of the stream is bit `i % 8` of byte `i // 8`, counted from the least significant; of an element the least
significant selected bit comes first. The members `start_bit` and `end_bit`, and the values `start_byte` and
`end_byte`, as the schema of the specification calls them, are read and never written.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from zarr_codecs._refusal import refusal
from zarr_core.abc.codec import ArrayBytesCodec, BoundArrayBytes, Spec
from zarr_core.abc.data_type import JSON, DataType
from zarr_core.abc.store import Buffer
from zarr_core.errors import MetadataError

__all__ = ["PackBitsCodec"]

NAME = "packbits"
OTHER_MEMBERS = {"start_bit": "first_bit", "end_bit": "last_bit"}
OTHER_VALUES = {"start_byte": "first_byte", "end_byte": "last_byte"}


@dataclass(frozen=True)
class PackBitsCodec(ArrayBytesCodec):
    """Of each element, or of each part of a complex number, the bits from `first_bit` to `last_bit`, that included.

    None is the lowest and the highest there is. `padding_encoding` adds a byte that tells how many bits of the last
    byte mean nothing: "first_byte", "last_byte" or "none" (digest 3.8). Bits that are not selected are lost.
    """

    name: ClassVar[str] = NAME
    padding_encoding: Literal["none", "first_byte", "last_byte"] = "none"
    first_bit: Annotated[int, Field(ge=0)] | None = None
    last_bit: Annotated[int, Field(ge=0)] | None = None

    @classmethod
    def from_config(cls, configuration: Mapping[str, JSON]) -> Self:
        members = {OTHER_MEMBERS.get(member, member): value for member, value in configuration.items()}
        if len(members) < len(configuration):
            raise MetadataError(f"codec {NAME!r} has a member in both of its spellings: {sorted(configuration)}")
        padding = members.get("padding_encoding")
        if isinstance(padding, str):
            members["padding_encoding"] = OTHER_VALUES.get(padding, padding)
        return super().from_config(members)

    def __post_init__(self) -> None:
        self.check_fields()

    def resolve(self, spec: Spec) -> None:
        self.bind(spec)

    def bind(self, spec: Spec) -> BoundArrayBytes:
        width = _bits(spec.data_type)
        first = self.first_bit or 0
        last = width - 1 if self.last_bit is None else self.last_bit
        if not first <= last < width:
            raise MetadataError(
                f"codec {NAME!r}: bits {first} to {last} are no bits of data type {spec.data_type.name!r}, "
                f"which has {width}",
                member="last_bit",
            )
        return BoundPackBits(spec, first, last - first + 1, self.padding_encoding)


class BoundPackBits(BoundArrayBytes):
    """The codec for one chunk shape."""

    def __init__(self, spec: Spec, first: int, width: int, padding: str) -> None:
        self.spec = spec
        self._first, self._width, self._padding = first, width, padding
        data_type = spec.data_type
        parts = 2 if _is_complex(data_type) else 1
        self._stored = data_type.stored_dtype("little")
        self._size = self._stored.itemsize // parts
        self._signed = data_type.dtype.kind == "i" or data_type.name.startswith("int")
        self._count = math.prod(spec.shape) * parts
        self._body = (self._count * width + 7) // 8
        self._unused = 8 * self._body - self._count * width
        self._in_one_byte = self._size == 1 and 8 % width == 0

    def encode(self, a: NDArray[Any]) -> Buffer:
        stored = self.spec.data_type.encode(a, "little")
        octets = stored.reshape(-1).view(np.uint8).reshape(self._count, self._size)
        body = (self._few(octets[:, 0]) if self._in_one_byte else self._many(octets)).tobytes()
        if self._padding == "none":
            return body
        unused = bytes([self._unused])
        return unused + body if self._padding == "first_byte" else body + unused

    def decode(self, buf: Buffer, out: NDArray[Any] | None = None) -> NDArray[Any]:
        octets = np.frombuffer(self._unpadded(buf), np.uint8)
        stored = self._of_few(octets) if self._in_one_byte else self._of_many(octets)
        values = self.spec.data_type.check_stored(stored.reshape(-1).view(self._stored).reshape(self.spec.shape))
        if out is None:
            return values.astype(self.spec.data_type.dtype, copy=False)
        out[...] = values
        return out

    def encoded_size(self) -> int:
        return self._body + (self._padding != "none")

    def _unpadded(self, buf: Buffer) -> memoryview:
        view = memoryview(buf)
        if len(view) != self.encoded_size():
            raise refusal(
                NAME, f"needs {self.encoded_size()} bytes for a chunk of shape {self.spec.shape}, got {len(view)}"
            )
        if self._padding == "none":
            return view
        unused, body = (view[0], view[1:]) if self._padding == "first_byte" else (view[-1], view[:-1])
        if unused != self._unused:
            raise refusal(
                NAME, f"found {unused} bits of padding, and a chunk of shape {self.spec.shape} has {self._unused}"
            )
        return body

    # bits of one byte, some of which make another

    def _few(self, octets: NDArray[np.uint8]) -> NDArray[np.uint8]:
        each = 8 // self._width
        bits = np.zeros(self._body * each, np.uint8)
        bits[: self._count] = (octets >> self._first) & ((1 << self._width) - 1)
        packed = bits[::each].copy()
        for place in range(1, each):
            packed |= bits[place::each] << place * self._width
        return packed

    def _of_few(self, octets: NDArray[np.uint8]) -> NDArray[np.uint8]:
        each, spare = 8 // self._width, 8 - self._width
        bits = np.empty(self._body * each, np.uint8)
        for place in range(each):
            bits[place::each] = octets >> place * self._width
        moved: NDArray[Any] = bits[: self._count] << spare
        extended = (moved.view(np.int8) if self._signed else moved) >> spare
        return np.left_shift(extended.view(np.uint8), self._first, dtype=np.uint8)

    # bits as bytes, one by one

    def _many(self, octets: NDArray[np.uint8]) -> NDArray[np.uint8]:
        bits = np.unpackbits(octets.reshape(-1), bitorder="little").reshape(self._count, -1)
        return np.packbits(bits[:, self._first : self._first + self._width].reshape(-1), bitorder="little")

    def _of_many(self, octets: NDArray[np.uint8]) -> NDArray[np.uint8]:
        chosen = np.unpackbits(octets, count=self._count * self._width, bitorder="little").reshape(-1, self._width)
        bits = np.zeros((self._count, 8 * self._size), np.uint8)
        bits[:, self._first : self._first + self._width] = chosen
        if self._signed:
            bits[:, self._first + self._width :] = chosen[:, -1:]
        return np.packbits(bits.reshape(-1), bitorder="little")


def _is_complex(data_type: DataType) -> bool:
    return data_type.name.startswith("complex")


def _bits(data_type: DataType) -> int:
    """How many bits an element has, or each of the two parts of a complex number. Raises `MetadataError`."""
    part = getattr(data_type, "part", data_type)
    if data_type.dtype.kind == "b":
        return 1
    bits: int | None = getattr(part, "bits", None)
    if bits is not None:
        return bits
    if part.dtype.kind not in "iuf":
        raise MetadataError(f"codec {NAME!r} takes booleans and numbers, not data type {data_type.name!r}")
    return 8 * part.dtype.itemsize
