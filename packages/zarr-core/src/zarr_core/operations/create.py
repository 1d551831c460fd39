"""Create arrays and groups: from what a caller says to complete metadata, then to stored nodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from operator import index
from typing import Any, Literal, TypedDict

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zarr_core.abc.chunk_grid import ChunkGrid
from zarr_core.abc.codec import Spec
from zarr_core.abc.data_type import JSON
from zarr_core.abc.metadata import ArrayMetadataABC
from zarr_core.abc.storage_transformer import StorageTransformer
from zarr_core.chunk_grids.normalize import normalize_chunks
from zarr_core.chunk_grids.regular import RegularGrid
from zarr_core.config import current_config
from zarr_core.data_types.parse import parse_data_type
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
    """Chunk shape, an integer for all dimensions, "auto" (the default), or a `ChunkGrid`."""
    shards: Any
    """Shard shape, in multiples of the chunk shape: what is stored as one object. Default: not sharded."""
    filters: Any
    """Array-to-array codecs: objects, their JSON, or "auto" (the default)."""
    serializer: Any
    """The array-to-bytes codec: object, JSON, or "auto" (the default)."""
    compressors: Any
    """Bytes-to-bytes codecs: objects, their JSON, None for none, or "auto" (the default)."""
    fill_value: Any
    """What elements never written are; default zero, false or empty."""
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
    data, shape, dtype = _shape_and_type(keywords)
    data_type = parse_data_type(dtype)
    fill = data_type.cast_fill(keywords.get("fill_value"))
    zarr_format = keywords.get("zarr_format") or current_config().default_zarr_format
    grid, inner = _grid(keywords, shape, data_type.item_size)
    encoding = as_key_encoding(keywords.get("chunk_key_encoding"), zarr_format)
    if zarr_format == 2:
        of_format: dict[str, Any] = {"order": keywords.get("order") or "C", **v2_codecs_of(keywords)}
    else:
        chunk = Spec(tuple(along.edges[0] for along in grid.dimensions(shape)), data_type, fill)
        of_format = {"codecs": build_chain(keywords, chunk, inner)}
    metadata = create_array_metadata(
        zarr_format=zarr_format,
        shape=shape,
        data_type=data_type,
        chunk_grid=grid,
        chunk_key_encoding=encoding,
        fill_value=fill,
        attributes=keywords.get("attributes"),
        dimension_names=keywords.get("dimension_names"),
        storage_transformers=tuple(keywords.get("storage_transformers") or ()),
        **of_format,
    )
    return metadata, data if keywords.get("write_data", True) else None


def _shape_and_type(keywords: ArrayKeywords) -> tuple[NDArray[Any] | None, tuple[int, ...], Any]:
    data = None if keywords.get("data") is None else np.asarray(keywords["data"])
    shape, dtype = keywords.get("shape"), keywords.get("dtype")
    if data is not None:
        dtype = data.dtype if dtype is None else dtype
        if shape is not None and _lengths(shape) != data.shape:
            raise MetadataError(f"shape {shape!r} is not that of the data, {data.shape}; give one of the two")
        return data, data.shape, dtype
    if shape is None:
        raise MetadataError("an array needs a shape: give shape=, or data=")
    return None, _lengths(shape), "float64" if dtype is None else dtype


def _lengths(shape: Any) -> tuple[int, ...]:
    try:
        lengths = (index(shape),) if isinstance(shape, int | np.integer) else tuple(index(length) for length in shape)
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
    if isinstance(chunks, ChunkGrid):
        if shards is not None:
            raise MetadataError("shards needs chunks to be a shape, not a chunk grid")
        return chunks, None
    inner = normalize_chunks(chunks, shape, item_size)
    if shards is None or shards is False:
        return RegularGrid(inner), None
    if shards == "auto" or shards is True:
        shards = tuple(chunk * max(1, min(8, -(-length // chunk))) for chunk, length in zip(inner, shape, strict=True))
    outer = normalize_chunks(shards, shape, item_size)
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
    await create_nodes(access, {path: metadata}, overwrite=overwrite, within=within)
    array = BoundArray(access, path, metadata, options=options_of(keywords))
    if data is not None:
        selection = basic(..., metadata.shape)
        await write(array, selection, data.astype(array.dtype, copy=False))
    return array


def options_of(keywords: ArrayKeywords) -> ArrayOptions:
    """How the array is read and written: the configuration, what `config` says, and `order`."""
    given = dict(keywords.get("config") or {})
    if keywords.get("order") is not None:
        given.setdefault("order", keywords["order"])
    try:
        return replace(ArrayOptions.current(), **given)
    except TypeError:
        accepted = ", ".join(field.name for field in fields(ArrayOptions))
        raise TypeError(f"config takes {accepted}, not {sorted(given)}") from None


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
    found: dict[str, Any] = {"shape": a.shape, "dtype": a.dtype}
    for name in ("chunks", "shards"):
        if isinstance(getattr(a, name, None), tuple):
            found[name] = getattr(a, name)
    return {**found, **keywords}
