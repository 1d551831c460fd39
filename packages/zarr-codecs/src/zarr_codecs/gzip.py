"""Gzip files and zlib streams, bytes to bytes.

names     v3 `gzip`; v2 ids `gzip`, `zlib`
spec      https://zarr-specs.readthedocs.io/en/latest/v3/codecs/gzip/index.html (RFC 1952; RFC 1950 for `zlib`)
metadata  {"name": "gzip", "configuration": {"level": 5}}
          v2 {"id": "gzip", "level": 1}, {"id": "zlib", "level": 1}

Any gzip file is read, of several members and with padding too; one member is written, with mtime 0, so that equal
chunks are equal bytes. The library is zlib from Python itself, or zlib-ng where that is installed (extra `fast-gzip`);
both release the GIL in both directions. `limit` is handed to it: it never inflates more than that and one byte.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from zarr_codecs._deflate import ERRORS, compress, decompressobj
from zarr_codecs._streams import Decompressor, unpack
from zarr_codecs._v2 import V2Object
from zarr_core.abc.codec import BytesBytesCodec
from zarr_core.abc.store import Buffer

__all__ = ["GzipCodec", "V2GzipCodec", "V2ZlibCodec"]

GZIP = 31
ZLIB = 15


def _gzip_reader() -> Decompressor:
    return decompressobj(GZIP)


@dataclass(frozen=True)
class GzipCodec(BytesBytesCodec):
    """`level` is 0 (stored) to 9 (smallest), and has no effect on reading (digest 2.3)."""

    name: ClassVar[str] = "gzip"
    required: ClassVar[frozenset[str]] = frozenset({"level"})
    gil_free = True
    level: Annotated[int, Field(ge=0, le=9)] = 5

    def __post_init__(self) -> None:
        self.check_fields()

    def encode(self, buf: Buffer) -> Buffer:
        return compress(buf, self.level, GZIP)

    def decode(self, buf: Buffer, *, limit: int | None = None) -> Buffer:
        return unpack(self.name, _gzip_reader, ERRORS, buf, limit)


@dataclass(frozen=True)
class V2GzipCodec(V2Object, GzipCodec):
    """The v2 compressor: `level` may be -1 (the default of zlib) and may be absent."""

    required: ClassVar[frozenset[str]] = frozenset()
    level: Annotated[int, Field(ge=-1, le=9)] = 1


@dataclass(frozen=True)
class V2ZlibCodec(V2GzipCodec):
    """The same without the gzip header: one zlib stream."""

    name: ClassVar[str] = "zlib"

    def encode(self, buf: Buffer) -> Buffer:
        return compress(buf, self.level, ZLIB)

    def decode(self, buf: Buffer, *, limit: int | None = None) -> Buffer:
        return unpack(self.name, decompressobj, ERRORS, buf, limit, members=False)
