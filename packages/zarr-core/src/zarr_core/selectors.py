"""`oindex`, `vindex` and `blocks` of an array: other ways to say what is selected."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from zarr_core.engine.bound import BoundArray
from zarr_core.indexing import AnySelection
from zarr_core.indexing.orthogonal import blocks, orthogonal
from zarr_core.indexing.points import coordinates, mask
from zarr_core.indexing.selection import basic
from zarr_core.operations.select import get, put

if TYPE_CHECKING:
    from zarr_core.array import Array, AsyncArray

__all__ = ["AsyncSelector", "Parse", "Selector", "by_blocks", "by_coordinates", "by_mask", "orthogonally", "usual"]

Parse = Callable[[BoundArray, Any], AnySelection]


def orthogonally(array: BoundArray, selection: Any) -> AnySelection:
    """Integers, slices, index arrays and masks, each along its own dimension."""
    return orthogonal(selection, array.metadata.shape)


def by_coordinates(array: BoundArray, selection: Any) -> AnySelection:
    """Index arrays, one per dimension, broadcast together; or one mask of the array's shape."""
    return coordinates(selection, array.metadata.shape)


def by_mask(array: BoundArray, selection: Any) -> AnySelection:
    """A mask of the array's shape."""
    return mask(selection, array.metadata.shape)


def by_blocks(array: BoundArray, selection: Any) -> AnySelection:
    """Integers and slices that count chunks (shards, if the array is sharded)."""
    return blocks(selection, array.grid)


def usual(array: BoundArray, selection: Any) -> AnySelection:
    """What `a[...]` takes: a basic selection; a mask or one index array per dimension as `vindex`; one index
    array among slices as `oindex` (both the same in numpy).
    """
    shape = array.metadata.shape
    entries = selection if isinstance(selection, tuple) else (selection,)
    arrays = [entry for entry in entries if hasattr(entry, "__len__")]
    if not arrays:
        return basic(selection, shape)
    if len(arrays) == 1 and (len(entries) > 1 or len(shape) == 1 or getattr(arrays[0], "ndim", 1) == 1):
        return orthogonal(entries, shape)
    return coordinates(selection, shape)


class Selector:
    """Reads and writes an array by another kind of selection: `a.oindex[...]`."""

    __slots__ = ("_array", "_parse")

    def __init__(self, array: Array, parse: Parse) -> None:
        self._array, self._parse = array, parse

    def __getitem__(self, selection: Any) -> Any:
        bound = self._array._bound
        return bound.runtime.run(get(bound, self._parse(bound, selection)))

    def __setitem__(self, selection: Any, value: ArrayLike) -> None:
        bound = self._array._bound
        bound.runtime.run(put(bound, self._parse(bound, selection), value))


class AsyncSelector:
    """The same for tasks: `await a.oindex.getitem(...)`."""

    __slots__ = ("_array", "_parse")

    def __init__(self, array: AsyncArray, parse: Parse) -> None:
        self._array, self._parse = array, parse

    async def getitem(self, selection: Any) -> Any:
        """Read the selection."""
        bound = self._array._bound
        return await bound.runtime.arun(get(bound, self._parse(bound, selection)))

    async def setitem(self, selection: Any, value: ArrayLike) -> None:
        """Write to the selection."""
        bound = self._array._bound
        await bound.runtime.arun(put(bound, self._parse(bound, selection), value))
