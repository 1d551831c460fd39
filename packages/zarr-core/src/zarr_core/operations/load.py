"""Load the metadata of nodes, and walk down a hierarchy. One concurrent round of requests for each step."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping

from zarr_core.abc.metadata import ArrayMetadataABC, GroupMetadataABC, NodeMetadataABC
from zarr_core.abc.store import Buffer
from zarr_core.engine.bound import Access
from zarr_core.errors import ArrayNotFoundError, GroupNotFoundError
from zarr_core.metadata import DOCUMENTS, V2GroupMetadata, document_key, parse_node, parse_zmetadata

__all__ = [
    "ZMETADATA",
    "child_names",
    "load_array",
    "load_documents",
    "load_group",
    "load_node",
    "load_nodes",
    "walk",
]

ZMETADATA = ".zmetadata"


async def load_node(access: Access, path: str, zarr_format: int | None = None) -> NodeMetadataABC | None:
    """The metadata of the node at `path`, or None. Format 3 is preferred where both are stored (digest 6.9)."""
    return (await load_nodes(access, [path], zarr_format))[path]


async def load_nodes(
    access: Access, paths: Iterable[str], zarr_format: int | None = None, *, consolidated: bool = False
) -> dict[str, NodeMetadataABC | None]:
    """The metadata at many paths, in one concurrent round of requests.

    In format 3 consolidated metadata is in the group's own document; `consolidated` asks for format 2's as well.
    """
    names = [name for known, names in DOCUMENTS.items() if zarr_format in (None, known) for name in names]
    if consolidated and zarr_format != 3:
        names.append(ZMETADATA)
    wanted = dict.fromkeys(paths, names)
    found: dict[str, NodeMetadataABC | None] = {}
    if zarr_format is None and access.runtime.blocking:  # no request is for free where none goes out beside another
        for path, documents in (await load_documents(access, dict.fromkeys(wanted, DOCUMENTS[3]))).items():
            found[path] = parse_node(documents, path)
            wanted[path] = names if found[path] is None else []
    for path, documents in (await load_documents(access, wanted)).items():
        if not documents:
            continue
        node = parse_node(documents, path)
        zmetadata = documents.get(ZMETADATA)
        if zmetadata is not None and isinstance(node, V2GroupMetadata):
            node = parse_zmetadata(zmetadata, path)
        found[path] = node
    return found


async def load_documents(access: Access, wanted: Mapping[str, Iterable[str]]) -> dict[str, dict[str, Buffer | None]]:
    """Documents by path and name, None for one that is not stored, in one concurrent round of requests."""
    places = [(path, name) for path, names in wanted.items() for name in names]
    keys = [document_key(path, name) for path, name in places]
    values: list[Buffer | None] = await access.runtime.map(access.store.get, keys, collect=True)
    found: dict[str, dict[str, Buffer | None]] = {path: {} for path in wanted}
    for (path, name), value in zip(places, values, strict=True):
        found[path][name] = value
    return found


async def load_array(access: Access, path: str, zarr_format: int | None = None) -> ArrayMetadataABC:
    """The array at `path`. Raises `ArrayNotFoundError`, also where a group is."""
    node = await load_node(access, path, zarr_format)
    if isinstance(node, ArrayMetadataABC):
        return node
    what = "nothing is stored there" if node is None else "a group is stored there"
    raise ArrayNotFoundError(f"no array at path {path!r} of {access.given!r}: {what}{_format(zarr_format)}")


async def load_group(
    access: Access, path: str, zarr_format: int | None = None, *, consolidated: bool = False
) -> GroupMetadataABC:
    """The group at `path`. Raises `GroupNotFoundError`, also where an array is."""
    node = (await load_nodes(access, [path], zarr_format, consolidated=consolidated))[path]
    if isinstance(node, GroupMetadataABC):
        return node
    what = "nothing is stored there" if node is None else "an array is stored there"
    raise GroupNotFoundError(f"no group at path {path!r} of {access.given!r}: {what}{_format(zarr_format)}")


def _format(zarr_format: int | None) -> str:
    return "" if zarr_format is None else f" in zarr_format {zarr_format}"


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
            lambda parent: child_names(access, _join(path, parent)), level, collect=True
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


async def child_names(access: Access, path: str) -> list[str]:
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
