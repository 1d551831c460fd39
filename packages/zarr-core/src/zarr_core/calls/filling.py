"""Arrays of given values; by default in memory. An array that is all fill value is stored as nothing at all."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from zarr_core.calls.call import Call
from zarr_core.calls.opening import StoreLike, create_array
from zarr_core.engine.bound import BoundArray
from zarr_core.operations.create import like

__all__ = [
    "arange",
    "array",
    "asarray",
    "empty",
    "empty_like",
    "eye",
    "from_dlpack",
    "full",
    "full_like",
    "linspace",
    "ones",
    "ones_like",
    "tril",
    "triu",
    "zeros",
    "zeros_like",
]


def _create(store: StoreLike, *, path: str | None = None, name: str | None = None, **keywords: Any) -> Call[BoundArray]:
    """`create_array`, with either of the names by which zarr-python's functions take the path."""
    return create_array(store, name=path if name is None else name, **keywords)


def array(data: ArrayLike, *, store: StoreLike = None, **keywords: Any) -> Call[BoundArray]:
    """An array filled with the data."""
    return _create(store, data=data, **keywords)


def zeros(shape: int | tuple[int, ...], *, store: StoreLike = None, **keywords: Any) -> Call[BoundArray]:
    """An array of zeros."""
    return _create(store, shape=shape, fill_value=0, **keywords)


def ones(shape: int | tuple[int, ...], *, store: StoreLike = None, **keywords: Any) -> Call[BoundArray]:
    """An array of ones."""
    return _create(store, shape=shape, fill_value=1, **keywords)


def full(
    shape: int | tuple[int, ...], fill_value: Any, *, store: StoreLike = None, **keywords: Any
) -> Call[BoundArray]:
    """An array of one value, whose dtype is the value's unless one is given."""
    keywords.setdefault("dtype", np.asarray(fill_value).dtype)
    return _create(store, shape=shape, fill_value=fill_value, **keywords)


def empty(shape: int | tuple[int, ...], *, store: StoreLike = None, **keywords: Any) -> Call[BoundArray]:
    """An array of the default fill value: a chunked store has no uninitialised memory to show."""
    return _create(store, shape=shape, **keywords)


def zeros_like(a: Any, *, store: StoreLike = None, **keywords: Any) -> Call[BoundArray]:
    """Zeros in the shape, dtype and chunks of `a`."""
    return zeros(store=store, **like(a, keywords))


def ones_like(a: Any, *, store: StoreLike = None, **keywords: Any) -> Call[BoundArray]:
    """Ones in the shape, dtype and chunks of `a`."""
    return ones(store=store, **like(a, keywords))


def full_like(a: Any, fill_value: Any, *, store: StoreLike = None, **keywords: Any) -> Call[BoundArray]:
    """One value in the shape, dtype and chunks of `a`."""
    return full(fill_value=fill_value, store=store, **like(a, keywords))


def empty_like(a: Any, *, store: StoreLike = None, **keywords: Any) -> Call[BoundArray]:
    """The default fill value in the shape, dtype and chunks of `a`."""
    return empty(store=store, **like(a, keywords))


def asarray(data: ArrayLike, *, store: StoreLike = None, **keywords: Any) -> Call[BoundArray]:
    """An array of what numpy makes of the data."""
    return array(np.asarray(data), store=store, **keywords)


def from_dlpack(x: Any, *, store: StoreLike = None, **keywords: Any) -> Call[BoundArray]:
    """An array of the values of an object with `__dlpack__`, which must be in host memory."""
    return array(np.from_dlpack(x), store=store, **keywords)


def arange(
    start: Any, stop: Any = None, step: Any = 1, *, dtype: Any = None, store: StoreLike = None, **keywords: Any
) -> Call[BoundArray]:
    """Evenly spaced values in [start, stop), as `numpy.arange`."""
    values = np.arange(start, dtype=dtype) if stop is None else np.arange(start, stop, step, dtype=dtype)
    return array(values, store=store, **keywords)


def linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    *,
    dtype: Any = None,
    endpoint: bool = True,
    store: StoreLike = None,
    **keywords: Any,
) -> Call[BoundArray]:
    """`num` evenly spaced values from start to stop, as `numpy.linspace`."""
    return array(np.linspace(start, stop, num, dtype=dtype, endpoint=endpoint), store=store, **keywords)


def eye(
    n_rows: int, n_cols: int | None = None, *, k: int = 0, dtype: Any = float, store: StoreLike = None, **keywords: Any
) -> Call[BoundArray]:
    """Ones on the `k`-th diagonal, zeros elsewhere, as `numpy.eye`."""
    return array(np.eye(n_rows, n_cols, k, dtype=dtype), store=store, **keywords)


def tril(x: ArrayLike, *, k: int = 0, store: StoreLike = None, **keywords: Any) -> Call[BoundArray]:
    """The lower triangle of `x`, zeros above its `k`-th diagonal."""
    return array(np.tril(np.asarray(x), k), store=store, **keywords)


def triu(x: ArrayLike, *, k: int = 0, store: StoreLike = None, **keywords: Any) -> Call[BoundArray]:
    """The upper triangle of `x`, zeros below its `k`-th diagonal."""
    return array(np.triu(np.asarray(x), k), store=store, **keywords)
