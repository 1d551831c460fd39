"""Run-length encoding, bytes to bytes.

names     v3 `acme.rle`
spec      one byte, 1 to 255, that says how often the next `run_bytes` bytes repeat; then those; then the next run
metadata  {"name": "acme.rle", "configuration": {"run_bytes": 1}}
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from zarr_core.abc.codec import BytesBytesCodec
from zarr_core.abc.store import Buffer
from zarr_core.errors import CodecError

__all__ = ["RleCodec"]

LONGEST = 255


@dataclass(frozen=True)
class RleCodec(BytesBytesCodec):
    """`run_bytes` is the size of what repeats, at best that of the array's elements."""

    name: ClassVar[str] = "acme.rle"
    run_bytes: Annotated[int, Field(ge=1)] = 1

    def __post_init__(self) -> None:
        self.check_fields()

    def encode(self, buf: Buffer) -> Buffer:
        content = np.frombuffer(buf, np.uint8)
        if content.size % self.run_bytes:
            raise self.refusal(f"takes whole elements of {self.run_bytes} bytes, not {content.size} bytes")
        if content.size == 0:
            return b""
        elements = content.reshape(-1, self.run_bytes)
        starts = np.flatnonzero(np.append(True, (elements[1:] != elements[:-1]).any(axis=1)))
        lengths = np.diff(starts, append=len(elements))
        pieces = -(-lengths // LONGEST)  # a run that is too long for one byte becomes several
        counts = np.full(pieces.sum(), LONGEST)
        counts[np.cumsum(pieces) - 1] = lengths - LONGEST * (pieces - 1)
        runs = np.column_stack([counts.astype(np.uint8), elements[np.repeat(starts, pieces)]])
        return runs.reshape(-1).data

    def decode(self, buf: Buffer, *, limit: int | None = None) -> Buffer:
        content = np.frombuffer(buf, np.uint8)
        if content.size % (1 + self.run_bytes):
            raise self.refusal(f"found {content.size} bytes, which end in the middle of a run")
        runs = content.reshape(-1, 1 + self.run_bytes)
        counts = runs[:, 0]
        if not counts.all():
            raise self.refusal("found a run of no elements")
        # known before anything is allocated
        size = int(counts.sum(dtype=np.int64)) * self.run_bytes
        if limit is not None and size > limit:
            raise self.refusal(f"would decode to {size} bytes, of which {limit} are allowed")
        return np.repeat(runs[:, 1:], counts, axis=0).reshape(-1).data

    def refusal(self, why: str) -> CodecError:
        """What to raise; the engine adds array, chunk and key."""
        return CodecError(f"codec {self.name!r} {why}", codec=self.name)
