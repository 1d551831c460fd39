"""What all handles on one open file share: the store, the root group, and one node for each path that is in use.

A node is where handles meet: whatever one of them changes (attributes, shape, name), the others see, as in HDF5.
Knows `zarr_core` objects and paths only, not how they are presented.
"""

from __future__ import annotations

import threading
import weakref
from typing import Any, TypeAlias

import zarr_core
from zarr_core.abc.store import Store
from zarr_core.errors import ContainsNodeError, StoreError

__all__ = ["Node", "OpenFile", "ZarrNode"]

ZarrNode: TypeAlias = zarr_core.Array | zarr_core.Group


class Node:
    """One array or group of an open file. `zarr` is None once it is deleted or the file is closed."""

    __slots__ = ("__weakref__", "path", "zarr")

    def __init__(self, path: str, zarr: ZarrNode) -> None:
        self.path = path
        self.zarr: ZarrNode | None = zarr


class OpenFile:
    """A hierarchy that was opened. Safe from many threads.

    `mode` is "r" or "r+". `owned` says whether closing the file closes the store as well.
    """

    def __init__(self, root: zarr_core.Group, *, filename: str, mode: str, owned: bool) -> None:
        self.store: Store = root.store
        self.filename, self.mode, self.owned = filename, mode, owned
        self.is_open = True
        self.swmr_mode = False
        self._lock = threading.Lock()
        self._nodes: weakref.WeakValueDictionary[str, Node] = weakref.WeakValueDictionary()
        self.root = self.adopt("", root)

    @property
    def group(self) -> zarr_core.Group:
        """The root group. Raises `ValueError` if the file is closed."""
        group = self.root.zarr
        if not isinstance(group, zarr_core.Group):
            raise ValueError(f"file {self.filename!r} is closed")
        return group

    def find(self, path: str) -> Node | None:
        """The node at a path from the root ("" is the root itself), or None."""
        group = self.group
        node = self._nodes.get(path)
        if node is not None:
            return node
        if any(not segment.strip(".") for segment in path.split("/")):  # such names cannot be stored
            return None
        found = group.get(path)
        return None if found is None else self.adopt(path, found)

    def check_free(self, path: str) -> None:
        """Raise `ContainsNodeError` (also a `ValueError`) if an object is at the path."""
        if self.find(path) is not None:
            raise ContainsNodeError(
                f"'/{path}' of {self.filename!r} exists already: delete it first, or choose another name"
            )

    def adopt(self, path: str, zarr: ZarrNode) -> Node:
        """The node of an array or group that was just opened, or the one that others have of it already."""
        with self._lock:
            node = self._nodes.get(path)
            if node is None:
                node = self._nodes[path] = Node(path, zarr)
            return node

    def created(self, path: str, zarr: ZarrNode) -> Node:
        """The node of an array or group that was just created. What handles had there, another process deleted."""
        node = self.adopt(path, zarr)
        node.zarr = zarr
        return node

    def children(self, node: Node) -> list[tuple[str, Node]]:
        """Names and nodes of the members of a group, in the order of their names, with one listing for all."""
        group = node.zarr
        assert isinstance(group, zarr_core.Group)
        prefix = node.path + "/" if node.path else ""
        return [(name, self.adopt(prefix + name, zarr)) for name, zarr in sorted(group.members(), key=lambda m: m[0])]

    def deleted(self, path: str) -> None:
        """Let go of the nodes at a path and below, which are no longer stored."""
        for node in self._take(path):
            node.zarr = None

    def moved(self, old: str, new: str) -> None:
        """Let the nodes at a path and below follow to their new place."""
        for node in self._take(old):
            node.path = new + node.path[len(old) :]
            node.zarr = self.group[node.path]
            with self._lock:
                self._nodes[node.path] = node

    def _take(self, path: str) -> list[Node]:
        with self._lock:
            taken = [node for node in self._nodes.values() if f"{node.path}/".startswith(f"{path}/")]
            for node in taken:
                del self._nodes[node.path]
        return taken

    def close(self) -> None:
        """Turn every handle off, and close the store if it was opened with the file. Harmless when repeated."""
        if not self.is_open:
            return
        self.is_open = False
        with self._lock:
            for node in list(self._nodes.values()):
                node.zarr = None
        if self.owned:
            self.store.close()

    def __reduce__(self) -> tuple[Any, ...]:
        if not self.is_open:
            raise StoreError(f"file {self.filename!r} is closed and cannot be pickled")
        return _reopen, (self.store, self.filename, self.mode, self.owned)


def _reopen(store: Store, filename: str, mode: Any, owned: bool) -> OpenFile:
    return OpenFile(open_root(store, mode), filename=filename, mode=mode, owned=owned)


def open_root(store: Any, mode: Any, zarr_format: int | None = None) -> zarr_core.Group:
    """The root group of a store. Consolidated metadata is used for reading only: it does not outlive a change."""
    use = None if mode == "r" else False
    return zarr_core.open_group(store, mode=mode, zarr_format=zarr_format, use_consolidated=use)
