"""Elements of varying length, each after its length, array to bytes.

names     v3 and v2 ids `vlen-utf8`, `vlen-bytes`; v2 id `vlen-array`
spec      https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/vlen-utf8 (and vlen-bytes)
metadata  {"name": "vlen-utf8"}, {"name": "vlen-bytes"}
          v2 {"id": "vlen-utf8"}, {"id": "vlen-bytes"}, {"id": "vlen-array", "dtype": "<i4"}

The number of elements, then for each its length in bytes and those, all numbers `<u4`. The library is numcodecs, which
holds the GIL. The number of elements is checked before anything is allocated; bytes after the last are ignored, as the
other implementations do (digest 3.8, 6.5).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from zarr_codecs._numcodecs import VLenArray, VLenBytes, VLenUTF8
from zarr_codecs._refusal import refusal
from zarr_codecs._v2 import V2Object
from zarr_core.abc.codec import ArrayBytesCodec, BoundArrayBytes, Spec
from zarr_core.abc.data_type import DataType
from zarr_core.abc.store import Buffer
from zarr_core.data_types.objects import Objects
from zarr_core.data_types.octets import VariableLengthBytes
from zarr_core.data_types.scalar import read_only
from zarr_core.data_types.text import String
from zarr_core.data_types.variable import boxed
from zarr_core.errors import MetadataError

__all__ = ["V2VLenArrayCodec", "VLenBytesCodec", "VLenUTF8Codec"]

MOST = (1 << 32) - 1


class VLenCodec(ArrayBytesCodec):
    """A codec of numcodecs for elements of one data type."""

    def object_type(self) -> DataType:
        """What arrays of objects hold whose first filter it is."""
        raise NotImplementedError

    def numcodec(self) -> Any:
        """The codec for 1-d arrays of objects."""
        raise NotImplementedError

    def resolve(self, spec: Spec) -> None:
        accepted = self.object_type()
        if spec.data_type != accepted:
            raise refusal(self.name, f"takes data type {accepted.name!r}, not {spec.data_type.name!r}")
        if math.prod(spec.shape) > MOST:
            raise refusal(self.name, f"counts up to {MOST} elements, too few for a chunk of shape {spec.shape}")

    def bind(self, spec: Spec) -> BoundArrayBytes:
        return BoundVLen(self.name, self.numcodec(), spec)


@dataclass(frozen=True)
class VLenUTF8Codec(VLenCodec):
    """Text, as UTF-8."""

    name: ClassVar[str] = "vlen-utf8"

    def object_type(self) -> DataType:
        return String()

    def numcodec(self) -> Any:
        return VLenUTF8()


@dataclass(frozen=True)
class VLenBytesCodec(VLenCodec):
    """Byte strings, as they are."""

    name: ClassVar[str] = "vlen-bytes"

    def object_type(self) -> DataType:
        return VariableLengthBytes()

    def numcodec(self) -> Any:
        return VLenBytes()


@dataclass(frozen=True)
class V2VLenArrayCodec(V2Object, VLenCodec):
    """One-dimensional arrays of `dtype`, a NumPy type string."""

    name: ClassVar[str] = "vlen-array"
    dtype: str = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        try:
            item = np.dtype(self.dtype)
        except TypeError:
            item = np.dtype(object)
        if item.hasobject or item.itemsize == 0:
            raise MetadataError(f"codec 'vlen-array': dtype is a NumPy type string such as '<i4', not {self.dtype!r}")

    def object_type(self) -> DataType:
        return Ragged(self.dtype)

    def numcodec(self) -> Any:
        return VLenArray(self.dtype)


class Ragged(Objects):
    """Arrays in arrays. The default fill is an array without elements; so are 0 and null in files."""

    name: ClassVar[str] = "array"

    def __init__(self, item: str) -> None:
        self.item = np.dtype(item)

    def default_fill(self) -> NDArray[Any]:
        return read_only(boxed(read_only(np.empty(0, self.item))))

    def parse(self, value: Any, zarr_format: int) -> NDArray[Any]:
        if isinstance(value, list):
            try:
                exact = np.array(value).reshape(-1)
                elements = exact.astype(self.item)
            except (TypeError, ValueError, OverflowError):
                raise self.refusal(value) from None
            if np.array_equal(elements, exact):
                return boxed(read_only(elements))
        elif not value:
            return self.default_fill()
        raise self.refusal(value)

    def cast(self, value: Any) -> NDArray[Any]:
        return self.parse(value.tolist() if isinstance(value, np.ndarray) else value, 2)

    def fill_to_json(self, fill: NDArray[Any], zarr_format: int = 3) -> Any:
        return fill.item().tolist() or 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ragged) and self.item == other.item

    def __hash__(self) -> int:
        return hash((Ragged, self.item))


class BoundVLen(BoundArrayBytes):
    """The codec for one chunk shape."""

    def __init__(self, name: str, numcodec: Any, spec: Spec) -> None:
        self.spec = spec
        self._name, self._numcodec = name, numcodec
        self._count = math.prod(spec.shape)
        self._dtype = spec.data_type.dtype

    def encode(self, a: NDArray[Any]) -> Buffer:
        if a.shape != self.spec.shape:
            raise refusal(self._name, f"was given shape {a.shape} for chunks of shape {self.spec.shape}")
        try:  # of whatever is not C-contiguous the library would take the elements in another order
            return self._numcodec.encode(np.ascontiguousarray(a, object).reshape(-1))  # type: ignore[no-any-return]
        except (TypeError, ValueError) as error:
            raise refusal(self._name, f"cannot take an element of the chunk: {error}") from error

    def decode(self, buf: Buffer, out: NDArray[Any] | None = None) -> NDArray[Any]:
        count = int.from_bytes(buf[:4], "little")
        if len(buf) < 4 or count != self._count:
            found = f"a value of {count} elements" if len(buf) >= 4 else f"{len(buf)} bytes"
            raise refusal(
                self._name, f"needs {self._count} elements for a chunk of shape {self.spec.shape}, got {found}"
            )
        try:
            values = self._numcodec.decode(buf)
        except (TypeError, ValueError) as error:
            raise refusal(self._name, f"found damaged data ({error})") from error
        values = values.reshape(self.spec.shape)
        if out is None:
            return values.astype(self._dtype, copy=False)  # type: ignore[no-any-return]
        out[...] = values
        return out
