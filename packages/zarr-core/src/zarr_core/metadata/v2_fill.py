"""The `fill_value` of `.zarray` where it depends on how elements are stored: structs, whose base64 holds the element
with the byte order of each field (digest 4.4). All others are the data type's business.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from zarr_core.abc.data_type import JSON, DataType
from zarr_core.data_types.base64_json import bytes_from_base64, bytes_to_base64

__all__ = ["fill_from_json_v2", "fill_to_json_v2"]


def fill_from_json_v2(value: JSON, data_type: DataType, stored: np.dtype[Any]) -> NDArray[Any]:
    """A 0-d array from the member, for elements that are stored as this dtype. Raises `MetadataError`."""
    if stored.names is not None and isinstance(value, str):
        content = bytes_from_base64(value)
        if content is not None and len(content) == stored.itemsize:
            return data_type.cast_fill(np.frombuffer(content, stored).reshape(()))
    return data_type.fill_from_json(value, 2)


def fill_to_json_v2(fill: NDArray[Any], data_type: DataType, endian: str) -> JSON:
    """The member, for elements that are stored in this byte order. Raises `MetadataError`."""
    if fill.dtype.names is not None:
        return bytes_to_base64(fill.astype(data_type.stored_dtype(endian)).tobytes())
    return data_type.fill_to_json(fill, 2)
