"""Format 3: `zarr.json` of arrays and groups (digest 1.3 to 1.6)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from numpy.typing import NDArray

from zarr_core.abc.chunk_grid import ChunkGrid
from zarr_core.abc.chunk_key_encoding import ChunkKeyEncoding
from zarr_core.abc.codec import Codec
from zarr_core.abc.data_type import JSON, DataType
from zarr_core.abc.metadata import NodeMetadataABC
from zarr_core.abc.storage_transformer import StorageTransformer
from zarr_core.errors import CodecError, MetadataError
from zarr_core.metadata.attributes import cleaned
from zarr_core.metadata.consolidated import Consolidated
from zarr_core.metadata.extensions import (
    guarded,
    parse_chunk_grid,
    parse_chunk_key_encoding,
    parse_codec_list,
    parse_data_type,
    parse_transformers,
)
from zarr_core.metadata.models import V3ArrayDocument, V3GroupDocument, check_document, checked_shape
from zarr_core.metadata.paths import document_key
from zarr_core.metadata.stored import StoredArray, StoredGroup, StoredNode
from zarr_core.metadata.strict_json import clean, copy, fail, short
from zarr_core.metadata.structured import modernized

__all__ = ["V3ArrayMetadata", "V3GroupMetadata", "parse_v3"]

_GROUP_MEMBERS = frozenset(V3GroupDocument.__annotations__)
_ARRAY_MEMBERS = frozenset(V3ArrayDocument.__annotations__)
_NAME = "zarr.json"


class _V3Node(StoredNode):
    zarr_format: ClassVar[int] = 3

    @property
    def _document(self) -> dict[str, JSON]:
        return self._documents[_NAME]

    @property
    def _attributes(self) -> Mapping[str, JSON]:
        attributes: Mapping[str, JSON] = self._document.get("attributes", {})
        return attributes

    def to_dict(self) -> dict[str, JSON]:
        document: dict[str, JSON] = copy(self._document)
        return document

    def _with_members(self, members: Mapping[str, JSON], **changed: Any) -> Self:
        """This node with these members of its document changed, and these objects made from them."""
        documents = {_NAME: {**self._document, **members}}
        return dataclasses.replace(self, _documents=documents, **changed)  # type: ignore[type-var]

    def with_attributes(self, attributes: Mapping[str, JSON]) -> Self:
        return self._with_members({"attributes": cleaned(attributes)})


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class V3ArrayMetadata(_V3Node, StoredArray):
    """An array of format 3. Made by `from_dict`, by `parse_node` or by `create_array_metadata`."""

    _documents: dict[str, dict[str, JSON]]
    shape: tuple[int, ...]
    data_type: DataType
    fill_value: NDArray[Any]
    chunk_grid: ChunkGrid
    chunk_key_encoding: ChunkKeyEncoding
    codecs: tuple[Codec, ...]
    storage_transformers: tuple[StorageTransformer, ...]
    dimension_names: tuple[str | None, ...] | None
    ignored: tuple[str, ...] = ()

    @classmethod
    def from_dict(cls, document: Mapping[str, JSON]) -> V3ArrayMetadata:
        """From the content of a `zarr.json`. Raises `MetadataError` or `PluginError`."""
        return _parse_array(clean(document), None, "")

    def with_shape(self, shape: tuple[int, ...]) -> Self:
        shape = checked_shape(shape)
        members: dict[str, JSON] = {"shape": list(shape)}
        grid = self.chunk_grid.resized(self.shape, shape)
        if grid != self.chunk_grid:
            members["chunk_grid"] = grid.to_json()
        return self._with_members(members, shape=shape, chunk_grid=grid)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class V3GroupMetadata(_V3Node, StoredGroup):
    """A group of format 3. Made by `from_dict`, by `parse_node` or by `create_group_metadata`."""

    _documents: dict[str, dict[str, JSON]]
    consolidated: Mapping[str, NodeMetadataABC] | None = None

    @classmethod
    def from_dict(cls, document: Mapping[str, JSON]) -> V3GroupMetadata:
        """From the content of a `zarr.json`. Raises `MetadataError`."""
        return _parse_group(clean(document), None, "")

    def with_consolidated(self, members: Mapping[str, NodeMetadataABC]) -> V3GroupMetadata:
        entries: dict[str, JSON] = {}
        for path, node in members.items():
            if not isinstance(node, _V3Node):
                raise MetadataError(f"node {path!r} has zarr_format {node.zarr_format}, the consolidated group has 3")
            empty = {"consolidated_metadata": _inline({})} if node.node_type == "group" else {}
            entries[path] = {**node._document, **empty}
        return self._with_members(
            {"consolidated_metadata": _inline(entries)}, consolidated=Consolidated(entries, _parse_entry, "")
        )

    def without_consolidated(self) -> V3GroupMetadata:
        document = {name: value for name, value in self._document.items() if name != "consolidated_metadata"}
        return V3GroupMetadata({_NAME: document})


def parse_v3(document: dict[str, JSON], path: str) -> V3ArrayMetadata | V3GroupMetadata:
    """The node of a parsed `zarr.json`, which is kept. Raises `MetadataError` or `PluginError`."""
    key = document_key(path, _NAME)
    node_type = document.get("node_type")
    if node_type == "array":
        return _parse_array(document, path, key)
    if node_type == "group":
        return _parse_group(document, path, key)
    given = f"must be 'array' or 'group', not {short(node_type)}" if "node_type" in document else "is missing"
    fail(key, "node_type", f"'node_type' {given}")


def _parse_array(document: dict[str, JSON], path: str | None, key: str) -> V3ArrayMetadata:
    check_document(V3ArrayDocument, document, key)
    _refuse_unknown(document, _ARRAY_MEMBERS, key)
    where = "" if path is None else f"of array {path or '/'!r}"
    names = document.get("dimension_names")
    try:
        member = ""
        document = modernized(document, where)
        member = "data_type"
        data_type = parse_data_type(document[member], where)
        member = "fill_value"
        fill = guarded(lambda: data_type.fill_from_json(document["fill_value"]), "data type", data_type.name)
        member = "chunk_grid"
        grid = parse_chunk_grid(document[member], where)
        member = "chunk_key_encoding"
        encoding = parse_chunk_key_encoding(document[member], where)
        member = "storage_transformers"
        transformers, passed_over = parse_transformers(document.get(member) or [], where)
        member = "codecs"
        codecs, ignored = parse_codec_list(document[member], where)
        member = ""  # what does not fit together says itself where
        return V3ArrayMetadata(
            {_NAME: document},
            tuple(document["shape"]),
            data_type,
            fill,
            grid,
            encoding,
            codecs,
            transformers,
            None if names is None else tuple(names),
            ignored + passed_over,
        )
    except (MetadataError, CodecError) as error:
        fail(key, member or getattr(error, "member", ""), str(error), error)


def _parse_group(document: dict[str, JSON], path: str | None, key: str) -> V3GroupMetadata:
    check_document(V3GroupDocument, document, key)
    _refuse_unknown(document, _GROUP_MEMBERS, key)
    entries = _inline_entries(document.get("consolidated_metadata"), key)
    consolidated = None if entries is None else Consolidated(entries, _parse_entry, path or "")
    return V3GroupMetadata({_NAME: document}, consolidated)


def _refuse_unknown(document: dict[str, JSON], known: frozenset[str], key: str) -> None:
    """Unknown members must say that they need not be understood (digest 1.5)."""
    for member in document.keys() - known:
        value = document[member]
        if not isinstance(value, dict) or value.get("must_understand") is not False:
            fail(key, member, f"{member!r} is not a known member, and does not say 'must_understand': false")


def _inline(entries: dict[str, JSON]) -> dict[str, JSON]:
    return {"kind": "inline", "must_understand": False, "metadata": entries}


def _inline_entries(block: JSON, key: str) -> dict[str, JSON] | None:
    """The entries of a `consolidated_metadata` member; None if it has none that we understand."""
    if block is None:
        return None
    if isinstance(block, dict):
        entries = block.get("metadata")
        if block.get("kind") == "inline" and isinstance(entries, dict) and block.get("must_understand", False) is False:
            return entries
        if block.get("must_understand") is False:
            return None
    fail(key, "consolidated_metadata", f"'consolidated_metadata' must be of kind 'inline', not {short(block)}")


def _parse_entry(entry: JSON, path: str, below: Consolidated) -> NodeMetadataABC:
    """A node from consolidated metadata. A group has what is listed below it, and stores nothing of that itself."""
    if not isinstance(entry, dict):
        fail(document_key(path, _NAME), "", f"must hold a JSON object, not {short(entry)} (in consolidated metadata)")
    node = parse_v3(entry, path)
    if isinstance(node, V3GroupMetadata):
        return dataclasses.replace(node.without_consolidated(), consolidated=below)
    return node
