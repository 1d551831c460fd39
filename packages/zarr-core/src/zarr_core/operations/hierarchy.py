"""Nodes of a hierarchy: load, create many at once, delete, walk. One concurrent round of requests for each step."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

from zarr_core.abc.metadata import ArrayMetadataABC, GroupMetadataABC, NodeMetadataABC
from zarr_core.engine.bound import Access
from zarr_core.engine.memo import MEMO
from zarr_core.errors import ArrayNotFoundError, ContainsArrayError, ContainsGroupError, GroupNotFoundError
from zarr_core.log import group_log
from zarr_core.metadata import DOCUMENTS, check_new_name, create_group_metadata, document_key, parse_node

__all__ = ["create_nodes", "delete_node", "load_array", "load_group", "load_node", "load_nodes", "walk"]


async def load_node(access: Access, path: str, zarr_format: int | None = None) -> NodeMetadataABC | None:
    """The metadata of the node at `path`, or None. Format 3 is preferred where both are stored (digest 6.9)."""
    return (await load_nodes(access, [path], zarr_format))[path]


async def load_nodes(
    access: Access, paths: Iterable[str], zarr_format: int | None = None
) -> dict[str, NodeMetadataABC | None]:
    """The metadata at many paths, in one concurrent round of requests."""
    names = [name for known, names in DOCUMENTS.items() if zarr_format in (None, known) for name in names]
    paths = list(paths)
    keys = [document_key(path, name) for path in paths for name in names]
    values: list[Any] = await access.runtime.map(access.store.get, keys, collect=True)
    found: dict[str, NodeMetadataABC | None] = {}
    for position, path in enumerate(paths):
        start = position * len(names)
        documents = dict(zip(names, values[start : start + len(names)], strict=True))
        found[path] = parse_node(documents, path)
    return found


async def load_array(access: Access, path: str, zarr_format: int | None = None) -> ArrayMetadataABC:
    """The array at `path`. Raises `ArrayNotFoundError`, also where a group is."""
    node = await load_node(access, path, zarr_format)
    if isinstance(node, ArrayMetadataABC):
        return node
    what = "nothing is stored there" if node is None else "a group is stored there"
    raise ArrayNotFoundError(f"no array at path {path!r} of {access.given!r}: {what}{_format(zarr_format)}")


async def load_group(access: Access, path: str, zarr_format: int | None = None) -> GroupMetadataABC:
    """The group at `path`. Raises `GroupNotFoundError`, also where an array is."""
    node = await load_node(access, path, zarr_format)
    if isinstance(node, GroupMetadataABC):
        return node
    what = "nothing is stored there" if node is None else "an array is stored there"
    raise GroupNotFoundError(f"no group at path {path!r} of {access.given!r}: {what}{_format(zarr_format)}")


def _format(zarr_format: int | None) -> str:
    return "" if zarr_format is None else f" in zarr_format {zarr_format}"


async def create_nodes(
    access: Access, nodes: Mapping[str, NodeMetadataABC], *, overwrite: bool = False, exist_ok: bool = False
) -> None:
    """Store the nodes and every missing ancestor, as groups of the same format (digest 1.1, 4.1).

    `overwrite` deletes what is stored at a path, with all below it. `exist_ok` leaves groups that are there as
    they are. Raises `ContainsArrayError` or `ContainsGroupError` before anything is touched.
    """
    store = access.writable(f"{', '.join(map(repr, list(nodes)[:3]))} of {access.given!r}")
    for path in nodes:
        check_new_name(path)
    wanted = _with_ancestors(nodes)
    addresses = [access.store.address(document_key(path, "zarr.json")) for path in wanted]
    async with access.runtime.lock(addresses):
        stored = await load_nodes(access, wanted)
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
        documents = {
            document_key(path, name): value for path, node in wanted.items() for name, value in node.documents().items()
        }
        group_log.debug("create %s in %r", sorted(wanted), access.given)
        commit = access.store.ability("commit")
        if commit is not None:
            await commit(documents)
        else:
            await access.runtime.map(lambda item: store.set(*item), documents.items())


def _with_ancestors(nodes: Mapping[str, NodeMetadataABC]) -> dict[str, NodeMetadataABC]:
    """The nodes and the groups above them, ancestors first. Raises if one of the nodes is an array above another."""
    wanted: dict[str, NodeMetadataABC] = {}
    for path in sorted(nodes):
        segments = path.split("/") if path else []
        for depth in range(len(segments)):
            ancestor = "/".join(segments[:depth])
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
    """Delete the node and everything below it. Raises `GroupNotFoundError` if nothing is stored there."""
    access.writable(f"{path!r} of {access.given!r}")
    if await load_node(access, path) is None:
        raise GroupNotFoundError(f"no array or group at path {path!r} of {access.given!r}")
    await _delete_below(access, path)


async def _delete_below(access: Access, path: str) -> None:
    prefix = path + "/" if path else ""
    store: Any = access.listable(f"what is below {path!r}")
    await store.delete_prefix(prefix)
    MEMO.reset()  # shard indexes below are gone, and few know which


async def walk(
    access: Access, path: str, group: GroupMetadataABC, max_depth: int | None = 0
) -> AsyncIterator[tuple[str, NodeMetadataABC]]:
    """Everything below a group, with paths relative to it: level by level, each in the order of its names.

    `max_depth=0` are the children, None is all. Consolidated metadata answers without a request.
    """
    if group.consolidated is not None:
        for member in group.consolidated:
            if max_depth is None or member.count("/") <= max_depth:
                yield member, group.consolidated[member]
        return
    level: list[str] = [""]
    depth = 0
    while level and (max_depth is None or depth <= max_depth):
        names: list[list[str]] = await access.runtime.map(
            lambda parent: _child_names(access, _join(path, parent)), level, collect=True
        )
        children = [_join(parent, name) for parent, below in zip(level, names, strict=True) for name in below]
        level = []
        for start in range(0, len(children), 256):
            batch = children[start : start + 256]
            found = await load_nodes(access, [_join(path, child) for child in batch], group.zarr_format)
            for child, node in zip(batch, found.values(), strict=True):
                if node is None:  # chunks of an array, a stray directory
                    continue
                yield child, node
                if isinstance(node, GroupMetadataABC):
                    level.append(child)
        depth += 1


async def _child_names(access: Access, path: str) -> list[str]:
    """Names directly below a node that may be nodes, sorted; those beginning with `__` are not (digest 1.12)."""
    prefix = path + "/" if path else ""
    store = access.listable(f"the members of group {path!r}")
    names: list[str] = []
    async with access.runtime.iterate(store.list_dir(prefix)) as entries:
        async for entry in entries:
            name = entry[len(prefix) :]
            if name.endswith("/") and not name.startswith("__"):
                names.append(name[:-1])
    return sorted(names)


def _join(parent: str, name: str) -> str:
    return f"{parent}/{name}" if parent and name else parent or name
