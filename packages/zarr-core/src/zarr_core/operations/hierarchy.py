"""Create many nodes at once, and delete them, keeping what stands above them true."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from zarr_core.abc.metadata import ArrayMetadataABC, GroupMetadataABC, NodeMetadataABC
from zarr_core.abc.store import Buffer
from zarr_core.engine.bound import Access
from zarr_core.engine.memo import MEMO
from zarr_core.errors import ContainsArrayError, ContainsGroupError, MetadataError, NodeNotFoundError, PluginError
from zarr_core.log import group_log
from zarr_core.metadata import check_new_name, create_group_metadata, document_key, parse_node
from zarr_core.operations.load import ZMETADATA, load_documents

__all__ = ["a_node", "ancestors", "create_nodes", "delete_node", "drop_consolidated"]

PRESENCE = ("zarr.json", ".zarray", ".zgroup")
"""One of these is stored where a node is."""


async def create_nodes(
    access: Access,
    nodes: Mapping[str, NodeMetadataABC],
    *,
    overwrite: bool = False,
    exist_ok: bool = False,
    within: str | None = None,
    values: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Store the nodes and every missing ancestor, as groups of the same format (digest 1.1, 4.1).

    `overwrite` deletes what is stored at a path, with all below it. `exist_ok` leaves groups that are there as
    they are. `within` is the path of a group above all of them that is known to be there. `values` are chunks that
    belong to them, stored before the documents. Raises `ContainsArrayError` or `ContainsGroupError` before anything
    is touched.
    """
    access.writable(f"{', '.join(map(repr, list(nodes)[:3]))} of {access.given!r}")
    for path in nodes:
        check_new_name(path)
    wanted = _with_ancestors(nodes)
    known = set() if within is None else {*ancestors(within), within} - set(nodes)
    asked = {path: _documents_to_ask(node, path in nodes, path in known) for path, node in wanted.items()}
    addresses = [access.store.address(document_key(path, "zarr.json")) for path in wanted]
    async with access.runtime.lock(addresses):
        stored = await load_documents(access, asked)
        replaced: list[str] = []
        for path in list(wanted):
            old = _there(stored[path], path, overwrite and path in nodes)
            if path in known:
                del wanted[path]
            elif path not in nodes:
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
        changes = _untrue({path: documents for path, documents in stored.items() if path not in nodes})
        for path, node in wanted.items():
            changes |= {document_key(path, name): value for name, value in node.documents().items()}
        await _store(access, values, changes)


def _there(documents: Mapping[str, Buffer | None], path: str, to_replace: bool) -> NodeMetadataABC | None:
    """What is stored; what cannot be read can still be replaced."""
    try:
        return parse_node(documents, path)
    except (MetadataError, PluginError):
        if not to_replace:
            raise
        return create_group_metadata(zarr_format=3)


def _documents_to_ask(node: NodeMetadataABC, is_new: bool, is_known: bool) -> tuple[str, ...]:
    """What must be looked at before a node is created: is anything there, and is consolidated metadata above it."""
    if is_known:
        return ("zarr.json",) if node.zarr_format == 3 else (ZMETADATA,)
    return PRESENCE if is_new or node.zarr_format == 3 else (*PRESENCE, ZMETADATA)


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


def a_node(node: NodeMetadataABC | None) -> str:
    """What is there, for messages."""
    return "an array" if isinstance(node, ArrayMetadataABC) else "a group"


def _check_ancestor(access: Access, path: str, node: NodeMetadataABC | None) -> None:
    if isinstance(node, ArrayMetadataABC):
        raise ContainsArrayError(f"cannot create a node below {path!r} of {access.given!r}: an array is stored there")


def _contains(access: Access, path: str, node: NodeMetadataABC) -> ContainsArrayError | ContainsGroupError:
    kind = ContainsArrayError if isinstance(node, ArrayMetadataABC) else ContainsGroupError
    return kind(f"{a_node(node)} is stored at path {path!r} of {access.given!r}; overwrite=True replaces it")


async def delete_node(access: Access, path: str, zarr_format: int | None = None) -> None:
    """Delete the node and everything below it. Raises `NodeNotFoundError` if nothing is stored there."""
    access.writable(f"{path!r} of {access.given!r}")
    names = tuple(name for name in PRESENCE if zarr_format is None or (name == "zarr.json") == (zarr_format == 3))
    stored = (await load_documents(access, {path: names}))[path]
    if all(value is None for value in stored.values()):
        raise NodeNotFoundError(f"no array or group at path {path!r} of {access.given!r}")
    await _delete_below(access, path)
    found = 3 if stored.get("zarr.json") is not None else 2
    await drop_consolidated(access, path, create_group_metadata(zarr_format=found))


async def _store(access: Access, values: Mapping[str, Any], documents: Mapping[str, Any]) -> None:
    """Store values, then documents, None to delete one; all or nothing where the store can."""
    store = access.writable("metadata documents")

    async def one(item: tuple[str, Any]) -> None:
        key, value = item
        await (store.delete(key) if value is None else store.set(key, value))

    commit = access.store.ability("commit")
    if commit is not None:
        await commit({**values, **documents})
    else:
        await access.runtime.map(one, values.items())
        await access.runtime.map(one, documents.items())


def _untrue(stored: Mapping[str, Mapping[str, Buffer | None]]) -> dict[str, bytes | None]:
    """The documents to change so that these groups have no consolidated metadata: it would no longer be true."""
    changes: dict[str, bytes | None] = {}
    for path, documents in stored.items():
        if documents.get(ZMETADATA) is not None:
            changes[document_key(path, ZMETADATA)] = None
        elif documents.get("zarr.json") is not None:
            node = parse_node({"zarr.json": documents["zarr.json"]}, path)
            if isinstance(node, GroupMetadataABC) and node.consolidated is not None:
                changes[document_key(path, "zarr.json")] = node.without_consolidated().documents()["zarr.json"]
    return changes


def ancestors(path: str) -> list[str]:
    """The paths above, from the root down: "" and `a` for `a/b`."""
    segments = path.split("/") if path else []
    return ["/".join(segments[:depth]) for depth in range(len(segments))]


async def drop_consolidated(access: Access, path: str, node: NodeMetadataABC) -> None:
    """Remove consolidated metadata from the groups above a node that changed: never stale without a word.

    In format 2 also from the node itself, whose own attributes it repeats.
    """
    above = ancestors(path)
    if node.zarr_format == 2 and node.node_type == "group":
        above.append(path)
    name = "zarr.json" if node.zarr_format == 3 else ZMETADATA
    changes = _untrue(await load_documents(access, dict.fromkeys(above, (name,))))
    if changes:
        group_log.info("consolidated metadata in %s of %r is dropped: %r changed", list(changes), access.given, path)
        await _store(access, {}, changes)


async def _delete_below(access: Access, path: str) -> None:
    prefix = path + "/" if path else ""
    store: Any = access.listable(f"what is below {path!r}")
    await store.delete_prefix(prefix)
    MEMO.reset()  # shard indexes below are gone, and few know which
