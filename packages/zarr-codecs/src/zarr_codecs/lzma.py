"""LZMA in the containers .xz and .lzma, or raw; bytes to bytes.

names     v2 id `lzma`
spec      https://tukaani.org/xz/format.html
metadata  v2 {"id": "lzma", "format": 1, "check": -1, "preset": null, "filters": null}

The library is lzma from Python itself, which releases the GIL. `limit` is handed to it; besides, the
decoder takes what the stream says, tens of megabytes for the usual presets, within bounds.
"""

from __future__ import annotations

import lzma
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import Field

from zarr_codecs._refusal import refusal
from zarr_codecs._streams import Decompressor, unpack
from zarr_codecs._v2 import V2Object
from zarr_core.abc.codec import BytesBytesCodec
from zarr_core.abc.store import Buffer

__all__ = ["V2LzmaCodec"]

WINDOW = 1 << 27
"""Bytes that the decoder may take for itself: twice what the highest preset needs."""


@dataclass(frozen=True, eq=False)
class V2LzmaCodec(V2Object, BytesBytesCodec):
    """`format` 1 is .xz, 2 .lzma, 3 raw, which needs `filters` to be read (digest 4.6).

    `check`, `preset` and the dicts in `filters` are as Python's `lzma` takes them.
    """

    name: ClassVar[str] = "lzma"
    gil_free = True
    format: Annotated[int, Field(ge=1, le=3)] = lzma.FORMAT_XZ
    check: int = -1
    preset: int | None = None
    filters: list[dict[str, Any]] | None = None

    def encode(self, buf: Buffer) -> Buffer:
        try:
            return lzma.compress(buf, self.format, self.check, self.preset, self.filters)
        except (lzma.LZMAError, ValueError, TypeError) as error:
            raise refusal(self.name, f"cannot encode with its configuration: {error}") from error

    def decode(self, buf: Buffer, *, limit: int | None = None) -> Buffer:
        memory = None if limit is None else max(WINDOW, 4 * limit)

        def reader() -> Decompressor:
            if self.format == lzma.FORMAT_RAW:
                return lzma.LZMADecompressor(self.format, filters=self.filters)
            return lzma.LZMADecompressor(self.format, memory)

        return unpack(self.name, reader, (lzma.LZMAError, ValueError, TypeError), buf, limit)
