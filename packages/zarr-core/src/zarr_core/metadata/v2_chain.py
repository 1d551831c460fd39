"""The codec chain that a `.zarray` means: its order, filters, byte order and compressor (digest 4.5).

order "F"   ->  transpose with the reversed order, from the registry of v3 codecs
filters     ->  what the registry `v2_codecs` has for their ids
dtype       ->  `bytes` with its byte order, unless a filter or the compressor makes bytes of arrays itself
compressor  ->  as the filters
"""

from __future__ import annotations

from collections.abc import Sequence

from zarr_core import plugins
from zarr_core.abc.codec import ArrayArrayCodec, ArrayBytesCodec, Codec
from zarr_core.abc.data_type import JSON
from zarr_core.codecs.bytes import BytesCodec
from zarr_core.errors import MetadataError
from zarr_core.metadata.extensions import Named, parse_extension
from zarr_core.metadata.strict_json import short
from zarr_core.metadata.v2_dtype import Endian

__all__ = ["v2_chain"]

_ORDERS: dict[str, Endian] = {"<": "little", ">": "big"}


def v2_chain(document: dict[str, JSON], endian: Endian, where: str = "") -> tuple[Codec, ...]:
    """The chain of a `.zarray` whose shape was checked. Raises `MetadataError` and `PluginError`."""
    filters: list[JSON] = document.get("filters") or []
    compressor = document.get("compressor")
    codecs: list[Codec] = [
        parse_extension(plugins.v2_codecs, value, where, take_apart=_take_apart)
        for value in [*filters, compressor]
        if value is not None
    ]
    if not any(isinstance(codec, ArrayBytesCodec) for codec in codecs):
        arrays = next((i for i, codec in enumerate(codecs) if not isinstance(codec, ArrayArrayCodec)), len(codecs))
        codecs.insert(arrays, BytesCodec(_byte_order(filters[:arrays], endian)))
    ndim = len(document["shape"])
    if document["order"] == "F" and ndim > 1:
        reversal = {"name": "transpose", "configuration": {"order": list(range(ndim))[::-1]}}
        codecs.insert(0, parse_extension(plugins.codecs, reversal, where))
    return tuple(codecs)


def _take_apart(value: JSON, kind: str) -> Named:
    name = value.get("id")
    if not isinstance(name, str):
        raise MetadataError(f"a {kind} needs an 'id', a string: {short(value)} has none")
    return Named(name, {member: item for member, item in value.items() if member != "id"}, True)


def _byte_order(filters: Sequence[dict[str, JSON]], endian: Endian) -> Endian:
    """The byte order in which the last filter leaves elements: that of the type string which it encodes to."""
    for value in filters:
        for member in ("astype", "encode_dtype", "dtype"):
            typestr = value.get(member)
            if isinstance(typestr, str):
                endian = _ORDERS.get(typestr[:1], endian)
                break
    return endian
