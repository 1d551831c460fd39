"""Zstandard frames, bytes to bytes.

names     v3 `zstd`; v2 id `zstd`
spec      https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/zstd (RFC 8878)
metadata  {"name": "zstd", "configuration": {"level": 3, "checksum": false}}
          v2 {"id": "zstd", "level": 0}

Read are frames with and without content size, several of them, and skippable ones; one frame with content size is
written. The library is zstandard, which releases the GIL in both directions. `limit` is checked against the sizes that
frames declare, or against what their blocks can hold at most, before anything is allocated.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field
from zstandard import (
    ZstdCompressor,
    ZstdDecompressor,
    ZstdError,
    frame_content_size,
    frame_header_size,
    get_frame_parameters,
)

from zarr_codecs._refusal import refusal, too_long
from zarr_codecs._v2 import V2Object
from zarr_core.abc.codec import BytesBytesCodec
from zarr_core.abc.store import Buffer
from zarr_core.errors import CodecError

__all__ = ["V2ZstdCodec", "ZstdCodec"]

NAME = "zstd"
REPEATED, COMPRESSED = 1, 2
BLOCK = 128 * 1024
"""What one block holds at most."""
RATIO = 15
"""Four bytes of a block give at most `BLOCK`: the binary logarithm of the best compression there is."""


class _Contexts(threading.local):
    """What the library works with, for each thread its own: sharing gives wrong results."""

    def __init__(self) -> None:
        self.decompressor = ZstdDecompressor()
        self.compressors: dict[tuple[int, bool], ZstdCompressor] = {}


_contexts = _Contexts()


@dataclass(frozen=True)
class ZstdCodec(BytesBytesCodec):
    """`level` -131072 to 22 (0: the library's default), `checksum` whether frames carry one (digest 2.5).

    Neither has an effect on reading: a checksum that is there is verified. `checksum` is always written.
    """

    name: ClassVar[str] = NAME
    required: ClassVar[frozenset[str]] = frozenset({"level"})
    gil_free = True
    level: Annotated[int, Field(ge=-131072, le=22)] = 0
    checksum: bool = False

    def __post_init__(self) -> None:
        self.check_fields()

    def encode(self, buf: Buffer) -> Buffer:
        key = self.level, self.checksum
        compressors = _contexts.compressors
        compressor = compressors.get(key)
        if compressor is None:
            compressor = compressors[key] = ZstdCompressor(level=self.level, write_checksum=self.checksum)
        return compressor.compress(buf)

    def decode(self, buf: Buffer, *, limit: int | None = None) -> Buffer:
        # a declared size overrides the library's own bound, and of several frames it would return only the first
        most = len(buf) << RATIO
        if limit is not None and limit < most:
            most = limit
        try:
            if 0 < frame_content_size(buf) <= most:
                return _contexts.decompressor.decompress(buf, allow_extra_data=False)
        except ZstdError:
            pass
        return _decode_frames(memoryview(buf), limit)


@dataclass(frozen=True)
class V2ZstdCodec(V2Object, ZstdCodec):
    """The v2 compressor: `level` may be absent, `checksum` is written only if it was read."""

    required: ClassVar[frozenset[str]] = frozenset()


def _decode_frames(view: memoryview, limit: int | None) -> bytes:
    """The general path: whatever a file of frames may hold, or the error that says why not."""
    parts = []
    room = most = sys.maxsize if limit is None else limit
    try:
        for frame, bound in _frames(view):
            declared = frame_content_size(frame)
            if declared > bound:
                raise refusal(NAME, f"found a frame of {declared} bytes that can hold {bound} at most")
            if declared > room:
                raise too_long(NAME, most)
            try:
                # where no size is declared, there must be room for what the blocks may hold; 0 would mean "not given"
                out = _contexts.decompressor.decompress(frame, max_output_size=min(bound, room) or 1)
            except ZstdError:
                if declared < 0 and room < bound:
                    raise too_long(NAME, most) from None
                raise
            if len(out) > room:
                raise too_long(NAME, most)
            room -= len(out)
            parts.append(out)
    except ZstdError as error:
        raise refusal(NAME, f"found damaged data ({error})") from error
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _frames(view: memoryview) -> Iterator[tuple[memoryview, int]]:
    """The frames, each with what its blocks hold at most; skippable ones are passed over."""
    start = 0
    while start < len(view) or not start:
        if 0x184D2A50 <= _u32(view, start) <= 0x184D2A5F:
            start += 8 + _u32(view, start + 4)
            if start > len(view):
                raise _truncated(view)
            continue
        stop = start + frame_header_size(view[start:])
        bound, last = 0, False
        while not last:
            if stop + 3 > len(view):
                raise _truncated(view)
            head = view[stop] | view[stop + 1] << 8 | view[stop + 2] << 16
            last, kind, size = bool(head & 1), head >> 1 & 3, head >> 3
            bound += BLOCK if kind == COMPRESSED else min(size, BLOCK)
            stop += 4 if kind == REPEATED else 3 + size
        stop += 4 * get_frame_parameters(view[start:]).has_checksum
        if stop > len(view):
            raise _truncated(view)
        yield view[start:stop], bound
        start = stop


def _u32(view: memoryview, at: int) -> int:
    if at + 4 > len(view):
        raise _truncated(view)
    return int.from_bytes(view[at : at + 4], "little")


def _truncated(view: memoryview) -> CodecError:
    return refusal(NAME, f"found {len(view)} bytes that end in the middle of a frame")
