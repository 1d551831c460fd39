"""`bytes`: byte strings of any length; `null_terminated_bytes`: of a fixed length, zeros at the end cut off.

The first has two names more: `variable_length_bytes`, which zarr-python and zarrs read and which is written, and
`binary` (digest 3.4, 6.3). Not to be confused with the codec `bytes`.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zarr_core.abc.data_type import JSON
from zarr_core.data_types.base64_json import bytes_from_base64, bytes_from_list, bytes_to_base64
from zarr_core.data_types.fixed_length import FixedLength, is_zero
from zarr_core.data_types.scalar import item_of
from zarr_core.data_types.variable import OBJECTS, VariableLength, boxed

__all__ = ["NullTerminatedBytes", "VariableLengthBytes"]


class VariableLengthBytes(VariableLength):
    """Byte strings, by `vlen-bytes`; in memory objects that are `bytes`.

    A fill value in JSON is base64, which is written, or a list of integers; old files of format 2 have 0 for b"".
    """

    name: ClassVar[str] = "variable_length_bytes"
    accepts: ClassVar[str] = "bytes; in JSON base64 or a list of integers from 0 to 255"
    object_codec: ClassVar[str | None] = "vlen-bytes"

    def default_fill(self) -> NDArray[Any]:
        return self.cast_fill(b"")

    def parse(self, value: JSON, zarr_format: int) -> NDArray[Any]:
        if isinstance(value, str):
            return self.of(bytes_from_base64(value), value)
        if isinstance(value, list) or (zarr_format == 2 and is_zero(value)):
            return self.cast(value)
        raise self.refusal(value)

    def cast(self, value: object) -> NDArray[Any]:
        if isinstance(value, list):
            return self.of(bytes_from_list(value), value)
        if is_zero(value):
            return boxed(b"")
        return self.of(bytes(value) if isinstance(value, (bytes, bytearray, memoryview)) else None, value)

    def of(self, content: bytes | None, value: object) -> NDArray[Any]:
        """A 0-d array of the content; refuses `value`, from which it comes, if that is none."""
        if content is None:
            raise self.refusal(value)
        return boxed(content)

    def fill_to_json(self, fill: NDArray[Any], zarr_format: int = 3) -> JSON:
        return bytes_to_base64(fill.item())

    def as_array(self, values: ArrayLike, *, lone: bool = False) -> NDArray[Any]:
        """None becomes b"", which is what files hold for it."""
        given = values if isinstance(values, np.ndarray) else np.asarray(values, OBJECTS)
        if given.dtype.kind not in "OS":
            raise TypeError(f"values of dtype {given.dtype} are not bytes")
        given = given.astype(OBJECTS, copy=False)
        if all(type(value) is bytes for value in given.flat):
            return given
        contents = np.empty(given.shape, OBJECTS)
        for index, value in np.ndenumerate(given):
            if not (value is None or isinstance(value, (bytes, bytearray, memoryview))):
                raise TypeError(f"element {index} is {value!r:.80}, not bytes")
            contents[index] = bytes(value or b"")
        return contents


class NullTerminatedBytes(FixedLength):
    """`length_bytes` bytes, in numpy `S1`, `S2`, ...; zeros at the end are padding, not part of the value.

    A fill value in JSON is base64 of at most as many bytes; format 3 has it without the padding, format 2 with it,
    which more readers take (digest 3.10, 4.4).
    """

    name: ClassVar[str] = "null_terminated_bytes"
    kind: ClassVar[str] = "S"

    def __init__(self, length_bytes: int) -> None:
        super().__init__(length_bytes)
        self.accepts = f"at most {length_bytes} bytes; in JSON base64"

    def parse(self, value: JSON, zarr_format: int) -> NDArray[Any]:
        if isinstance(value, str):
            return self.of(bytes_from_base64(value), value)
        if zarr_format == 2 and is_zero(value):
            return np.zeros((), self.scalar)
        raise self.refusal(value)

    def cast(self, value: object) -> NDArray[Any]:
        content = item_of(value)
        if is_zero(content):
            return np.zeros((), self.scalar)
        return self.of(bytes(content) if isinstance(content, (bytes, bytearray, memoryview)) else None, value)

    def of(self, content: bytes | None, value: object) -> NDArray[Any]:
        """A 0-d array of the content; refuses `value`, from which it comes, if that is too long or none."""
        if content is None or len(content) > self.length_bytes:
            raise self.refusal(value)
        return np.array(content, self.scalar)

    def fill_to_json(self, fill: NDArray[Any], zarr_format: int = 3) -> JSON:
        return bytes_to_base64(fill.item() if zarr_format == 3 else fill.tobytes())
