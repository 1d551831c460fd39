"""Zarr arrays and groups by the names and habits of h5py.

    import zarr_h5compat as h5py

    with h5py.File("data.zarr", "w") as f:
        f.create_dataset("run/t", data=[1.5, 2.5], compression="gzip")
        f["run"].attrs["unit"] = "K"

What is the same, what differs and what is left out is told in `docs/h5py.md`. Also found as `zarr_core.h5py_compat`.
"""

from __future__ import annotations

from typing import Any

from zarr_h5compat import version
from zarr_h5compat.attributes import AttributeManager
from zarr_h5compat.conversion import convert
from zarr_h5compat.dataset import Dataset
from zarr_h5compat.file import File
from zarr_h5compat.group import Group
from zarr_h5compat.node import HLObject
from zarr_h5compat.opening import is_hdf5
from zarr_h5compat.special import (
    UNLIMITED,
    Datatype,
    Empty,
    ExternalLink,
    HardLink,
    MultiBlockSlice,
    Reference,
    RegionReference,
    SoftLink,
    VirtualLayout,
    VirtualSource,
    check_enum_dtype,
    check_opaque_dtype,
    check_ref_dtype,
    check_string_dtype,
    check_vlen_dtype,
    enum_dtype,
    opaque_dtype,
    special_dtype,
    string_dtype,
    vlen_dtype,
)

__all__ = [
    "UNLIMITED",
    "AttributeManager",
    "Dataset",
    "Datatype",
    "Empty",
    "ExternalLink",
    "File",
    "Group",
    "HLObject",
    "HardLink",
    "MultiBlockSlice",
    "Reference",
    "RegionReference",
    "SoftLink",
    "VirtualLayout",
    "VirtualSource",
    "__version__",
    "check_enum_dtype",
    "check_opaque_dtype",
    "check_ref_dtype",
    "check_string_dtype",
    "check_vlen_dtype",
    "convert",
    "enum_dtype",
    "is_hdf5",
    "opaque_dtype",
    "special_dtype",
    "string_dtype",
    "version",
    "vlen_dtype",
]


__version__: str


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return version.version
    what = "low-level modules have no counterpart" if name.startswith("h5") else "see docs/h5py.md for what has one"
    raise AttributeError(f"zarr_h5compat has no {name!r}: {what}", name=name)
