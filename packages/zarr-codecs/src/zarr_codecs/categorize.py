"""Text as numbers of labels, array to array; only in format 2.

names     v2 id `categorize`
spec      https://numcodecs.readthedocs.io/en/stable/filter/categorize.html
metadata  v2 {"id": "categorize", "labels": ["f", "m"], "dtype": "|O", "astype": "|u1"}

Label k has the number k + 1; any other text is 0, and comes back as "" (digest 4.6).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from zarr_codecs._refusal import refusal
from zarr_codecs._v2 import V2Object
from zarr_core.abc.codec import ArrayArrayCodec, BoundArrayArray, Spec
from zarr_core.abc.data_type import DataType
from zarr_core.data_types.parse import data_type_from_numpy
from zarr_core.data_types.text import FixedLengthUTF32, String
from zarr_core.errors import MetadataError

__all__ = ["V2CategorizeCodec"]


@dataclass(frozen=True, kw_only=True)
class V2CategorizeCodec(V2Object, ArrayArrayCodec):
    """`dtype` is `|O`, or that of the array, as `<U5`; `astype` is an integer type string with room for all labels."""

    name: ClassVar[str] = "categorize"
    labels: tuple[str, ...]
    dtype: str
    astype: str = "|u1"

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "labels", tuple(self.labels))
        try:
            numbers = np.dtype(self.astype)
        except TypeError:
            numbers = np.dtype(object)
        if numbers.kind not in "iu" or np.iinfo(numbers).max < len(self.labels):
            raise MetadataError(
                f"codec 'categorize': astype is the type string of integers up to {len(self.labels)}, "
                f"not {self.astype!r:.80}",
                member="astype",
            )

    def object_type(self) -> DataType:
        """What arrays of objects hold whose first filter it is."""
        return String()

    def resolve(self, spec: Spec) -> Spec:
        if not isinstance(spec.data_type, String | FixedLengthUTF32):
            raise refusal(self.name, f"takes text, not data type {spec.data_type.name!r}")
        fill = self.bind(spec).encode(spec.fill)
        return Spec(spec.shape, data_type_from_numpy(fill.dtype), fill)

    def bind(self, spec: Spec) -> BoundArrayArray:
        return BoundCategorize(self.labels, np.dtype(self.astype).newbyteorder("="), spec.data_type.dtype)


class BoundCategorize(BoundArrayArray):
    """The codec for chunks of any shape."""

    def __init__(self, labels: tuple[str, ...], numbers: np.dtype[Any], texts: np.dtype[Any]) -> None:
        self._labels, self._numbers = labels, numbers
        self._texts = np.array(("", *labels), texts)

    def encode(self, a: NDArray[Any]) -> NDArray[Any]:
        encoded = np.zeros(a.shape, self._numbers)
        for number, label in enumerate(self._labels, 1):
            encoded[a == label] = number
        return encoded

    def decode(self, a: NDArray[Any]) -> NDArray[Any]:
        if a.size and not 0 <= a.min() <= a.max() <= len(self._labels):
            raise refusal("categorize", f"found the number {a.max()}, and there are {len(self._labels)} labels")
        return self._texts[a]  # type: ignore[no-any-return]
