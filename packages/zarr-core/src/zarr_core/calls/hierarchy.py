"""Whole hierarchies: consolidate, copy, create many nodes at once, show."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from zarr_core.abc.array import BaseArray
from zarr_core.abc.group import BaseGroup
from zarr_core.abc.metadata import ArrayMetadataABC, NodeMetadataABC
from zarr_core.calls.call import Call
from zarr_core.calls.opening import StoreLike, access, open_group
from zarr_core.engine.bound import Access, BoundArray, BoundGroup
from zarr_core.engine.runtimes import runtime_for
from zarr_core.handle import NodeHandle
from zarr_core.metadata import normalize_path
from zarr_core.operations.consolidate import consolidate_metadata as consolidating
from zarr_core.operations.copy import Copied, IfExists, Progress, copy_keys, copy_node
from zarr_core.operations.hierarchy import create_nodes
from zarr_core.operations.load import walk
from zarr_core.operations.members import tree as making_tree
from zarr_core.tree import Tree

__all__ = [
    "consolidate_metadata",
    "copy",
    "copy_all",
    "copy_store",
    "create_hierarchy",
    "open_consolidated",
    "tree",
]

Node = BaseArray | BaseGroup


def consolidate_metadata(store: StoreLike, path: str | None = None, zarr_format: int | None = None) -> Call[BoundGroup]:
    """Store the metadata of everything below a group with the group, so that it opens in one request.

    A snapshot: whatever changes what is below through this library drops it again. Returns the group.
    """
    to = access(store, "r+")
    return Call(to.runtime, consolidating(to, normalize_path(path or ""), zarr_format))


def open_consolidated(store: StoreLike, *, path: str | None = None, mode: Any = "r", **kwargs: Any) -> Call[BoundGroup]:
    """Open a group by its consolidated metadata. Raises `GroupNotFoundError` if it has none."""
    return open_group(store, path=path, mode=mode, use_consolidated=True, **kwargs)


def tree(group: BaseGroup, level: int | None = None) -> Call[Tree]:
    """The hierarchy below a group, `level` levels deep (None: all); prints as a tree."""
    bound = _bound(group)
    assert isinstance(bound, BoundGroup)
    return Call(bound.runtime, making_tree(bound, level))


def create_hierarchy(
    store: StoreLike, nodes: Mapping[str, NodeMetadataABC], *, overwrite: bool = False
) -> Call[dict[str, Any]]:
    """Create many nodes in one concurrent batch, with the groups above them, from their metadata by path.

    All or nothing where the store can commit many keys at once. Returns the arrays and groups by path.
    """
    to = access(store, "w" if overwrite else "a")
    return Call(to.runtime, _create(to, {normalize_path(path): node for path, node in nodes.items()}, overwrite))


async def _create(to: Access, nodes: dict[str, Any], overwrite: bool) -> dict[str, Any]:
    await create_nodes(to, nodes, overwrite=overwrite)
    return {
        path: BoundArray(to, path, node) if isinstance(node, ArrayMetadataABC) else BoundGroup(to, path, node)
        for path, node in nodes.items()
    }


def _bound(node: Any) -> Any:
    if not isinstance(node, NodeHandle):
        raise TypeError(f"an array or group of this library is needed, not {node!r:.80}")
    return node._bound


def copy(
    source: Node,
    dest: BaseGroup,
    name: str | None = None,
    *,
    shallow: bool = False,
    if_exists: IfExists = "raise",
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Call[Copied]:
    """Copy an array or a group with all below it into a group, as it is stored: nothing is decoded.

    `name` is the new one (default: the old one). `shallow` leaves out groups below a group. `if_exists`: "raise"
    before anything is touched, "replace" what is there, or "skip" the values that are there. `dry_run` only counts.
    Returns how many values were copied and skipped, and their bytes.
    """
    frm, to = _bound(source), _bound(dest)
    target = to.prefix + normalize_path(name or source.basename)
    operation = copy_node(
        frm.access,
        frm.path,
        to.access,
        target,
        if_exists=if_exists,
        shallow=shallow,
        dry_run=dry_run,
        progress=progress,
    )
    return Call(runtime_for(frm.access.given, to.access.given), operation)


def copy_all(
    source: BaseGroup,
    dest: BaseGroup,
    *,
    shallow: bool = False,
    if_exists: IfExists = "raise",
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Call[Copied]:
    """Copy everything that is in a group into another group; see `copy`."""
    frm, to = _bound(source), _bound(dest)
    options = {"if_exists": if_exists, "shallow": shallow, "dry_run": dry_run, "progress": progress}
    return Call(runtime_for(frm.access.given, to.access.given), _copy_all(frm, to, options))


async def _copy_all(frm: BoundGroup, to: BoundGroup, options: dict[str, Any]) -> Copied:
    total = Copied(0, 0, 0)
    async with frm.runtime.iterate(walk(frm.access, frm.path, frm.metadata, 0)) as children:
        names = [name async for name, _ in children]
    for name in names:
        done = await copy_node(frm.access, frm.prefix + name, to.access, to.prefix + name, **options)
        total = Copied(*(a + b for a, b in zip(total, done, strict=True)))
    return total


def copy_store(
    source: StoreLike,
    dest: StoreLike,
    *,
    source_path: str = "",
    dest_path: str = "",
    includes: Iterable[str] = (),
    excludes: Iterable[str] = (),
    if_exists: IfExists = "raise",
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Call[Copied]:
    """Copy values as they are from one store to another, of any kinds: metadata, chunks, and whatever else is there.

    `includes` and `excludes` are regular expressions searched in the key relative to `source_path`. See `copy`.
    """
    frm, to = access(source, "r"), access(dest, "a")
    kept, left = [re.compile(text) for text in includes], [re.compile(text) for text in excludes]

    def wanted(key: str) -> bool:
        return (not kept or any(p.search(key) for p in kept)) and not any(p.search(key) for p in left)

    prefixes = [path + "/" if path else "" for path in map(normalize_path, (source_path, dest_path))]
    operation = copy_keys(frm, to, *prefixes, if_exists=if_exists, wanted=wanted, dry_run=dry_run, progress=progress)
    return Call(runtime_for(frm.given, to.given), operation)
