"""Create arrays and groups: from what a caller says to complete metadata, then to stored nodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import index
from typing import Any, Literal, TypedDict

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zarr_core.abc.array import BaseArray
from zarr_core.abc.chunk_grid import ChunkGrid
from zarr_core.abc.codec import Spec
from zarr_core.abc.data_type import JSON, DataType
from zarr_core.abc.metadata import ArrayMetadataABC
from zarr_core.abc.storage_transformer import StorageTransformer
from zarr_core.chunk_grids.normalize import normalize_chunks
from zarr_core.chunk_grids.rectilinear import RectilinearGrid, has_lists
from zarr_core.chunk_grids.regular import RegularGrid
from zarr_core.config import current_config
from zarr_core.data_types.parse import parse_data_type
from zarr_core.data_types.variable import VariableLength
from zarr_core.engine.bound import Access, ArrayOptions, BoundArray, BoundGroup
from zarr_core.errors import MetadataError
from zarr_core.indexing.selection import basic
from zarr_core.metadata import create_array_metadata, create_group_metadata
from zarr_core.operations.chains import as_key_encoding, build_chain, v2_codecs_of
from zarr_core.operations.hierarchy import create_nodes
from zarr_core.operations.load import load_group
from zarr_core.operations.write import write

__all__ = ["ArrayKeywords", "create_array", "create_group", "like", "options_of", "plan_array"]


class ArrayKeywords(TypedDict, total=False):
    """What can be said of a new array, with zarr-python's names."""

    shape: int | Sequence[int]
    """Length of each dimension; taken from `data` if that is given."""
    dtype: Any
    """numpy dtype or its spelling, v3 metadata, or a `DataType`; taken from `data` if that is given."""
    data: ArrayLike | None
    """Values to write."""
    chunks: Any
    """Chunk shape, an integer for all dimensions, "auto" (the default), a list of lengths along each dimension that
    varies (`[[3, 3, 4], 5]`), or a `ChunkGrid`."""
    shards: Any
    """Shard shape, in multiples of the chunk shape: what is stored as one object; lists or a grid as for `chunks`.
    Default: not sharded."""
    filters: Any
    """Array-to-array codecs: objects, their JSON, or "auto" (the default)."""
    serializer: Any
    """The array-to-bytes codec: object, JSON, or "auto" (the default)."""
    compressors: Any
    """Bytes-to-bytes codecs: objects, their JSON, None for none, or "auto" (the default)."""
    object_codec: Any
    """The first filter of arrays of python objects, in format 2: object or JSON, such as `{"id": "json2"}`."""
    fill_value: Any
    """What elements never written are; default zero, false or empty. None leaves it open in format 2 (`null`)."""
    order: Literal["C", "F"] | None
    """Memory order: of what reading returns, and in format 2 also of the elements in a chunk."""
    zarr_format: int | None
    """2 or 3 (the default, see the configuration)."""
    attributes: Mapping[str, JSON] | None
    """User attributes."""
    chunk_key_encoding: Any
    """Object or JSON; default `{"name": "default", "separator": "/"}`, in format 2 `.` between indices."""
    dimension_names: Sequence[str | None] | None
    """A name or None for each dimension; format 3 only."""
    storage_transformers: Sequence[StorageTransformer]
    """Views between the array and its store; format 3 only."""
    config: Mapping[str, Any] | None
    """`ArrayOptions`: `write_empty_chunks`, `missing_chunk`, `order`."""
    write_data: bool
    """False takes shape and dtype of `data` and writes nothing."""


