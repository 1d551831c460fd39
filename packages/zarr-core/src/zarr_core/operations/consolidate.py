"""Consolidated metadata: one document from which a whole hierarchy opens (digest 1.6, 4.7)."""

from __future__ import annotations

from zarr_core.abc.metadata import NodeMetadataABC
from zarr_core.engine.bound import Access, BoundGroup
from zarr_core.metadata import consolidate, document_key
from zarr_core.operations.load import load_group, walk

__all__ = ["consolidate_metadata"]


async def consolidate_metadata(access: Access, path: str, zarr_format: int | None = None) -> BoundGroup:
    """Store the metadata of everything below a group with the group. A snapshot: creating, changing or deleting
    what is below drops it again.
    """
    store = access.writable(f"to group {path!r}")
    group = (await load_group(access, path, zarr_format)).without_consolidated()
    found: dict[str, NodeMetadataABC] = {}
    async with access.runtime.iterate(walk(access, path, group, None)) as below:
        async for member, metadata in below:
            found[member] = metadata
    consolidated = consolidate(group, found)
    for name, document in consolidated.documents().items():
        await store.set(document_key(path, name), document)
    return BoundGroup(access, path, consolidated)
