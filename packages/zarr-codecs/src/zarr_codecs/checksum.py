"""CRC-32 and Adler-32, bytes to bytes: four bytes, little endian, verified on reading.

names     v2 ids `crc32`, `adler32`
spec      RFC 1952 (CRC-32), RFC 1950 (Adler-32)
metadata  v2 {"id": "crc32", "location": "start"}, {"id": "adler32", "location": "start"}

The library is zlib from Python itself, which releases the GIL from 5 KiB on. Decoding gives a view of its input.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import ClassVar, Literal

from zarr_codecs._checksum import Checksum
from zarr_codecs._v2 import V2Object

__all__ = ["V2Adler32Codec", "V2Crc32Codec"]


@dataclass(frozen=True)
class V2Crc32Codec(V2Object, Checksum):
    """The checksum is at the `"start"` unless it says `"end"` (digest 4.6)."""

    name: ClassVar[str] = "crc32"
    gil_free = True
    location: Literal["start", "end"] = "start"
    compute = staticmethod(zlib.crc32)


@dataclass(frozen=True)
class V2Adler32Codec(V2Object, Checksum):
    """The checksum is at the `"start"` unless it says `"end"` (digest 4.6)."""

    name: ClassVar[str] = "adler32"
    gil_free = True
    location: Literal["start", "end"] = "start"
    compute = staticmethod(zlib.adler32)
