"""The functions that plain code calls: open and create arrays and groups. `zarr_core.asynchronous` has the same
for tasks. Names and keywords are zarr-python's.

`store` is a path, a URL, a dictionary, a `Store`, or None for a new store in memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from typing_extensions import Unpack

from zarr_core.abc.data_type import JSON
from zarr_core.array import Array
from zarr_core.engine.bound import Access, BoundArray
from zarr_core.errors import NodeNotFoundError
from zarr_core.group import Group
from zarr_core.metadata import normalize_path
from zarr_core.operations import create as operations
from zarr_core.operations import open as opening
from zarr_core.operations.create import ArrayKeywords, options_of
from zarr_core.operations.open import Mode
from zarr_core.storage import MemoryStore, open_store

__all__ = [
    "array",
    "create_array",
    "create_group",
    "empty",
    "full",
    "group",
    "load",
    "ones",
    "open",
    "open_array",
    "open_group",
    "save",
    "zeros",
]

StoreLike = Any


def access_to(store: StoreLike, mode: Mode, storage_options: Mapping[str, Any] | None = None) -> Access:
    """The store that the caller means, opened as the mode says."""
    if mode not in ("r", "r+", "a", "w", "w-"):
        raise ValueError(f"mode must be 'r', 'r+', 'a', 'w' or 'w-', not {mode!r}")
    if store is None:
        return Access(MemoryStore())
    return Access(open_store(store, mode=mode, storage_options=storage_options), read_only=mode == "r")


def create_array(
    store: StoreLike = None,
    *,
    name: str | None = None,
    overwrite: bool = False,
    storage_options: Mapping[str, Any] | None = None,
    **keywords: Unpack[ArrayKeywords],
) -> Array:
    """Create an array, with the groups above it that are missing.

        a = create_array("data.zarr", name="run/t", shape=(1000, 1000), chunks=(100, 100), dtype="f4")

    See `ArrayKeywords` for what can be said of it. Raises `ContainsArrayError` or `ContainsGroupError` if
    something is stored there and `overwrite` is false, `MetadataError` for what does not fit together.
    """
    access = access_to(store, "w" if overwrite else "a", storage_options)
    path = normalize_path(name or "")
    return Array._of(access.runtime.run(operations.create_array(access, path, keywords, overwrite=overwrite)))


def open_array(
    store: StoreLike = None,
    *,
    path: str = "",
    mode: Mode | None = None,
    storage_options: Mapping[str, Any] | None = None,
    **keywords: Unpack[ArrayKeywords],
) -> Array:
    """Open an array; with mode "a" (the default for a writable store) and a shape, create it if it is not there.

    Raises `ArrayNotFoundError`.
    """
    access = _opened(store, mode, storage_options)
    mode = mode or ("r" if access.read_only else "a")
    operation = opening.open_array(access, normalize_path(path), mode, keywords, options_of(keywords))
    return Array._of(access.runtime.run(operation))


def create_group(
    store: StoreLike = None,
    *,
    path: str | None = None,
    zarr_format: int | None = None,
    overwrite: bool = False,
    attributes: Mapping[str, JSON] | None = None,
    storage_options: Mapping[str, Any] | None = None,
) -> Group:
    """Create a group, with the groups above it that are missing. Raises `ContainsGroupError`, ..."""
    access = access_to(store, "w" if overwrite else "a", storage_options)
    operation = operations.create_group(
        access, normalize_path(path or ""), zarr_format=zarr_format, attributes=attributes, overwrite=overwrite
    )
    return Group._of(access.runtime.run(operation))


def open_group(
    store: StoreLike = None,
    *,
    path: str | None = None,
    mode: Mode | None = None,
    zarr_format: int | None = None,
    attributes: Mapping[str, JSON] | None = None,
    use_consolidated: bool | None = None,
    storage_options: Mapping[str, Any] | None = None,
) -> Group:
    """Open a group; with mode "a" (the default for a writable store), create it if it is not there.

    `use_consolidated`: None uses consolidated metadata if there is any, False reads every node's own document,
    True is an error if there is none. Raises `GroupNotFoundError`.
    """
    access = _opened(store, mode, storage_options)
    operation = opening.open_group(
        access,
        normalize_path(path or ""),
        mode or ("r" if access.read_only else "a"),
        zarr_format=zarr_format,
        attributes=attributes,
        use_consolidated=use_consolidated,
    )
    return Group._of(access.runtime.run(operation))


def group(
    store: StoreLike = None,
    *,
    path: str | None = None,
    overwrite: bool = False,
    zarr_format: int | None = None,
    attributes: Mapping[str, JSON] | None = None,
    storage_options: Mapping[str, Any] | None = None,
) -> Group:
    """Open a group, or create it if it is not there; `overwrite` replaces it."""
    return open_group(
        store,
        path=path,
        mode="w" if overwrite else "a",
        zarr_format=zarr_format,
        attributes=attributes,
        storage_options=storage_options,
    )


def open(
    store: StoreLike = None,
    *,
    path: str | None = None,
    mode: Mode | None = None,
    zarr_format: int | None = None,
    storage_options: Mapping[str, Any] | None = None,
    **keywords: Any,
) -> Array | Group:
    """Open the array or group that is there; else create an array if a shape is given, or a group.

    Raises `NodeNotFoundError` where the mode does not create.
    """
    where = normalize_path(path or "")
    access = _opened(store, mode, storage_options)
    mode = mode or ("r" if access.read_only else "a")
    is_array = "shape" in keywords or keywords.get("data") is not None
    if mode in ("r", "r+", "a"):
        try:
            node = access.runtime.run(opening.open_node(access, where, zarr_format=zarr_format))
            return Array._of(node) if isinstance(node, BoundArray) else Group._of(node)
        except NodeNotFoundError:
            if mode != "a":
                raise
    if zarr_format is not None:
        keywords["zarr_format"] = zarr_format
    if is_array:
        return open_array(access.given, path=where, mode=mode, **keywords)
    return open_group(access.given, path=where, mode=mode, **keywords)


def _opened(store: StoreLike, mode: Mode | None, storage_options: Mapping[str, Any] | None) -> Access:
    return access_to(store, mode or "a", storage_options)


def array(data: ArrayLike, *, store: StoreLike = None, **keywords: Any) -> Array:
    """An array filled with the data, by default in memory."""
    return create_array(store, data=data, **keywords)


def zeros(shape: int | tuple[int, ...], *, store: StoreLike = None, **keywords: Any) -> Array:
    """An array of zeros (stored as nothing at all), by default in memory."""
    return create_array(store, shape=shape, fill_value=0, **keywords)


def ones(shape: int | tuple[int, ...], *, store: StoreLike = None, **keywords: Any) -> Array:
    """An array of ones (stored as nothing at all), by default in memory."""
    return create_array(store, shape=shape, fill_value=1, **keywords)


def full(shape: int | tuple[int, ...], fill_value: Any, *, store: StoreLike = None, **keywords: Any) -> Array:
    """An array of one value (stored as nothing at all), by default in memory."""
    if "dtype" not in keywords:
        keywords["dtype"] = np.asarray(fill_value).dtype
    return create_array(store, shape=shape, fill_value=fill_value, **keywords)


def empty(shape: int | tuple[int, ...], *, store: StoreLike = None, **keywords: Any) -> Array:
    """An array of the default fill value, by default in memory."""
    return create_array(store, shape=shape, **keywords)


def save(store: StoreLike, *arrays: ArrayLike, path: str | None = None, **named: ArrayLike) -> None:
    """Save one array at the path, or several in a group: positional ones as `arr_0`, ..., named ones by name."""
    if len(arrays) == 1 and not named:
        create_array(store, name=path, data=arrays[0], overwrite=True)
        return
    into = open_group(store, path=path, mode="w")
    for name, data in {**{f"arr_{i}": data for i, data in enumerate(arrays)}, **named}.items():
        into.create_array(name, data=data)


def load(store: StoreLike, path: str | None = None, zarr_format: int | None = None) -> Any:
    """The array at the path as a numpy array, or the arrays of a group as a dictionary of them."""
    node = open(store, path=path, mode="r", zarr_format=zarr_format)
    if isinstance(node, Array):
        result: NDArray[Any] = node[...]
        return result
    return {name: member[...] for name, member in node.arrays()}
