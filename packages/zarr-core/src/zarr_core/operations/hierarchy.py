"""Create many nodes at once, and delete them, keeping what stands above them true."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from zarr_core.abc.metadata import ArrayMetadataABC, GroupMetadataABC, NodeMetadataABC
from zarr_core.engine.bound import Access
from zarr_core.engine.memo import MEMO
from zarr_core.errors import ContainsArrayError, ContainsGroupError, NodeNotFoundError
from zarr_core.log import group_log
from zarr_core.metadata import V2GroupMetadata, check_new_name, create_group_metadata, document_key
from zarr_core.operations.load import ZMETADATA, load_node, load_nodes

__all__ = ["ancestors", "create_nodes", "delete_node", "drop_consolidated"]


async def create_nodes(
    access: Access,
    nodes: Mapping[str, NodeMetadataABC],
    *,
    overwrite: bool = False,
    exist_ok: bool = False,
    values: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Store the nodes and every missing ancestor, as groups of the same format (digest 1.1, 4.1).

    `overwrite` deletes what is stored at a path, with all below it. `exist_ok` leaves groups that are there as
    they are. `values` are chunks that belong to them, stored before the documents. Raises `ContainsArrayError` or
    `ContainsGroupError` before anything is touched.
    """
    access.writable(f"{', '.join(map(repr, list(nodes)[:3]))} of {access.given!r}")
    for path in nodes:
        check_new_name(path)
    wanted = _with_ancestors(nodes)
    addresses = [access.store.address(document_key(path, "zarr.json")) for path in wanted]
    async with access.runtime.lock(addresses):
        stored = await load_nodes(access, wanted, consolidated=True)
        stale = _without_consolidated(stored)
        replaced: list[str] = []
        for path in list(wanted):
            old = stored[path]
            if path not in nodes:
                _check_ancestor(access, path, old)
                if old is not None:
                    del wanted[path]
            elif old is not None:
                if overwrite:
                    replaced.append(path)
                elif exist_ok and isinstance(old, GroupMetadataABC) and wanted[path].node_type == "group":
                    del wanted[path]
                else:
                    raise _contains(access, path, old)
        for path in replaced:
            await _delete_below(access, path)
        group_log.debug("create %s in %r", sorted(wanted), access.given)
        await _store_nodes(access, {**{path: stale[path] for path in stale if path not in replaced}, **wanted}, values)


def _with_ancestors(nodes: Mapping[str, NodeMetadataABC]) -> dict[str, NodeMetadataABC]:
    """The nodes and the groups above them, ancestors first. Raises if one of the nodes is an array above another."""
    wanted: dict[str, NodeMetadataABC] = {}
    for path in sorted(nodes):
        for ancestor in ancestors(path):
            if isinstance(nodes.get(ancestor), ArrayMetadataABC):
                raise ContainsArrayError(f"cannot create {path!r} below {ancestor!r}, which is to be an array")
            if ancestor not in wanted:
                wanted[ancestor] = nodes.get(ancestor) or create_group_metadata(zarr_format=nodes[path].zarr_format)
        wanted[path] = nodes[path]
    return wanted


def _check_ancestor(access: Access, path: str, node: NodeMetadataABC | None) -> None:
    if isinstance(node, ArrayMetadataABC):
        raise ContainsArrayError(f"cannot create a node below {path!r} of {access.given!r}: an array is stored there")


def _contains(access: Access, path: str, node: NodeMetadataABC) -> ContainsArrayError | ContainsGroupError:
    kind = ContainsArrayError if isinstance(node, ArrayMetadataABC) else ContainsGroupError
    what = "an array" if kind is ContainsArrayError else "a group"
    return kind(f"{what} is stored at path {path!r} of {access.given!r}; overwrite=True replaces it")


async def delete_node(access: Access, path: str) -> None:
    """Delete the node and everything below it. Raises `NodeNotFoundError` if nothing is stored there."""
    access.writable(f"{path!r} of {access.given!r}")
    if await load_node(access, path) is None:
        raise NodeNotFoundError(f"no array or group at path {path!r} of {access.given!r}")
    await _delete_below(access, path)
    await drop_consolidated(access, path)


async def _store_nodes(
    access: Access, nodes: Mapping[str, NodeMetadataABC], values: Mapping[str, Any] = MappingProxyType({})
) -> None:
    """Store values, then the documents of all nodes; all or nothing where the store can."""
    store = access.writable("metadata documents")
    documents: dict[str, Any] = {
        document_key(path, name): value for path, node in nodes.items() for name, value in node.documents().items()
    }
    for path, node in nodes.items():
        if isinstance(node, V2GroupMetadata) and node.consolidated is None:
            documents.setdefault(document_key(path, ZMETADATA), None)

    async def one(item: tuple[str, Any]) -> None:
        key, value = item
        await (store.delete(key) if value is None else store.set(key, value))

    commit = access.store.ability("commit")
    if commit is not None:
        await commit({**values, **documents})
    else:
        await access.runtime.map(one, values.items())
        await access.runtime.map(one, documents.items())


def _without_consolidated(nodes: Mapping[str, NodeMetadataABC | None]) -> dict[str, NodeMetadataABC]:
    """Those that are groups with consolidated metadata, without it: it would no longer be true."""
    return {
        path: node.without_consolidated()
        for path, node in nodes.items()
        if isinstance(node, GroupMetadataABC) and node.consolidated is not None
    }


def ancestors(path: str) -> list[str]:
    """The paths above, from the root down: "" and `a` for `a/b`."""
    segments = path.split("/") if path else []
    return ["/".join(segments[:depth]) for depth in range(len(segments))]


async def drop_consolidated(access: Access, path: str) -> None:
    """Remove consolidated metadata from the groups above a node that changed: never stale without a word."""
    stale = _without_consolidated(await load_nodes(access, ancestors(path), consolidated=True))
    if stale:
        group_log.info("consolidated metadata of %s in %r is dropped: %r changed", list(stale), access.given, path)
        await _store_nodes(access, stale)


async def _delete_below(access: Access, path: str) -> None:
    prefix = path + "/" if path else ""
    store: Any = access.listable(f"what is below {path!r}")
    await store.delete_prefix(prefix)
    MEMO.reset()  # shard indexes below are gone, and few know which
