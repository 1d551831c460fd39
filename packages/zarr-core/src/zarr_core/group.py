"""`Group` and `AsyncGroup`: a node with members, seen from plain code and from tasks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping
from typing import Any, Self, TypeVar, Unpack

from zarr_core.abc.data_type import JSON
from zarr_core.abc.group import AsynchronousGroup, BaseGroup, SynchronousGroup
from zarr_core.abc.metadata import GroupMetadataABC, NodeMetadataABC
from zarr_core.array import Array, AsyncArray
from zarr_core.attributes import Attributes, Change
from zarr_core.engine.bound import Access, BoundArray, BoundGroup, BoundNode
from zarr_core.errors import NodeNotFoundError
from zarr_core.handle import NodeHandle
from zarr_core.info import GroupInfo
from zarr_core.metadata import normalize_path
from zarr_core.operations.copy import move_node
from zarr_core.operations.create import ArrayKeywords, create_group, like
from zarr_core.operations.hierarchy import delete_node
from zarr_core.operations.members import (
    below,
    find_array,
    find_group,
    find_member,
    members,
    new_array,
    new_group,
    new_groups,
    new_nodes,
    require_array,
    tree,
)
from zarr_core.operations.open import Mode, open_group
from zarr_core.operations.save import save_group
from zarr_core.operations.update import replace_attributes, update_attributes
from zarr_core.storage.memory import MemoryStore
from zarr_core.storage.urls import open_store
from zarr_core.tree import Tree

__all__ = ["AsyncGroup", "Group"]

T = TypeVar("T")


class _Handle(NodeHandle[BoundGroup], BaseGroup):
    """What both have."""

    def __init__(
        self,
        *,
        store: Any = None,
        path: str = "",
        attributes: Mapping[str, JSON] | None = None,
        zarr_format: int | None = None,
    ) -> None:
        """A new group in memory; `save` stores it at `path` of `store`, with all that was made below it."""
        draft = Access(MemoryStore())
        operation = create_group(draft, normalize_path(path), zarr_format=zarr_format, attributes=attributes)
        self._bound = draft.runtime.run(operation)
        self._target = store

    @property
    def metadata(self) -> GroupMetadataABC:
        return self._bound.metadata

    @property
    def info(self) -> GroupInfo:
        """What there is to know without listing; prints as a table."""
        return GroupInfo.of(self)


class Group(_Handle, SynchronousGroup):
    """A group of arrays and groups in a store, for plain code: a mapping from names to its children."""

    def _run(self, operation: Coroutine[Any, Any, T]) -> T:
        return self._bound.runtime.run(operation)

    def _wrap(self, bound: BoundNode[Any]) -> Array | Group:
        return Array._of(bound) if isinstance(bound, BoundArray) else Group._of(bound)  # type: ignore[arg-type]

    @classmethod
    def open(cls, store: Any, *, path: str = "", mode: Mode = "a") -> Self:
        """Open the group at a path of a store; `zarr_core.open_group` does the same."""
        access = Access(open_store(store, mode=mode), read_only=mode == "r")
        return cls._of(access.runtime.run(open_group(access, normalize_path(path), mode)))

    from_store = open

    def get_array(self, path: str) -> Array:
        """The array at the path. Raises `ArrayNotFoundError`, also where a group is."""
        return Array._of(self._run(find_array(self._bound, path)))

    def get_group(self, path: str) -> Group:
        """The group at the path. Raises `GroupNotFoundError`, also where an array is."""
        return Group._of(self._run(find_group(self._bound, path)))

    def create_hierarchy(
        self, nodes: Mapping[str, NodeMetadataABC], *, overwrite: bool = False
    ) -> dict[str, Array | Group]:
        """Create many nodes below this group in one batch, from their metadata by path."""
        made = self._run(new_nodes(self._bound, nodes, overwrite=overwrite))
        return {path: self._wrap(bound) for path, bound in made.items()}

    def info_complete(self) -> GroupInfo:
        """`info`, with the number of members at any depth. Lists the group."""
        return self.info.completed(self.nmembers(None))

    @property
    def async_group(self) -> AsyncGroup:
        """The same group for tasks."""
        return AsyncGroup._of(self._bound)

    @property
    def attrs(self) -> Attributes:
        return Attributes(self)

    def _change_attributes(self, change: Change) -> None:
        self._adopt(self._run(replace_attributes(self._bound, change)))

    def update_attributes(self, new_attributes: Mapping[str, JSON]) -> Self:
        self._adopt(self._run(update_attributes(self._bound, new_attributes)))
        return self

    def save(self, store: Any = None, *, overwrite: bool = False) -> Self:
        """Store this group, made in memory by `Group(...)`, with all that was made below it. See `Array.save`."""
        target = self._saving_to(store, overwrite)
        saved = target.runtime.run(save_group(target, self._bound, overwrite=overwrite))
        return self._saved(saved[0])  # the group comes first

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
        self._run(delete_node(self._bound.access, below(self._bound, path), self.zarr_format))

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

    def create_group(
        self, name: str, *, overwrite: bool = False, attributes: Mapping[str, JSON] | None = None
    ) -> Group:
        """Create a group below this one, and the groups between. Raises `ContainsGroupError`, ..."""
        operation = new_group(self._bound, name, overwrite=overwrite, attributes=attributes)
        return Group._of(self._run(operation))

    def require_group(self, name: str, *, attributes: Mapping[str, JSON] | None = None) -> Group:
        """The group below this one, created if it is not there. Raises `ContainsArrayError` if an array is."""
        return Group._of(self._run(new_group(self._bound, name, attributes=attributes, exist_ok=True)))

    def create_groups(self, *names: str) -> tuple[Group, ...]:
        """Create several groups in one concurrent batch, all or none of them if one is there already."""
        bound = self._run(new_groups(self._bound, names))
        return tuple(Group._of(group) for group in bound)

    def require_groups(self, *names: str) -> tuple[Group, ...]:
        """Several groups, those created that are not there."""
        bound = self._run(new_groups(self._bound, names, exist_ok=True))
        return tuple(Group._of(group) for group in bound)

    def create_array(  # type: ignore[override]  # the contract leaves the keywords open
        self, name: str, *, overwrite: bool = False, **keywords: Unpack[ArrayKeywords]
    ) -> Array:
        """Create an array below this group. Keywords as in `zarr_core.create_array`."""
        return Array._of(self._run(new_array(self._bound, name, keywords, overwrite=overwrite)))

    create = create_array

    def require_array(self, name: str, *, exact: bool = False, **keywords: Unpack[ArrayKeywords]) -> Array:
        """The array below this group, created if it is not there.

        One that is there must have the shape, and a dtype that can be cast to the one asked for, or with `exact`
        is the same. Raises `TypeError` if it does not.
        """
        return Array._of(self._run(require_array(self._bound, name, keywords, exact=exact)))

    def empty(self, *, name: str, **keywords: Unpack[ArrayKeywords]) -> Array:
        """Create an array of the default fill value."""
        return self.create_array(name, **keywords)

    def zeros(self, *, name: str, **keywords: Unpack[ArrayKeywords]) -> Array:
        """Create an array of zeros, stored as nothing at all."""
        keywords["fill_value"] = 0
        return self.create_array(name, **keywords)

    def ones(self, *, name: str, **keywords: Unpack[ArrayKeywords]) -> Array:
        """Create an array of ones, stored as nothing at all."""
        keywords["fill_value"] = 1
        return self.create_array(name, **keywords)

    def full(self, *, name: str, **keywords: Unpack[ArrayKeywords]) -> Array:
        """Create an array of one `fill_value`, stored as nothing at all."""
        return self.create_array(name, **keywords)

    def empty_like(self, *, name: str, data: Any, **keywords: Any) -> Array:
        """Create an array of the default fill value in the shape, dtype and chunks of `data`."""
        return self.empty(name=name, **like(data, keywords))

    def zeros_like(self, *, name: str, data: Any, **keywords: Any) -> Array:
        """Create an array of zeros in the shape, dtype and chunks of `data`."""
        return self.zeros(name=name, **like(data, keywords))

    def ones_like(self, *, name: str, data: Any, **keywords: Any) -> Array:
        """Create an array of ones in the shape, dtype and chunks of `data`."""
        return self.ones(name=name, **like(data, keywords))

    def full_like(self, *, name: str, data: Any, fill_value: Any, **keywords: Any) -> Array:
        """Create an array of one value in the shape, dtype and chunks of `data`."""
        return self.full(name=name, fill_value=fill_value, **like(data, keywords))

    def move(self, source: str, dest: str) -> None:
        """Move a member, with all below it, to another path in this group. Raises `ContainsNodeError`, ..."""
        self._run(move_node(self._bound.access, below(self._bound, source), below(self._bound, dest)))

    def __setitem__(self, name: str, value: Any) -> None:
        """Store a numpy array (or what becomes one) as an array of that name, replacing what is there."""
        self.create_array(name, data=value, overwrite=True)


class AsyncGroup(_Handle, AsynchronousGroup):
    """A group of arrays and groups in a store, for tasks."""

    async def _run(self, operation: Coroutine[Any, Any, T]) -> T:
        return await self._bound.runtime.arun(operation)

    def _wrap(self, bound: BoundNode[Any]) -> AsyncArray | AsyncGroup:
        return AsyncArray._of(bound) if isinstance(bound, BoundArray) else AsyncGroup._of(bound)  # type: ignore[arg-type]

    @classmethod
    async def open(cls, store: Any, *, path: str = "", mode: Mode = "a") -> Self:
        """See `Group.open`."""
        access = Access(open_store(store, mode=mode), read_only=mode == "r")
        return cls._of(await access.runtime.arun(open_group(access, normalize_path(path), mode)))

    from_store = open

    async def get_array(self, path: str) -> AsyncArray:
        """See `Group.get_array`."""
        return AsyncArray._of(await self._run(find_array(self._bound, path)))

    async def get_group(self, path: str) -> AsyncGroup:
        """See `Group.get_group`."""
        return AsyncGroup._of(await self._run(find_group(self._bound, path)))

    async def create_hierarchy(
        self, nodes: Mapping[str, NodeMetadataABC], *, overwrite: bool = False
    ) -> dict[str, AsyncArray | AsyncGroup]:
        """See `Group.create_hierarchy`."""
        made = await self._run(new_nodes(self._bound, nodes, overwrite=overwrite))
        return {path: self._wrap(bound) for path, bound in made.items()}

    async def info_complete(self) -> GroupInfo:
        """See `Group.info_complete`."""
        return self.info.completed(await self.nmembers(None))

    @property
    def sync_group(self) -> Group:
        """The same group for plain code."""
        return Group._of(self._bound)

    async def update_attributes(self, new_attributes: Mapping[str, JSON]) -> Self:
        self._adopt(await self._run(update_attributes(self._bound, new_attributes)))
        return self

    async def save(self, store: Any = None, *, overwrite: bool = False) -> Self:
        """See `Group.save`."""
        target = self._saving_to(store, overwrite)
        saved = await target.runtime.arun(save_group(target, self._bound, overwrite=overwrite))
        return self._saved(saved[0])  # the group comes first

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
        await self._run(delete_node(self._bound.access, below(self._bound, key), self.zarr_format))

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

    async def array_keys(self) -> AsyncIterator[str]:
        """See `Group.array_keys`."""
        async for name, _ in self.arrays():
            yield name

    async def array_values(self) -> AsyncIterator[AsyncArray]:
        """See `Group.array_values`."""
        async for _, array in self.arrays():
            yield array

    async def group_keys(self) -> AsyncIterator[str]:
        """See `Group.group_keys`."""
        async for name, _ in self.groups():
            yield name

    async def group_values(self) -> AsyncIterator[AsyncGroup]:
        """See `Group.group_values`."""
        async for _, group in self.groups():
            yield group

    def _drive(self, max_depth: int | None) -> AsyncIterator[tuple[str, BoundNode[Any]]]:
        return self._bound.runtime.adrive(members(self._bound, max_depth))

    async def move(self, source: str, dest: str) -> None:
        """See `Group.move`."""
        await self._run(move_node(self._bound.access, below(self._bound, source), below(self._bound, dest)))

    async def setitem(self, key: str, value: Any) -> None:
        """See `Group.__setitem__`."""
        await self.create_array(key, data=value, overwrite=True)

    async def tree(self, level: int | None = None) -> Tree:
        """The hierarchy below, `level` levels deep (None: all); prints as a tree."""
        return await self._run(tree(self._bound, level))

    # creation

    async def create_group(
        self, name: str, *, overwrite: bool = False, attributes: Mapping[str, JSON] | None = None
    ) -> AsyncGroup:
        """See `Group.create_group`."""
        operation = new_group(self._bound, name, overwrite=overwrite, attributes=attributes)
        return AsyncGroup._of(await self._run(operation))

    async def require_group(self, name: str, *, attributes: Mapping[str, JSON] | None = None) -> AsyncGroup:
        """See `Group.require_group`."""
        return AsyncGroup._of(await self._run(new_group(self._bound, name, attributes=attributes, exist_ok=True)))

    async def create_groups(self, *names: str) -> tuple[AsyncGroup, ...]:
        """See `Group.create_groups`."""
        bound = await self._run(new_groups(self._bound, names))
        return tuple(AsyncGroup._of(group) for group in bound)

    async def require_groups(self, *names: str) -> tuple[AsyncGroup, ...]:
        """See `Group.require_groups`."""
        bound = await self._run(new_groups(self._bound, names, exist_ok=True))
        return tuple(AsyncGroup._of(group) for group in bound)

    async def create_array(  # type: ignore[override]  # the contract leaves the keywords open
        self, name: str, *, overwrite: bool = False, **keywords: Unpack[ArrayKeywords]
    ) -> AsyncArray:
        """See `Group.create_array`."""
        return AsyncArray._of(await self._run(new_array(self._bound, name, keywords, overwrite=overwrite)))

    create = create_array

    async def require_array(self, name: str, *, exact: bool = False, **keywords: Unpack[ArrayKeywords]) -> AsyncArray:
        """See `Group.require_array`."""
        return AsyncArray._of(await self._run(require_array(self._bound, name, keywords, exact=exact)))

    async def empty(self, *, name: str, **keywords: Unpack[ArrayKeywords]) -> AsyncArray:
        """See `Group.empty`."""
        return await self.create_array(name, **keywords)

    async def zeros(self, *, name: str, **keywords: Unpack[ArrayKeywords]) -> AsyncArray:
        """See `Group.zeros`."""
        keywords["fill_value"] = 0
        return await self.create_array(name, **keywords)

    async def ones(self, *, name: str, **keywords: Unpack[ArrayKeywords]) -> AsyncArray:
        """See `Group.ones`."""
        keywords["fill_value"] = 1
        return await self.create_array(name, **keywords)

    async def full(self, *, name: str, **keywords: Unpack[ArrayKeywords]) -> AsyncArray:
        """See `Group.full`."""
        return await self.create_array(name, **keywords)

    async def empty_like(self, *, name: str, data: Any, **keywords: Any) -> AsyncArray:
        """See `Group.empty_like`."""
        return await self.empty(name=name, **like(data, keywords))

    async def zeros_like(self, *, name: str, data: Any, **keywords: Any) -> AsyncArray:
        """See `Group.zeros_like`."""
        return await self.zeros(name=name, **like(data, keywords))

    async def ones_like(self, *, name: str, data: Any, **keywords: Any) -> AsyncArray:
        """See `Group.ones_like`."""
        return await self.ones(name=name, **like(data, keywords))

    async def full_like(self, *, name: str, data: Any, fill_value: Any, **keywords: Any) -> AsyncArray:
        """See `Group.full_like`."""
        return await self.full(name=name, fill_value=fill_value, **like(data, keywords))
