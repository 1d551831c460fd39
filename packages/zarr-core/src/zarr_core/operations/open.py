"""Open what is stored, or create it where the mode says so."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from zarr_core.abc.metadata import ArrayMetadataABC, GroupMetadataABC, NodeMetadataABC
from zarr_core.engine.bound import Access, ArrayOptions, BoundArray, BoundGroup
from zarr_core.errors import ArrayNotFoundError, GroupNotFoundError, NodeNotFoundError
from zarr_core.operations.create import ArrayKeywords, create_array, create_group
from zarr_core.operations.hierarchy import load_array, load_group, load_node

__all__ = ["Mode", "open_array", "open_group", "open_node"]

Mode: TypeAlias = Literal["r", "r+", "a", "w", "w-"]
"""r: read only, must exist; r+: read and write, must exist; a: read and write, create if it does not exist;
w: create, replacing what exists; w-: create, an error if something exists."""


async def open_array(
    access: Access,
    path: str,
    mode: Mode,
    keywords: ArrayKeywords,
    options: ArrayOptions,
) -> BoundArray:
    """The array at `path`; created from the keywords where the mode allows. Raises `ArrayNotFoundError`."""
    if mode in ("w", "w-"):
        return await create_array(access, path, keywords, overwrite=mode == "w")
    try:
        metadata = await load_array(access, path, keywords.get("zarr_format"))
    except ArrayNotFoundError:
        if mode != "a" or ("shape" not in keywords and keywords.get("data") is None):
            raise
        return await create_array(access, path, keywords)
    return BoundArray(access, path, metadata, options=options)


async def open_group(
    access: Access,
    path: str,
    mode: Mode,
    *,
    zarr_format: int | None = None,
    attributes: Any = None,
    use_consolidated: bool | None = None,
) -> BoundGroup:
    """The group at `path`; created where the mode allows. Raises `GroupNotFoundError`, `ContainsArrayError`."""
    if mode in ("w", "w-"):
        return await create_group(
            access, path, zarr_format=zarr_format, attributes=attributes, overwrite=mode == "w"
        )
    try:
        metadata = await load_group(access, path, zarr_format)
    except GroupNotFoundError:
        if mode != "a":
            raise
        return await create_group(access, path, zarr_format=zarr_format, attributes=attributes)
    return BoundGroup(access, path, _consolidated(metadata, path, use_consolidated))


async def open_node(
    access: Access, path: str, *, zarr_format: int | None = None, use_consolidated: bool | None = None
) -> BoundArray | BoundGroup:
    """Whatever is at `path`. Raises `NodeNotFoundError`."""
    node: NodeMetadataABC | None = await load_node(access, path, zarr_format)
    if isinstance(node, ArrayMetadataABC):
        return BoundArray(access, path, node)
    if isinstance(node, GroupMetadataABC):
        return BoundGroup(access, path, _consolidated(node, path, use_consolidated))
    raise NodeNotFoundError(f"no array or group at path {path!r} of {access.given!r}")


def _consolidated(metadata: GroupMetadataABC, path: str, use: bool | None) -> GroupMetadataABC:
    if use is False:
        return metadata.without_consolidated()
    if use and metadata.consolidated is None:
        raise GroupNotFoundError(f"group {path!r} has no consolidated metadata; see consolidate_metadata")
    return metadata
