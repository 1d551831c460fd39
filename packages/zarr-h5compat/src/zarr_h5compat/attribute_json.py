"""Attribute values: from numpy to JSON and back, so that value, dtype and shape survive.

What JSON says by itself is stored plainly, for every Zarr reader: text, bool, int64, float64, and (nested) lists of
those. The rest carries its dtype:

    {"zarr_h5compat": {"dtype": "<f4", "value": [0.5, "NaN"]}}

`value` is a number or nested lists as above; complex numbers are pairs, bytes and opaque values are text of one
character per byte, floats that JSON lacks are "NaN", "Infinity", "-Infinity". `value` is null for `Empty`. `shape` is
there where nested lists cannot show it. Attributes that others wrote and numpy cannot hold are returned as they are.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zarr_core.abc.data_type import JSON
from zarr_h5compat.hidden import MARK
from zarr_h5compat.special import Empty

__all__ = ["as_array", "decode", "encode"]

_SPECIAL = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_WIDEST = {"b": np.dtype(bool), "i": np.dtype(np.int64), "u": np.dtype(np.uint64), "f": np.dtype(np.float64)}
"""By the kind of what numpy makes of JSON: the dtype that plain JSON stands for."""
MAX_ITEM = 1 << 20
"""Bytes of one element, at most: metadata must not make us take more memory than it takes itself."""


def as_array(data: Any, dtype: Any = None) -> NDArray[Any]:
    """What a caller gave as an array: text and text-like bytes become an object array of str, as h5py has it.

    Raises `TypeError` for what h5py refuses too: None, dictionaries, dates, records of mixed types.
    """
    if dtype is not None and np.dtype(dtype).kind != "O":
        array = np.asarray(data, dtype=dtype)
    elif _all_text(data):
        array = np.array(data, dtype=object)
        for index, text in np.ndenumerate(array):
            array[index] = _decoded(text) if isinstance(text, bytes) else text
    elif isinstance(data, np.ndarray) and data.dtype.kind == "U":
        return data.astype(object)
    else:
        array = np.asarray(data)
    kind = array.dtype.kind
    if kind in "biuSV" and array.dtype.fields is None:
        return array
    if kind in "fc" and array.dtype.itemsize <= (8 if kind == "f" else 16):
        return array
    if kind == "O" and all(isinstance(text, str) for text in array.flat):
        return array
    raise TypeError(f"{data!r:.80} (dtype {array.dtype}) cannot be an attribute: numbers, text, bytes and arrays can")


def _all_text(data: Any) -> bool:
    """Whether `data` is text, or nested lists of text and nothing else: `["a", 1]` must not become text."""
    if isinstance(data, str):
        return True
    if isinstance(data, bytes) and not isinstance(data, np.bytes_):
        return _decoded(data) is not data
    if isinstance(data, np.ndarray) and data.dtype.kind == "O":
        return data.size > 0 and all(_all_text(item) for item in data.flat)
    return isinstance(data, list | tuple) and len(data) > 0 and all(_all_text(item) for item in data)


def _decoded(text: bytes) -> Any:
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text


def encode(array: NDArray[Any]) -> JSON:
    """The JSON of an array that `as_array` made."""
    dtype = array.dtype
    if dtype.kind in "OU":
        plain: Any = array.tolist()
        return plain if array.size else _typed(array, plain, "|O")
    if dtype.kind in _WIDEST and (dtype.kind != "f" or np.isfinite(array).all()):
        plain = array.tolist()
        back = np.asarray(decode(plain))
        if back.dtype == dtype and back.shape == array.shape:
            return plain
        return _typed(array, plain, dtype.str)
    return _typed(array, _elements(array).tolist(), dtype.str)


def _typed(array: NDArray[Any], value: JSON, dtype: str) -> JSON:
    shape = {} if array.size else {"shape": list(array.shape)}
    return {MARK: {"dtype": dtype, "value": value, **shape}}


def _elements(array: NDArray[Any]) -> NDArray[Any]:
    """The same with elements that JSON has."""
    if array.dtype.kind == "c":
        parts = np.stack([array.real, array.imag], axis=-1)
        return _elements(parts)
    if array.dtype.kind == "f":
        texts = np.array(array.tolist(), dtype=object)
        for index, value in np.ndenumerate(array):
            if not math.isfinite(value):
                texts[index] = "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        return texts
    texts = np.empty(array.shape, dtype=object)  # bytes and opaque values
    for index, value in np.ndenumerate(array):
        texts[index] = bytes(value).decode("latin-1")
    return texts


def decode(value: JSON) -> Any:
    """The value of an attribute: a numpy scalar or array, str, `Empty`, or JSON that numpy cannot hold."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return _decode_typed(value[MARK]) if value.keys() == {MARK} else value
    if value is None:
        return None
    try:
        array = np.array(value, dtype=object if _all_text(value) else None)
    except ValueError:  # lists of different lengths
        return value
    if array.dtype == object and all(isinstance(text, str) for text in array.flat):
        return array
    return np.array(value, dtype=_WIDEST[array.dtype.kind])[()] if array.dtype.kind in _WIDEST else value


def _decode_typed(typed: Any) -> Any:
    dtype, value = np.dtype(typed["dtype"]), typed["value"]
    if dtype.kind not in "biufcSVO" or dtype.fields is not None or dtype.itemsize > MAX_ITEM:
        raise ValueError(f"dtype {dtype} is none that attributes are written with")
    if value is None:
        return Empty(dtype)
    if "shape" in typed:
        return np.array([], dtype=dtype).reshape(typed["shape"])
    if dtype.kind in "fc":
        value = _map(value, lambda item: _SPECIAL.get(item, item))
    elif dtype.kind in "SV":
        value = _map(value, lambda item: item.encode("latin-1"))
    if dtype.kind == "c":
        value = np.array(value, dtype=f"{dtype.byteorder}f{dtype.itemsize // 2}").view(dtype)[..., 0]
    return np.array(value, dtype=dtype)[()]


def _map(value: Any, function: Any) -> Any:
    return [_map(item, function) for item in value] if isinstance(value, list) else function(value)
