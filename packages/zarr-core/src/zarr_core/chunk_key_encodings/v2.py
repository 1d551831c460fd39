"""`v2`: the bare grid index: `1.23.45`, so that chunks of format 2 can be used as they are (v3 core 1.9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from zarr_core.chunk_key_encodings.separated import SeparatedKeys, numbers

__all__ = ["V2ChunkKeyEncoding"]


@dataclass(frozen=True)
class V2ChunkKeyEncoding(SeparatedKeys):
    """`1.23.45`, or `1/23/45`. For arrays of rank 0 `0`, which is the key of (0,) too and decodes to that."""

    name: ClassVar[str] = "v2"
    separator: Literal["/", "."] = "."

    def encode(self, index: tuple[int, ...]) -> str:
        return self.separator.join(map(str, index)) or "0"

    def decode(self, key: str) -> tuple[int, ...] | None:
        return numbers(key.split(self.separator))
