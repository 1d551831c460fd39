"""Numbers shifted and scaled in the arithmetic of their own data type, array to array.

names     v3 `scale_offset`; v2 has none (its `fixedscaleoffset` rounds, and changes the data type)
spec      https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/scale_offset
metadata  {"name": "scale_offset", "configuration": {"offset": 5, "scale": 0.1}}

Integers are exact or refused: what overflows when written, and what cannot be divided when read, is an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from zarr_codecs._numbers import Integers, number_of
from zarr_codecs._refusal import refusal
from zarr_core.abc.codec import ArrayArrayCodec, BoundArrayArray, Spec
from zarr_core.abc.data_type import JSON, DataType
from zarr_core.errors import MetadataError

__all__ = ["ScaleOffsetCodec"]

NAME = "scale_offset"


@dataclass(frozen=True)
class ScaleOffsetCodec(ArrayArrayCodec):
    """`(x - offset) * scale`. Both are scalars as fill values of the incoming data type are written (digest 3.8).

    None, or not said, is an offset of 0 and a scale of 1.
    """

    name: ClassVar[str] = NAME
    offset: JSON = None
    scale: JSON = None

    @classmethod
    def validated(cls, configuration: Mapping[str, JSON]) -> dict[str, Any]:
        """Scalars; what they may be the data type says, which is known later."""
        for member, value in configuration.items():
            if value is None or isinstance(value, (bool, list, dict)):
                raise MetadataError(
                    f"codec {NAME!r}: {member} is a number or a string, not {value!r:.80}", member=member
                )
        return dict(configuration)

    def resolve(self, spec: Spec) -> Spec:
        fill = self.bind(spec).encode(spec.fill.reshape(1))
        fill.setflags(write=False)
        return Spec(spec.shape, spec.data_type, fill.reshape(()))

    def bind(self, spec: Spec) -> BoundArrayArray:
        number = number_of(NAME, spec.data_type)
        offset = self._scalar("offset", 0, spec.data_type)
        scale = self._scalar("scale", 1, spec.data_type)
        if scale == 0:
            raise MetadataError(f"codec {NAME!r}: scale is not 0, from which nothing comes back", member="scale")
        return (
            ScaledIntegers(number, int(offset), int(scale))
            if isinstance(number, Integers)
            else ScaledFloats(offset, scale)
        )

    def _scalar(self, member: str, default: int, data_type: DataType) -> NDArray[Any]:
        given = getattr(self, member)
        try:
            return data_type.cast_fill(default) if given is None else data_type.fill_from_json(given)
        except MetadataError as error:
            raise MetadataError(
                f"codec {NAME!r}: {member} is a scalar of the array's own type: {error}", member=member
            ) from None


class ScaledFloats(BoundArrayArray):
    """Infinities and NaNs are floats like any others."""

    def __init__(self, offset: NDArray[Any], scale: NDArray[Any]) -> None:
        self._offset, self._scale = offset, scale

    def encode(self, a: NDArray[Any]) -> NDArray[Any]:
        with np.errstate(all="ignore"):
            scaled: NDArray[Any] = (a - self._offset) * self._scale
        return scaled

    def decode(self, a: NDArray[Any]) -> NDArray[Any]:
        with np.errstate(all="ignore"):
            restored: NDArray[Any] = a / self._scale + self._offset
        return restored


class ScaledIntegers(BoundArrayArray):
    """Whether all results are integers of the type shows in the lowest and highest element, before any is computed."""

    def __init__(self, number: Integers, offset: int, scale: int) -> None:
        self._number, self._offset, self._scale = number, offset, scale

    def encode(self, a: NDArray[Any]) -> NDArray[Any]:
        number, offset, scale = self._number, self._offset, self._scale
        work = a.astype(number.work)
        self._check(work, number.lowest + offset, number.highest + offset)
        shifted = work - number.work.type(offset)
        self._check(shifted, *_quotients(number, scale))
        scaled: NDArray[Any] = (shifted * number.work.type(scale)).astype(number.dtype)
        return scaled

    def decode(self, a: NDArray[Any]) -> NDArray[Any]:
        number, offset, scale = self._number, self._offset, self._scale
        work = a.astype(number.work)
        if scale == -1:  # the lowest has no opposite
            self._check(work, -number.highest, -number.lowest)
        quotient, rest = np.divmod(work, number.work.type(scale))
        if rest.any():
            raise refusal(NAME, f"found {work[rest != 0].flat[0]}, which its scale {scale} does not divide")
        self._check(quotient, number.lowest - offset, number.highest - offset)
        restored: NDArray[Any] = (quotient + number.work.type(offset)).astype(number.dtype)
        return restored

    def _check(self, values: NDArray[Any], lowest: int, highest: int) -> None:
        if values.size and not (lowest <= int(values.min()) and int(values.max()) <= highest):
            worst = values.min() if int(values.min()) < lowest else values.max()
            raise refusal(
                NAME,
                f"with offset {self._offset} and scale {self._scale} takes {worst} "
                f"out of the range of {self._number.dtype.name}",
            )


def _quotients(number: Integers, scale: int) -> tuple[int, int]:
    """The lowest and the highest integer whose product with `scale` is one of the type."""
    lowest, highest = (number.lowest, number.highest) if scale > 0 else (-number.highest, -number.lowest)
    size = abs(scale)
    return -(-lowest // size), highest // size
