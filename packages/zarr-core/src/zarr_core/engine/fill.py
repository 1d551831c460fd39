"""Is a chunk all fill? Compared bit by bit, so that -0.0 and NaN payloads are never taken for it (digest 6.7)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["FillTest"]

_BLOCK = 1 << 16
_UNSIGNED = {1: np.uint8, 2: np.uint16, 4: np.uint32, 8: np.uint64}


class FillTest:
    """The test for one fill value, prepared once. Ordinary data is turned away by its first element."""

    __slots__ = ("_bits", "_first", "_plain", "_text", "_unit")

    def __init__(self, fill: NDArray[Any]) -> None:
        self._text = fill if fill.dtype.kind == "T" else None
        self._plain = fill.dtype.hasobject or self._text is not None
        # of a scalar, where numpy cuts off the zeros at the end of a text, as it does for what this is compared with
        self._first = fill.item() if self._plain else fill[()].tobytes()
        size = fill.dtype.itemsize
        self._unit = np.dtype(_UNSIGNED.get(size, f"V{max(size, 1)}"))
        self._bits = None if self._plain or size == 0 else np.frombuffer(fill.tobytes(), self._unit)[0]

    def __call__(self, a: NDArray[Any]) -> bool:
        """Whether every element of `a` has the bits of the fill value. An empty array is."""
        if a.size == 0:
            return True
        if self._text is not None:  # compared with a str, numpy would cut NULs off its end
            return bool((a == self._text).all())
        if self._plain:
            first = self._first
            return all(type(item) is type(first) and _equal(item, first) for item in a.flat)
        if a[(0,) * a.ndim].tobytes() != self._first:
            return False
        if self._bits is None:
            return True
        bits = a.view(self._unit)
        if not a.flags.forc:
            return bool((bits == self._bits).all())
        flat = bits.ravel(order="K")
        return all(bool((flat[start : start + _BLOCK] == self._bits).all()) for start in range(0, flat.size, _BLOCK))


def _equal(item: Any, other: Any) -> bool:
    """Whether two objects of one type are equal; of arrays in arrays, all their elements."""
    return np.array_equal(item, other) if isinstance(item, np.ndarray) else bool(item == other)
