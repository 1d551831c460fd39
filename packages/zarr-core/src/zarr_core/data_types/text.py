"""`string`: text of any length; `fixed_length_utf32`: text of a limited number of code points (digest 3.4, 3.5)."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zarr_core.abc.data_type import JSON
from zarr_core.data_types.fixed_length import FixedLength, is_zero
from zarr_core.data_types.scalar import item_of
from zarr_core.data_types.variable import OBJECTS, VariableLength
from zarr_core.errors import CodecError

__all__ = ["FixedLengthUTF32", "String"]

_StringDType: Any = getattr(np.dtypes, "StringDType", None)
TEXT: np.dtype[Any] = OBJECTS if _StringDType is None else _StringDType()
"""numpy's own variable-width strings where it has them (from 2.0 on), else objects, which are `str`."""
STRICT: np.dtype[Any] | None = None if _StringDType is None else _StringDType(coerce=False)
"""The same, without making text of what is none; None where numpy has no such strings."""
SURROGATES, LAST = 0xD800, 0x10FFFF


class String(VariableLength):
    """Unicode text, by `vlen-utf8`. A fill value is a string in JSON; format 2 also has 0 in old files, for ""."""

    name: ClassVar[str] = "string"
    memory: ClassVar[np.dtype[Any]] = TEXT
    accepts: ClassVar[str] = "text that UTF-8 can hold"
    object_codec: ClassVar[str | None] = "vlen-utf8"

    def default_fill(self) -> NDArray[Any]:
        return self.cast_fill("")

    def parse(self, value: JSON, zarr_format: int) -> NDArray[Any]:
        if isinstance(value, str) or (zarr_format == 2 and is_zero(value)):
            return self.cast(value)
        raise self.refusal(value)

    def cast(self, value: object) -> NDArray[Any]:
        text = "" if is_zero(value) else value
        if not isinstance(text, str) or not is_unicode(text):
            raise self.refusal(value)
        return np.array(str(text), self.memory)

    def fill_to_json(self, fill: NDArray[Any], zarr_format: int = 3) -> JSON:
        return fill.item()

    def as_array(self, values: ArrayLike, *, lone: bool = False) -> NDArray[Any]:
        """None becomes "", which is what files hold for it."""
        given = values if isinstance(values, np.ndarray) else np.asarray(values, OBJECTS)
        if given.dtype == self.memory and given.dtype != OBJECTS:
            return given
        if given.dtype.kind not in "OTU":
            raise TypeError(f"values of dtype {given.dtype} are not text: convert them with astype(str)")
        if STRICT is not None:
            with suppress(ValueError):  # not all of them are text
                return given.astype(STRICT).astype(self.memory, copy=False)
        texts = np.empty(given.shape, OBJECTS)
        for index, value in np.ndenumerate(given):
            if not (value is None or (isinstance(value, str) and is_unicode(value))):
                raise TypeError(f"element {index} is {value!r:.80}, not {self.accepts}")
            texts[index] = str(value or "")
        return texts.astype(self.memory)


class FixedLengthUTF32(FixedLength):
    """Text of at most `length_bytes / 4` code points, in numpy `U1`, `U2`, ... NULs at the end are padding."""

    name: ClassVar[str] = "fixed_length_utf32"
    kind: ClassVar[str] = "U"
    unit: ClassVar[int] = 4

    def __init__(self, length_bytes: int) -> None:
        super().__init__(length_bytes)
        self.accepts = f"text of at most {length_bytes // 4} code points, without NULs at its end"

    def parse(self, value: JSON, zarr_format: int) -> NDArray[Any]:
        if isinstance(value, str) or (zarr_format == 2 and is_zero(value)):
            return self.cast(value)
        raise self.refusal(value)

    def cast(self, value: object) -> NDArray[Any]:
        text = item_of(value)
        text = "" if is_zero(text) else text
        if not isinstance(text, str) or 4 * len(text) > self.length_bytes or text[-1:] == "\0" or not is_unicode(text):
            raise self.refusal(value)
        return np.array(text, self.scalar)

    def fill_to_json(self, fill: NDArray[Any], zarr_format: int = 3) -> JSON:
        return fill.item()

    def check_stored(self, stored: NDArray[Any]) -> NDArray[Any]:
        """Refuses numbers that are no code points, which numpy could not show. Lone surrogates pass, as in Python."""
        codes = np.ascontiguousarray(stored).view(stored.dtype.byteorder.replace("|", "=") + "u4")
        if codes.size and codes.max() > LAST:
            raise CodecError(f"a stored code point is at most {LAST:x}, not {int(codes.max()):x}")
        return stored


def is_unicode(text: str) -> bool:
    """Whether it has no lone surrogates, which neither UTF-8 nor JSON documents hold."""
    return text.isascii() or not any(SURROGATES <= ord(character) <= 0xDFFF for character in text)
