"""Data types from what callers and documents give. Asks the registries; knows no data type by name."""

from __future__ import annotations

from typing import Any

import numpy as np

from zarr_core.abc.data_type import JSON, DataType
from zarr_core.errors import MetadataError, PluginNotInstalledError
from zarr_core.plugins import data_types, numpy_dtypes

__all__ = ["data_type_from_json_v3", "data_type_from_numpy", "parse_data_type"]

BYTE_ORDERS = ("<", ">", "=", "|")
"""What only numpy's spelling begins with, so that no plugin need be asked."""


def parse_data_type(spec: object) -> DataType:
    """A data type from what a caller gives as `dtype=`.

    A data type; its v3 JSON (`"int16"`, `{"name": ..., "configuration": ...}`); or whatever `numpy.dtype` takes:
    dtypes, scalar types, Python's `int`, `float`, `bool`, `complex`, `str` and `bytes`, strings such as `"<i4"`, lists
    of fields, as JSON has them too. A string that is both is the v3 name. Raises `MetadataError`, or
    `PluginNotInstalledError` saying what to install.
    """
    if isinstance(spec, DataType):
        return spec
    if isinstance(spec, dict):
        return data_type_from_json_v3(spec)
    if isinstance(spec, str) and not spec.startswith(BYTE_ORDERS) and data_types.find(spec) is not None:
        return data_type_from_json_v3(spec)
    if spec is None:  # numpy would take it for float64
        raise MetadataError("no data type was given: dtype is None")
    try:
        dtype = np.dtype(_fields(spec))
    except (TypeError, ValueError) as error:
        if isinstance(spec, str):
            return data_type_from_json_v3(spec)  # a v3 name that nobody provides: says what to install
        raise MetadataError(f"{spec!r:.80} is not a data type: {error}") from None
    return data_type_from_numpy(dtype)


def _fields(spec: Any) -> Any:
    """A list of fields as numpy wants it, from one whose fields are lists, as format 2 has them; or what was given."""
    if isinstance(spec, list) and all(isinstance(field, list) and len(field) > 1 for field in spec):
        return [(field[0], _fields(field[1]), *map(tuple, field[2:])) for field in spec]
    return spec


def data_type_from_numpy(dtype: np.dtype[Any], where: str = "") -> DataType:
    """The data type of numpy arrays of this dtype; its byte order is not part of it.

    Asked of the group `zarr_core.numpy_dtypes`, by `dtype.name` ("int16", "bfloat16"), then `dtype.kind` ("i", "V");
    for dtypes with fields, whose names only count bits, by "struct".
    """
    keys = (dtype.name, dtype.kind) if dtype.fields is None else ("struct",)
    for key in keys:
        make = numpy_dtypes.find(key)
        if make is not None:
            return make(dtype)
    raise PluginNotInstalledError(
        f"no data type for numpy dtype {str(dtype)!r:.80} is installed {where}".rstrip(), kind="data type", name=keys[0]
    )


def data_type_from_json_v3(json: JSON, where: str = "") -> DataType:
    """From the `data_type` member of format 3: a name, or an object with a name and a configuration (digest 1.4).

    `where` goes into messages: "of array 'a/b'". Raises `MetadataError`, or `PluginNotInstalledError` for a name that
    is not known, whether it must be understood or not.
    """
    if isinstance(json, str):
        json = {"name": json}
    if not isinstance(json, dict) or not isinstance(json.get("name"), str):
        raise MetadataError(f"data_type is a name, or an object with a name, not {json!r:.80}", member="data_type")
    name, configuration = json["name"], json.get("configuration", {})
    unknown = sorted(json.keys() - {"name", "configuration", "must_understand"})
    if unknown:
        raise MetadataError(f"data type {name!r} has the unknown member {unknown[0]!r}", member="data_type")
    if json.get("must_understand", True) is not True:
        raise MetadataError(f"data type {name!r} cannot be ignored: must_understand is true", member="data_type")
    if not isinstance(configuration, dict):
        raise MetadataError(
            f"data type {name!r}: its configuration is an object, not {configuration!r:.80}", member="data_type"
        )
    return data_types.get(name, where).from_json_v3(name, configuration)
