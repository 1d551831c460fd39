"""CRC-32C (Castagnoli), bytes to bytes: four bytes at the end, little endian, verified on reading.

names     v3 `crc32c`; v2 id `crc32c`, which may have it at the start
spec      https://zarr-specs.readthedocs.io/en/latest/v3/codecs/crc32c/index.html
metadata  {"name": "crc32c"}
          v2 {"id": "crc32c", "location": "end"}

The library is crc32c, which uses the processor's instruction and releases the GIL from 32 KiB on (below that it would
cost more than it gives). Decoding gives a view of its input. `limit` only refuses: nothing is allocated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from crc32c import crc32c

from zarr_codecs._checksum import Checksum
from zarr_codecs._v2 import V2Object

__all__ = ["Crc32cCodec", "V2Crc32cCodec"]


@dataclass(frozen=True)
class Crc32cCodec(Checksum):
    """It takes no configuration (digest 2.6)."""

    name: ClassVar[str] = "crc32c"
    gil_free = True
    compute = staticmethod(crc32c)


@dataclass(frozen=True)
class V2Crc32cCodec(V2Object, Crc32cCodec):
    """The v2 filter, whose checksum is at the `"end"` unless it says `"start"` (digest 4.6)."""

    location: Literal["start", "end"] = "end"
