"""Plugins: every codec, data type, grid, key encoding, transformer, store and namespace is found here, by name.

    from zarr_core.plugins import codecs

    codecs.get("zstd")                     # the class; its library is imported now, if it was not before
    with codecs.register("acme.rle", Rle): # at run time
        ...

An entry point in the group `zarr_core.<registry>` is all that an installed plugin needs; its left side is the full
name in the metadata. Hooks, for what names cannot say, are told in `zarr_core.plugins.hookspecs`. Importing this
package scans and imports nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zarr_core.plugins import declarations, hooks
from zarr_core.plugins.declarations import Entry
from zarr_core.plugins.registration import Registration
from zarr_core.plugins.registry import Registry, class_by_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from zarr_core.abc.chunk_grid import ChunkGrid
    from zarr_core.abc.chunk_key_encoding import ChunkKeyEncoding
    from zarr_core.abc.codec import Codec
    from zarr_core.abc.data_type import DataType
    from zarr_core.abc.storage_transformer import StorageTransformer
    from zarr_core.abc.store import Store

__all__ = [
    "Entry",
    "Registration",
    "Registry",
    "chunk_grids",
    "chunk_key_encodings",
    "class_by_name",
    "codecs",
    "data_types",
    "entries",
    "namespaces",
    "numpy_dtypes",
    "refresh",
    "storage_transformers",
    "stores",
    "urls",
    "v2_codecs",
]

codecs: Registry[type[Codec]] = Registry("codecs", "codec")
"""By their names in v3 metadata."""
v2_codecs: Registry[Callable[..., Codec]] = Registry("v2_codecs", "v2 codec")
"""By their ids in v2 metadata, which is another namespace: from a filter's or compressor's configuration to a codec."""
data_types: Registry[type[DataType]] = Registry("data_types", "data type")
"""By their names in v3 metadata; families such as `r*` too."""
numpy_dtypes: Registry[Callable[..., DataType]] = Registry("numpy_dtypes", "numpy dtype")
"""From numpy to a data type."""
chunk_grids: Registry[type[ChunkGrid]] = Registry("chunk_grids", "chunk grid")
chunk_key_encodings: Registry[type[ChunkKeyEncoding]] = Registry("chunk_key_encodings", "chunk key encoding")
storage_transformers: Registry[type[StorageTransformer]] = Registry("storage_transformers", "storage transformer")
stores: Registry[type[Store]] = Registry("stores", "store")
urls: Registry[Callable[..., Store]] = Registry("urls", "url opener")
"""Openers of stores, by scheme (`s3`) or suffix (`.zip`)."""
namespaces: Registry[Any] = Registry("namespaces", "module")
"""Modules that appear within `zarr_core` under that name (`h5py_compat`)."""

_REGISTRIES: tuple[Registry[Any], ...] = (
    codecs,
    v2_codecs,
    data_types,
    numpy_dtypes,
    chunk_grids,
    chunk_key_encodings,
    storage_transformers,
    stores,
    urls,
    namespaces,
)


def entries(load: bool = False) -> list[Entry]:
    """All plugins of all kinds, hook modules last, with their state.

    Imports nothing, unless `load` asks to import each, which finds what is broken.
    """
    return [entry for registry in _REGISTRIES for entry in registry.entries(load)] + hooks.entries(load)


def refresh() -> None:
    """Look for plugins anew: for those that were installed since the process looked first, or mended."""
    declarations.forget()
    for registry in _REGISTRIES:
        registry.forget()
    hooks.forget()
