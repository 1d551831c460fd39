"""The `dtype` member of `.zarray`: NumPy type strings and lists of fields (digest 4.3).

Knows numpy dtypes and byte orders; which data type a dtype is, the registry `numpy_dtypes` says.
"""

from __future__ import annotations

import re
from typing import Any, Literal, TypeAlias

import numpy as np

from zarr_core.abc.data_type import JSON
from zarr_core.data_types.ml import ml_dtype
from zarr_core.errors import MetadataError, ZarrError
from zarr_core.metadata.strict_json import short

__all__ = ["Endian", "dtype_from_json_v2"]

Endian: TypeAlias = Literal["little", "big"]

_TYPESTR = re.compile(r"([<>|])(?:([biufcSUV])([0-9]{1,10})|([mM])8(?:\[[1-9]?[0-9]{0,9}[A-Za-zμ]{1,3}\])?)")
_OF_TENSORSTORE = re.compile("bfloat16|u?int[24]|float[468]_e[0-9]m[0-9][0-9a-z]{0,8}")
"""Names that tensorstore writes where the format has no type string (digest 4.3)."""
_ONE_BYTE = frozenset({"b1", "i1", "u1"})
_NO_ORDER = "bSV"


def dtype_from_json_v2(value: JSON) -> tuple[np.dtype[Any], Endian | None]:
    """The numpy dtype, and the byte order of its elements: "little" where there is none, None for fields of both.

    Raises `MetadataError` for strings that the format does not have (`i4`, `int32`, `|i4`), and for objects.
    """
    orders: set[str] = set()
    try:
        dtype = np.dtype(_for_numpy(value, orders))
    except ZarrError:
        raise
    except RecursionError:
        raise MetadataError("'dtype' is nested too deeply") from None
    except Exception as error:  # numpy has several, by kind
        raise MetadataError(f"'dtype' {short(value)} is not a NumPy dtype: {error}") from error
    if len(orders) > 1:
        return dtype, None
    return dtype, "big" if ">" in orders else "little"


def _for_numpy(value: JSON, orders: set[str]) -> Any:
    """What `numpy.dtype` takes; the byte orders that mean something are added to `orders`."""
    if isinstance(value, list):
        return [_field(field, orders) for field in value]
    if not isinstance(value, str):
        raise MetadataError(f"'dtype' must be a NumPy type string or a list of fields, not {short(value)}")
    match = _TYPESTR.fullmatch(value)
    if _OF_TENSORSTORE.fullmatch(value):
        return ml_dtype(value, value)
    if match is None:
        raise MetadataError(
            f"'dtype' {value!r:.80} is not a type string: byte order '<', '>' or '|', kind, size in bytes, as in '<i4'"
        )
    if match[3] is not None and int(match[3]) == 0:
        raise MetadataError(f"'dtype' {value!r:.80} has elements of no bytes")
    order, kind = match[1], match[2] or match[4]
    if kind not in _NO_ORDER and value[1:] not in _ONE_BYTE:
        if order == "|":
            raise MetadataError(f"'dtype' {value!r:.80} needs a byte order: '<{value[1:]}' or '>{value[1:]}'")
        orders.add(order)
    return value


def _field(field: JSON, orders: set[str]) -> tuple[Any, ...]:
    if not isinstance(field, list) or len(field) not in (2, 3) or not isinstance(field[0], str):
        raise MetadataError(f"a field of 'dtype' is [name, dtype] or [name, dtype, shape], not {short(field)}")
    shape = [tuple(field[2])] if len(field) == 3 and isinstance(field[2], list) else field[2:]
    return (field[0], _for_numpy(field[1], orders), *shape)
