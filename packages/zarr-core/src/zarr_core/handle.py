"""What `Array`, `Group` and their async twins share: a bound node, and where a draft of one is to be saved."""

from __future__ import annotations

from typing import Any, Generic, Self, TypeVar

from zarr_core.abc.node import BaseNode
from zarr_core.abc.store import Store
from zarr_core.engine.bound import Access, BoundArray, BoundGroup
from zarr_core.storage.urls import open_store

__all__ = ["NodeHandle"]

B = TypeVar("B", BoundArray, BoundGroup)


class NodeHandle(BaseNode, Generic[B]):
    """A bound node, as users hold it."""

    _bound: B
    _target: Any = None
    """The store that a node made in memory is meant for; None for one that is stored."""

    @classmethod
    def _of(cls, bound: B) -> Self:
        handle = cls.__new__(cls)
        handle._bound = bound
        return handle

    @property
    def store(self) -> Store:
        return self._bound.access.given

    @property
    def path(self) -> str:
        return self._bound.path

    @property
    def read_only(self) -> bool:
        return self._bound.access.read_only

    def _adopt(self, metadata: Any) -> None:
        self._bound = self._bound.with_metadata(metadata)

    def _saved(self, bound: Any) -> Self:
        self._bound, self._target = bound, None
        return self

    def target(self, store: Any = None) -> Any:
        """The store that this node, made in memory, is to be saved in. Raises `ValueError` if nobody said so."""
        target = self._target if store is None else store
        if target is None:
            raise ValueError(f"{self!r} does not know where to be saved: give a store (it may be saved already)")
        return target

    def _saving_to(self, store: Any, overwrite: bool) -> Access:
        return Access(open_store(self.target(store), mode="w" if overwrite else "a"))

    def __eq__(self, other: object) -> bool:
        """Whether both are the same stored node. For the values of arrays: `numpy.array_equal(a, b)`."""
        if not isinstance(other, NodeHandle):
            return NotImplemented
        return self.path == other.path and self.metadata == other.metadata and self.store == other.store

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self)._of, (self._bound,)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name} in {self.store!r}>"
