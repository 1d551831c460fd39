"""Format 2: `.zarray`, `.zgroup`, `.zattrs` and `.zmetadata` in the view that format 3 has too (digest 4)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from zarr_core.abc.chunk_grid import ChunkGrid
from zarr_core.abc.chunk_key_encoding import ChunkKeyEncoding
from zarr_core.abc.codec import Codec
from zarr_core.abc.data_type import JSON, DataType
from zarr_core.abc.metadata import NodeMetadataABC
from zarr_core.abc.storage_transformer import StorageTransformer
from zarr_core.abc.store import Buffer
from zarr_core.chunk_grids.regular import RegularGrid
from zarr_core.chunk_key_encodings.v2 import V2ChunkKeyEncoding
from zarr_core.data_types.parse import data_type_from_numpy
from zarr_core.errors import CodecError, MetadataError
from zarr_core.metadata.attributes import cleaned
from zarr_core.metadata.chain import chunk_specs, complete_chain
from zarr_core.metadata.consolidated import Consolidated
from zarr_core.metadata.extensions import guarded
from zarr_core.metadata.models import (
    V2ArrayDocument,
    V2ConsolidatedDocument,
    V2GroupDocument,
    check_document,
    checked_shape,
)
from zarr_core.metadata.paths import document_key
from zarr_core.metadata.stored import StoredArray, StoredGroup, StoredNode
from zarr_core.metadata.strict_json import clean, copy, fail, read, short, write
from zarr_core.metadata.v2_chain import v2_chain
from zarr_core.metadata.v2_dtype import Endian, dtype_from_json_v2
from zarr_core.metadata.v2_fill import fill_from_json_v2
from zarr_core.metadata.v2_objects import object_type

__all__ = ["V2ArrayMetadata", "V2GroupMetadata", "parse_v2", "parse_zmetadata"]


class _V2Node(StoredNode):
    zarr_format: ClassVar[int] = 2
    _name: ClassVar[str]

    @property
    def _attributes(self) -> Mapping[str, JSON]:
        return self._documents[".zattrs"]

    def to_dict(self) -> dict[str, JSON]:
        document: dict[str, JSON] = copy({**self._documents[self._name], "attributes": self._attributes})
        return document

    def with_attributes(self, attributes: Mapping[str, JSON]) -> Self:
        documents = {**self._documents, ".zattrs": cleaned(attributes)}
        return dataclasses.replace(self, _documents=documents)  # type: ignore[type-var]


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class V2ArrayMetadata(_V2Node, StoredArray):
    """An array of format 2. Made by `from_dict`, by `parse_node` or by `create_array_metadata`."""

    _name: ClassVar[str] = ".zarray"
    _documents: dict[str, dict[str, JSON]]
    shape: tuple[int, ...]
    data_type: DataType
    fill_value: NDArray[Any]
    chunk_grid: ChunkGrid
    chunk_key_encoding: ChunkKeyEncoding
    codecs: tuple[Codec, ...]
    storage_transformers: tuple[StorageTransformer, ...] = ()
    dimension_names: tuple[str | None, ...] | None = None

    @classmethod
    def from_dict(cls, document: Mapping[str, JSON]) -> V2ArrayMetadata:
        """From the content of a `.zarray`, with the attributes as one more member. Raises `MetadataError`."""
        zarray = clean(document)
        return _parse_array(zarray, zarray.pop("attributes", {}), None)

    def with_shape(self, shape: tuple[int, ...]) -> Self:
        shape = checked_shape(shape)
        members: dict[str, JSON] = {"shape": list(shape)}
        grid = self.chunk_grid.resized(self.shape, shape)
        if grid != self.chunk_grid:
            members["chunks"] = grid.to_config()["chunk_shape"]
        documents = {**self._documents, ".zarray": {**self._documents[".zarray"], **members}}
        return dataclasses.replace(self, _documents=documents, shape=shape, chunk_grid=grid)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class V2GroupMetadata(_V2Node, StoredGroup):
    """A group of format 2. Made by `from_dict`, `parse_node`, `parse_zmetadata` or `create_group_metadata`."""

    _name: ClassVar[str] = ".zgroup"
    _documents: dict[str, dict[str, JSON]]
    consolidated: Mapping[str, NodeMetadataABC] | None = None
    _entries: Mapping[str, dict[str, JSON]] | None = None
    """What `.zmetadata` says of the descendants, by path and document name; None: there is none."""

    @classmethod
    def from_dict(cls, document: Mapping[str, JSON]) -> V2GroupMetadata:
        """From the content of a `.zgroup`, with the attributes as one more member. Raises `MetadataError`."""
        zgroup = clean(document)
        return _parse_group(zgroup, zgroup.pop("attributes", {}), None)

    def documents(self) -> dict[str, bytes]:
        documents = super().documents()
        if self._entries is not None:
            entries = {"": self._documents, **self._entries}
            flat = {document_key(path, name): entries[path][name] for path in entries for name in entries[path]}
            documents[".zmetadata"] = write({"metadata": flat, "zarr_consolidated_format": 1}, ".zmetadata")
        return documents

    def with_consolidated(self, members: Mapping[str, NodeMetadataABC]) -> V2GroupMetadata:
        entries: dict[str, dict[str, JSON]] = {}
        for path, node in members.items():
            if not isinstance(node, V2ArrayMetadata | V2GroupMetadata):
                raise MetadataError(f"node {path!r} has zarr_format {node.zarr_format}, the consolidated group has 2")
            entries[path] = node._documents
        return self._holding(entries, "")

    def without_consolidated(self) -> V2GroupMetadata:
        return V2GroupMetadata(self._documents)

    def _holding(self, entries: Mapping[str, dict[str, JSON]], path: str) -> V2GroupMetadata:
        return V2GroupMetadata(self._documents, Consolidated(entries, _parse_entry, path), entries)


def parse_v2(documents: Mapping[str, dict[str, JSON]], path: str) -> V2ArrayMetadata | V2GroupMetadata:
    """The node of parsed documents, which are kept. Raises `MetadataError` or `PluginError`."""
    attributes = documents.get(".zattrs", {})
    if ".zarray" not in documents:
        return _parse_group(documents[".zgroup"], attributes, path)
    if ".zgroup" in documents:
        fail(document_key(path, ".zgroup"), "", "is beside a '.zarray': a node is an array or a group, remove one")
    return _parse_array(documents[".zarray"], attributes, path)


def parse_zmetadata(document: Buffer, path: str = "") -> V2GroupMetadata:
    """The group at `path`, from its `.zmetadata`, with its descendants (digest 4.7). Raises `MetadataError`."""
    key = document_key(path, ".zmetadata")
    content = read(document, key)
    check_document(V2ConsolidatedDocument, content, key)
    entries: dict[str, dict[str, JSON]] = {}
    for name, value in content["metadata"].items():
        head, _, tail = name.rpartition("/")
        entries.setdefault(head.strip("/"), {})[tail] = value
    own = entries.pop("", {})
    if ".zgroup" not in own:
        fail(key, "metadata", "'metadata' has no '.zgroup' of the group itself")
    group = _checked(own, path)
    if not isinstance(group, V2GroupMetadata):
        fail(key, "metadata", "'metadata' says that the group itself is an array")
    return group._holding(entries, path)


def _parse_array(document: dict[str, JSON], attributes: JSON, path: str | None) -> V2ArrayMetadata:
    key = "" if path is None else document_key(path, ".zarray")
    where = "" if path is None else f"of array {path or '/'!r}"
    check_document(V2ArrayDocument, document, key)
    shape = tuple(document["shape"])
    stored: np.dtype[Any] = np.dtype(object)
    endian: Endian | None = "little"
    try:
        member = "dtype"
        if document["dtype"] == "|O":
            data_type = guarded(lambda: object_type(document, where), "dtype", "|O")
        else:
            stored, endian = dtype_from_json_v2(document["dtype"])
            data_type = guarded(lambda: data_type_from_numpy(stored, where), "dtype", short(document["dtype"]))
        member = "fill_value"
        value = document["fill_value"]
        make_fill = data_type.default_fill if value is None else lambda: fill_from_json_v2(value, data_type, stored)
        fill = guarded(make_fill, "data type", data_type.name)
        member = "chunks"
        grid = RegularGrid(tuple(document["chunks"]))
        grid.dimensions(shape)
        member = "filters"
        codecs = complete_chain(v2_chain(document, stored, endian, where), chunk_specs(grid, shape, data_type, fill)[0])
        encoding = V2ChunkKeyEncoding(document.get("dimension_separator", "."))
        documents = {".zarray": document, ".zattrs": _attributes_of(attributes, path)}
        return V2ArrayMetadata(documents, shape, data_type, fill, grid, encoding, codecs)
    except (MetadataError, CodecError) as error:
        fail(key, member, str(error), error)


def _parse_group(document: dict[str, JSON], attributes: JSON, path: str | None) -> V2GroupMetadata:
    check_document(V2GroupDocument, document, "" if path is None else document_key(path, ".zgroup"))
    # other members do not belong there, and zarr-python puts one in consolidated metadata (digest 4.2, 4.7)
    return V2GroupMetadata({".zgroup": {"zarr_format": 2}, ".zattrs": _attributes_of(attributes, path)})


def _attributes_of(value: JSON, path: str | None) -> dict[str, JSON]:
    if not isinstance(value, dict):
        fail("" if path is None else document_key(path, ".zattrs"), "", f"must hold a JSON object, not {short(value)}")
    return value


def _parse_entry(entry: dict[str, JSON], path: str, below: Consolidated) -> NodeMetadataABC:
    node = _checked(entry, path)
    return dataclasses.replace(node, consolidated=below) if isinstance(node, V2GroupMetadata) else node


def _checked(entry: dict[str, JSON], path: str) -> V2ArrayMetadata | V2GroupMetadata:
    """A node from the parsed documents of one path of a `.zmetadata`."""
    for name, document in entry.items():
        if not isinstance(document, dict):
            fail(document_key(path, name), "", f"must hold a JSON object, not {short(document)}")
    if ".zarray" not in entry and ".zgroup" not in entry:
        fail(document_key(path, ".zgroup"), "", "is missing from the consolidated metadata")
    return parse_v2(entry, path)
