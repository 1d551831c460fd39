"""`Array` and `AsyncArray`: the same bound array seen from plain code and from tasks. One line to an operation."""

from __future__ import annotations

from collections.abc import Coroutine, Iterator, Mapping, Sequence
from itertools import product
from math import prod
from operator import index
from typing import Any, Self, TypeVar, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zarr_core.abc.array import AsynchronousArray, BaseArray, SynchronousArray
from zarr_core.abc.chunk_grid import GridDimension
from zarr_core.abc.codec import BytesBytesCodec
from zarr_core.abc.data_type import JSON
from zarr_core.abc.metadata import ArrayMetadataABC
from zarr_core.attributes import Attributes, Change
from zarr_core.chunk_grids.regular import RegularGrid
from zarr_core.engine.bound import Access, ArrayOptions, BoundArray
from zarr_core.handle import NodeHandle
from zarr_core.indexing.selection import basic
from zarr_core.info import ArrayInfo
from zarr_core.metadata import normalize_path
from zarr_core.operations.create import ArrayKeywords, create_array
from zarr_core.operations.inspect import stored
from zarr_core.operations.open import Mode, open_array
from zarr_core.operations.save import save_drafts
from zarr_core.operations.select import get, put
from zarr_core.operations.update import append, replace_attributes, resize, update_attributes
from zarr_core.selectors import AsyncSelector, Selector, by_blocks, by_coordinates, by_mask, orthogonally, usual
from zarr_core.storage.memory import MemoryStore
from zarr_core.storage.urls import open_store

__all__ = ["Array", "AsyncArray"]

T = TypeVar("T")


