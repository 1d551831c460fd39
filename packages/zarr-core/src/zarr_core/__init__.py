"""Zarr for Python as a plugin framework: chunked, compressed N-dimensional arrays and groups on any store.

    import zarr_core as zarr

    a = zarr.create_array("data.zarr", shape=(1000, 1000), chunks=(100, 100), dtype="f4")
    a[:10] = 1
    a[5:15, ::2]

Everything concrete (codecs, data types, stores, ...) is found by name when it is first needed; see
`zarr_core.plugins` and the command `zarr-core plugins`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zarr_core.array import Array, AsyncArray
from zarr_core.config import config
from zarr_core.creation import (
    arange,
    array,
    asarray,
    consolidate_metadata,
    copy,
    copy_all,
    copy_store,
    create,
    create_array,
    create_group,
    create_hierarchy,
    empty,
    empty_like,
    eye,
    from_array,
    from_dlpack,
    full,
    full_like,
    group,
    linspace,
    load,
    ones,
    ones_like,
    open,
    open_array,
    open_consolidated,
    open_group,
    open_like,
    print_debug_info,
    save,
    save_array,
    save_group,
    save_many,
    tree,
    tril,
    triu,
    zeros,
    zeros_like,
)
from zarr_core.group import AsyncGroup, Group

if TYPE_CHECKING:
    __version__: str

__all__ = [
    "Array",
    "AsyncArray",
    "AsyncGroup",
    "Group",
    "__version__",
    "arange",
    "array",
    "asarray",
    "config",
    "consolidate_metadata",
    "copy",
    "copy_all",
    "copy_store",
    "create",
    "create_array",
    "create_group",
    "create_hierarchy",
    "empty",
    "empty_like",
    "eye",
    "from_array",
    "from_dlpack",
    "full",
    "full_like",
    "group",
    "linspace",
    "load",
    "ones",
    "ones_like",
    "open",
    "open_array",
    "open_consolidated",
    "open_group",
    "open_like",
    "print_debug_info",
    "save",
    "save_array",
    "save_group",
    "save_many",
    "tree",
    "tril",
    "triu",
    "zeros",
    "zeros_like",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("zarr-core")
    raise AttributeError(f"module 'zarr_core' has no attribute {name!r}")
