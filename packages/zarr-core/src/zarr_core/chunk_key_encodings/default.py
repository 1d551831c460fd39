"""`default`: the letter c, then the grid index: `c/1/23/45` (v3 core 1.9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from zarr_core.chunk_key_encodings.separated import SeparatedKeys, numbers

__all__ = ["DefaultChunkKeyEncoding"]


@dataclass(frozen=True)
class DefaultChunkKeyEncoding(SeparatedKeys):
    """`c/1/23/45`, or `c.1.23.45`; for arrays of rank 0 `c`."""

    name: ClassVar[str] = "default"
    separator: Literal["/", "."] = "/"

    def encode(self, index: tuple[int, ...]) -> str:
        return self.separator.join(["c", *map(str, index)])

    def decode(self, key: str) -> tuple[int, ...] | None:
        head, *words = key.split(self.separator)
        return numbers(words) if head == "c" else None
