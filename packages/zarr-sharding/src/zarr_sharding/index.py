"""The index of a shard: offset and length of each inner chunk, checked before anything is read by it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zarr_core.abc.codec import Spec
from zarr_core.abc.store import Buffer
from zarr_core.data_types.integer import UInt64
from zarr_core.errors import CodecError
from zarr_core.nested import BoundChain

__all__ = ["EMPTY", "Entries", "IndexForm", "index_spec"]

EMPTY = 2**64 - 1
"""Offset and length of an inner chunk that is not stored."""
Entries = list[tuple[int, int]]
"""(offset, length) per inner chunk in C order; offset -1 for one that is not stored."""


def index_spec(counts: tuple[int, ...]) -> Spec:
    """What reaches the index codecs: uint64 of shape (*inner chunks along each dimension, 2)."""
    data_type = UInt64()
    return Spec((*counts, 2), data_type, data_type.default_fill())


class IndexForm:
    """How the index of one shard shape is stored."""

    def __init__(self, chain: BoundChain, location: str) -> None:
        self._chain, self._location = chain, location
        size = chain.encoded_size()
        assert size is not None  # the codec was resolved
        self.size = size
        """Bytes of the encoded index."""
        self.at_end = location == "end"

    def cut(self, shard: Buffer) -> Buffer:
        """The encoded index within a whole shard."""
        if len(shard) < self.size:
            raise CodecError(
                f"found a shard of {len(shard)} bytes, whose index alone needs {self.size}",
                codec="sharding_indexed",
            )
        view = memoryview(shard)
        return view[len(view) - self.size :] if self.at_end else view[: self.size]

    def decode(self, encoded: Buffer, length: int | None) -> NDArray[np.int64]:
        """Offset and length of each inner chunk, shape (n, 2), -1 for none; checked against the shard's length."""
        try:
            table = self._chain.decode(encoded).reshape(-1, 2)
        except CodecError as error:
            raise CodecError(f"found a damaged index: {error}", codec=error.codec) from error
        signed = np.ascontiguousarray(table).view(np.int64)
        empty = signed == -1
        if (empty[:, 0] != empty[:, 1]).any():
            bad = int(np.flatnonzero(empty[:, 0] != empty[:, 1])[0])
            raise self._broken(bad, "an empty marker in one of offset and length only")
        present = ~empty[:, 0]
        # lengths and offsets beyond 2^63 appear negative; what fits cannot overflow when added
        wrong = present & ((signed < 0).any(axis=1))
        if length is not None:
            wrong |= present & ((signed > length).any(axis=1) | (signed.sum(axis=1) > length))
        if wrong.any():
            bad = int(np.flatnonzero(wrong)[0])
            offset, size = table[bad].tolist()
            raise self._broken(bad, f"bytes {offset}:{offset + size}, outside the shard of {length} bytes")
        return signed

    def _broken(self, bad: int, why: str) -> CodecError:
        counts = self._chain.spec.shape[:-1]
        inner = tuple(int(i) for i in np.unravel_index(bad, counts)) if counts else ()
        return CodecError(f"found a broken index: inner chunk {inner} has {why}", codec="sharding_indexed")

    def assemble(self, pieces: Sequence[list[Buffer] | None]) -> list[Buffer]:
        """The shard from the encoded inner chunks in C order, None where one is not stored."""
        offset = 0 if self.at_end else self.size
        flat: list[int] = []
        body: list[Buffer] = []
        for piece in pieces:
            if piece is None:
                flat += (EMPTY, EMPTY)
                continue
            size = sum(map(len, piece))
            flat += (offset, size)
            offset += size
            body += piece
        table: NDArray[Any] = np.array(flat, np.uint64).reshape(self._chain.spec.shape)
        index = self._chain.encode(table)
        return [*body, index] if self.at_end else [index, *body]
