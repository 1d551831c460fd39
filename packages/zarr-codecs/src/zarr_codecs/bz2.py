"""Bzip2 files, bytes to bytes.

names     v2 id `bz2`
spec      https://sourceware.org/bzip2/
metadata  v2 {"id": "bz2", "level": 1}

The library is bz2 from Python itself, which releases the GIL. `limit` is handed to it.
"""

from __future__ import annotations

import bz2
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from zarr_codecs._streams import unpack
from zarr_codecs._v2 import V2Object
from zarr_core.abc.codec import BytesBytesCodec
from zarr_core.abc.store import Buffer

__all__ = ["V2Bz2Codec"]


@dataclass(frozen=True)
class V2Bz2Codec(V2Object, BytesBytesCodec):
    """`level` is 1 (fastest) to 9 (smallest), and has no effect on reading (digest 4.6)."""

    name: ClassVar[str] = "bz2"
    gil_free = True
    level: Annotated[int, Field(ge=1, le=9)] = 1

    def encode(self, buf: Buffer) -> Buffer:
        return bz2.compress(buf, self.level)

    def decode(self, buf: Buffer, *, limit: int | None = None) -> Buffer:
        return unpack(self.name, bz2.BZ2Decompressor, (OSError, ValueError), buf, limit)
