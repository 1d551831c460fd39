"""The members of a group as bound nodes, and the tree of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from zarr_core.abc.metadata import ArrayMetadataABC, GroupMetadataABC, NodeMetadataABC
from zarr_core.engine.bound import BoundArray, BoundGroup, BoundNode
from zarr_core.metadata import normalize_path
from zarr_core.operations.hierarchy import load_node, walk
from zarr_core.tree import Tree, TreeNode

__all__ = ["bind", "find_member", "members", "tree"]


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


async def members(group: BoundGroup, max_depth: int | None) -> AsyncIterator[tuple[str, BoundNode[Any]]]:
    """Paths and members, `max_depth` levels below the children; None is all."""
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
