"""`suffix` and `prefix`: keys of another encoding, with something after or before them (proposed; digest 3.12).

{"name": "suffix", "configuration": {"suffix": ".tiff", "base_encoding": {"name": "default"}}}
{"name": "prefix", "configuration": {"prefix": "data/", "base_encoding": {"name": "v2"}}}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from zarr_core.abc.chunk_key_encoding import ChunkKeyEncoding
from zarr_core.abc.data_type import JSON
from zarr_core.chunk_key_encodings.pending import PendingChunkKeyEncoding
from zarr_core.errors import MetadataError
from zarr_core.plugins import chunk_key_encodings

__all__ = ["PrefixChunkKeyEncoding", "SuffixChunkKeyEncoding"]

DOCUMENTS = ("zarr.json", ".zarray", ".zgroup", ".zattrs", ".zmetadata")
FORBIDDEN = ("..", "\\", "\0", "//", *DOCUMENTS)
"""What could lead out of the array, or to a document instead of a chunk."""


class AffixedKeys(PendingChunkKeyEncoding):
    """The keys of `base_encoding`, with a text that is the member of the encoding's own name."""

    base_encoding: ChunkKeyEncoding

    @classmethod
    def validated(cls, configuration: Mapping[str, JSON]) -> dict[str, Any]:
        return {**configuration, "base_encoding": based_on(cls.name, configuration["base_encoding"])}

    def __post_init__(self) -> None:
        text = getattr(self, self.name)
        if not isinstance(text, str) or not text or any(part in text for part in FORBIDDEN):
            self.refuse(text, f"text without {', '.join(map(repr, FORBIDDEN))}")

    def refuse(self, text: object, takes: str) -> None:
        """Raise the error for a text that would spoil the keys."""
        raise MetadataError(
            f"chunk key encoding {self.name!r}: {self.name} is {takes}, not {text!r:.80}", member=self.name
        )

    def to_config(self) -> dict[str, JSON]:
        return {self.name: getattr(self, self.name), "base_encoding": self.base_encoding.to_json()}


@dataclass(frozen=True)
class SuffixChunkKeyEncoding(AffixedKeys):
    """`c/1/2.tiff`, for data that other programs tell by its extension."""

    name: ClassVar[str] = "suffix"
    required: ClassVar[frozenset[str]] = frozenset({"suffix", "base_encoding"})
    suffix: str
    base_encoding: ChunkKeyEncoding

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.suffix.endswith(("/", "/.")):
            self.refuse(self.suffix, "text that does not end a key with '/' or '/.'")

    def encode(self, index: tuple[int, ...]) -> str:
        return self.base_encoding.encode(index) + self.suffix

    def decode(self, key: str) -> tuple[int, ...] | None:
        return self.base_encoding.decode(key[: -len(self.suffix)]) if key.endswith(self.suffix) else None


@dataclass(frozen=True)
class PrefixChunkKeyEncoding(AffixedKeys):
    """`data/c/1/2`."""

    name: ClassVar[str] = "prefix"
    required: ClassVar[frozenset[str]] = frozenset({"prefix", "base_encoding"})
    prefix: str
    base_encoding: ChunkKeyEncoding

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.prefix.startswith(("/", "./")):
            self.refuse(self.prefix, "text that does not begin with '/' or './'")

    def encode(self, index: tuple[int, ...]) -> str:
        return self.prefix + self.base_encoding.encode(index)

    def decode(self, key: str) -> tuple[int, ...] | None:
        return self.base_encoding.decode(key[len(self.prefix) :]) if key.startswith(self.prefix) else None


def based_on(name: str, value: JSON) -> ChunkKeyEncoding:
    """The base encoding, from its JSON: a name, or an object with a name and a configuration."""
    base = {"name": value} if isinstance(value, str) else value
    if not isinstance(base, dict) or base.keys() - {"name", "configuration"} or not isinstance(base.get("name"), str):
        raise MetadataError(
            f"chunk key encoding {name!r}: base_encoding is a name, or an object with a name, not {value!r:.80}",
            member="base_encoding",
        )
    configuration = base.get("configuration", {})
    if not isinstance(configuration, dict):
        raise MetadataError(
            f"chunk key encoding {name!r}: the configuration of its base_encoding is an object, "
            f"not {configuration!r:.80}",
            member="base_encoding",
        )
    encoding: ChunkKeyEncoding = chunk_key_encodings.get(base["name"]).from_config(configuration)
    return encoding
