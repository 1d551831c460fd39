"""From numpy dtypes to the core data types: one callable for each kind of dtype.

They are the entry points of the group `zarr_core.numpy_dtypes`, whose names are numpy's: `dtype.name` or, more
generally, `dtype.kind`. Byte order is not looked at: a data type has none, the `bytes` codec has.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from zarr_core.abc.data_type import DataType
from zarr_core.data_types.boolean import Bool
from zarr_core.data_types.complexes import Complex64, Complex128
from zarr_core.data_types.floating import Float16, Float32, Float64
from zarr_core.data_types.integer import Int8, Int16, Int32, Int64, UInt8, UInt16, UInt32, UInt64
from zarr_core.data_types.objects import Objects
from zarr_core.data_types.octets import NullTerminatedBytes, VariableLengthBytes
from zarr_core.data_types.parse import data_type_from_numpy
from zarr_core.data_types.raw import RawBits
from zarr_core.data_types.scalar import ScalarType
from zarr_core.data_types.structured import Struct, SubArray
from zarr_core.data_types.text import FixedLengthUTF32, String
from zarr_core.data_types.times import DateTime64, TimeDelta64
from zarr_core.errors import MetadataError

__all__ = [
    "boolean",
    "complexes",
    "floating",
    "moment",
    "objects",
    "octets",
    "raw",
    "signed",
    "span",
    "struct",
    "text",
    "unsigned",
]


class OfKind:
    """A callable from the dtypes of one kind to the data types given."""

    def __init__(self, *data_types: ScalarType) -> None:
        self.by_dtype = {data_type.dtype: data_type for data_type in data_types}

    def __call__(self, dtype: np.dtype[Any]) -> DataType:
        """The data type of this dtype, in any byte order. Raises `MetadataError` for a size that has none."""
        found = self.by_dtype.get(dtype.newbyteorder("="))
        if found is None:
            raise MetadataError(f"no data type for numpy dtype {dtype.name!r}: there are {self.names}")
        return found

    @property
    def names(self) -> str:
        """The data types, for messages."""
        return ", ".join(data_type.name for data_type in self.by_dtype.values())


boolean = OfKind(Bool())
signed = OfKind(Int8(), Int16(), Int32(), Int64())
unsigned = OfKind(UInt8(), UInt16(), UInt32(), UInt64())
floating = OfKind(Float16(), Float32(), Float64())
complexes = OfKind(Complex64(), Complex128())


def raw(dtype: np.dtype[Any]) -> DataType:
    """`r<bits>` for `V<bytes>`. Raises `MetadataError` for dtypes with an inner structure, which raw bits lose."""
    if dtype.fields is not None or dtype.subdtype is not None or dtype.type is not np.void or dtype.itemsize == 0:
        raise MetadataError(f"no data type for numpy dtype {str(dtype)!r:.80}: opaque bytes are 'V1', 'V2', ...")
    return RawBits(8 * dtype.itemsize)


def text(dtype: np.dtype[Any]) -> DataType:
    """`fixed_length_utf32` for `U1`, `U2`, ...; `string` for `StringDType` and for `U` alone, as Python's `str` is."""
    limited = dtype.kind == "U" and dtype.itemsize > 0
    return FixedLengthUTF32(dtype.itemsize) if limited else String()


def octets(dtype: np.dtype[Any]) -> DataType:
    """`null_terminated_bytes` for `S1`, `S2`, ...; byte strings of any length for `S` alone, as Python's `bytes` is."""
    return NullTerminatedBytes(dtype.itemsize) if dtype.itemsize else VariableLengthBytes()


def moment(dtype: np.dtype[Any]) -> DataType:
    """`numpy.datetime64` of the same unit."""
    return DateTime64(*np.datetime_data(dtype))


def span(dtype: np.dtype[Any]) -> DataType:
    """`numpy.timedelta64` of the same unit."""
    return TimeDelta64(*np.datetime_data(dtype))


def objects(dtype: np.dtype[Any]) -> DataType:
    """What only format 2 has."""
    return Objects()


def struct(dtype: np.dtype[Any]) -> DataType:
    """`struct` with the fields in their order. Padding, as `align=True` makes, is left out."""
    return Struct([(name, field(dtype[name])) for name in dtype.names or ()])


def field(dtype: np.dtype[Any]) -> DataType:
    """The data type of a field, which may be an array."""
    if dtype.subdtype is None:
        return data_type_from_numpy(dtype)
    base, shape = dtype.subdtype
    return SubArray(data_type_from_numpy(base), shape)
