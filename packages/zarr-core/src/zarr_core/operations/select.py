"""From a caller's selection and values to `read` and `write`: allocate, broadcast, check."""

from __future__ import annotations

from collections.abc import Coroutine
from math import prod
from time import perf_counter
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zarr_core.data_types.variable import VariableLength
from zarr_core.engine.bound import BoundArray
from zarr_core.errors import SelectionError
from zarr_core.indexing import AnySelection
from zarr_core.operations.read import read
from zarr_core.operations.write import write

__all__ = ["get", "put"]

T = TypeVar("T")


async def get(array: BoundArray, selection: AnySelection, out: NDArray[Any] | None = None) -> Any:
    """What the selection selects, in a new array or in `out`; a numpy scalar if no dimension is left."""
    if array.observers:
        return await _observed(array, "read", selection, _get(array, selection, out))
    return await _get(array, selection, out)


async def _observed(array: BoundArray, what: str, selection: AnySelection, operation: Coroutine[Any, Any, T]) -> T:
    """Run the operation, then tell those who observe the array."""
    started = perf_counter()
    result = await operation
    nbytes, seconds = prod(selection.shape) * array.dtype.itemsize, perf_counter() - started
    for observer in array.observers:
        observer.finished(what, nbytes, seconds)
    return result


async def _get(array: BoundArray, selection: AnySelection, out: NDArray[Any] | None) -> Any:
    if out is not None:
        given: Any = out
        if not isinstance(given, np.ndarray) or not given.flags.writeable:
            what = "a read-only array" if isinstance(given, np.ndarray) else type(given).__name__
            raise SelectionError(f"out must be a numpy array that can be written, not {what}")
        if out.shape != selection.shape or out.dtype != array.dtype:
            raise SelectionError(
                f"out has shape {out.shape} and dtype {out.dtype}; this selection of {array.label} needs "
                f"shape {selection.shape} and dtype {array.dtype}"
            )
        return await read(array, selection, out)
    result = await read(array, selection, np.empty(selection.shape, array.dtype, order=array.options.order))
    return result if selection.shape else result[()]


async def put(array: BoundArray, selection: AnySelection, value: ArrayLike) -> None:
    """Write `value`, broadcast to the selection. Raises before anything is touched if it does not fit."""
    array.writable_chunks()
    writing = write(array, selection, _fitting(array, selection, value))
    if array.observers:
        await _observed(array, "write", selection, writing)
    else:
        await writing


def _fitting(array: BoundArray, selection: AnySelection, value: ArrayLike) -> NDArray[Any]:
    data_type = array.metadata.data_type
    try:
        if isinstance(data_type, VariableLength):
            values = data_type.as_array(value, lone=not selection.shape)
        elif isinstance(value, np.ndarray):
            values = value if value.dtype == array.dtype else value.astype(array.dtype)
        else:
            values = np.asarray(value, dtype=array.dtype)  # refuses Python integers that do not fit
    except (TypeError, ValueError, OverflowError) as error:
        raise TypeError(
            f"cannot write {type(value).__name__} to {array.label} of dtype {array.dtype}: {error}"
        ) from None
    if values.shape == selection.shape:
        return values
    try:
        return np.broadcast_to(values, selection.shape)
    except ValueError:
        raise SelectionError(
            f"cannot write values of shape {values.shape} to a selection of shape {selection.shape} of {array.label}"
        ) from None
