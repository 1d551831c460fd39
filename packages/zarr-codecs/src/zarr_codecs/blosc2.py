"""Chunks of Blosc 2, bytes to bytes.

names     v3 `blosc2`, a name of ours that is not registered; v2 has none
spec      https://www.blosc.org/c-blosc2/format/chunk_format.html
metadata  {"name": "blosc2", "configuration":
              {"cname": "zstd", "clevel": 5, "shuffle": "shuffle", "typesize": 4, "blocksize": 0}}

The container is one chunk of c-blosc2: a header of 32 bytes (version, flags, type size, decoded bytes, bytes of a
block, bytes of the chunk, six filters), then the blocks. It is not the container of `blosc`, and no frame: there is no
meta layer. Any such chunk is read that needs no plugin, no other chunk and no file. The library is python-blosc2, with
one thread for each call; it is told to release the GIL when this module is imported, which holds for the process.
`limit` is checked against the header before anything is allocated.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Literal, Self

import blosc2
from pydantic import Field

from zarr_codecs._refusal import refusal, too_long
from zarr_core.abc.codec import BytesBytesCodec, Spec
from zarr_core.abc.data_type import JSON
from zarr_core.abc.store import Buffer
from zarr_core.errors import MetadataError

__all__ = ["Blosc2Codec"]

NAME = "blosc2"
HEADER = struct.Struct("<4B3I6B10x")
"""Version, version of the compressor, flags, type size; decoded bytes, bytes of a block, of the chunk; filters."""
SIZE = 32
LARGEST = 2**31 - 1 - SIZE
OLDEST, NEWEST = 3, 5
"""Versions of the chunk format: 1 and 2 are Blosc 1."""
PLUGIN = 6
"""The compressor of a plugin, in the upper three bits of the flags."""
LAST_FILTER = 4
"""Truncation; after it are those of plugins."""
LAZY, UNINITIALIZED = 0x08, 4
"""In the last byte of the header: blocks are in a file; and in its bits 4 to 6: there is nothing to decode."""
CODECS = {
    "blosclz": blosc2.Codec.BLOSCLZ,
    "lz4": blosc2.Codec.LZ4,
    "lz4hc": blosc2.Codec.LZ4HC,
    "zlib": blosc2.Codec.ZLIB,
    "zstd": blosc2.Codec.ZSTD,
}
FILTERS = {
    "noshuffle": blosc2.Filter.NOFILTER,
    "shuffle": blosc2.Filter.SHUFFLE,
    "bitshuffle": blosc2.Filter.BITSHUFFLE,
}

blosc2.set_releasegil(True)


@dataclass(frozen=True)
class Blosc2Codec(BytesBytesCodec):
    """`typesize` and `shuffle` None are chosen when an array is created, and written as chosen, as for `blosc`.

    `clevel` is 0 (store) to 9; `blocksize` is in bytes, 0 leaves it to the library.
    """

    name: ClassVar[str] = NAME
    required: ClassVar[frozenset[str]] = frozenset({"cname", "clevel", "shuffle"})
    gil_free = True
    typesize: Annotated[int, Field(ge=1, le=255)] | None = None
    cname: Literal["blosclz", "lz4", "lz4hc", "zlib", "zstd"] = "zstd"
    clevel: Annotated[int, Field(ge=0, le=9)] = 5
    shuffle: Literal["noshuffle", "shuffle", "bitshuffle"] | None = None
    blocksize: Annotated[int, Field(ge=0, lt=2**31)] = 0

    def __post_init__(self) -> None:
        self.check_fields()

    @classmethod
    def from_config(cls, configuration: Mapping[str, JSON]) -> Self:
        codec = super().from_config(configuration)
        if codec.typesize is None and codec.shuffle != "noshuffle":
            raise MetadataError(f"codec {NAME!r} needs 'typesize' for its shuffle {codec.shuffle!r}", member="typesize")
        return codec

    def complete(self, spec: Spec) -> Self:
        size = spec.data_type.item_size or 1
        typesize = self.typesize or (size if size <= 255 else 1)
        return replace(self, typesize=typesize, shuffle=self.shuffle or ("bitshuffle" if typesize == 1 else "shuffle"))

    def encode(self, buf: Buffer) -> Buffer:
        n = memoryview(buf).nbytes
        if n > LARGEST:
            raise refusal(NAME, f"cannot take {n} bytes, {LARGEST} are the most")
        # the library garbles what does not consist of whole elements, in blocks of them
        typesize = 1 if self.typesize is None or n % self.typesize else self.typesize
        parameters: dict[str, Any] = {
            "codec": CODECS[self.cname],
            "clevel": self.clevel,
            "filters": [FILTERS[self.shuffle or ("bitshuffle" if typesize == 1 else "shuffle")]],
            "typesize": typesize,
            "blocksize": self.blocksize - self.blocksize % typesize,
            "nthreads": 1,
        }
        try:
            return blosc2.compress2(buf, **parameters)  # type: ignore[no-any-return]
        except (RuntimeError, ValueError) as error:
            raise refusal(NAME, f"cannot encode with its configuration: {error}") from error

    def decode(self, buf: Buffer, *, limit: int | None = None) -> Buffer:
        if len(buf) < SIZE:
            raise refusal(NAME, f"found {len(buf)} bytes, too few for the header of a chunk")
        version, _, flags, _, decoded, _, length, *filters = HEADER.unpack_from(buf)
        if not OLDEST <= version <= NEWEST:
            raise refusal(NAME, f"found a chunk of version {version}, which is none of Blosc 2")
        if length != len(buf):
            raise refusal(NAME, f"found a chunk of {length} bytes in {len(buf)} bytes")
        if limit is not None and decoded > limit:
            raise too_long(NAME, limit)
        last = buf[SIZE - 1]
        if flags >> 5 == PLUGIN or max(filters) > LAST_FILTER or last & LAZY or last >> 4 & 7 == UNINITIALIZED:
            raise refusal(NAME, "found a chunk that cannot be decoded by itself")
        if decoded == 0:
            return b""
        try:
            return blosc2.decompress2(buf, nthreads=1)  # type: ignore[no-any-return]
        except (RuntimeError, ValueError) as error:
            raise refusal(NAME, f"found damaged data ({error})") from error
