"""The types beside arrays that h5py names: empty values, text dtypes, and what Zarr has no counterpart of.

The latter are classes too, so that `isinstance` and `is` work in scripts that handle them; making one is refused.
"""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple, Never

import numpy as np

__all__ = [
    "UNLIMITED",
    "Datatype",
    "Empty",
    "ExternalLink",
    "HardLink",
    "MultiBlockSlice",
    "Reference",
    "RegionReference",
    "SoftLink",
    "VirtualLayout",
    "VirtualSource",
    "check_enum_dtype",
    "check_opaque_dtype",
    "check_ref_dtype",
    "check_string_dtype",
    "check_vlen_dtype",
    "enum_dtype",
    "opaque_dtype",
    "special_dtype",
    "string_dtype",
    "string_info",
    "vlen_dtype",
]

UNLIMITED = None
"""In `maxshape`: no limit."""


class Empty:
    """An attribute of a dtype and no value. Datasets cannot be empty here: Zarr arrays have a shape."""

    shape: ClassVar[None] = None
    size: ClassVar[None] = None

    def __init__(self, dtype: Any) -> None:
        self.dtype: np.dtype[Any] = np.dtype(dtype)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Empty) and self.dtype == other.dtype

    def __hash__(self) -> int:
        return hash(self.dtype)

    def __repr__(self) -> str:
        return f"Empty(dtype={self.dtype!r})"


class string_info(NamedTuple):
    """What `check_string_dtype` tells of a dtype of text; `length` is in bytes, None where it varies."""

    encoding: str
    length: int | None


def string_dtype(encoding: str = "utf-8", length: int | None = None) -> np.dtype[Any]:
    """The dtype of text of any length, or of at most `length` bytes. For attributes; see `create_dataset`."""
    names = {"utf8": "utf-8", "utf-8": "utf-8", "ascii": "ascii"}
    if encoding.lower() not in names:
        raise ValueError(f"the encoding of text is 'utf-8' or 'ascii', not {encoding!r}")
    encoding = names[encoding.lower()]
    if length is None:
        return np.dtype("O", metadata={"vlen": str if encoding == "utf-8" else bytes})
    return np.dtype(f"S{length}", metadata={"h5py_encoding": encoding})


def check_string_dtype(dtype: Any) -> string_info | None:
    """Encoding and length if it is a dtype of text, else None."""
    dtype = np.dtype(dtype)
    metadata = dtype.metadata or {}
    if dtype.kind == "S":
        return string_info(metadata.get("h5py_encoding", "ascii"), dtype.itemsize)
    text = metadata.get("vlen")
    return string_info("utf-8" if text is str else "ascii", None) if text is str or text is bytes else None


def special_dtype(*, vlen: Any = None, **others: Any) -> np.dtype[Any]:
    """The old spelling of `string_dtype`: `special_dtype(vlen=str)`."""
    if others or vlen not in (str, bytes):
        raise TypeError("only special_dtype(vlen=str) and (vlen=bytes) are supported: other special types are not")
    return string_dtype("utf-8" if vlen is str else "ascii")


def check_vlen_dtype(dtype: Any) -> Any:
    """`str` or `bytes` if it is a dtype of text of any length, else None."""
    return (np.dtype(dtype).metadata or {}).get("vlen")


def check_enum_dtype(dtype: Any) -> None:
    """None: no dtype here is an enumeration."""
    return None


check_ref_dtype = check_opaque_dtype = check_enum_dtype


def vlen_dtype(basetype: Any) -> Never:
    """Refused: Zarr has no arrays of arrays of different lengths."""
    raise TypeError("vlen_dtype is not supported: Zarr has no elements of varying length but text and bytes")


def enum_dtype(values_dict: Any, basetype: Any = np.uint8) -> Never:
    """Refused: Zarr has no enumerations."""
    raise TypeError(
        "enum_dtype is not supported: Zarr has no enumerations; store integers, and the names as attributes"
    )


def opaque_dtype(np_dtype: Any) -> Never:
    """Refused: the dtype would be lost."""
    raise TypeError("opaque_dtype is not supported: store raw bytes of dtype 'V8', or integers such as 'i8' for times")


class HardLink:
    """What `Group.get(name, getlink=True)` gives: every member has exactly one."""


class _Refused:
    """A class of h5py that cannot be made here."""

    instead: ClassVar[str]

    def __new__(cls, *args: Any, **keywords: Any) -> _Refused:
        raise TypeError(f"{cls.__name__} is not supported: {cls.instead}")


class SoftLink(_Refused):
    """Refused: Zarr has no links."""

    instead = "Zarr has no links; copy or move the object"


class ExternalLink(_Refused):
    """Refused: Zarr has no links."""

    instead = "Zarr has no links; keep the path of the other hierarchy in an attribute"


class Reference(_Refused):
    """Refused: Zarr has no references."""

    instead = "Zarr has no references; keep the name of the object"


class RegionReference(_Refused):
    """Refused: Zarr has no references."""

    instead = "Zarr has no references; keep a name and a slice"


class VirtualLayout(_Refused):
    """Refused: Zarr has no virtual datasets."""

    instead = "Zarr has no virtual datasets"


class VirtualSource(_Refused):
    """Refused: Zarr has no virtual datasets."""

    instead = "Zarr has no virtual datasets"


class Datatype(_Refused):
    """Refused: Zarr has no named types."""

    instead = "Zarr has no named data types"


class MultiBlockSlice(_Refused):
    """Refused: select by slices or a list."""

    instead = "select by slices, a list or a mask"
