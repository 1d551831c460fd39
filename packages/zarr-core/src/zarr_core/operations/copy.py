"""Copy and move stored values: raw bytes, key by key, in bounded memory. Documents come last and the topmost of them
at the very end, so that a reader sees a node only when all of it is there.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any, Literal, NamedTuple, TypeAlias

from zarr_core.engine.bound import Access
from zarr_core.engine.memo import MEMO
from zarr_core.engine.runtimes import runtime_for
from zarr_core.errors import ContainsNodeError, NodeNotFoundError
from zarr_core.metadata import DOCUMENTS, create_group_metadata
from zarr_core.operations.hierarchy import a_node, ancestors, create_nodes, delete_node, drop_consolidated
from zarr_core.operations.load import ZMETADATA, child_names, load_node, load_nodes

__all__ = ["Copied", "IfExists", "Progress", "copy_keys", "copy_node", "move_node"]

IfExists: TypeAlias = Literal["raise", "replace", "skip"]
Progress: TypeAlias = Callable[[int, int], None]
"""Called after each value with the values and bytes copied so far."""

_DOCUMENT_NAMES = frozenset(name for names in DOCUMENTS.values() for name in names) | {ZMETADATA}


class Copied(NamedTuple):
    """What was done, in zarr-python's order."""

    copied: int
    skipped: int
    bytes: int


def check_if_exists(if_exists: str) -> None:
    """Raise `ValueError` for what is none of the ways."""
    if if_exists not in ("raise", "replace", "skip"):
        raise ValueError(f"if_exists is 'raise', 'replace' or 'skip', not {if_exists!r}")


async def copy_keys(
    source: Access,
    target: Access,
    source_prefix: str,
    target_prefix: str,
    *,
    if_exists: IfExists = "raise",
    wanted: Callable[[str], bool] = lambda key: True,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Copied:
    """Copy every value under a prefix. `wanted` chooses by key relative to the prefix; `dry_run` only counts."""
    check_if_exists(if_exists)
    runtime = runtime_for(source.given, target.given)
    reading: Any = runtime.adapt(source.given)
    writing: Any = runtime.adapt(target.given)
    if not dry_run:
        target.writable(f"below {target_prefix!r}")
    source.listable(f"what is below {source_prefix!r}")
    done = [0, 0, 0]

    async def one(name: str) -> None:
        key = target_prefix + name
        if if_exists != "replace" and await writing.exists(key):
            if if_exists == "raise":
                raise ContainsNodeError(f"key {key!r} is in {target.given!r} already; if_exists='replace' or 'skip'")
            done[1] += 1
            return
        if dry_run:
            done[0] += 1
            done[2] += await reading.getsize(source_prefix + name) or 0
            return
        value = await reading.get(source_prefix + name)
        if value is None:  # deleted meanwhile
            return
        try:
            await writing.set(key, value)
        finally:
            MEMO.drop(writing.address(key))
        done[0] += 1
        done[2] += len(value)
        if progress is not None:
            progress(done[0], done[2])

    documents: list[str] = []
    async with runtime.iterate(reading.list_prefix(source_prefix)) as keys:
        async for batch in _batches(keys, 1024):
            names = [key[len(source_prefix) :] for key in batch]
            names = [name for name in names if wanted(name)]
            documents += [name for name in names if _is_document(name)]
            await runtime.map(one, [name for name in names if not _is_document(name)])
    documents.sort(key=lambda name: (-name.count("/"), name))
    for depth in sorted({name.count("/") for name in documents}, reverse=True):
        await runtime.map(one, [name for name in documents if name.count("/") == depth])
    return Copied(*done)


async def _batches(keys: AsyncIterator[str], size: int) -> AsyncIterator[list[str]]:
    batch: list[str] = []
    async for key in keys:
        batch.append(key)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _is_document(name: str) -> bool:
    return name.rpartition("/")[2] in _DOCUMENT_NAMES


async def copy_node(
    source: Access,
    source_path: str,
    target: Access,
    target_path: str,
    *,
    if_exists: IfExists = "raise",
    shallow: bool = False,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Copied:
    """Copy an array or a group with all below it, as it is stored; `shallow` leaves out groups below a group.

    Raises `NodeNotFoundError`, and `ContainsNodeError` before anything is touched if a node is there and
    `if_exists` is "raise". "replace" deletes that node first; "skip" copies what is missing.
    """
    check_if_exists(if_exists)
    node = await load_node(source, source_path)
    if node is None:
        raise NodeNotFoundError(f"no array or group at path {source_path!r} of {source.given!r}")
    there = await load_node(target, target_path)
    if there is not None and if_exists == "raise":
        raise ContainsNodeError(f"{a_node(there)} is stored at path {target_path!r} of {target.given!r}")
    source_prefix = source_path + "/" if source_path else ""
    target_prefix = target_path + "/" if target_path else ""
    if source.given == target.given and target_prefix.startswith(source_prefix):
        raise ContainsNodeError(f"cannot copy {source_path!r} into itself, to {target_path!r}")
    if not dry_run:
        if there is not None and if_exists == "replace":
            await delete_node(target, target_path)
        await _make_ancestors(target, target_path, node.zarr_format)
    nested = await _nested_groups(source, source_path) if shallow and node.node_type == "group" else ()
    copied = await copy_keys(
        source,
        target,
        source_prefix,
        target_prefix,
        if_exists="skip" if if_exists == "skip" else "replace",
        wanted=lambda name: not any(name.startswith(group) for group in nested),
        dry_run=dry_run,
        progress=progress,
    )
    if not dry_run:
        await drop_consolidated(target, target_path, node)
    return copied


async def _make_ancestors(target: Access, path: str, zarr_format: int) -> None:
    above = ancestors(path)
    if above:
        parent = create_group_metadata(zarr_format=zarr_format)
        await create_nodes(target, {above[-1]: parent}, exist_ok=True)


async def _nested_groups(source: Access, path: str) -> tuple[str, ...]:
    """Prefixes, relative to a group, of the groups directly below it."""
    names = await child_names(source, path)
    prefix = path + "/" if path else ""
    nodes = await load_nodes(source, [prefix + name for name in names])
    pairs = zip(names, nodes.values(), strict=True)
    return tuple(name + "/" for name, node in pairs if node is not None and node.node_type == "group")


async def move_node(access: Access, source_path: str, target_path: str) -> None:
    """Move a node within its store, by renaming keys. Raises `ContainsNodeError`, `NodeNotFoundError`."""
    store = access.writable(f"{source_path!r} of {access.given!r}")
    listed = access.listable(f"what is below {source_path!r}")
    found = await load_nodes(access, [source_path, target_path])
    node = found[source_path]
    if node is None or not source_path:
        raise NodeNotFoundError(f"no array or group to move at path {source_path!r} of {access.given!r}")
    there = found[target_path]
    if there is not None or (target_path + "/").startswith(source_path + "/"):
        what = "itself" if there is None else a_node(there)
        raise ContainsNodeError(f"cannot move {source_path!r} to {target_path!r}: {what} is stored there")
    await _make_ancestors(access, target_path, node.zarr_format)

    async def one(key: str) -> None:
        new = target_path + key[len(source_path) :]
        try:
            await store.rename(key, new)
        finally:
            MEMO.drop(store.address(key))
            MEMO.drop(store.address(new))

    keys = [key async for key in listed.list_prefix(source_path + "/")]
    await access.runtime.map(one, [key for key in keys if not _is_document(key)])
    await access.runtime.map(one, [key for key in keys if _is_document(key)])
    await drop_consolidated(access, source_path, node)
    await drop_consolidated(access, target_path, node)