def plan_array(keywords: ArrayKeywords) -> tuple[ArrayMetadataABC, NDArray[Any] | None]:
    """Complete metadata, and the data to write if any. Pure. Raises `MetadataError` naming the argument."""
    unknown = keywords.keys() - ArrayKeywords.__annotations__.keys()
    if unknown:
        accepted = ", ".join(ArrayKeywords.__annotations__)
        raise TypeError(f"unknown argument {sorted(unknown)[0]!r}; an array is described by {accepted}")
    order = keywords.get("order")
    if order not in (None, "C", "F"):
        raise MetadataError(f"order must be 'C' or 'F', not {order!r}", member="order")
    for transformer in keywords.get("storage_transformers") or ():
        if not isinstance(transformer, StorageTransformer):
            raise TypeError(f"storage_transformers takes StorageTransformer objects, not {transformer!r}")
    data, shape, data_type = _shape_and_type(keywords)
    fill = data_type.cast_fill(keywords.get("fill_value"))
    zarr_format = keywords.get("zarr_format") or current_config().default_zarr_format
    grid, inner = _grid(keywords, shape, data_type.item_size)
    encoding = as_key_encoding(keywords.get("chunk_key_encoding"), zarr_format)
    if zarr_format == 2:
        of_format: dict[str, Any] = {"order": order or "C", "endian": _byte_order(keywords), **v2_codecs_of(keywords)}
    else:
        chunk = Spec(tuple(along.edges[0] for along in grid.dimensions(shape)), data_type, fill)
        if keywords.get("object_codec") is not None:
            raise MetadataError("zarr_format 3 has no object_codec: give a serializer", member="object_codec")
        of_format = {"codecs": build_chain(keywords, chunk, inner)}
    metadata = create_array_metadata(
        zarr_format=zarr_format,
        shape=shape,
        data_type=data_type,
        chunk_grid=grid,
        chunk_key_encoding=encoding,
        fill_value=None if zarr_format == 2 and keywords.get("fill_value", fill) is None else fill,
        attributes=keywords.get("attributes"),
        dimension_names=keywords.get("dimension_names"),
        storage_transformers=tuple(keywords.get("storage_transformers") or ()),
        **of_format,
    )
    return metadata, data if keywords.get("write_data", True) else None


def _shape_and_type(keywords: ArrayKeywords) -> tuple[NDArray[Any] | None, tuple[int, ...], DataType]:
    given, shape, dtype = keywords.get("data"), keywords.get("shape"), keywords.get("dtype")
    data_type = None if dtype is None else parse_data_type(dtype)
    if given is not None:
        data = data_type.as_array(given) if isinstance(data_type, VariableLength) else np.asarray(given)
        if shape is not None and _lengths(shape) != data.shape:
            raise MetadataError(f"shape {shape!r} is not that of the data, {data.shape}; give one of the two")
        return data, data.shape, data_type or parse_data_type(data.dtype)
    if shape is None:
        raise MetadataError("an array needs a shape: give shape=, or data=")
    return None, _lengths(shape), data_type or parse_data_type("float64")


def _byte_order(keywords: ArrayKeywords) -> str:
    """The byte order that was asked for by a dtype such as ">i2"; format 2 stores it with the data type."""
    dtype = keywords.get("dtype")
    if dtype is None and keywords.get("data") is not None:
        dtype = np.asarray(keywords["data"]).dtype
    try:
        return "big" if np.dtype(dtype).byteorder == ">" else "little"
    except (TypeError, ValueError):  # a data type that numpy has no word for
        return "little"


def _lengths(shape: Any) -> tuple[int, ...]:
    try:
        given = (shape,) if isinstance(shape, int | np.integer) else tuple(shape)
        lengths = tuple(-1 if isinstance(length, bool | np.bool_) else index(length) for length in given)
    except TypeError:
        lengths = (-1,)
    if any(length < 0 for length in lengths):
        raise MetadataError(f"shape must be integers of 0 or more, one per dimension, not {shape!r}")
    return lengths


