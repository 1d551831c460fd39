"""`Group` and `AsyncGroup`: a node with members, seen from plain code and from tasks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping
from typing import Any, TypeVar

from typing_extensions import Self, Unpack

from zarr_core.abc.data_type import JSON
from zarr_core.abc.group import AsynchronousGroup, BaseGroup, SynchronousGroup
from zarr_core.abc.metadata import GroupMetadataABC
from zarr_core.abc.store import Store
from zarr_core.array import Array, AsyncArray
from zarr_core.attributes import Attributes
from zarr_core.engine.bound import Access, BoundArray, BoundGroup, BoundNode
from zarr_core.errors import NodeNotFoundError
from zarr_core.info import GroupInfo
from zarr_core.metadata import normalize_path
from zarr_core.operations.create import ArrayKeywords, create_array, create_group
from zarr_core.operations.hierarchy import delete_node
from zarr_core.operations.members import find_member, members, tree
from zarr_core.operations.update import replace_attributes, update_attributes
from zarr_core.tree import Tree

__all__ = ["AsyncGroup", "Group"]

T = TypeVar("T")


class _Handle(BaseGroup):
    """What both have: the bound group."""

    _bound: BoundGroup

    @classmethod
    def _of(cls, bound: BoundGroup) -> Self:
        handle = cls.__new__(cls)
        handle._bound = bound
        return handle

    @property
    def metadata(self) -> GroupMetadataABC:
        return self._bound.metadata

    @property
    def store(self) -> Store:
        return self._bound.access.given

    @property
    def path(self) -> str:
        return self._bound.path

    @property
    def read_only(self) -> bool:
        return self._bound.access.read_only

    @property
    def info(self) -> GroupInfo:
        """What there is to know without listing; prints as a table."""
        return GroupInfo.of(self)

    def _adopt(self, metadata: GroupMetadataABC) -> None:
        self._bound = self._bound.with_metadata(metadata)

    def __eq__(self, other: object) -> bool:
        """Whether both are the same stored group."""
        if not isinstance(other, _Handle):
            return NotImplemented
        return self.path == other.path and self.metadata == other.metadata and self.store == other.store

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        access = self._bound.access
        return _rebuild, (type(self), access.given, access.read_only, self.path, self.metadata)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name} in {self.store!r}>"


def _rebuild(
    cls: type[_Handle], store: Store, read_only: bool, path: str, metadata: GroupMetadataABC
) -> _Handle:
    return cls._of(BoundGroup(Access(store, read_only=read_only), path, metadata))


class Group(_Handle, SynchronousGroup):
    """A group of arrays and groups in a store, for plain code: a mapping from names to its children."""

    def _run(self, operation: Coroutine[Any, Any, T]) -> T:
        return self._bound.runtime.run(operation)

    def _wrap(self, bound: BoundNode[Any]) -> Array | Group:
        return Array._of(bound) if isinstance(bound, BoundArray) else Group._of(bound)  # type: ignore[arg-type]

    @property
    def async_group(self) -> AsyncGroup:
        """The same group for tasks."""
        return AsyncGroup._of(self._bound)

    @property
    def attrs(self) -> Attributes:
        return Attributes(
            lambda: self._bound.metadata.attributes,
            lambda change: self._adopt(self._run(replace_attributes(self._bound, change))),
        )

    def update_attributes(self, new_attributes: Mapping[str, JSON]) -> Self:
        self._adopt(self._run(update_attributes(self._bound, new_attributes)))
        return self

    # members

    def __getitem__(self, path: str) -> Array | Group:
        found = self._run(find_member(self._bound, path))
        if found is None:
            raise NodeNotFoundError(f"no array or group {path!r} in {self!r}")
        return self._wrap(found)

    def get(self, path: str, default: Any = None) -> Any:
        """The array or group at the path, or `default`."""
        found = self._run(find_member(self._bound, path))
        return default if found is None else self._wrap(found)

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and self._run(find_member(self._bound, path)) is not None

    def __delitem__(self, path: str) -> None:
        self._run(delete_node(self._bound.access, _below(self._bound, path)))

    def __iter__(self) -> Iterator[str]:
        return (path for path, _ in self._drive(0))

    def __len__(self) -> int:
        return self.nmembers()

    def keys(self) -> Iterator[str]:
        """The names of the children."""
        return iter(self)

    def members(self, max_depth: int | None = 0) -> tuple[tuple[str, Array | Group], ...]:
        return tuple((path, self._wrap(bound)) for path, bound in self._drive(max_depth))

    def nmembers(self, max_depth: int | None = 0) -> int:
        """How many members there are, down to `max_depth` levels below the children."""
        return sum(1 for _ in self._drive(max_depth))

    def arrays(self) -> Iterator[tuple[str, Array]]:
        """Names and arrays of the children that are arrays."""
        return ((path, Array._of(bound)) for path, bound in self._drive(0) if isinstance(bound, BoundArray))

    def groups(self) -> Iterator[tuple[str, Group]]:
        """Names and groups of the children that are groups."""
        return ((path, Group._of(bound)) for path, bound in self._drive(0) if isinstance(bound, BoundGroup))

    def array_keys(self) -> Iterator[str]:
        """Names of the children that are arrays."""
        return (path for path, _ in self.arrays())

    def array_values(self) -> Iterator[Array]:
        """The children that are arrays."""
        return (array for _, array in self.arrays())

    def group_keys(self) -> Iterator[str]:
        """Names of the children that are groups."""
        return (path for path, _ in self.groups())

    def group_values(self) -> Iterator[Group]:
        """The children that are groups."""
        return (group for _, group in self.groups())

    def _drive(self, max_depth: int | None) -> Iterator[tuple[str, BoundNode[Any]]]:
        return self._bound.runtime.drive(members(self._bound, max_depth))

    def tree(self, level: int | None = None) -> Tree:
        """The hierarchy below, `level` levels deep (None: all); prints as a tree."""
        return self._run(tree(self._bound, level))

    # creation

    def create_group(self, name: str, *, overwrite: bool = False, attributes: Mapping[str, JSON] | None = None) -> Group:  # type: ignore[override]
        """Create a group below this one, and missing groups on the way. Raises `ContainsGroupError`, ..."""
        path = _below(self._bound, name)
        keywords = {"zarr_format": self.zarr_format, "overwrite": overwrite, "attributes": attributes}
        return Group._of(self._run(create_group(self._bound.access, path, **keywords)))  # type: ignore[arg-type]

    def require_group(self, name: str, **kwargs: Any) -> Group:
        """The group below this one, created if it is not there. Raises `ContainsArrayError` if an array is."""
        path = _below(self._bound, name)
        kwargs = {"zarr_format": self.zarr_format, "exist_ok": True, **kwargs}
        return Group._of(self._run(create_group(self._bound.access, path, **kwargs)))

    def create_array(self, name: str, *, overwrite: bool = False, **keywords: Unpack[ArrayKeywords]) -> Array:  # type: ignore[override]
        """Create an array below this group. Keywords as in `zarr_core.create_array`."""
        keywords["zarr_format"] = self.zarr_format
        path = _below(self._bound, name)
        return Array._of(self._run(create_array(self._bound.access, path, keywords, overwrite=overwrite)))

    def __setitem__(self, name: str, value: Any) -> None:
        """Store a numpy array (or what becomes one) as an array of that name, replacing what is there."""
        self.create_array(name, data=value, overwrite=True)


class AsyncGroup(_Handle, AsynchronousGroup):
    """A group of arrays and groups in a store, for tasks."""

    async def _run(self, operation: Coroutine[Any, Any, T]) -> T:
        return await self._bound.runtime.arun(operation)

    def _wrap(self, bound: BoundNode[Any]) -> AsyncArray | AsyncGroup:
        return AsyncArray._of(bound) if isinstance(bound, BoundArray) else AsyncGroup._of(bound)  # type: ignore[arg-type]

    @property
    def sync_group(self) -> Group:
        """The same group for plain code."""
        return Group._of(self._bound)

    async def update_attributes(self, new_attributes: Mapping[str, JSON]) -> Self:
        self._adopt(await self._run(update_attributes(self._bound, new_attributes)))
        return self

    async def getitem(self, key: str) -> AsyncArray | AsyncGroup:
        found = await self._run(find_member(self._bound, key))
        if found is None:
            raise NodeNotFoundError(f"no array or group {key!r} in {self!r}")
        return self._wrap(found)

    async def get(self, key: str, default: Any = None) -> Any:
        """The array or group at the path, or `default`."""
        found = await self._run(find_member(self._bound, key))
        return default if found is None else self._wrap(found)

    async def contains(self, member: str) -> bool:
        return await self._run(find_member(self._bound, member)) is not None

    async def delitem(self, key: str) -> None:
        await self._run(delete_node(self._bound.access, _below(self._bound, key)))

    async def members(self, max_depth: int | None = 0) -> AsyncIterator[tuple[str, AsyncArray | AsyncGroup]]:
        async for path, bound in self._drive(max_depth):
            yield path, self._wrap(bound)

    async def nmembers(self, max_depth: int | None = 0) -> int:
        """How many members there are, down to `max_depth` levels below the children."""
        return len([path async for path, _ in self._drive(max_depth)])

    async def keys(self) -> AsyncIterator[str]:
        """The names of the children."""
        async for path, _ in self._drive(0):
            yield path

    async def arrays(self) -> AsyncIterator[tuple[str, AsyncArray]]:
        """Names and arrays of the children that are arrays."""
        async for path, bound in self._drive(0):
            if isinstance(bound, BoundArray):
                yield path, AsyncArray._of(bound)

    async def groups(self) -> AsyncIterator[tuple[str, AsyncGroup]]:
        """Names and groups of the children that are groups."""
        async for path, bound in self._drive(0):
            if isinstance(bound, BoundGroup):
                yield path, AsyncGroup._of(bound)

    def _drive(self, max_depth: int | None) -> AsyncIterator[tuple[str, BoundNode[Any]]]:
        return self._bound.runtime.adrive(members(self._bound, max_depth))

    async def tree(self, level: int | None = None) -> Tree:
        """The hierarchy below, `level` levels deep (None: all); prints as a tree."""
        return await self._run(tree(self._bound, level))

    async def create_group(self, name: str, *, overwrite: bool = False, attributes: Mapping[str, JSON] | None = None) -> AsyncGroup:  # type: ignore[override]
        """See `Group.create_group`."""
        path = _below(self._bound, name)
        keywords = {"zarr_format": self.zarr_format, "overwrite": overwrite, "attributes": attributes}
        return AsyncGroup._of(await self._run(create_group(self._bound.access, path, **keywords)))  # type: ignore[arg-type]

    async def require_group(self, name: str, **kwargs: Any) -> AsyncGroup:
        """See `Group.require_group`."""
        path = _below(self._bound, name)
        kwargs = {"zarr_format": self.zarr_format, "exist_ok": True, **kwargs}
        return AsyncGroup._of(await self._run(create_group(self._bound.access, path, **kwargs)))

    async def create_array(self, name: str, *, overwrite: bool = False, **keywords: Unpack[ArrayKeywords]) -> AsyncArray:  # type: ignore[override]
        """See `Group.create_array`."""
        keywords["zarr_format"] = self.zarr_format
        path = _below(self._bound, name)
        return AsyncArray._of(await self._run(create_array(self._bound.access, path, keywords, overwrite=overwrite)))


def _below(group: BoundGroup, name: str) -> str:
    """The path of a member, by its name or path relative to the group."""
    path = normalize_path(name)
    if not path:
        raise NodeNotFoundError(f"{name!r} names no member of {group.label}: give a name or a path below it")
    return group.prefix + path
