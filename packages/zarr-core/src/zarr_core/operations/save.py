"""Save what was made in memory: drafts of arrays and groups, many at once, into the stores that they are meant for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zarr_core.engine.bound import Access, BoundArray, BoundGroup
from zarr_core.metadata import DOCUMENTS
from zarr_core.operations.hierarchy import create_nodes
from zarr_core.operations.members import members

__all__ = ["save_drafts", "save_group"]

Draft = BoundArray | BoundGroup
_DOCUMENTS = frozenset(name for names in DOCUMENTS.values() for name in names)


async def save_drafts(target: Access, drafts: Sequence[Draft], *, overwrite: bool = False) -> list[Draft]:
    """Store the drafts and every missing group above them: values first, then documents, or all in one commit where
    the store can. Raises `ContainsArrayError` or `ContainsGroupError` before anything is touched.
    """
    values: dict[str, Any] = {}
    for draft in drafts:
        if isinstance(draft, BoundArray):
            store: Any = draft.access.store
            async for key in store.list_prefix(draft.prefix):
                if key.rpartition("/")[2] not in _DOCUMENTS:
                    values[key] = await store.get(key)
    await create_nodes(target, {draft.path: draft.metadata for draft in drafts}, overwrite=overwrite, values=values)
    return [
        BoundArray(target, draft.path, draft.metadata, options=draft.options)
        if isinstance(draft, BoundArray)
        else BoundGroup(target, draft.path, draft.metadata)
        for draft in drafts
    ]


async def save_group(target: Access, group: BoundGroup, *, overwrite: bool = False) -> list[Draft]:
    """Store a group made in memory with all that was made below it; the group comes first in the result."""
    drafts: list[Draft] = [group]
    async with group.runtime.iterate(members(group, None)) as below:
        async for _, member in below:
            drafts.append(member)  # type: ignore[arg-type]
    return await save_drafts(target, drafts, overwrite=overwrite)