def _grid(
    keywords: ArrayKeywords, shape: tuple[int, ...], item_size: int | None
) -> tuple[ChunkGrid, tuple[int, ...] | None]:
    """The grid of what is stored as one object, and the chunk shape inside it if that is a shard."""
    chunks, shards = keywords.get("chunks", "auto"), keywords.get("shards")
    if isinstance(chunks, ChunkGrid) or has_lists(chunks):
        if shards is not None and shards is not False:
            raise MetadataError("chunks inside shards have one shape: let shards be the lists or the chunk grid")
        return chunks if isinstance(chunks, ChunkGrid) else RectilinearGrid.from_lists(chunks, shape), None
    inner = normalize_chunks(chunks, shape, item_size)
    if shards is None or shards is False:
        return RegularGrid(inner), None
    if isinstance(shards, ChunkGrid) or has_lists(shards):
        return shards if isinstance(shards, ChunkGrid) else RectilinearGrid.from_lists(shards, shape), inner
    if shards == "auto" or shards is True:
        shards = tuple(chunk * max(1, min(8, -(-length // chunk))) for chunk, length in zip(inner, shape, strict=True))
    try:
        outer = normalize_chunks(shards, shape, item_size)
    except MetadataError as error:
        raise MetadataError(str(error).replace("chunks", "shards", 1), member="shards") from None
    if any(shard % chunk for shard, chunk in zip(outer, inner, strict=True)):
        raise MetadataError(f"shards {outer} must be a multiple of chunks {inner} along every dimension")
    return RegularGrid(outer), inner


async def create_array(
    access: Access,
    path: str,
    keywords: ArrayKeywords,
    *,
    overwrite: bool = False,
    within: str | None = None,
) -> BoundArray:
    """Store a new array and the groups above it, then its data if any was given."""
    metadata, data = plan_array(keywords)
    if data is not None:  # before anything is touched
        data = _as_stored(data, metadata)
    options = options_of(keywords)
    await create_nodes(access, {path: metadata}, overwrite=overwrite, within=within)
    array = BoundArray(access, path, metadata, options=options)
    if data is not None:
        await write(array, basic(..., metadata.shape), data)
    return array


def _as_stored(data: NDArray[Any], metadata: ArrayMetadataABC) -> NDArray[Any]:
    dtype = metadata.data_type.dtype
    try:
        return data.astype(dtype, copy=False)
    except (TypeError, ValueError) as error:
        raise MetadataError(f"data of dtype {data.dtype} cannot become dtype {dtype}: {error}", member="data") from None


def options_of(keywords: ArrayKeywords) -> ArrayOptions:
    """How the array is read and written: the configuration, what `config` says, and `order`."""
    if keywords.get("config") is None and keywords.get("order") is None:
        return ArrayOptions.current()
    given = dict(keywords.get("config") or {})
    if keywords.get("order") is not None:
        given.setdefault("order", keywords["order"])
    return ArrayOptions.current().changed(given)


async def create_group(
    access: Access,
    path: str,
    *,
    zarr_format: int | None = None,
    attributes: Mapping[str, JSON] | None = None,
    overwrite: bool = False,
    exist_ok: bool = False,
    within: str | None = None,
) -> BoundGroup:
    """Store a new group and the groups above it; `exist_ok` takes one that is there as it is."""
    zarr_format = zarr_format or current_config().default_zarr_format
    metadata = create_group_metadata(zarr_format=zarr_format, attributes=attributes or {})
    await create_nodes(access, {path: metadata}, overwrite=overwrite, exist_ok=exist_ok, within=within)
    return BoundGroup(access, path, await load_group(access, path) if exist_ok else metadata)


def like(a: Any, keywords: Mapping[str, Any]) -> dict[str, Any]:
    """The shape, dtype and chunks of an array, where the caller gives none."""
    data_type = getattr(getattr(a, "metadata", None), "data_type", a.dtype)  # objects in memory are of several types
    found: dict[str, Any] = {"shape": a.shape, "dtype": data_type}
    if isinstance(a, BaseArray):
        return {**found, **a.chunking, **keywords}
    for name in ("chunks", "shards"):
        if isinstance(getattr(a, name, None), tuple):
            found[name] = getattr(a, name)
    return {**found, **keywords}
