"""Open and create arrays and groups. Names and keywords are zarr-python's.

`store` is a path, a URL, a dictionary, a `Store`, or None for a new store in memory. `chunk_store` holds the chunks,
if they are not beside the metadata.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias, Unpack

from zarr_core.abc.data_type import JSON
from zarr_core.calls.call import Call
from zarr_core.engine.bound import Access, BoundArray, BoundGroup
from zarr_core.metadata import normalize_path
from zarr_core.operations import create as creating
from zarr_core.operations import open as opening
from zarr_core.operations.create import ArrayKeywords
from zarr_core.operations.open import Mode
from zarr_core.storage import MemoryStore
from zarr_core.storage.urls import open_store

__all__ = ["StoreLike", "access", "create_array", "create_group", "group", "open", "open_array", "open_group"]

StoreLike: TypeAlias = Any


def access(
    store: StoreLike,
    mode: Mode | None,
    storage_options: Mapping[str, Any] | None = None,
    chunk_store: StoreLike = None,
) -> Access:
    """The stores that the caller means, opened as the mode says; None: for writing if they can be."""
    if mode not in ("r", "r+", "a", "w", "w-", None):
        raise ValueError(f"mode must be 'r', 'r+', 'a', 'w' or 'w-', not {mode!r}")
    opened = MemoryStore() if store is None else open_store(store, mode=mode or "a", storage_options=storage_options)
    chunks = None if chunk_store is None else open_store(chunk_store, mode=mode or "a")
    return Access(opened, read_only=mode == "r", chunk_store=chunks)


def _mode(access: Access, mode: Mode | None) -> Mode:
    return mode or ("r" if access.read_only else "a")


def create_array(
    store: StoreLike = None,
    *,
    name: str | None = None,
    overwrite: bool = False,
    chunk_store: StoreLike = None,
    storage_options: Mapping[str, Any] | None = None,
    **keywords: Unpack[ArrayKeywords],
) -> Call[BoundArray]:
    """Create an array, with the groups above it that are missing.

        a = create_array("data.zarr", name="run/t", shape=(1000, 1000), chunks=(100, 100), dtype="f4")

    See `ArrayKeywords` for what can be said of it. Raises `ContainsArrayError` or `ContainsGroupError` if
    something is stored there and `overwrite` is false, `MetadataError` for what does not fit together.
    """
    to = access(store, "w" if overwrite else "a", storage_options, chunk_store)
    path = normalize_path(name or "")
    return Call(to.runtime, creating.create_array(to, path, keywords, overwrite=overwrite))


def open_array(
    store: StoreLike = None,
    *,
    path: str | None = None,
    mode: Mode | None = None,
    chunk_store: StoreLike = None,
    storage_options: Mapping[str, Any] | None = None,
    **keywords: Unpack[ArrayKeywords],
) -> Call[BoundArray]:
    """Open an array; with mode "a" (the default for a writable store) and a shape, create it if it is not there.

    Raises `ArrayNotFoundError`.
    """
    to = access(store, mode, storage_options, chunk_store)
    return Call(to.runtime, opening.open_array(to, normalize_path(path or ""), _mode(to, mode), keywords))


def create_group(
    store: StoreLike = None,
    *,
    path: str | None = None,
    zarr_format: int | None = None,
    overwrite: bool = False,
    attributes: Mapping[str, JSON] | None = None,
    storage_options: Mapping[str, Any] | None = None,
) -> Call[BoundGroup]:
    """Create a group, with the groups above it that are missing. Raises `ContainsGroupError`, ..."""
    to = access(store, "w" if overwrite else "a", storage_options)
    operation = creating.create_group(
        to, normalize_path(path or ""), zarr_format=zarr_format, attributes=attributes, overwrite=overwrite
    )
    return Call(to.runtime, operation)


def open_group(
    store: StoreLike = None,
    *,
    path: str | None = None,
    mode: Mode | None = None,
    zarr_format: int | None = None,
    attributes: Mapping[str, JSON] | None = None,
    use_consolidated: bool | None = None,
    chunk_store: StoreLike = None,
    storage_options: Mapping[str, Any] | None = None,
) -> Call[BoundGroup]:
    """Open a group; with mode "a" (the default for a writable store), create it if it is not there.

    `use_consolidated`: None uses consolidated metadata if there is any, False reads every node's own document,
    True is an error if there is none. Raises `GroupNotFoundError`.
    """
    to = access(store, mode, storage_options, chunk_store)
    operation = opening.open_group(
        to,
        normalize_path(path or ""),
        _mode(to, mode),
        zarr_format=zarr_format,
        attributes=attributes,
        use_consolidated=use_consolidated,
    )
    return Call(to.runtime, operation)


def group(
    store: StoreLike = None,
    *,
    path: str | None = None,
    overwrite: bool = False,
    zarr_format: int | None = None,
    attributes: Mapping[str, JSON] | None = None,
    chunk_store: StoreLike = None,
    storage_options: Mapping[str, Any] | None = None,
) -> Call[BoundGroup]:
    """Open a group, or create it if it is not there; `overwrite` replaces it."""
    return open_group(
        store,
        path=path,
        mode="w" if overwrite else "a",
        zarr_format=zarr_format,
        attributes=attributes,
        chunk_store=chunk_store,
        storage_options=storage_options,
    )


def open(
    store: StoreLike = None,
    *,
    path: str | None = None,
    mode: Mode | None = None,
    use_consolidated: bool | None = None,
    chunk_store: StoreLike = None,
    storage_options: Mapping[str, Any] | None = None,
    **keywords: Unpack[ArrayKeywords],
) -> Call[BoundArray | BoundGroup]:
    """Open the array or group that is there; else create an array if a shape is given, or a group.

    Raises `NodeNotFoundError` where the mode does not create.
    """
    to = access(store, mode, storage_options, chunk_store)
    return Call(
        to.runtime,
        opening.open_node(to, normalize_path(path or ""), _mode(to, mode), keywords, use_consolidated=use_consolidated),
    )
