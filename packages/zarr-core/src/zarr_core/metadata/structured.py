"""Documents of the legacy data type `structured`, as documents of `struct` (digest 3.7).

The data type itself reads its own JSON. Here is what it says of others: a codec `bytes` without byte order is
little-endian, and a fill value may be base64 of the element in that codec's byte order. So no such document is ever
written: an update writes the modern one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from zarr_core.abc.data_type import JSON
from zarr_core.data_types.base64_json import bytes_from_base64
from zarr_core.errors import MetadataError
from zarr_core.metadata.extensions import guarded, parse_data_type, take_apart
from zarr_core.metadata.strict_json import copy, short

__all__ = ["modernized"]


def modernized(document: dict[str, JSON], where: str = "") -> dict[str, JSON]:
    """The document, if its data type is `structured` an equivalent one of `struct`. Raises `MetadataError`."""
    named = document["data_type"]
    if not isinstance(named, dict) or named.get("name") != "structured":
        return document
    data_type = parse_data_type(named, where)
    document = {**copy(document), "data_type": data_type.to_json_v3()}
    endian = "little"
    for configuration in _bytes_codecs(document["codecs"]):
        endian = configuration.setdefault("endian", "little")
    value = document["fill_value"]
    if isinstance(value, str):
        stored = guarded(lambda: data_type.stored_dtype(endian), "data type", "structured")
        content = bytes_from_base64(value)
        if content is None or len(content) != stored.itemsize:
            raise MetadataError(
                f"fill value {short(value)} does not fit data type 'structured': it takes an object with every field, "
                f"or base64 of {stored.itemsize} bytes",
                member="fill_value",
            )
        fill = np.frombuffer(content, stored).reshape(()).astype(data_type.dtype)
        document["fill_value"] = data_type.fill_to_json(fill)
    return document


def _bytes_codecs(codecs: JSON) -> Iterator[dict[str, Any]]:
    """The configurations of all codecs `bytes` of a list that elements may reach, those in shards too."""
    for i, codec in enumerate(codecs if isinstance(codecs, list) else ()):
        named = take_apart(codec, "codec")
        if named.name == "bytes":
            codecs[i] = {"name": "bytes", "configuration": dict(named.configuration)}
            yield codecs[i]["configuration"]
        else:
            yield from _bytes_codecs(named.configuration.get("codecs"))
