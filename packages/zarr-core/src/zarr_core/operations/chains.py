"""From what callers give as filters, serializer and compressors to a complete codec chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from zarr_core.abc.chunk_key_encoding import ChunkKeyEncoding
from zarr_core.abc.codec import ArrayArrayCodec, ArrayBytesCodec, BytesBytesCodec, Codec, Spec
from zarr_core.chunk_key_encodings.default import DefaultChunkKeyEncoding
from zarr_core.chunk_key_encodings.v2 import V2ChunkKeyEncoding
from zarr_core.codecs.bytes import BytesCodec
from zarr_core.errors import MetadataError
from zarr_core.metadata.chain import check_chain, complete_chain
from zarr_core.metadata.extensions import parse_chunk_key_encoding, parse_codec_list
from zarr_core.plugins import codecs as codec_registry
from zarr_core.plugins import v2_codecs
from zarr_core.plugins.hooks import ask_first

__all__ = ["as_codec", "as_key_encoding", "build_chain", "v2_codecs_of"]

_KINDS: dict[str, type[Any]] = {
    "filters": ArrayArrayCodec,
    "serializer": ArrayBytesCodec,
    "compressors": BytesBytesCodec,
}


def build_chain(keywords: Mapping[str, Any], chunk: Spec, inner: tuple[int, ...] | None) -> tuple[Codec, ...]:
    """The chain for chunks of that spec, every automatic choice made; inside shards if `inner` is a shape."""
    given = {name: _given(keywords.get(name, "auto"), name) for name in _KINDS}
    needs_more = given["serializer"] is None and chunk.data_type.item_size is None
    if given["compressors"] is None or needs_more:  # asking may import a codec library
        defaults = ask_first("default_codecs", data_type=chunk.data_type) or ()
        for name, kind in _KINDS.items():
            if given[name] is None:
                given[name] = [codec for codec in defaults if isinstance(codec, kind)]
    serializer = given["serializer"] or [BytesCodec()]
    chain: Sequence[Codec] = [*(given["filters"] or ()), *serializer, *(given["compressors"] or ())]
    check_chain(chain)
    if inner is None:
        return complete_chain(chain, chunk)
    chain = complete_chain(chain, Spec(inner, chunk.data_type, chunk.fill))
    sharding: Any = codec_registry.get("sharding_indexed", where="for shards")
    return complete_chain([sharding(chunk_shape=inner, codecs=tuple(chain))], chunk)


def v2_codecs_of(keywords: Mapping[str, Any]) -> dict[str, Any]:
    """The `filters` and `compressor` of format 2 from the same arguments; automatic is zstd if that is installed."""
    for argument in ("serializer", "shards"):
        if keywords.get(argument) not in (None, "auto", False):
            raise MetadataError(f"zarr_format 2 has no {argument}", member=argument)
    compressors = keywords.get("compressors", "auto")
    if isinstance(compressors, str) and compressors == "auto":
        compressors = {"id": "zstd", "level": 0} if v2_codecs.find("zstd") is not None else None
    several = compressors if isinstance(compressors, list | tuple) else [compressors] if compressors else []
    if len(several) > 1:
        raise MetadataError("zarr_format 2 has one compressor; put the others into filters", member="compressors")
    filters = keywords.get("filters", "auto")
    filters = [] if filters is None or (isinstance(filters, str) and filters == "auto") else filters
    filters = list(filters) if isinstance(filters, list | tuple) else [filters]
    if keywords.get("object_codec") is not None:
        filters.insert(0, keywords["object_codec"])
    return {
        "filters": [_as_v2(codec) for codec in filters],
        "compressor": _as_v2(several[0]) if several else None,
    }


def _as_v2(value: Any) -> Any:
    """JSON with an id, from JSON or a numcodecs object; a codec object as it is."""
    config = getattr(value, "get_config", None)
    if config is not None:
        return dict(config())
    if isinstance(value, Mapping | Codec):
        return value
    raise MetadataError(f"compressors and filters of zarr_format 2 are objects with an 'id', not {value!r}")


def _given(value: Any, argument: str) -> list[Codec] | None:
    """The codecs a caller gave for one argument; None for "auto"."""
    if isinstance(value, str) and value == "auto":
        return None
    if value is None or value is False:
        return []
    several = isinstance(value, list | tuple)
    codecs = [as_codec(item, argument) for item in (value if several else [value])]
    for codec in codecs:
        if not isinstance(codec, _KINDS[argument]):
            kind = type(codec).__mro__[1].__name__
            raise MetadataError(f"{argument} takes {_KINDS[argument].__name__}s, and {codec.name!r} is a {kind}")
    return codecs


def as_codec(value: Any, argument: str = "codecs") -> Codec:
    """A codec object as it is, or from its JSON, or from a numcodecs object through the `numcodecs.*` family."""
    if isinstance(value, Codec):
        return value
    if isinstance(value, str):
        return codec_registry.get(value)()  # with the defaults of its constructor
    if isinstance(value, Mapping):
        return _parse(dict(value))
    config = getattr(value, "get_config", None)
    if config is not None:
        configuration = dict(config())
        return _parse({"name": f"numcodecs.{configuration.pop('id')}", "configuration": configuration})
    raise MetadataError(
        f"{argument}: {value!r} is not a codec: give a codec object, or JSON such as {{'name': 'gzip', ...}}"
    )


def _parse(value: Any) -> Codec:
    codecs, ignored = parse_codec_list([value])
    if ignored:
        raise MetadataError(f"codec {ignored[0]!r} is not known; writing through it is not possible")
    return codecs[0]


def as_key_encoding(value: Any, zarr_format: int) -> ChunkKeyEncoding:
    """A chunk key encoding as it is, from its JSON, or the default of the format."""
    if value is None:
        return DefaultChunkKeyEncoding() if zarr_format == 3 else V2ChunkKeyEncoding()
    if isinstance(value, ChunkKeyEncoding):
        return value
    if isinstance(value, Mapping) and "separator" in value:  # zarr-python's short form
        value = {"name": value.get("name", "default"), "configuration": {"separator": value["separator"]}}
    return parse_chunk_key_encoding(value)
