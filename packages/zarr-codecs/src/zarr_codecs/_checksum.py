"""Codecs that put a 32-bit checksum before or after the bytes; which one, their subclasses say."""

from __future__ import annotations

from abc import abstractmethod

from zarr_codecs._refusal import refusal, too_long
from zarr_core.abc.codec import BytesBytesCodec
from zarr_core.abc.store import Buffer

__all__ = ["Checksum"]

SIZE = 4


class Checksum(BytesBytesCodec):
    """The checksum is little endian, verified on reading, and at `location` "start" or "end"."""

    location: str = "end"

    @abstractmethod
    def compute(self, buf: Buffer, /) -> int:
        """The checksum of `buf`, an unsigned 32-bit number."""

    def encode(self, buf: Buffer) -> Buffer:
        checksum = self.compute(buf).to_bytes(SIZE, "little")
        return b"".join((buf, checksum) if self.location == "end" else (checksum, buf))

    def decode(self, buf: Buffer, *, limit: int | None = None) -> Buffer:
        view = memoryview(buf)
        n = len(view) - SIZE
        if n < 0:
            raise refusal(self.name, f"found {len(view)} bytes, fewer than its checksum has")
        if limit is not None and n > limit:
            raise too_long(self.name, limit)
        payload, checksum = (view[:n], view[n:]) if self.location == "end" else (view[SIZE:], view[:SIZE])
        stored = int.from_bytes(checksum, "little")
        computed = self.compute(payload)
        if stored != computed:
            raise refusal(self.name, f"stored {stored:08x} but computed {computed:08x}")
        return payload

    def encoded_size(self, n: int) -> int:
        return n + SIZE
