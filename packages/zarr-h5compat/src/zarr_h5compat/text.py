"""Text in datasets: as h5py gives it, bytes in arrays of objects, over Zarr's `string` and `variable_length_bytes`.

Which of the two it is, h5py says by the encoding of the dtype: `string_dtype("utf-8")` and `string_dtype("ascii")`.
Text of a fixed number of bytes is numpy's dtype `S` in both.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

import zarr_core
from zarr_h5compat.special import check_string_dtype, string_dtype

__all__ = ["DATA_TYPES", "Kind", "guessed", "kind_of_array", "kind_of_dtype", "octets", "read", "texts"]

Kind = Literal["utf-8", "ascii"]
DATA_TYPES: dict[Kind, str] = {"utf-8": "string", "ascii": "variable_length_bytes"}
"""The data type for each encoding."""
_KINDS: dict[str, Kind] = {data_type: kind for kind, data_type in DATA_TYPES.items()}


def kind_of_array(array: zarr_core.Array) -> Kind | None:
    """The encoding if the array is of text of any length."""
    return _KINDS.get(array.metadata.data_type.name)


def kind_of_dtype(dtype: np.dtype[Any]) -> Kind | None:
    """The encoding that a dtype stands for: those of `string_dtype()`, `T`, and Python's `str` and `bytes`."""
    if dtype.kind == "T" or (dtype.kind == "U" and not dtype.itemsize):
        return "utf-8"
    if dtype.kind == "S" and not dtype.itemsize:
        return "ascii"
    info = check_string_dtype(dtype)
    return None if info is None or info.length is not None else info.encoding  # type: ignore[return-value]


def guessed(data: Any) -> np.dtype[Any] | None:
    """The dtype for str, bytes, and lists and arrays of objects of nothing else; None for other data."""
    found = {type(item) for item in _leaves(data)}
    if found == {str}:
        return string_dtype("utf-8")
    return string_dtype("ascii") if found == {bytes} else None


def _leaves(data: Any) -> Any:
    if isinstance(data, np.ndarray):
        yield from data.flat if data.dtype.kind == "O" else [None]
    elif isinstance(data, list | tuple):
        for item in data:
            yield from _leaves(item)
    else:
        yield data


def texts(value: Any, kind: Kind) -> NDArray[Any]:
    """What a caller assigns, as an array of str objects, or for "ascii" of bytes. Raises `TypeError` for no text."""
    given = value.astype(object) if isinstance(value, np.ndarray) else np.array(value, dtype=object)
    made = np.empty(given.shape, object)
    for index, item in np.ndenumerate(given):
        if not isinstance(item, str | bytes):
            raise TypeError(f"{item!r:.80} cannot be written to a dataset of text: give str or bytes")
        if kind == "ascii":
            made[index] = item.encode() if isinstance(item, str) else bytes(item)
        else:
            made[index] = str(item) if isinstance(item, str) else item.decode()
    return made


def octets(value: Any, dtype: np.dtype[Any]) -> NDArray[Any]:
    """What a caller assigns, as an array of this `S` dtype: str in UTF-8, cut off where it is too long."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "S":
        return value.astype(dtype, copy=False)
    return texts(value, "ascii").astype(dtype)


def read(values: Any) -> Any:
    """What `zarr_core` read as h5py gives it: bytes, or an array of them."""
    if isinstance(values, str):
        return values.encode()
    if not isinstance(values, np.ndarray):
        return values
    made = np.empty(values.shape, object)
    for index, item in np.ndenumerate(values):
        made[index] = item.encode() if isinstance(item, str) else item
    return made
