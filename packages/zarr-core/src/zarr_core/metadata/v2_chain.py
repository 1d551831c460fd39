"""The codec chain that a `.zarray` means: its order, filters, byte order and compressor (digest 4.5).

order "F"   ->  transpose with the reversed order, from the registry of v3 codecs
filters     ->  what the registry `v2_codecs` has for their ids
dtype       ->  `bytes` with its byte order, unless a filter or the compressor makes bytes of arrays itself; where
                fields have both byte orders, a codec of format 2 alone
compressor  ->  as the filters
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from zarr_core import plugins
from zarr_core.abc.codec import ArrayArrayCodec, ArrayBytesCodec, Codec
from zarr_core.abc.data_type import JSON
from zarr_core.codecs.bytes import BytesCodec
from zarr_core.codecs.stored import StoredBytesCodec
from zarr_core.errors import MetadataError
from zarr_core.metadata.extensions import Named, parse_extension
from zarr_core.metadata.strict_json import short
from zarr_core.metadata.v2_dtype import Endian

__all__ = ["take_apart_v2", "v2_chain"]

_ORDERS: dict[str, Endian] = {"<": "little", ">": "big"}


def v2_chain(
    document: dict[str, JSON], stored: np.dtype[Any], endian: Endian | None, where: str = ""
) -> tuple[Codec, ...]:
    """The chain of a `.zarray` whose shape was checked, for elements that are stored as `stored`, which has the byte
    order `endian`, or several if that is None. Raises `MetadataError` and `PluginError`.
    """
    filters: list[JSON] = document.get("filters") or []
    compressor = document.get("compressor")
    codecs: list[Codec] = [
        parse_extension(plugins.v2_codecs, value, where, take_apart=take_apart_v2)
        for value in [*filters, compressor]
        if value is not None
    ]
    if not any(isinstance(codec, ArrayBytesCodec) for codec in codecs):
        arrays = next((i for i, codec in enumerate(codecs) if not isinstance(codec, ArrayArrayCodec)), len(codecs))
        order = _byte_order(filters[:arrays], endian)
        codecs.insert(arrays, StoredBytesCodec(stored) if order is None else BytesCodec(order))
    ndim = len(document["shape"])
    if document["order"] == "F" and ndim > 1 and not any(getattr(codec, "stores_shape", False) for codec in codecs):
        reversal = {"name": "transpose", "configuration": {"order": list(range(ndim))[::-1]}}
        codecs.insert(0, parse_extension(plugins.codecs, reversal, where))
    return tuple(codecs)


def take_apart_v2(value: JSON, kind: str) -> Named:
    """The id and the parameters of a filter or compressor, as name and configuration."""
    name = value.get("id")
    if not isinstance(name, str):
        raise MetadataError(f"a {kind} needs an 'id', a string: {short(value)} has none")
    return Named(name, {member: item for member, item in value.items() if member != "id"}, True)


def _byte_order(filters: Sequence[dict[str, JSON]], endian: Endian | None) -> Endian | None:
    """The byte order in which the last filter leaves elements: that of the type string which it encodes to."""
    for value in filters:
        for member in ("astype", "encode_dtype", "dtype"):
            typestr = value.get(member)
            if isinstance(typestr, str):
                endian = _ORDERS.get(typestr[:1], endian)
                break
    return endian
