"""Decode compressed streams of the standard library (zlib, bz2, lzma) within a limit, member after member.

Knows nothing of codecs: it gets a maker of decompressors, which all have `decompress(data, max_length)`, `eof` and
`unused_data`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Protocol

from zarr_codecs._refusal import refusal, too_long
from zarr_core.abc.store import Buffer
from zarr_core.errors import CodecError

__all__ = ["Decompressor", "unpack"]

WINDOW = 16 * 1024


class Decompressor(Protocol):
    """What `zlib.decompressobj`, `bz2.BZ2Decompressor` and `lzma.LZMADecompressor` make."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: Buffer, max_length: int, /) -> bytes: ...


def unpack(
    codec: str,
    make: Callable[[], Decompressor],
    errors: type[Exception] | tuple[type[Exception], ...],
    buf: Buffer,
    limit: int | None,
    *,
    members: bool = True,
) -> bytes:
    """All members of `buf`, joined; with `members=False` exactly one.

    Zero bytes between and after members are padding. Raises `CodecError` for input that ends early, goes on after
    its end, is damaged (one of `errors`) or decodes to more than `limit` bytes.
    """
    # one byte more than allowed tells "just fits" from "goes on", and makes the decoder read the trailer
    most = sys.maxsize - 1 if limit is None else limit
    room = most + 1
    try:
        stream = make()
        out = stream.decompress(buf, room)
        if len(out) == room:
            raise too_long(codec, most)
        if not stream.eof:
            raise _truncated(codec, len(buf))
        rest = len(stream.unused_data)
        if not rest:
            return out
        if not members:
            raise refusal(codec, f"found {rest} bytes after the end of its stream")
        return out + _further(codec, make, memoryview(buf)[len(buf) - rest :], room - len(out), most)
    except errors as error:
        raise refusal(codec, f"found damaged data ({error})") from error


def _further(codec: str, make: Callable[[], Decompressor], view: memoryview, room: int, most: int) -> bytes:
    """The members after the first, read in windows: each decompressor copies what it leaves unused."""
    parts = []
    start = 0
    while start < len(view):
        if view[start] == 0:
            start += 1
            continue
        stream = make()
        while not stream.eof:
            piece = view[start : start + WINDOW]
            if not piece:
                raise _truncated(codec, len(view))
            out = stream.decompress(piece, room)
            if len(out) == room:
                raise too_long(codec, most)
            room -= len(out)
            parts.append(out)
            start += len(piece) - len(stream.unused_data)
    return b"".join(parts)


def _truncated(codec: str, n: int) -> CodecError:
    return refusal(codec, f"found {n} bytes that end in the middle of a stream")
