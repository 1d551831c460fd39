"""Arrays made after others, and zarr-python's older way to create one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from zarr_core.abc.codec import ArrayArrayCodec, ArrayBytesCodec
from zarr_core.array import Array, AsyncArray
from zarr_core.calls.call import Call
from zarr_core.calls.opening import StoreLike, access, create_array, open_array
from zarr_core.engine.bound import BoundArray
from zarr_core.engine.runtimes import runtime_for
from zarr_core.metadata import normalize_path
from zarr_core.operations.chains import as_codec
from zarr_core.operations.create import like
from zarr_core.operations.rewrite import array_from

__all__ = ["create", "from_array", "open_like"]

_KEPT = ("chunks", "shards", "filters", "serializer", "compressors")


def from_array(
    store: StoreLike = None,
    *,
    data: Any,
    name: str | None = None,
    write_data: bool = True,
    overwrite: bool = False,
    storage_options: Mapping[str, Any] | None = None,
    **keywords: Any,
) -> Call[BoundArray]:
    """Create an array with the values of another array, or of what numpy makes an array of.

    Of an `Array`, whatever is not said ("keep") stays: chunks, shards, codecs, fill value, attributes, dimension
    names, order, format. Values are copied one stored object at a time; `write_data=False` leaves them out.
    """
    if not isinstance(data, Array | AsyncArray):
        given = {key: value for key, value in keywords.items() if not _is_keep(value)}
        given |= {"data": np.asarray(data), "write_data": write_data}
        return create_array(store, name=name, overwrite=overwrite, storage_options=storage_options, **given)
    to = access(store, "w" if overwrite else "a", storage_options)
    path = normalize_path(name or "")
    operation = array_from(data._bound, to, path, _after(data, keywords), overwrite=overwrite, write_data=write_data)
    return Call(runtime_for(data.store, to.given), operation)


def _is_keep(value: Any) -> bool:
    return isinstance(value, str) and value == "keep"


def _after(data: Any, keywords: dict[str, Any]) -> Any:
    """The keywords of a new array after another, where the caller does not say otherwise."""
    said = {name: value for name, value in keywords.items() if not _is_keep(value)}
    same_format = said.get("zarr_format") in (None, data.zarr_format)
    kept: dict[str, Any] = {
        "shape": data.shape,
        "dtype": data.metadata.data_type,
        "fill_value": data.metadata.fill_value,
        "attributes": dict(data.metadata.attributes),
        "dimension_names": data.dimension_names if said.get("zarr_format") != 2 else None,
        "zarr_format": data.zarr_format,
        "order": data.order,
        "chunks": data.chunking["chunks"],
        "shards": data.chunking["shards"] if same_format else None,
    }
    if same_format and data.zarr_format == 3:
        inner = data.serializer.inner_codecs or data.metadata.codecs
        kept["filters"] = [codec for codec in inner if isinstance(codec, ArrayArrayCodec)]
        kept["serializer"] = next(codec for codec in inner if isinstance(codec, ArrayBytesCodec))
        kept["compressors"] = [c for c in inner if not isinstance(c, ArrayArrayCodec | ArrayBytesCodec)]
        kept["chunk_key_encoding"] = data.metadata.chunk_key_encoding
    return {**kept, **said}


def open_like(a: Any, path: str, *, store: StoreLike = None, **keywords: Any) -> Call[BoundArray]:
    """Open the array at `path`, or create one there in the shape, dtype and chunks of `a`."""
    return open_array(store, path=path, **like(a, keywords))


def create(
    shape: int | tuple[int, ...],
    *,
    store: StoreLike = None,
    path: str | None = None,
    chunk_shape: Any = None,
    compressor: Any = "auto",
    codecs: Any = None,
    dimension_separator: str | None = None,
    write_empty_chunks: bool | None = None,
    overwrite: bool = False,
    storage_options: Mapping[str, Any] | None = None,
    **keywords: Any,
) -> Call[BoundArray]:
    """Create an array by zarr-python's older keywords; see `create_array`, which says the same more plainly.

    `chunk_shape` is `chunks`, `compressor` is `compressors`, `codecs` is the whole chain of format 3,
    `dimension_separator` is that of the chunk keys.
    """
    if chunk_shape is not None:
        keywords["chunks"] = chunk_shape
    if codecs is not None:
        chain = [as_codec(codec) for codec in codecs]
        keywords["filters"] = [codec for codec in chain if isinstance(codec, ArrayArrayCodec)]
        keywords["serializer"] = [codec for codec in chain if isinstance(codec, ArrayBytesCodec)]
        keywords["compressors"] = [c for c in chain if not isinstance(c, ArrayArrayCodec | ArrayBytesCodec)]
    elif not (isinstance(compressor, str) and compressor == "auto"):
        keywords["compressors"] = compressor
    if dimension_separator is not None:
        name = "v2" if keywords.get("zarr_format") == 2 else "default"
        keywords["chunk_key_encoding"] = {"name": name, "configuration": {"separator": dimension_separator}}
    if write_empty_chunks is not None:
        keywords["config"] = {**(keywords.get("config") or {}), "write_empty_chunks": write_empty_chunks}
    return create_array(store, name=path, overwrite=overwrite, storage_options=storage_options, shape=shape, **keywords)
