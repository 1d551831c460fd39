"""The members of a group as bound nodes, and the tree of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import numpy as np

from zarr_core.abc.data_type import JSON
from zarr_core.abc.metadata import ArrayMetadataABC, GroupMetadataABC, NodeMetadataABC
from zarr_core.engine.bound import BoundArray, BoundGroup, BoundNode
from zarr_core.errors import ArrayNotFoundError, ContainsGroupError, GroupNotFoundError, NodeNotFoundError
from zarr_core.metadata import create_group_metadata, normalize_path
from zarr_core.operations.create import ArrayKeywords, create_array, create_group, plan_array
from zarr_core.operations.hierarchy import create_nodes
from zarr_core.operations.load import load_node, load_nodes, walk
from zarr_core.tree import Tree, TreeNode

__all__ = [
    "below",
    "bind",
    "find_array",
    "find_group",
    "find_member",
    "members",
    "new_array",
    "new_group",
    "new_groups",
    "new_nodes",
    "require_array",
    "tree",
]


def bind(group: BoundGroup, path: str, metadata: NodeMetadataABC) -> BoundNode[Any]:
    """The member at a path relative to the group, from its metadata."""
    if isinstance(metadata, ArrayMetadataABC):
        return BoundArray(group.access, group.prefix + path, metadata)
    assert isinstance(metadata, GroupMetadataABC)
    return BoundGroup(group.access, group.prefix + path, metadata)


async def find_member(group: BoundGroup, path: str) -> BoundNode[Any] | None:
    """The member at a path relative to the group, or None. One round of requests, none if it is consolidated."""
    path = normalize_path(path)
    if not path:
        return group
    consolidated = group.metadata.consolidated
    if consolidated is not None:
        metadata = consolidated.get(path)
    else:
        metadata = await load_node(group.access, group.prefix + path, group.metadata.zarr_format)
    return None if metadata is None else bind(group, path, metadata)


async def find_array(group: BoundGroup, path: str) -> BoundArray:
    """The array at a path relative to the group. Raises `ArrayNotFoundError`."""
    found = await find_member(group, path)
    if isinstance(found, BoundArray):
        return found
    what = "nothing" if found is None else "a group"
    raise ArrayNotFoundError(f"no array {path!r} in {group.label}: {what} is stored there")


async def find_group(group: BoundGroup, path: str) -> BoundGroup:
    """The group at a path relative to the group. Raises `GroupNotFoundError`."""
    found = await find_member(group, path)
    if isinstance(found, BoundGroup):
        return found
    what = "nothing" if found is None else "an array"
    raise GroupNotFoundError(f"no group {path!r} in {group.label}: {what} is stored there")


async def members(group: BoundGroup, max_depth: int | None) -> AsyncIterator[tuple[str, BoundNode[Any]]]:
    """Paths and members, `max_depth` levels below the children; None is all."""
    if max_depth is not None and max_depth < 0:
        raise ValueError(f"max_depth must be None, or 0 or more, not {max_depth}")
    async with group.runtime.iterate(walk(group.access, group.path, group.metadata, max_depth)) as found:
        async for path, metadata in found:
            yield path, bind(group, path, metadata)


async def tree(group: BoundGroup, level: int | None) -> Tree:
    """The hierarchy below the group, `level` levels deep."""
    root = TreeNode("/" + group.path)
    nodes: dict[str, TreeNode] = {"": root}
    max_depth = None if level is None else level - 1
    async with group.runtime.iterate(walk(group.access, group.path, group.metadata, max_depth)) as found:
        async for path, metadata in found:
            parent, _, name = path.rpartition("/")
            nodes[path] = node = TreeNode(name, _label(metadata))
            nodes.get(parent, root).children.append(node)
    return Tree(root)


def _label(metadata: NodeMetadataABC) -> str:
    if not isinstance(metadata, ArrayMetadataABC):
        return ""
    names: Mapping[int, str | None] = dict(enumerate(metadata.dimension_names or ()))
    lengths = ", ".join(
        str(length) if names.get(axis) is None else f"{names[axis]}: {length}"
        for axis, length in enumerate(metadata.shape)
    )
    return f"({lengths}) {metadata.data_type.dtype}"


def below(group: BoundGroup, name: str) -> str:
    """The path of a member, from its name or path relative to the group."""
    path = normalize_path(name)
    if not path:
        raise NodeNotFoundError(f"{name!r} names no member of {group.label}: give a name or a path below it")
    return group.prefix + path


async def new_group(
    group: BoundGroup,
    name: str,
    *,
    attributes: Mapping[str, JSON] | None = None,
    overwrite: bool = False,
    exist_ok: bool = False,
) -> BoundGroup:
    """Create a group below a group, in its format."""
    return await create_group(
        group.access,
        below(group, name),
        zarr_format=group.metadata.zarr_format,
        attributes=attributes,
        overwrite=overwrite,
        exist_ok=exist_ok,
        within=group.path,
    )


async def new_groups(group: BoundGroup, names: Sequence[str], *, exist_ok: bool = False) -> list[BoundGroup]:
    """Create several groups below a group, in one batch."""
    zarr_format = group.metadata.zarr_format
    nodes = {below(group, name): create_group_metadata(zarr_format=zarr_format) for name in names}
    await create_nodes(group.access, nodes, exist_ok=exist_ok, within=group.path)
    stored = await load_nodes(group.access, nodes, zarr_format) if exist_ok else nodes
    return [BoundGroup(group.access, path, stored[path]) for path in nodes]  # type: ignore[arg-type]


async def new_nodes(
    group: BoundGroup, nodes: Mapping[str, NodeMetadataABC], *, overwrite: bool = False
) -> dict[str, BoundNode[Any]]:
    """Create many nodes below a group, from their metadata by path; returns them by those paths."""
    placed = {below(group, path): metadata for path, metadata in nodes.items()}
    await create_nodes(group.access, placed, overwrite=overwrite, within=group.path)
    return {path: bind(group, normalize_path(path), metadata) for path, metadata in nodes.items()}


async def new_array(group: BoundGroup, name: str, keywords: ArrayKeywords, *, overwrite: bool = False) -> BoundArray:
    """Create an array below a group, in its format."""
    keywords["zarr_format"] = group.metadata.zarr_format
    return await create_array(group.access, below(group, name), keywords, overwrite=overwrite, within=group.path)


async def require_array(group: BoundGroup, name: str, keywords: ArrayKeywords, *, exact: bool = False) -> BoundArray:
    """The array of that name, created if it is not there. Raises `TypeError` if the one there does not fit."""
    found = await find_member(group, name)
    if found is None:
        return await new_array(group, name, keywords)
    if not isinstance(found, BoundArray):
        raise ContainsGroupError(f"a group is stored at path {found.path!r} of {group.access.given!r}")
    wanted, _ = plan_array({**keywords, "zarr_format": group.metadata.zarr_format, "write_data": False})
    there, asked = found.metadata, wanted
    fits = (
        np.can_cast(there.data_type.dtype, asked.data_type.dtype) if not exact else there.data_type == asked.data_type
    )
    if there.shape != asked.shape or not fits:
        raise TypeError(
            f"{found.label} has shape {there.shape} and dtype {there.data_type.dtype}; "
            f"shape {asked.shape} and dtype {asked.data_type.dtype} were asked for"
        )
    return found
