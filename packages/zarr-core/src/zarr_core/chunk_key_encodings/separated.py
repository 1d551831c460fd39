"""What the two key encodings share: a separator, and grid indices written in ASCII decimal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from zarr_core.abc.chunk_key_encoding import ChunkKeyEncoding
from zarr_core.abc.data_type import JSON
from zarr_core.errors import MetadataError

__all__ = ["SeparatedKeys", "numbers"]

NUMBER = re.compile("0|[1-9][0-9]{0,18}")


@dataclass(frozen=True)
class SeparatedKeys(ChunkKeyEncoding):
    """Keys that are joined by `/` or `.`. The separator is always written (digest 6.1)."""

    separator: Literal["/", "."]

    @classmethod
    def validated(cls, configuration: Mapping[str, JSON]) -> dict[str, Any]:
        """As they are: the constructor checks them."""
        return dict(configuration)

    def __post_init__(self) -> None:
        if self.separator not in ("/", "."):
            raise MetadataError(
                f"chunk key encoding {self.name!r}: separator is '/' or '.', not {self.separator!r:.80}",
                member="separator",
            )


def numbers(words: Iterable[str]) -> tuple[int, ...] | None:
    """The index that the words spell; None if one of them is no number as we write it: no sign, no leading zero."""
    index = []
    for word in words:
        if NUMBER.fullmatch(word) is None:
            return None
        index.append(int(word))
    return tuple(index)
