"""Codecs that other distributions give to numcodecs, found by their ids; bytes to bytes.

names     v2: any id that numcodecs knows and this distribution does not, such as `imagecodecs_jpegxl`;
          v3: the same with `numcodecs.` before it
spec      that of the codec
metadata  v2 {"id": "imagecodecs_deflate", "level": 6}

They are read as bytes, whatever they decode to, and written if they take bytes. numcodecs has no way to limit what
decoding allocates: what is longer than allowed is refused when it is there. `resolve` is the hook that finds them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar, Self

import numpy as np

from zarr_codecs._refusal import refusal, too_long
from zarr_core.abc.codec import BytesBytesCodec
from zarr_core.abc.data_type import JSON
from zarr_core.abc.store import Buffer
from zarr_core.errors import MetadataError
from zarr_core.plugins.hookspecs import hookimpl

__all__ = ["ForeignCodec", "resolve"]

PREFIXES = {"codecs": "numcodecs.", "v2_codecs": ""}
"""Of names in each registry."""


@hookimpl
def resolve(kind: str, name: str) -> Any:
    """The class for an id that numcodecs knows; None for others."""
    prefix = PREFIXES.get(kind)
    if prefix is None or not name.startswith(prefix):
        return None
    return foreign_class(kind, name) if known(name[len(prefix) :]) else None


def known(codec_id: str) -> bool:
    """Whether numcodecs has such a codec, or an entry point for it."""
    from zarr_codecs._numcodecs import codec_registry, entries

    return codec_id in codec_registry or codec_id in entries


class ForeignCodec(BytesBytesCodec):
    """A codec of numcodecs. Subclasses, made for each id, set `name` and `codec_id`."""

    registry: ClassVar[str]
    codec_id: ClassVar[str]

    def __init__(self, configuration: Mapping[str, JSON]) -> None:
        from zarr_codecs._numcodecs import get_codec

        self._configuration = dict(configuration)
        try:
            self._codec = get_codec({"id": self.codec_id, **configuration})
        except Exception as error:  # whatever a foreign constructor raises
            raise MetadataError(f"codec {self.name!r} does not take {self._configuration!r:.200}: {error}") from error

    @classmethod
    def from_config(cls, configuration: Mapping[str, JSON]) -> Self:
        return cls(configuration)

    def to_config(self) -> dict[str, JSON]:
        return dict(self._configuration)

    def encode(self, buf: Buffer) -> Buffer:
        try:
            return octets(self._codec.encode(np.frombuffer(buf, np.uint8)))
        except Exception as error:
            raise refusal(self.name, f"cannot encode: {error}") from error

    def decode(self, buf: Buffer, *, limit: int | None = None) -> Buffer:
        try:
            decoded = octets(self._codec.decode(buf))
        except Exception as error:
            raise refusal(self.name, f"cannot decode: {error}") from error
        if limit is not None and len(decoded) > limit:
            raise too_long(self.name, limit)
        return decoded

    def __reduce__(self) -> tuple[Any, ...]:  # the class has no name of its own
        return again, (self.registry, self.name, self._configuration)


@cache
def foreign_class(registry: str, name: str) -> type[ForeignCodec]:
    """The class for one name of one registry."""
    codec_id = name[len(PREFIXES[registry]) :]
    return type(f"ForeignCodec[{name}]", (ForeignCodec,), {"name": name, "codec_id": codec_id, "registry": registry})


def again(registry: str, name: str, configuration: Mapping[str, JSON]) -> ForeignCodec:
    """The codec that was pickled."""
    return foreign_class(registry, name)(configuration)


def octets(result: Any) -> memoryview:
    """What a codec of numcodecs returns, bytes or an array, as bytes."""
    return (
        np.ascontiguousarray(np.asarray(result) if hasattr(result, "dtype") else np.frombuffer(result, np.uint8))
        .reshape(-1)
        .view(np.uint8)
        .data
    )
