"""What every group offers, in both worlds."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, Self

from zarr_core.abc.data_type import JSON
from zarr_core.abc.metadata import GroupMetadataABC
from zarr_core.abc.node import BaseNode

__all__ = ["AsynchronousGroup", "BaseGroup", "SynchronousGroup"]


class BaseGroup(BaseNode):
    """What is known of a group without listing it."""

    @property
    @abstractmethod
    def metadata(self) -> GroupMetadataABC:
        """See `BaseNode.metadata`."""


class SynchronousGroup(BaseGroup):
    """A group whose methods return when the work is done. A mapping of names to arrays and groups."""

    @property
    @abstractmethod
    def attrs(self) -> Any:
        """The attributes, a mutable mapping that writes through."""

    @abstractmethod
    def __getitem__(self, path: str) -> Any:
        """The array or group at a path relative to this group. Raises `NodeNotFoundError`, a `KeyError`."""

    @abstractmethod
    def __delitem__(self, path: str) -> None:
        """Delete the array or group at the path, with everything below it."""

    @abstractmethod
    def __contains__(self, path: object) -> bool:
        """Whether an array or group is at the path."""

    @abstractmethod
    def members(self, max_depth: int | None = 0) -> tuple[tuple[str, Any], ...]:
        """Paths and objects of what is in the group: `max_depth` levels below its children, None for all."""

    @abstractmethod
    def create_group(self, name: str, *, overwrite: bool = False, attributes: Mapping[str, JSON] | None = None) -> Any:
        """Create a group below this one."""

    @abstractmethod
    def create_array(self, name: str, *, overwrite: bool = False, **keywords: Any) -> Any:
        """Create an array below this group."""

    @abstractmethod
    def update_attributes(self, new_attributes: Mapping[str, JSON]) -> Self:
        """Merge these into the attributes."""

    @abstractmethod
    def __iter__(self) -> Iterator[str]:
        """The names of the children."""


class AsynchronousGroup(BaseGroup):
    """The same with coroutines and async iterators."""

    @property
    def attrs(self) -> Mapping[str, JSON]:
        """The attributes; change them by `update_attributes`."""
        return self.metadata.attributes

    @abstractmethod
    async def getitem(self, key: str) -> Any:
        """See `SynchronousGroup.__getitem__`."""

    @abstractmethod
    async def delitem(self, key: str) -> None:
        """See `SynchronousGroup.__delitem__`."""

    @abstractmethod
    async def contains(self, member: str) -> bool:
        """See `SynchronousGroup.__contains__`."""

    @abstractmethod
    def members(self, max_depth: int | None = 0) -> AsyncIterator[tuple[str, Any]]:
        """See `SynchronousGroup.members`."""

    @abstractmethod
    async def create_group(
        self, name: str, *, overwrite: bool = False, attributes: Mapping[str, JSON] | None = None
    ) -> Any:
        """See `SynchronousGroup.create_group`."""

    @abstractmethod
    async def create_array(self, name: str, *, overwrite: bool = False, **keywords: Any) -> Any:
        """See `SynchronousGroup.create_array`."""

    @abstractmethod
    async def update_attributes(self, new_attributes: Mapping[str, JSON]) -> Self:
        """See `SynchronousGroup.update_attributes`."""
