"""Arrays of objects in format 2: their first filter says what the objects are (digest 4.6).

Knows no filter by name: those that make something else of objects have `object_type`.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from zarr_core import plugins
from zarr_core.abc.data_type import JSON, DataType
from zarr_core.errors import MetadataError
from zarr_core.metadata.extensions import parse_extension
from zarr_core.metadata.strict_json import short
from zarr_core.metadata.v2_chain import take_apart_v2

__all__ = ["ObjectCodec", "object_type"]


@runtime_checkable
class ObjectCodec(Protocol):
    """A v2 codec that stands first in an array of dtype `|O`."""

    def object_type(self) -> DataType:
        """The data type of arrays that it encodes."""
        ...


def object_type(document: dict[str, JSON], where: str = "") -> DataType:
    """The data type of a `.zarray` whose dtype is `|O`. Raises `MetadataError` and `PluginError`."""
    filters = document.get("filters") or []
    codec = parse_extension(plugins.v2_codecs, filters[0], where, take_apart=take_apart_v2) if filters else None
    if isinstance(codec, ObjectCodec):
        return codec.object_type()
    found = f"{short(filters[0].get('id'))} is none" if filters else "there is no filter"
    raise MetadataError(
        "'dtype' '|O' (objects) needs a filter that makes bytes of them, such as 'vlen-utf8', as the first one: "
        f"{found}"
    )
