"""What arrays and groups share: where they are, and whether they may be changed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from zarr_core.abc.metadata import NodeMetadataABC

if TYPE_CHECKING:
    from zarr_core.abc.store import Store

__all__ = ["BaseNode"]


class BaseNode(ABC):
    """What is known of a node of a hierarchy without reading or listing it."""

    @property
    @abstractmethod
    def metadata(self) -> NodeMetadataABC:
        """The metadata, as it was when the node was opened or last changed through this object."""

    @property
    @abstractmethod
    def store(self) -> Store:
        """The store that holds the node."""

    @property
    @abstractmethod
    def path(self) -> str:
        """Where in the store: `a/b`, or "" for the root."""

    @property
    @abstractmethod
    def read_only(self) -> bool:
        """Whether writing is refused."""

    @property
    def name(self) -> str:
        """The path with a leading slash, as h5py has it."""
        return "/" + self.path

    @property
    def basename(self) -> str:
        """The last segment of the path."""
        return self.path.rpartition("/")[2]

    @property
    def zarr_format(self) -> int:
        """2 or 3."""
        return self.metadata.zarr_format
