"""Convert arrays of numbers value by value, exactly as the registered codec `cast_value` says.

Knows numbers only. Everything is exact or rounded once: floats are computed with as binary64, which holds all of
them, and integers that binary64 cannot hold stay integers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zarr_codecs._numbers import Floats, Integers
from zarr_codecs._refusal import refusal

__all__ = ["ROUNDINGS", "Cast"]


def _away(x: NDArray[Any]) -> NDArray[Any]:
    whole: NDArray[Any] = np.trunc(x)
    return whole + np.copysign(np.abs(x - whole) >= 0.5, x)  # type: ignore[no-any-return]


ROUNDINGS: dict[str, Callable[[NDArray[Any]], NDArray[Any]]] = {
    "nearest-even": np.rint,
    "towards-zero": np.trunc,
    "towards-positive": np.ceil,
    "towards-negative": np.floor,
    "nearest-away": _away,
}
"""From binary64 to integers in binary64; signed zero stays."""


class Cast:
    """From numbers of one type to those of another.

    `out_of_range` is "clamp", "wrap" (to integers only) or None: an error. `mapped` are pairs of 0-d arrays: elements
    that equal the first of a pair become the second, and are not converted; of several pairs the first counts.
    """

    def __init__(
        self,
        codec: str,
        source: Integers | Floats,
        target: Integers | Floats,
        rounding: str = "nearest-even",
        out_of_range: str | None = None,
        mapped: Sequence[tuple[NDArray[Any], NDArray[Any]]] = (),
    ) -> None:
        self._codec, self._source, self._target = codec, source, target
        self._rounding, self._out_of_range, self._mapped = rounding, out_of_range, mapped
        self._round = ROUNDINGS[rounding]
        self._widens = _holds(target, source)

    def __call__(self, a: NDArray[Any]) -> NDArray[Any]:
        """A new array. Raises `CodecError` for an element that has no place in the target."""
        if not self._mapped:
            return self._converted(a)
        out = np.empty(a.shape, self._target.dtype)
        rest = np.ones(a.shape, bool)
        for key, value in self._mapped:
            hit = rest & (np.isnan(a) if isinstance(self._source, Floats) and np.isnan(key) else a == key)
            out[hit] = value
            rest &= ~hit
        out[rest] = self._converted(a[rest])
        return out

    def _converted(self, a: NDArray[Any]) -> NDArray[Any]:
        source, target = self._source, self._target
        with np.errstate(all="ignore"):
            if isinstance(source, Integers):
                a = a.astype(source.work, copy=False)
                if self._widens:
                    return a.astype(target.dtype)
                if isinstance(target, Integers):
                    return self._integers_in_range(a, source, target)
                return self._in_range(a, self._integers_rounded(a, target.mantissa), target)
            if self._widens:
                return a.astype(target.dtype)
            a = a.astype(np.float64, copy=False)
            if isinstance(target, Integers):
                return self._floats_to_integers(a, target)
            return self._in_range(a, self._floats_rounded(a, target), target)

    def _integers_in_range(self, a: NDArray[Any], source: Integers, target: Integers) -> NDArray[Any]:
        lowest, highest = max(target.lowest, source.lowest), min(target.highest, source.highest)
        out = (a < lowest) | (a > highest)
        if out.any():
            if self._out_of_range is None:
                raise self._refused(a[out], target)
            if self._out_of_range == "wrap":
                return _wrapped(a.astype(np.uint64), target)
            a = np.clip(a, lowest, highest)
        return a.astype(target.work).astype(target.dtype)

    def _floats_to_integers(self, a: NDArray[Any], target: Integers) -> NDArray[Any]:
        wrong = ~np.isfinite(a)
        if wrong.any():
            raise self._refused(a[wrong], target)
        whole = self._round(a)
        below, above = whole < float(target.lowest), whole >= float(target.highest + 1)  # powers of two: exact
        out = below | above
        if not out.any():
            return whole.astype(target.work).astype(target.dtype)
        if self._out_of_range is None:
            raise self._refused(a[out], target)
        if self._out_of_range == "wrap":
            low = np.fmod(whole, 2.0**64)
            size = np.abs(low).astype(np.uint64)
            return _wrapped(np.where(low < 0, ~size + np.uint64(1), size), target)
        result = np.where(out, 0, whole).astype(target.work)
        result[below], result[above] = target.lowest, target.highest
        return result.astype(target.dtype)

    def _integers_rounded(self, a: NDArray[Any], mantissa: int) -> NDArray[Any]:
        """With at most one bit more than the mantissa has; binary64."""
        negative = a < 0
        size = a.astype(np.uint64)
        size = np.where(negative, ~size + np.uint64(1), size)
        # with the second highest bit cleared, binary64 cannot round it up to the next power of two
        length = np.frexp((size & ~(size >> np.uint64(1))).astype(np.float64))[1]
        shift = np.maximum(length - (mantissa + 1), 0).astype(np.uint64)
        kept = size >> shift
        rest = size - (kept << shift)
        half = (np.uint64(1) << shift) >> np.uint64(1)
        up = {
            "nearest-even": (rest > half) | ((rest == half) & (kept & np.uint64(1) == 1)),
            "nearest-away": rest >= half,
            "towards-zero": np.zeros(a.shape, bool),
            "towards-positive": ~negative,
            "towards-negative": negative,
        }[self._rounding] & (rest > 0)
        rounded: NDArray[Any] = np.ldexp((kept + up).astype(np.float64), shift.astype(np.int32))
        return np.where(negative, -rounded, rounded)

    def _floats_rounded(self, a: NDArray[Any], target: Floats) -> NDArray[Any]:
        """To the steps of the target, as if exponents had no upper end; binary64."""
        step = np.maximum(np.frexp(a)[1] - 1 - target.mantissa, target.step)
        rounded = np.ldexp(self._round(np.ldexp(a, -step)), step)
        return np.where(np.isfinite(a), rounded, a)

    def _in_range(self, given: NDArray[Any], a: NDArray[Any], target: Floats) -> NDArray[Any]:
        """What was `given` and rounded to `a`, in the target."""
        lacking = (np.isnan(a) & (not target.nan)) | (np.isinf(a) & (not target.infinite))
        if lacking.any():
            raise self._refused(given[lacking], target)
        out = np.isfinite(a) & ((a < target.lowest) | (a > target.highest))
        if out.any():
            if self._out_of_range is None:
                raise self._refused(given[out], target)
            clamped = np.copysign(np.inf, a) if target.infinite else np.clip(a, target.lowest, target.highest)
            a = np.where(out, clamped, a)
        return a.astype(target.dtype)

    def _refused(self, values: NDArray[Any], target: Integers | Floats) -> Exception:
        return refusal(
            self._codec,
            f"cannot cast {values.flat[0]} to {target.dtype.name}, which has no such number: "
            "set out_of_range, or map it in scalar_map",
        )


def _holds(target: Integers | Floats, source: Integers | Floats) -> bool:
    """Whether every number of the source is one of the target."""
    if not target.lowest <= source.lowest <= source.highest <= target.highest:
        return False
    if isinstance(source, Floats):
        return (
            isinstance(target, Floats)
            and target.mantissa >= source.mantissa
            and target.step <= source.step
            and target.nan >= source.nan
            and target.infinite >= source.infinite
        )
    # numpy casts small integers right, and those of ml_dtypes by way of them
    return isinstance(target, Integers) or target.mantissa + 1 >= source.bits - source.signed


def _wrapped(a: NDArray[Any], target: Integers) -> NDArray[Any]:
    """The low bits of 64, as a number of the target."""
    if target.bits < 64:
        a = a & np.uint64((1 << target.bits) - 1)
        if target.signed:
            sign = 1 << target.bits - 1
            return ((a.astype(np.int64) ^ sign) - sign).astype(target.work).astype(target.dtype)
    return a.astype(target.work).astype(target.dtype)
