"""`fanout`: keys with few children under each prefix, for stores that are slow where there are many (proposed;
digest 3.12).

    {"name": "fanout", "configuration": {"max_children": 1000}}
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from zarr_core.chunk_key_encodings.pending import PendingChunkKeyEncoding
from zarr_core.chunk_key_encodings.separated import NUMBER

__all__ = ["FanoutChunkKeyEncoding"]

MOST_GROUPS = 10
"""Enough for every index of 64 bits, two digits to a group."""


@dataclass(frozen=True)
class FanoutChunkKeyEncoding(PendingChunkKeyEncoding):
    """`c/1/001/234/0/005` for (1234, 5): each index in groups of digits, after how many groups follow the first.

    `max_children` counts as the power of ten that is not above it; from 100 on.
    """

    name: ClassVar[str] = "fanout"
    max_children: Annotated[int, Field(ge=100, lt=2**63)] = 1000

    def __post_init__(self) -> None:
        self.check_fields()
        object.__setattr__(self, "_digits", len(str(self.max_children)) - 1)

    def encode(self, index: tuple[int, ...]) -> str:
        size: int = self._digits  # type: ignore[attr-defined]
        words = ["c"]
        for along in index:
            digits = str(along)
            more = (len(digits) - 1) // size
            digits = digits.zfill((more + 1) * size)
            words.append(str(more))
            words += [digits[at : at + size] for at in range(0, len(digits), size)]
        return "/".join(words)

    def decode(self, key: str) -> tuple[int, ...] | None:
        head, *words = key.split("/")
        index: list[int] = []
        while words:
            more, *words = words
            if NUMBER.fullmatch(more) is None or int(more) >= min(len(words), MOST_GROUPS):
                return None
            groups, words = words[: int(more) + 1], words[int(more) + 1 :]
            digits = "".join(groups)
            if not (digits.isascii() and digits.isdecimal()):
                return None
            index.append(int(digits))
        found = tuple(index)
        return found if head == "c" and self.encode(found) == key else None
