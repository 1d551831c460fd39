"""Codec chains: their order, what reaches each codec, and their JSON (digest 1.10).

Knows the three kinds of codec and no codec by name. Used for the chain of an array and for chains inside codecs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from numpy.typing import NDArray

from zarr_core.abc.chunk_grid import ChunkGrid
from zarr_core.abc.codec import ArrayArrayCodec, ArrayBytesCodec, BytesBytesCodec, Codec, Spec
from zarr_core.abc.data_type import JSON, DataType
from zarr_core.errors import MetadataError
from zarr_core.metadata.extensions import parse_codec_list

__all__ = ["check_chain", "chunk_specs", "codecs_to_json", "complete_chain", "parse_codecs", "resolve_chain"]

_STAGES: tuple[tuple[type[Codec], str], ...] = (
    (ArrayArrayCodec, "array-to-array"),
    (ArrayBytesCodec, "array-to-bytes"),
    (BytesBytesCodec, "bytes-to-bytes"),
)


def check_chain(codecs: Sequence[Codec]) -> None:
    """Raise `MetadataError` unless the kinds are array-to-array*, one array-to-bytes, bytes-to-bytes*."""
    stages = [_stage(codec) for codec in codecs]
    count = stages.count(1)
    if count != 1:
        found = ", ".join(repr(codec.name) for codec in codecs) or "none at all"
        what = "no array-to-bytes codec" if count == 0 else f"{count} array-to-bytes codecs"
        raise MetadataError(f"codecs has {what}, of which it needs exactly one: {found}", member="codecs")
    for i in range(1, len(stages)):
        if stages[i] < stages[i - 1]:
            raise MetadataError(
                f"codecs has the {_STAGES[stages[i]][1]} codec {codecs[i].name!r} after the "
                f"{_STAGES[stages[i - 1]][1]} codec {codecs[i - 1].name!r}: move it before",
                member="codecs",
            )


def resolve_chain(codecs: Iterable[Codec], spec: Spec) -> list[Spec]:
    """The spec that reaches each codec; each one's `resolve` is asked.

    `spec` is the chunk as the array has it; bytes-to-bytes codecs are listed with what reached the array-to-bytes
    codec. Raises what `resolve` raises.
    """
    return [spec for _, spec in _walk(codecs, spec, lambda codec, _: codec)]


def complete_chain(codecs: Iterable[Codec], spec: Spec) -> tuple[Codec, ...]:
    """The codecs with their automatic choices made concrete for chunks of `spec`, as creation stores them."""
    return tuple(codec for codec, _ in _walk(codecs, spec, lambda codec, spec: codec.complete(spec)))


def chunk_specs(grid: ChunkGrid, shape: tuple[int, ...], data_type: DataType, fill: NDArray[Any]) -> list[Spec]:
    """Chunks to check a chain with, so that every length that occurs along a dimension occurs in one of them.

    One for a regular grid; not every combination of lengths, since codecs look at each dimension by itself.
    """
    edges = [dimension.edges or (1,) for dimension in grid.dimensions(shape)]
    count = max(map(len, edges), default=1)
    return [Spec(tuple(lengths[min(i, len(lengths) - 1)] for lengths in edges), data_type, fill) for i in range(count)]


def parse_codecs(values: Sequence[JSON], where: str = "") -> tuple[Codec, ...]:
    """The codecs of a JSON list, in the right order, for a chain that is configuration of another codec.

    `where` says in error messages whose codecs they are, e.g. `"of array 'a/b'"`. Raises `MetadataError` and
    `PluginError`. An unknown codec is refused here even if it need not be understood: nothing would keep writers
    from writing through it (digest 1.5).
    """
    codecs, ignored = parse_codec_list(values, where)
    if ignored:
        raise MetadataError(f"codec {ignored[0]!r} is not known, and cannot be passed over inside another codec")
    check_chain(codecs)
    return codecs


def codecs_to_json(codecs: Iterable[Codec]) -> list[JSON]:
    """The JSON list of a chain, every codec in its long form (digest 1.4)."""
    return [codec.to_json() for codec in codecs]


def _walk(codecs: Iterable[Codec], spec: Spec, change: Callable[[Codec, Spec], Codec]) -> list[tuple[Codec, Spec]]:
    walked: list[tuple[Codec, Spec]] = []
    for given in codecs:
        codec = change(given, spec)
        walked.append((codec, spec))
        if isinstance(codec, ArrayArrayCodec):
            spec = codec.resolve(spec)
        elif isinstance(codec, ArrayBytesCodec):
            codec.resolve(spec)
    return walked


def _stage(codec: Codec) -> int:
    for stage, (kind, _) in enumerate(_STAGES):
        if isinstance(codec, kind):
            return stage
    raise MetadataError(f"{codec!r} is not a codec: it subclasses none of the three kinds", member="codecs")
