"""From the documents of a path to the node that they make. Knows which documents belong to which format."""

from __future__ import annotations

from collections.abc import Mapping

from zarr_core.abc.metadata import GroupMetadataABC, NodeMetadataABC
from zarr_core.abc.store import Buffer
from zarr_core.metadata.consolidated import in_stored_order
from zarr_core.metadata.paths import DOCUMENTS, document_key
from zarr_core.metadata.stored import StoredArray, StoredGroup
from zarr_core.metadata.strict_json import read
from zarr_core.metadata.v2 import parse_v2
from zarr_core.metadata.v3 import parse_v3

__all__ = ["consolidate", "parse_node"]


def parse_node(documents: Mapping[str, Buffer | None], path: str) -> StoredArray | StoredGroup | None:
    """The node at `path` from its documents by name (see `DOCUMENTS`); None if there is no node.

    Documents that are absent or None are not stored. Format 3 is preferred where both are (digest 6.9). Raises
    `MetadataError` naming the key, or `PluginError`.
    """
    zarr_json = documents.get("zarr.json")
    if zarr_json is not None:
        return parse_v3(read(zarr_json, document_key(path, "zarr.json")), path)
    found = {
        name: read(document, document_key(path, name))
        for name in DOCUMENTS[2]
        if (document := documents.get(name)) is not None
    }
    return parse_v2(found, path) if ".zarray" in found or ".zgroup" in found else None


def consolidate(group: GroupMetadataABC, members: Mapping[str, NodeMetadataABC]) -> StoredGroup:
    """The group with the metadata of all its descendants, by path relative to it, in its documents.

    A snapshot: nothing keeps it in step with what is stored later (digest 1.6). Raises `MetadataError` for a member
    of another format.
    """
    assert isinstance(group, StoredGroup)  # as all are
    return group.with_consolidated(in_stored_order(members))