class _Handle(NodeHandle[BoundArray], BaseArray):
    """What both have."""

    def __init__(self, *, store: Any = None, path: str = "", **keywords: Unpack[ArrayKeywords]) -> None:
        """A new array in memory, complete and usable; `save` stores it at `path` of `store`."""
        draft = Access(MemoryStore())
        self._bound = draft.runtime.run(create_array(draft, normalize_path(path), keywords))
        self._target = store

    @property
    def compressor(self) -> BytesBytesCodec | None:
        """The bytes-to-bytes codec, if there is one; see `compressors`. Raises `ValueError` if there are several."""
        if len(self.compressors) > 1:
            raise ValueError(f"array {self.path!r} has {len(self.compressors)} compressors: see .compressors")
        return next(iter(self.compressors), None)

    @property
    def write_chunk_sizes(self) -> tuple[tuple[int, ...], ...]:
        """The lengths, within the array, of what is stored as one object, along each dimension; as dask has them."""
        return _sizes(self._bound.grid)

    @property
    def read_chunk_sizes(self) -> tuple[tuple[int, ...], ...]:
        """The same of the chunks, which are inner ones if the array is sharded."""
        return _sizes(self._read_grid(shards=False))

    def _read_grid(self, *, shards: bool) -> tuple[GridDimension, ...]:
        inner = self._inner_chunks
        return self._bound.grid if shards or inner is None else RegularGrid(inner).dimensions(self.shape)

    @property
    def metadata(self) -> ArrayMetadataABC:
        return self._bound.metadata

    @property
    def shape(self) -> tuple[int, ...]:
        return self._bound.metadata.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        return self._bound.dtype

    @property
    def config(self) -> ArrayOptions:
        """How it is read and written; see `with_config`."""
        return self._bound.options

    @property
    def order(self) -> str:
        """Memory order of what reading returns, "C" or "F"."""
        return self._bound.options.order

    @property
    def info(self) -> ArrayInfo:
        """What there is to know without listing a chunk; prints as a table."""
        return ArrayInfo.of(self)

    @property
    def device(self) -> str:
        """Where what reading returns lies: "cpu"."""
        return "cpu"

    def to_device(self, device: str) -> Self:
        """This array, for the only device there is. Raises `ValueError` for another."""
        if device != "cpu":
            raise ValueError(f"arrays are read into host memory: device must be 'cpu', not {device!r}")
        return self

    def _chunks_in(self, objects: Sequence[tuple[int, ...]]) -> int:
        """How many chunks these objects hold: all of a shard count."""
        inner = self._inner_chunks
        if inner is None:
            return len(objects)
        total = 0
        for at in objects:
            spans = [along.span(i) for along, i in zip(self._bound.grid, at, strict=True)]
            total += prod((stop - start) // chunk for (start, stop), chunk in zip(spans, inner, strict=True))
        return total

    def chunk_regions(self, *, shards: bool = False) -> Iterator[tuple[slice, ...]]:
        """The region of each chunk within the array, in C order; of each shard if `shards`."""
        grid = self._read_grid(shards=shards)
        spans = [
            [slice(start, min(stop, along.length)) for start, stop in map(along.span, range(along.count))]
            for along in grid
        ]
        return product(*spans)

    def with_config(self, config: Mapping[str, Any] | None = None, **changes: Any) -> Self:
        """The same array with other `ArrayOptions`: `missing_chunk`, `write_empty_chunks`, `order`."""
        return self._of(self._bound.with_options(**{**(config or {}), **changes}))

    def __repr__(self) -> str:
        where = f"{self.name} in {self.store!r}"
        return f"<{type(self).__name__} {where} shape={self.shape} dtype={self.dtype}>"


class Array(_Handle, SynchronousArray):
    """A chunked array in a store, for plain code.

    Index it like a numpy array; made by `create_array`, `open_array` and the methods of `Group`.
    """

    def _run(self, operation: Coroutine[Any, Any, T]) -> T:
        return self._bound.runtime.run(operation)

    @classmethod
    def open(cls, store: Any, *, path: str = "", mode: Mode = "a") -> Self:
        """Open the array at a path of a store; `zarr_core.open_array` does the same."""
        access = Access(open_store(store, mode=mode), read_only=mode == "r")
        return cls._of(access.runtime.run(open_array(access, normalize_path(path), mode, {})))

    @property
    def async_array(self) -> AsyncArray:
        """The same array for tasks."""
        return AsyncArray._of(self._bound)

    @property
    def attrs(self) -> Attributes:
        return Attributes(self)

    def _change_attributes(self, change: Change) -> None:
        self._adopt(self._run(replace_attributes(self._bound, change)))

    def __getitem__(self, selection: Any) -> Any:
        bound = self._bound
        return bound.runtime.run(get(bound, usual(bound, selection)))

    def __setitem__(self, selection: Any, value: ArrayLike) -> None:
        bound = self._bound
        bound.runtime.run(put(bound, usual(bound, selection), value))

    def get_basic_selection(self, selection: Any = ..., *, out: NDArray[Any] | None = None) -> Any:
        """Read a basic selection, into `out` if given, which has its shape and dtype."""
        return self._run(get(self._bound, basic(selection, self.shape), out))

    def set_basic_selection(self, selection: Any, value: ArrayLike) -> None:
        """Write to a basic selection."""
        self._run(put(self._bound, basic(selection, self.shape), value))

    def get_orthogonal_selection(self, selection: Any, *, out: NDArray[Any] | None = None) -> Any:
        """Read by integers, slices, index arrays and masks, each along its own dimension."""
        return self._run(get(self._bound, orthogonally(self._bound, selection), out))

    def set_orthogonal_selection(self, selection: Any, value: ArrayLike) -> None:
        """Write by integers, slices, index arrays and masks, each along its own dimension."""
        self.oindex[selection] = value

    def get_coordinate_selection(self, selection: Any, *, out: NDArray[Any] | None = None) -> Any:
        """Read single elements: one index array per dimension, broadcast together."""
        return self._run(get(self._bound, by_coordinates(self._bound, selection), out))

    def set_coordinate_selection(self, selection: Any, value: ArrayLike) -> None:
        """Write single elements: one index array per dimension, broadcast together."""
        self.vindex[selection] = value

    def get_mask_selection(self, mask: Any, *, out: NDArray[Any] | None = None) -> Any:
        """Read the elements where a mask of the array's shape is true."""
        return self._run(get(self._bound, by_mask(self._bound, mask), out))

    def set_mask_selection(self, mask: Any, value: ArrayLike) -> None:
        """Write the elements where a mask of the array's shape is true."""
        self._run(put(self._bound, by_mask(self._bound, mask), value))

    def get_block_selection(self, selection: Any, *, out: NDArray[Any] | None = None) -> Any:
        """Read whole chunks, counted along the chunk grid."""
        return self._run(get(self._bound, by_blocks(self._bound, selection), out))

    def set_block_selection(self, selection: Any, value: ArrayLike) -> None:
        """Write whole chunks, counted along the chunk grid."""
        self.blocks[selection] = value

    @property
    def oindex(self) -> Selector:
        """Selection along each dimension on its own: `a.oindex[[1, 5], :, mask]`."""
        return Selector(self, orthogonally)

    @property
    def vindex(self) -> Selector:
        """Selection of single elements: `a.vindex[[1, 5], [2, 2]]`, or by a mask."""
        return Selector(self, by_coordinates)

    @property
    def blocks(self) -> Selector:
        """Selection of whole chunks: `a.blocks[0, 1:3]`."""
        return Selector(self, by_blocks)

    def save(self, store: Any = None, *, overwrite: bool = False) -> Self:
        """Store this array, made in memory by `Array(...)`, in its store or in the one given.

        Raises `ContainsArrayError` or `ContainsGroupError` if something is there and `overwrite` is false.
        """
        target = self._saving_to(store, overwrite)
        saved = target.runtime.run(save_drafts(target, [self._bound], overwrite=overwrite))
        return self._saved(saved[0])

    def iter_chunks(self, *, shards: bool = False) -> Iterator[tuple[tuple[slice, ...], NDArray[Any]]]:
        """Region and values of each chunk in turn, in C order; of each shard if `shards`. One at a time in memory."""
        for region in self.chunk_regions(shards=shards):
            yield region, np.asarray(self[region])

    @property
    def nchunks_initialized(self) -> int:
        """How many chunks are stored; all of a shard's count if it is. Lists the array's keys."""
        return self._chunks_in(self._run(stored(self._bound)).objects)

    def nbytes_stored(self) -> int:
        """Bytes of all values of the array in the store, documents included. Lists the array's keys."""
        return self._run(stored(self._bound)).nbytes

    def info_complete(self) -> ArrayInfo:
        """`info`, with what is stored. Lists the array's keys."""
        found = self._run(stored(self._bound))
        return self.info.completed(self, self._chunks_in(found.objects), found.nbytes)

    def __dlpack__(self, **kwargs: Any) -> Any:
        return np.asarray(self).__dlpack__(**kwargs)

    def __dlpack_device__(self) -> tuple[int, int]:
        return (1, 0)  # kDLCPU

    def resize(self, new_shape: int | tuple[int, ...]) -> None:
        self._adopt(self._run(resize(self._bound, _shape(new_shape))))

    def append(self, data: ArrayLike, axis: int = 0) -> tuple[int, ...]:
        self._adopt(self._run(append(self._bound, np.asarray(data), axis)))
        return self.shape

    def update_attributes(self, new_attributes: Mapping[str, JSON]) -> Self:
        self._adopt(self._run(update_attributes(self._bound, new_attributes)))
        return self


class AsyncArray(_Handle, AsynchronousArray):
    """A chunked array in a store, for tasks. Never blocks the loop: blocking stores are served by threads."""

    async def _run(self, operation: Coroutine[Any, Any, T]) -> T:
        return await self._bound.runtime.arun(operation)

    @classmethod
    async def open(cls, store: Any, *, path: str = "", mode: Mode = "a") -> Self:
        """See `Array.open`."""
        access = Access(open_store(store, mode=mode), read_only=mode == "r")
        return cls._of(await access.runtime.arun(open_array(access, normalize_path(path), mode, {})))

    @property
    def sync_array(self) -> Array:
        """The same array for plain code."""
        return Array._of(self._bound)

    async def getitem(self, selection: Any, *, out: NDArray[Any] | None = None) -> Any:
        return await self._run(get(self._bound, usual(self._bound, selection), out))

    async def setitem(self, selection: Any, value: ArrayLike) -> None:
        await self._run(put(self._bound, usual(self._bound, selection), value))

    async def get_orthogonal_selection(self, selection: Any, *, out: NDArray[Any] | None = None) -> Any:
        """See `Array.get_orthogonal_selection`."""
        return await self._run(get(self._bound, orthogonally(self._bound, selection), out))

    async def get_coordinate_selection(self, selection: Any, *, out: NDArray[Any] | None = None) -> Any:
        """See `Array.get_coordinate_selection`."""
        return await self._run(get(self._bound, by_coordinates(self._bound, selection), out))

    async def get_mask_selection(self, mask: Any, *, out: NDArray[Any] | None = None) -> Any:
        """See `Array.get_mask_selection`."""
        return await self._run(get(self._bound, by_mask(self._bound, mask), out))

    @property
    def oindex(self) -> AsyncSelector:
        """See `Array.oindex`."""
        return AsyncSelector(self, orthogonally)

    @property
    def vindex(self) -> AsyncSelector:
        """See `Array.vindex`."""
        return AsyncSelector(self, by_coordinates)

    @property
    def blocks(self) -> AsyncSelector:
        """See `Array.blocks`."""
        return AsyncSelector(self, by_blocks)

    async def save(self, store: Any = None, *, overwrite: bool = False) -> Self:
        """See `Array.save`."""
        target = self._saving_to(store, overwrite)
        saved = await target.runtime.arun(save_drafts(target, [self._bound], overwrite=overwrite))
        return self._saved(saved[0])

    async def nchunks_initialized(self) -> int:
        """See `Array.nchunks_initialized`."""
        return self._chunks_in((await self._run(stored(self._bound))).objects)

    async def nbytes_stored(self) -> int:
        """See `Array.nbytes_stored`."""
        return (await self._run(stored(self._bound))).nbytes

    async def info_complete(self) -> ArrayInfo:
        """See `Array.info_complete`."""
        found = await self._run(stored(self._bound))
        return self.info.completed(self, self._chunks_in(found.objects), found.nbytes)

    async def resize(self, new_shape: int | tuple[int, ...]) -> None:
        self._adopt(await self._run(resize(self._bound, _shape(new_shape))))

    async def append(self, data: ArrayLike, axis: int = 0) -> tuple[int, ...]:
        self._adopt(await self._run(append(self._bound, np.asarray(data), axis)))
        return self.shape

    async def update_attributes(self, new_attributes: Mapping[str, JSON]) -> Self:
        self._adopt(await self._run(update_attributes(self._bound, new_attributes)))
        return self


def _sizes(grid: tuple[GridDimension, ...]) -> tuple[tuple[int, ...], ...]:
    spans = [[along.span(i) for i in range(along.count)] for along in grid]
    return tuple(
        tuple(min(stop, along.length) - start for start, stop in found if start < along.length)
        for found, along in zip(spans, grid, strict=True)
    )


def _shape(shape: int | tuple[int, ...]) -> tuple[int, ...]:
    try:
        return (index(shape),) if isinstance(shape, int | np.integer) else tuple(map(index, shape))
    except TypeError:
        raise TypeError(f"a shape is integers, one per dimension, not {shape!r}") from None
