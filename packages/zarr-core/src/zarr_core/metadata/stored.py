"""What the four metadata classes share: parsed documents kept as they are, and objects made from them.

Knows no format. An update makes a new object with changed documents; nothing here is ever changed in place.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from zarr_core.abc.data_type import JSON
from zarr_core.abc.metadata import ArrayMetadataABC, GroupMetadataABC, NodeMetadataABC
from zarr_core.errors import CodecError, MetadataError
from zarr_core.metadata.attributes import Attributes
from zarr_core.metadata.chain import check_chain, chunk_specs, resolve_chain
from zarr_core.metadata.strict_json import canonical, short, write

__all__ = ["StoredArray", "StoredGroup", "StoredNode"]


class StoredNode(NodeMetadataABC):
    """A node and the documents that say so. Equal if the documents are, to the last bit of every number."""

    _documents: dict[str, dict[str, JSON]]
    """Parsed JSON by document name; never changed, never handed out."""

    @property
    @abstractmethod
    def _attributes(self) -> Mapping[str, JSON]:
        """The attributes as they are in the documents."""

    @property
    def attributes(self) -> Mapping[str, JSON]:
        return Attributes(self._attributes)

    def documents(self) -> dict[str, bytes]:
        return {name: write(document, name) for name, document in self._documents.items()}

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return canonical(self._documents) == canonical(other._documents)

    def __hash__(self) -> int:
        return hash(canonical(self._documents))


class StoredArray(StoredNode, ArrayMetadataABC):
    """An array whose members fit each other, checked whenever one is made."""

    def __post_init__(self) -> None:
        """Raise `MetadataError` for what does not fit, naming the member (digest 1.13)."""
        member = "chunk_grid"
        try:
            specs = chunk_specs(self.chunk_grid, self.shape, self.data_type, self.fill_value)
            member = "codecs"
            check_chain(self.codecs)
            for spec in specs:
                resolve_chain(self.codecs, spec)
        except (MetadataError, CodecError) as error:
            raise MetadataError(str(error), member=member) from error
        names = self.dimension_names
        if names is not None and len(names) != len(self.shape):
            message = f"'dimension_names' has {len(names)} entries for {len(self.shape)} dimensions: {short(names)}"
            raise MetadataError(message, member="dimension_names")

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.fill_value.setflags(write=False)  # numpy does not pickle the flag

    def __repr__(self) -> str:
        parts = [f"shape={self.shape}", f"data_type={self.data_type.name!r}", f"chunk_grid={self.chunk_grid!r}"]
        parts += [f"codecs=[{', '.join(map(repr, self.codecs))}]", f"fill_value={self.fill_value[()]!r}"]
        return f"{type(self).__name__}({', '.join(parts)})"


class StoredGroup(StoredNode, GroupMetadataABC):
    """A group, which may hold the metadata of its descendants."""

    @abstractmethod
    def with_consolidated(self, members: Mapping[str, NodeMetadataABC]) -> StoredGroup:
        """This group with the metadata of its descendants in its documents, in the order given.

        Raises `MetadataError` for a member of another format.
        """

    @abstractmethod
    def without_consolidated(self) -> StoredGroup:
        """This group without consolidated metadata."""

    def __repr__(self) -> str:
        consolidated = "" if self.consolidated is None else f", consolidated: {len(self.consolidated)} nodes"
        return f"{type(self).__name__}(attributes={short(self._attributes)}{consolidated})"
