"""Element conversion and broadcasting as HDF5 does them. Knows numpy only."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["converted", "fitted"]


def converted(values: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    """The values in another dtype. Integers that do not fit become the nearest that does; fractions are cut off.

    Raises `TypeError` between kinds that HDF5 does not convert: complex to real, text to numbers, other records.
    """
    if values.dtype == dtype:
        return values
    given, wanted = values.dtype.kind, dtype.kind
    numbers = (given in "biuf" and wanted in "biufc") or given == wanted == "c"
    if not numbers and (given != wanted or values.dtype.names != dtype.names):
        raise TypeError(f"values of dtype {values.dtype} cannot be converted to {dtype}")
    if wanted not in "iu" or np.can_cast(values.dtype, dtype):
        return values.astype(dtype)
    limits = np.iinfo(dtype)
    with np.errstate(invalid="ignore"):
        cast = values.astype(dtype)
    return np.where(values >= limits.max, limits.max, np.where(values <= limits.min, limits.min, cast)).astype(dtype)


def fitted(values: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """The values broadcast to a shape; leading dimensions of length 1 may be too many. Raises `TypeError`."""
    if values.shape == shape:
        return values
    excess = values.ndim - len(shape)
    if excess > 0 and values.shape[:excess] == (1,) * excess:
        values = values.reshape(values.shape[excess:])
    try:
        return np.broadcast_to(values, shape)
    except ValueError:
        raise TypeError(f"values of shape {values.shape} do not fit a selection of shape {shape}") from None
