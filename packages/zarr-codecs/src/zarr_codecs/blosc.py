"""Containers of Blosc 1, bytes to bytes.

names     v3 `blosc`; v2 id `blosc`
spec      https://zarr-specs.readthedocs.io/en/latest/v3/codecs/blosc/index.html
metadata  {"name": "blosc", "configuration":
              {"cname": "zstd", "clevel": 5, "shuffle": "shuffle", "typesize": 4, "blocksize": 0}}
          v2 {"id": "blosc", "cname": "lz4", "clevel": 5, "shuffle": 1, "blocksize": 0}

The container says how it is to be read, the metadata only how to write. The library is numcodecs, which releases the
GIL in both directions. It has no switch for blosc's own threads in a call: it uses them on the main thread, for chunks
of several blocks, and nowhere else; the order of blocks within a container may then differ from one writing to the
next. `limit` and the length of the input are checked against the container's header before anything is allocated.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, ClassVar, Literal, Self, TypeAlias

from pydantic import Field

from zarr_codecs._numcodecs import blosc
from zarr_codecs._refusal import refusal, too_long
from zarr_codecs._v2 import V2Object
from zarr_core.abc.codec import BytesBytesCodec, Spec
from zarr_core.abc.data_type import JSON
from zarr_core.abc.store import Buffer
from zarr_core.errors import MetadataError

__all__ = ["BloscCodec", "V2BloscCodec"]

Cname: TypeAlias = Literal["lz4", "lz4hc", "blosclz", "zstd", "snappy", "zlib"]
Typesize: TypeAlias = Annotated[int, Field(ge=1, le=255)]
Level: TypeAlias = Annotated[int, Field(ge=0, le=9)]
Blocksize: TypeAlias = Annotated[int, Field(ge=0, lt=2**31)]

NAME = "blosc"
SHUFFLES = {"noshuffle": 0, "shuffle": 1, "bitshuffle": 2}
HEADER = struct.Struct("<4B3I")
"""Version, version of the compressor, flags, typesize; decoded bytes, bytes of a block, bytes of the container."""
LARGEST = 2**31 - 1 - 16
RATIO = 15
"""The binary logarithm of the best compression of any of the compressors."""


@dataclass(frozen=True)
class BloscCodec(BytesBytesCodec):
    """`typesize` and `shuffle` None are chosen when an array is created, and written as chosen (digest 2.4).

    `typesize` becomes the item size, `shuffle` becomes `bitshuffle` for items of one byte, else `shuffle`.
    `clevel` is 0 (store) to 9; `blocksize` is in bytes, 0 leaves it to the library.
    """

    name: ClassVar[str] = NAME
    required: ClassVar[frozenset[str]] = frozenset({"cname", "clevel", "shuffle"})
    gil_free = True
    typesize: Typesize | None = None
    cname: Cname = "zstd"
    clevel: Level = 5
    shuffle: Literal["noshuffle", "shuffle", "bitshuffle"] | None = None
    blocksize: Blocksize = 0

    def __post_init__(self) -> None:
        self.check_fields()

    @classmethod
    def from_config(cls, configuration: Mapping[str, JSON]) -> Self:
        codec = super().from_config(configuration)
        if codec.typesize is None and codec.shuffle != "noshuffle":
            raise MetadataError(f"codec 'blosc' needs 'typesize' for its shuffle {codec.shuffle!r}", member="typesize")
        return codec

    def complete(self, spec: Spec) -> Self:
        typesize = self.typesize or _typesize(spec)
        return replace(self, typesize=typesize, shuffle=self.shuffle or ("bitshuffle" if typesize == 1 else "shuffle"))

    def encode(self, buf: Buffer) -> Buffer:
        typesize = self.typesize or 1
        shuffle = SHUFFLES[self.shuffle or ("bitshuffle" if typesize == 1 else "shuffle")]
        return _compress(buf, self.cname, self.clevel, shuffle, self.blocksize, typesize)

    def decode(self, buf: Buffer, *, limit: int | None = None) -> Buffer:
        return _decompress(buf, limit)


@dataclass(frozen=True)
class V2BloscCodec(V2Object, BytesBytesCodec):
    """The v2 compressor: `shuffle` is 0 none, 1 bytes, 2 bits, -1 bits for items of one byte and else bytes.

    The stride of the shuffle is no parameter: it is the item size of what arrives (digest 4.6). `complete` tells it;
    without, the item size of the buffer counts. `typesize` stands as null in old files.
    """

    name: ClassVar[str] = NAME
    gil_free = True
    cname: Cname = "lz4"
    clevel: Level = 5
    shuffle: Literal[-1, 0, 1, 2] = 1
    blocksize: Blocksize = 0
    typesize: Typesize | None = None
    item_size: int | None = field(default=None, kw_only=True, repr=False, metadata={"runtime": True})

    def complete(self, spec: Spec) -> Self:
        return replace(self, item_size=_typesize(spec))

    def encode(self, buf: Buffer) -> Buffer:
        typesize = self.typesize or self.item_size or min(memoryview(buf).itemsize, 255)
        shuffle = self.shuffle if self.shuffle >= 0 else 2 if typesize == 1 else 1
        return _compress(buf, self.cname, self.clevel, shuffle, self.blocksize, typesize)

    def decode(self, buf: Buffer, *, limit: int | None = None) -> Buffer:
        return _decompress(buf, limit)


def _typesize(spec: Spec) -> int:
    """The item size, or 1 where it varies or is more than a container can say."""
    size = spec.data_type.item_size or 1
    return size if size <= 255 else 1


def _compress(buf: Buffer, cname: str, clevel: int, shuffle: int, blocksize: int, typesize: int) -> bytes:
    try:
        return blosc.compress(buf, cname.encode(), clevel, shuffle, blocksize, typesize)  # type: ignore[no-any-return]
    except ValueError as error:
        raise refusal(NAME, f"cannot write cname {cname!r}: {error}") from error
    except RuntimeError as error:
        n = memoryview(buf).nbytes
        raise refusal(NAME, f"cannot take {n} bytes, {LARGEST} are the most ({error})") from error


def _decompress(buf: Buffer, limit: int | None) -> bytes:
    if len(buf) < HEADER.size:
        raise refusal(NAME, f"found {len(buf)} bytes, too few for the header of a container")
    version, _, _, _, decoded, _, length = HEADER.unpack_from(buf)
    if version != 2:
        raise refusal(NAME, f"found a container of version {version}, not 2 as blosc 1 has it")
    if length != len(buf):
        raise refusal(NAME, f"found a container of {length} bytes in {len(buf)} bytes")
    if limit is not None and decoded > limit:
        raise too_long(NAME, limit)
    if decoded > length << RATIO:
        raise refusal(NAME, f"found a container of {length} bytes that claims to hold {decoded}")
    if decoded == 0:  # the library calls it an error
        return b""
    try:
        return blosc.decompress(buf)  # type: ignore[no-any-return]
    except RuntimeError as error:
        raise refusal(NAME, f"found damaged data, or a compressor that is not built in ({error})") from error
