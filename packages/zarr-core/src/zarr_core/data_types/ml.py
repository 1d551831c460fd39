"""To and from the numpy dtypes of the library ml_dtypes, which is imported when a data type that needs it is made."""

from __future__ import annotations

from typing import Any

import numpy as np

from zarr_core.abc.data_type import DataType
from zarr_core.data_types.parse import data_type_from_json_v3
from zarr_core.errors import PluginNotInstalledError

__all__ = ["ml_dtype", "of_ml_dtype"]

COMPLEX = {"complex32": "complex_float16", "bcomplex32": "complex_bfloat16"}


def ml_dtype(name: str, data_type: str) -> np.dtype[Any]:
    """What ml_dtypes calls so, for this data type. Raises `PluginNotInstalledError` saying what to install."""
    try:
        import ml_dtypes
    except ImportError:
        raise PluginNotInstalledError(
            f"data type {data_type!r} needs the library ml_dtypes: pip install ml-dtypes",
            kind="data type",
            name=data_type,
        ) from None
    if not hasattr(ml_dtypes, name):
        raise PluginNotInstalledError(
            f"data type {data_type!r} needs a newer ml_dtypes than {ml_dtypes.__version__}: pip install -U ml-dtypes",
            kind="data type",
            name=data_type,
        )
    dtype: np.dtype[Any] = np.dtype(getattr(ml_dtypes, name))
    return dtype


def of_ml_dtype(dtype: np.dtype[Any]) -> DataType:
    """The data type of a dtype of ml_dtypes. They are called alike, but for complex numbers."""
    return data_type_from_json_v3(COMPLEX.get(dtype.name, dtype.name))
