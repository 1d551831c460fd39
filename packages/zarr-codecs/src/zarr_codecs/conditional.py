"""Codecs that are applied where they are worth it, chunk by chunk; bytes to bytes.

names     v3 `conditional`; v2 has none
spec      https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/conditional
metadata  {"name": "conditional", "configuration": {"codecs": [{"name": "zstd", "configuration": {"level": 3}}]}}

A bit mask in front tells which were applied. Written are those whose encoded size is known beforehand (checksums),
and of the others those that make a chunk smaller.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from zarr_codecs._refusal import refusal
from zarr_core.abc.codec import BytesBytesCodec, Spec
from zarr_core.abc.data_type import JSON
from zarr_core.abc.store import Buffer
from zarr_core.errors import CodecError, MetadataError
from zarr_core.nested import codecs_to_json, parse_codecs

__all__ = ["ConditionalCodec"]

NAME = "conditional"


@dataclass(frozen=True)
class ConditionalCodec(BytesBytesCodec):
    """`codecs` are bytes to bytes; `header_bits`, a multiple of 8, has a bit for each, None: just that (digest 3.8)."""

    name: ClassVar[str] = NAME
    required: ClassVar[frozenset[str]] = frozenset({"codecs"})
    codecs: tuple[BytesBytesCodec, ...]
    header_bits: int | None = None

    @classmethod
    def validated(cls, configuration: Mapping[str, JSON]) -> dict[str, Any]:
        """The codecs as objects; the rest the constructor checks."""
        members = dict(configuration)
        if not isinstance(members["codecs"], list):
            raise MetadataError(f"codec {NAME!r}: codecs is a list, not {members['codecs']!r:.80}", member="codecs")
        # after an array-to-bytes codec, a chain has bytes-to-bytes codecs only
        _, *members["codecs"] = parse_codecs([{"name": "bytes"}, *members["codecs"]], f"of codec {NAME!r}")
        if members.get("header_bits", 8) is None:
            raise MetadataError(f"codec {NAME!r}: header_bits is left out rather than null", member="header_bits")
        return members

    def __post_init__(self) -> None:
        object.__setattr__(self, "codecs", tuple(self.codecs))
        bits = self.header_bits
        if bits is not None and (type(bits) is not int or bits % 8 or bits < len(self.codecs)):
            raise MetadataError(
                f"codec {NAME!r}: header_bits is a multiple of 8, and at least {len(self.codecs)}, not {bits!r:.80}",
                member="header_bits",
            )
        object.__setattr__(self, "gil_free", all(codec.gil_free for codec in self.codecs))

    def to_config(self) -> dict[str, JSON]:
        bits = {} if self.header_bits is None else {"header_bits": self.header_bits}
        return {"codecs": codecs_to_json(self.codecs), **bits}

    def complete(self, spec: Spec) -> Self:
        return replace(self, codecs=tuple(codec.complete(spec) for codec in self.codecs))

    @property
    def _header(self) -> int:
        """Bytes of the mask."""
        return (len(self.codecs) + 7) // 8 if self.header_bits is None else self.header_bits // 8

    def encode(self, buf: Buffer) -> Buffer:
        mask = 0
        for bit, codec in enumerate(self.codecs):
            n = memoryview(buf).nbytes
            encoded = codec.encode(buf)
            if codec.encoded_size(n) is not None or memoryview(encoded).nbytes < n:
                buf, mask = encoded, mask | 1 << bit
        return b"".join((mask.to_bytes(self._header, "little"), buf))

    def decode(self, buf: Buffer, *, limit: int | None = None) -> Buffer:
        view = memoryview(buf)
        size = self._header
        if len(view) < size:
            raise refusal(NAME, f"found {len(view)} bytes, fewer than its mask has")
        mask = int.from_bytes(view[:size], "little")
        if mask >> len(self.codecs):
            raise refusal(NAME, f"found the mask {mask:#x} for {len(self.codecs)} codecs")
        applied = [codec for bit, codec in enumerate(self.codecs) if mask >> bit & 1]
        decoded: Buffer = view[size:]
        for codec, most in reversed(list(zip(applied, _limits(applied, limit), strict=True))):
            try:
                decoded = codec.decode(decoded, limit=most)
            except CodecError as error:
                raise refusal(NAME, f"cannot decode: {error}") from error
        if limit is not None and len(decoded) > limit:
            raise refusal(NAME, f"would decode to more than the {limit} bytes allowed")
        return decoded


def _limits(codecs: list[BytesBytesCodec], limit: int | None) -> list[int | None]:
    """What each may decode to, so that the first gives at most `limit`; outwards 2 x + 64 KiB as in any chain."""
    limits: list[int | None] = []
    for codec in codecs:
        limits.append(limit)
        if limit is not None:
            size = codec.encoded_size(limit)
            limit = 2 * limit + (64 << 10) if size is None else size
    return limits
