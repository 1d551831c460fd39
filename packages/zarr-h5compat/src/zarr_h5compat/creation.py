"""`create_dataset`: h5py's keywords, checked as h5py does and turned into what `zarr_core` takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from operator import index
from typing import Any, TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray

from zarr_h5compat.elements import converted
from zarr_h5compat.filters import codecs_of
from zarr_h5compat.hidden import MARK
from zarr_h5compat.special import Empty
from zarr_h5compat.text import DATA_TYPES, guessed, kind_of_dtype, octets, texts

__all__ = ["DatasetKeywords", "array_keywords"]

IGNORED = frozenset(
    {"track_times", "track_order", "rdcc_nslots", "rdcc_nbytes", "rdcc_w0", "fill_time", "allow_unknown_filter"}
)
"""They tune HDF5 and have nothing to tune here."""
REFUSED = {
    "scaleoffset": "Zarr has no such filter; compress, or round the values yourself",
    "external": "every chunk is an object of its own already",
    "efile_prefix": "there are no external files",
    "virtual_prefix": "there are no virtual datasets",
    "dcpl": "there are no property lists",
    "dapl": "there are no property lists",
}
"""Keywords that mean something else would be stored, unless they are None; and why they cannot be had."""


class DatasetKeywords(TypedDict, total=False):
    """The keywords of `create_dataset` beside shape, dtype and data."""

    chunks: Any
    """Chunk shape, a length for one dimension; None and True leave it to us. Every dataset is chunked."""
    maxshape: Any
    """How far `resize` can go, None for no limit, along each dimension; without, there is no resizing."""
    compression: Any
    """"gzip", "lzf", "zstd", a gzip level from 0 to 9, or any codec of Zarr."""
    compression_opts: Any
    """The level of gzip (default 4) or zstd, or the configuration of another codec."""
    shuffle: bool | None
    """Sort bytes by their significance before they are compressed."""
    fletcher32: bool | None
    """Store a checksum (crc32c) with each chunk."""
    fillvalue: Any
    """What was never written, default 0."""
    dimension_names: Sequence[str | None] | None
    """Not in h5py: names that other Zarr software sees; also the labels of `dims`."""
    track_times: Any
    track_order: Any
    rdcc_nslots: Any
    rdcc_nbytes: Any
    rdcc_w0: Any
    fill_time: Any
    allow_unknown_filter: Any
    scaleoffset: Any
    external: Any
    efile_prefix: Any
    virtual_prefix: Any
    dcpl: Any
    dapl: Any


def array_keywords(
    shape: Any, dtype: Any, data: Any, zarr_format: int, **keywords: Unpack[DatasetKeywords]
) -> dict[str, Any]:
    """The keywords of `zarr_core.Group.create_array`. Raises `TypeError` and `ValueError` where h5py does."""
    unknown = keywords.keys() - DatasetKeywords.__annotations__.keys()
    if unknown:
        raise TypeError(f"create_dataset() got an unexpected keyword argument {sorted(unknown)[0]!r}")
    for name, why in REFUSED.items():
        if keywords.get(name) not in (None, False):
            raise TypeError(f"create_dataset({name}=...) is not supported: {why}")
    if isinstance(data, Empty) or (shape is None and data is None):
        raise TypeError(
            "a dataset needs shape= or data=; empty datasets are not supported, only empty attributes"
            if dtype is not None or isinstance(data, Empty)
            else "one of data, shape or dtype must be given"
        )
    element, values = _elements(data, dtype)
    lengths = _shape(shape, values)
    chunks, maxshape = _extent(keywords, lengths)
    made: dict[str, Any] = {
        **_data_type(element, keywords.get("fillvalue")),
        "shape": lengths,
        "chunks": chunks,
        "compressors": codecs_of(
            keywords.get("compression"),
            keywords.get("compression_opts"),
            bool(keywords.get("shuffle")),
            bool(keywords.get("fletcher32")),
            item_size=1 if kind_of_dtype(element) else element.itemsize,
            zarr_format=zarr_format,
        ),
    }
    if values is not None:
        made["data"] = values.reshape(lengths)
    if keywords.get("dimension_names") is not None:
        made["dimension_names"] = keywords["dimension_names"]
    if maxshape is not None:
        made["attributes"] = {MARK: {"maxshape": list(maxshape)}}
    return made


def _elements(data: Any, dtype: Any) -> tuple[np.dtype[Any], NDArray[Any] | None]:
    """The dtype of the elements, and the data as such."""
    values: Any = data if data is None or isinstance(data, str | bytes | list | tuple) else np.asarray(data)
    if dtype is None:
        dtype = np.dtype("f4") if data is None else guessed(values)
    if dtype is None:
        values = np.asarray(data)
        dtype = values.dtype
        if dtype.kind in "SU" and isinstance(data, list | tuple):
            raise TypeError(f"{data!r:.80} mixes text with other things")
    dtype = np.dtype(dtype)
    kind = kind_of_dtype(dtype)
    if dtype.kind == "O" and kind is None:
        raise TypeError("dtype 'O' holds anything, and datasets cannot: give string_dtype() for text, or another dtype")
    if data is None:
        return dtype, None
    if kind is not None:
        return dtype, texts(values, kind)
    if dtype.kind == "S":
        return dtype, octets(values, dtype)
    return dtype, converted(values if isinstance(values, np.ndarray) else np.asarray(values, dtype=dtype), dtype)


def _data_type(element: np.dtype[Any], fillvalue: Any) -> dict[str, Any]:
    """Data type and fill value."""
    kind = kind_of_dtype(element)
    if kind is None:
        return {"dtype": element, "fill_value": fillvalue}
    return {"dtype": DATA_TYPES[kind], "fill_value": None if fillvalue is None else texts(fillvalue, kind)[()]}


def _shape(shape: Any, values: NDArray[Any] | None) -> tuple[int, ...]:
    if shape is None:
        assert values is not None
        return values.shape
    lengths = (shape,) if isinstance(shape, int | np.integer) else tuple(shape)
    lengths = tuple(index(length) for length in lengths)
    if values is not None and prod(lengths) != values.size:
        raise ValueError(f"shape {lengths} does not fit data of shape {values.shape}")
    return lengths


def _extent(keywords: Mapping[str, Any], shape: tuple[int, ...]) -> tuple[Any, tuple[int | None, ...] | None]:
    """What to give as chunks, and the limits of resizing if any were given."""
    chunks, maxshape = keywords.get("chunks"), keywords.get("maxshape")
    filters = any(keywords.get(name) for name in ("compression", "shuffle", "fletcher32"))
    if not shape and (chunks or maxshape or filters):
        raise TypeError("scalar datasets take no chunks, maxshape, compression, shuffle or fletcher32")
    if chunks is False and (filters or maxshape):
        raise ValueError("chunks=False does not go with compression, shuffle, fletcher32 or maxshape")
    if maxshape is True:
        maxshape = (None,) * len(shape)
    elif maxshape is not None:
        maxshape = (maxshape,) if isinstance(maxshape, int) else tuple(maxshape)
        _check_rank("maxshape", maxshape, shape)
        if any(limit is not None and limit < length for limit, length in zip(maxshape, shape, strict=True)):
            raise ValueError(f"maxshape {maxshape} is smaller than shape {shape}")
    if chunks is None or isinstance(chunks, bool):
        return "auto", maxshape
    chunks = (chunks,) if isinstance(chunks, int) else tuple(chunks)
    _check_rank("chunks", chunks, shape)
    limits = shape if maxshape is None else maxshape
    if any(limit is not None and chunk > limit for chunk, limit in zip(chunks, limits, strict=True)):
        raise ValueError(f"chunks {chunks} are larger than the dataset, of shape {shape} and maxshape {maxshape}")
    return chunks, maxshape


def _check_rank(name: str, given: tuple[Any, ...], shape: tuple[int, ...]) -> None:
    if len(given) != len(shape):
        raise ValueError(f"{name} {given} must have one entry for each of the {len(shape)} dimensions of {shape}")
