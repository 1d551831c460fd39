"""Open what is stored, or create it where the mode says so."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from zarr_core.abc.metadata import ArrayMetadataABC, GroupMetadataABC
from zarr_core.engine.bound import Access, BoundArray, BoundGroup
from zarr_core.errors import ArrayNotFoundError, ContainsArrayError, GroupNotFoundError, NodeNotFoundError
from zarr_core.operations.create import ArrayKeywords, create_array, create_group, options_of
from zarr_core.operations.load import load_array, load_nodes

__all__ = ["Mode", "open_array", "open_group", "open_node"]

Mode: TypeAlias = Literal["r", "r+", "a", "w", "w-"]
"""r: read only, must exist; r+: read and write, must exist; a: read and write, create if it does not exist;
w: create, replacing what exists; w-: create, an error if something exists."""


async def open_array(access: Access, path: str, mode: Mode, keywords: ArrayKeywords) -> BoundArray:
    """The array at `path`; created from the keywords where the mode allows. Raises `ArrayNotFoundError`."""
    if mode in ("w", "w-"):
        return await create_array(access, path, keywords, overwrite=mode == "w")
    try:
        metadata = await load_array(access, path, keywords.get("zarr_format"))
    except ArrayNotFoundError:
        if mode != "a" or not _describes_array(keywords):
            raise
        return await create_array(access, path, keywords)
    return BoundArray(access, path, metadata, options=options_of(keywords))


def _describes_array(keywords: ArrayKeywords) -> bool:
    return "shape" in keywords or keywords.get("data") is not None


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
    new = {"zarr_format": zarr_format, "attributes": attributes}
    if mode in ("w", "w-"):
        return await create_group(access, path, **new, overwrite=mode == "w")
    wanted = use_consolidated is not False
    node = (await load_nodes(access, [path], zarr_format, consolidated=wanted))[path]
    if isinstance(node, GroupMetadataABC):
        return BoundGroup(access, path, _consolidated(node, path, use_consolidated))
    if node is None and mode == "a" and not use_consolidated:
        return await create_group(access, path, **new)
    what = "nothing is stored there" if node is None else "an array is stored there"
    if use_consolidated:
        what += ", and consolidated metadata was asked for"
    kind = ContainsArrayError if node is not None and mode == "a" else GroupNotFoundError
    raise kind(f"no group at path {path!r} of {access.given!r}: {what}")


async def open_node(
    access: Access, path: str, mode: Mode, keywords: ArrayKeywords, *, use_consolidated: bool | None = None
) -> BoundArray | BoundGroup:
    """Whatever is at `path`; what is created where the mode allows depends on whether there is a shape.

    Raises `NodeNotFoundError`.
    """
    zarr_format = keywords.get("zarr_format")
    if mode in ("r", "r+", "a"):
        wanted = use_consolidated is not False
        node = (await load_nodes(access, [path], zarr_format, consolidated=wanted))[path]
        if isinstance(node, ArrayMetadataABC):
            return BoundArray(access, path, node, options=options_of(keywords))
        if isinstance(node, GroupMetadataABC):
            return BoundGroup(access, path, _consolidated(node, path, use_consolidated))
        if mode != "a":
            raise NodeNotFoundError(f"no array or group at path {path!r} of {access.given!r}")
    overwrite = mode == "w"
    if _describes_array(keywords):
        return await create_array(access, path, keywords, overwrite=overwrite)
    attributes = keywords.get("attributes")
    return await create_group(access, path, zarr_format=zarr_format, attributes=attributes, overwrite=overwrite)


def _consolidated(metadata: GroupMetadataABC, path: str, use: bool | None) -> GroupMetadataABC:
    if use is False:
        return metadata.without_consolidated()
    if use and metadata.consolidated is None:
        raise GroupNotFoundError(f"group {path!r} has no consolidated metadata; see consolidate_metadata")
    return metadata
