"""numpy arrays in and out of stores in one call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zarr_core.calls.call import Call
from zarr_core.calls.opening import StoreLike, access
from zarr_core.engine.bound import Access, BoundArray
from zarr_core.engine.runtimes import runtime_for
from zarr_core.indexing.selection import basic
from zarr_core.metadata import normalize_path
from zarr_core.operations.create import create_array, create_group
from zarr_core.operations.members import members
from zarr_core.operations.open import open_node
from zarr_core.operations.save import save_drafts
from zarr_core.operations.select import get

__all__ = ["load", "save", "save_array", "save_group", "save_many"]


def save_array(store: StoreLike, arr: ArrayLike, *, path: str | None = None, **keywords: Any) -> Call[None]:
    """Save an array at the path, replacing what is there. Keywords as in `create_array`."""
    to = access(store, "w")
    return Call(to.runtime, _save_array(to, normalize_path(path or ""), arr, keywords))


def save_group(store: StoreLike, *args: ArrayLike, path: str | None = None, **kwargs: ArrayLike) -> Call[None]:
    """Save several arrays in a group, replacing what is there: `arr_0`, `arr_1`, ..., and those that have names."""
    if not args and not kwargs:
        raise ValueError("give at least one array to save")
    to = access(store, "w")
    named = {**{f"arr_{i}": data for i, data in enumerate(args)}, **kwargs}
    return Call(to.runtime, _save_group(to, normalize_path(path or ""), named))


def save(store: StoreLike, *args: ArrayLike, path: str | None = None, **kwargs: ArrayLike) -> Call[None]:
    """Save one array at the path, or several in a group there, replacing what is there."""
    if len(args) == 1 and not kwargs:
        return save_array(store, args[0], path=path)
    return save_group(store, *args, path=path, **kwargs)


def load(store: StoreLike, path: str | None = None, zarr_format: int | None = None) -> Call[Any]:
    """The array at the path as a numpy array, or the arrays of the group there as a dictionary of them."""
    to = access(store, "r")
    return Call(to.runtime, _load(to, normalize_path(path or ""), zarr_format))


async def _save_array(to: Access, path: str, data: ArrayLike, keywords: Any) -> None:
    keywords["data"] = np.asarray(data)
    await create_array(to, path, keywords, overwrite=True)


async def _save_group(to: Access, path: str, named: dict[str, ArrayLike]) -> None:
    group = await create_group(to, path, overwrite=True)
    for name, data in named.items():
        await create_array(to, group.prefix + normalize_path(name), {"data": np.asarray(data)})


async def _load(to: Access, path: str, zarr_format: Any) -> Any:
    node = await open_node(to, path, "r", {"zarr_format": zarr_format})
    if isinstance(node, BoundArray):
        return await _values(node)
    found: dict[str, NDArray[Any]] = {}
    async with to.runtime.iterate(members(node, 0)) as below:
        async for name, member in below:
            if isinstance(member, BoundArray):
                found[name] = await _values(member)
    return found


async def _values(array: BoundArray) -> NDArray[Any]:
    return np.asarray(await get(array, basic(..., array.metadata.shape)))


def save_many(nodes: Sequence[Any], store: StoreLike = None, *, overwrite: bool = False) -> Call[None]:
    """Save many arrays and groups made in memory by `Array(...)` and `Group(...)`, in one concurrent batch.

    Each goes to its own store, or all to the one given. All or nothing on a store that can commit many keys at once;
    elsewhere, nothing is touched if something is in the way of one of them.
    """
    targets: list[tuple[Any, list[Any]]] = []
    for node in nodes:
        wanted = node.target(store)
        batch = next((batch for target, batch in targets if target is wanted or target == wanted), None)
        if batch is None:
            targets.append((wanted, batch := []))
        batch.append(node)
    opened = [(access(target, "w" if overwrite else "a"), batch) for target, batch in targets]
    return Call(runtime_for(*(to.given for to, _ in opened)), _save_many(opened, overwrite))


async def _save_many(opened: list[tuple[Access, list[Any]]], overwrite: bool) -> None:
    for to, batch in opened:
        drafts = [draft for node in batch for draft in await _with_members(node._bound)]
        saved = {bound.path: bound for bound in await save_drafts(to, drafts, overwrite=overwrite)}
        for node in batch:
            node._saved(saved[node.path])


async def _with_members(bound: Any) -> list[Any]:
    if isinstance(bound, BoundArray):
        return [bound]
    async with bound.runtime.iterate(members(bound, None)) as below:
        return [bound, *[member async for _, member in below]]
