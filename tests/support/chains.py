"""Codec chains of format 3 by name, as JSON, for chunks of any shape. Knows no implementation.

The same lists go to `zarr_core.create_array`, to zarr-python (both by `keywords`) and into documents for tensorstore.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

__all__ = ["CHAINS", "INDEX", "codecs", "keywords", "sharding"]

Shape = tuple[int, ...]
JSON = dict[str, Any]

LITTLE: JSON = {"name": "bytes", "configuration": {"endian": "little"}}
BIG: JSON = {"name": "bytes", "configuration": {"endian": "big"}}
ZSTD: JSON = {"name": "zstd", "configuration": {"level": 3, "checksum": False}}
ZSTD_CHECKSUM: JSON = {"name": "zstd", "configuration": {"level": 3, "checksum": True}}
GZIP: JSON = {"name": "gzip", "configuration": {"level": 4}}
CRC32C: JSON = {"name": "crc32c"}
BLOSC: JSON = {
    "name": "blosc",
    "configuration": {"cname": "lz4", "clevel": 5, "shuffle": "shuffle", "typesize": 4, "blocksize": 0},
}
INDEX = [LITTLE, CRC32C]


def transpose(shape: Shape) -> JSON:
    """The axes rotated, which is not its own inverse from three dimensions on."""
    rank = len(shape)
    return {"name": "transpose", "configuration": {"order": [(axis + 1) % rank for axis in range(rank)]}}


def sharding(inner: Shape, codecs: Sequence[JSON], location: str = "end", index: Sequence[JSON] = INDEX) -> JSON:
    """The codec `sharding_indexed` with all of its members."""
    configuration = {
        "chunk_shape": list(inner),
        "codecs": list(codecs),
        "index_codecs": list(index),
        "index_location": location,
    }
    return {"name": "sharding_indexed", "configuration": configuration}


def halves(shape: Shape) -> Shape:
    """Half of the shape along each axis where that is possible."""
    return tuple(length // 2 if length % 2 == 0 else length for length in shape)


def rotated(shape: Shape) -> Shape:
    """The shape as the codec after `transpose` sees it."""
    return shape[1:] + shape[:1]


CHAINS: dict[str, Callable[[Shape], list[JSON]]] = {
    "raw": lambda shape: [LITTLE],
    "big-endian": lambda shape: [BIG],
    "zstd": lambda shape: [LITTLE, ZSTD],
    "zstd-checksum": lambda shape: [LITTLE, ZSTD_CHECKSUM],
    "gzip": lambda shape: [LITTLE, GZIP],
    "blosc": lambda shape: [LITTLE, BLOSC],
    "crc32c": lambda shape: [LITTLE, CRC32C],
    "zstd-crc32c": lambda shape: [LITTLE, ZSTD, CRC32C],
    "transpose": lambda shape: [transpose(shape), LITTLE],
    "transpose-zstd": lambda shape: [transpose(shape), LITTLE, ZSTD],
    "shards": lambda shape: [sharding(halves(shape), [LITTLE])],
    "shards-zstd": lambda shape: [sharding(halves(shape), [LITTLE, ZSTD])],
    "shards-crc32c": lambda shape: [sharding(halves(shape), [LITTLE, CRC32C])],
    "shards-index-start": lambda shape: [sharding(halves(shape), [LITTLE, ZSTD], "start")],
    "shards-index-big": lambda shape: [sharding(halves(shape), [LITTLE, GZIP], index=[BIG])],
    "shards-nested": lambda shape: [
        sharding(halves(shape), [sharding(halves(halves(shape)), [LITTLE, GZIP], "start")])
    ],
    "shards-transposed-outside": lambda shape: [transpose(shape), sharding(halves(rotated(shape)), [LITTLE, ZSTD])],
    "shards-transposed-inside": lambda shape: [sharding(halves(shape), [transpose(shape), LITTLE, ZSTD])],
    "shards-then-gzip": lambda shape: [sharding(halves(shape), [LITTLE]), GZIP],
    "shards-then-crc32c": lambda shape: [sharding(halves(shape), [LITTLE, ZSTD]), CRC32C],
}
"""By name: from the shape of a stored chunk to the whole chain."""


def codecs(chain: str, shape: Shape) -> list[JSON]:
    """The chain of that name for stored chunks of that shape."""
    return CHAINS[chain](tuple(shape))


def keywords(chain: Sequence[JSON]) -> JSON:
    """The chain as the arguments of `create_array`, here and in zarr-python."""
    at = next(i for i, codec in enumerate(chain) if codec["name"] in ("bytes", "sharding_indexed"))
    return {"filters": list(chain[:at]), "serializer": chain[at], "compressors": list(chain[at + 1 :])}
