"""Metadata of new nodes, from objects: the documents are made here and parsed like any that is read.

So what cannot be opened again is refused at creation. Knows neither stores nor defaults: which grid, codecs and
fill value a caller gets who gives none is decided above.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from numpy.typing import NDArray

from zarr_core.abc.chunk_grid import ChunkGrid
from zarr_core.abc.chunk_key_encoding import ChunkKeyEncoding
from zarr_core.abc.codec import Codec
from zarr_core.abc.data_type import JSON, DataType
from zarr_core.abc.storage_transformer import StorageTransformer
from zarr_core.data_types.variable import VariableLength
from zarr_core.errors import CodecError, MetadataError
from zarr_core.metadata.attributes import cleaned
from zarr_core.metadata.chain import check_chain, chunk_specs, codecs_to_json, complete_chain
from zarr_core.metadata.extensions import guarded
from zarr_core.metadata.models import checked_shape
from zarr_core.metadata.stored import StoredArray, StoredGroup
from zarr_core.metadata.strict_json import clean, short
from zarr_core.metadata.v2 import V2ArrayMetadata, V2GroupMetadata
from zarr_core.metadata.v2_dtype import Endian
from zarr_core.metadata.v2_fill import fill_to_json_v2
from zarr_core.metadata.v3 import V3ArrayMetadata, V3GroupMetadata

__all__ = ["create_array_metadata", "create_group_metadata"]

V2Codec: TypeAlias = Mapping[str, JSON] | Codec
"""A filter or compressor of format 2: its JSON, or a codec object from the registry `v2_codecs`."""


def create_array_metadata(
    *,
    zarr_format: int,
    shape: Sequence[int],
    data_type: DataType,
    chunk_grid: ChunkGrid,
    chunk_key_encoding: ChunkKeyEncoding,
    codecs: Sequence[Codec] = (),
    fill_value: object = None,
    attributes: Mapping[str, JSON] | None = None,
    dimension_names: Sequence[str | None] | None = None,
    storage_transformers: Sequence[StorageTransformer] = (),
    order: str = "C",
    endian: Endian = "little",
    filters: Sequence[V2Codec] | None = None,
    compressor: V2Codec | None = None,
) -> StoredArray:
    """The metadata of a new array.

    Format 3 takes `codecs`, whose automatic choices are made here, `dimension_names` and `storage_transformers`;
    format 2 takes `order`, `endian`, `filters` and `compressor`; data types without a fixed size come with a filter of
    their own, if no filter is given. A `fill_value` of None is the default of the data
    type in format 3, and undefined (`null`) in format 2; anything else must fit the data type exactly. Raises
    `MetadataError` for what does not fit or the format does not have, and `PluginError` for what is not registered.
    """
    shape = checked_shape(shape)
    attributes = cleaned(attributes or {})
    if fill_value is not None:
        fill = guarded(lambda: data_type.cast_fill(fill_value), "data type", data_type.name)
    if zarr_format == 3:
        _refuse(3, {"order": order != "C", "filters": filters is not None, "compressor": compressor is not None})
        fill = data_type.default_fill() if fill_value is None else fill
        document: dict[str, JSON] = {
            "zarr_format": 3,
            "node_type": "array",
            "shape": list(shape),
            "data_type": data_type.to_json_v3(),
            "chunk_grid": chunk_grid.to_json(),
            "chunk_key_encoding": chunk_key_encoding.to_json(),
            "fill_value": data_type.fill_to_json(fill),
            "codecs": codecs_to_json(_completed(codecs, chunk_grid, shape, data_type, fill)),
        }
        if storage_transformers:
            document["storage_transformers"] = [transformer.to_json() for transformer in storage_transformers]
        if dimension_names is not None:
            document["dimension_names"] = clean(dimension_names, where="dimension_names")
        return V3ArrayMetadata.from_dict({**document, "attributes": attributes})
    if zarr_format == 2:
        foreign = {
            "codecs": bool(codecs),
            "dimension_names": dimension_names is not None,
            "storage_transformers": bool(storage_transformers),
            f"chunk grid {chunk_grid.name!r}": chunk_grid.name != "regular",
            f"chunk key encoding {chunk_key_encoding.name!r}": chunk_key_encoding.name != "v2",
        }
        _refuse(2, foreign)
        if not filters and isinstance(data_type, VariableLength) and data_type.object_codec is not None:
            filters = [{"id": data_type.object_codec}]
        document = {
            "zarr_format": 2,
            "shape": list(shape),
            "chunks": chunk_grid.to_config()["chunk_shape"],
            "dtype": data_type.to_json_v2(endian),
            "compressor": None if compressor is None else _v2_json(compressor),
            "fill_value": None if fill_value is None else fill_to_json_v2(fill, data_type, endian),
            "order": order,
            "filters": [_v2_json(codec) for codec in filters] if filters else None,
            "dimension_separator": chunk_key_encoding.to_config()["separator"],
        }
        return V2ArrayMetadata.from_dict({**document, "attributes": attributes})
    raise _unknown_format(zarr_format)


def create_group_metadata(*, zarr_format: int, attributes: Mapping[str, JSON] | None = None) -> StoredGroup:
    """The metadata of a new group. Raises `MetadataError` for attributes that strict JSON cannot hold."""
    attributes = cleaned(attributes or {})
    if zarr_format == 3:
        return V3GroupMetadata.from_dict({"zarr_format": 3, "node_type": "group", "attributes": attributes})
    if zarr_format == 2:
        return V2GroupMetadata.from_dict({"zarr_format": 2, "attributes": attributes})
    raise _unknown_format(zarr_format)


def _completed(
    codecs: Sequence[Codec], grid: ChunkGrid, shape: tuple[int, ...], data_type: DataType, fill: NDArray[Any]
) -> tuple[Codec, ...]:
    check_chain(codecs)
    try:
        return complete_chain(codecs, chunk_specs(grid, shape, data_type, fill)[0])
    except CodecError as error:
        raise MetadataError(str(error), member="codecs") from error


def _v2_json(codec: V2Codec) -> JSON:
    return {"id": codec.name, **codec.to_config()} if isinstance(codec, Codec) else codec


def _refuse(zarr_format: int, given: Mapping[str, bool]) -> None:
    for name, is_given in given.items():
        if is_given:
            raise MetadataError(f"zarr_format {zarr_format} has no {name}", member=name)


def _unknown_format(zarr_format: object) -> MetadataError:
    return MetadataError(f"zarr_format is 2 or 3, not {short(zarr_format)}", member="zarr_format")
