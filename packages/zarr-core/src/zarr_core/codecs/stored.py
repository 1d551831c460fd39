"""Elements in C order as one numpy dtype has them in memory, array to bytes: what format 2 has instead of `bytes`.

Only metadata of format 2 makes it, where `bytes` cannot say it: structs with fields of both byte orders (digest 4.3).

names     none
spec      https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html#data-type-encoding
metadata  the `dtype` member of a `.zarray`
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from zarr_core.abc.codec import ArrayBytesCodec, Spec
from zarr_core.abc.data_type import JSON
from zarr_core.codecs.bytes import BoundBytes
from zarr_core.errors import CodecError

__all__ = ["StoredBytesCodec"]


@dataclass(frozen=True)
class StoredBytesCodec(ArrayBytesCodec):
    """`stored` is the dtype with all its byte orders; the elements are those of a data type of the same layout."""

    name: ClassVar[str] = "bytes"
    stored: np.dtype[Any]

    def resolve(self, spec: Spec) -> None:
        if self.stored.newbyteorder("=") != spec.data_type.dtype:
            raise CodecError(f"dtype {self.stored} does not store data type {spec.data_type!r}", codec=self.name)

    def bind(self, spec: Spec) -> BoundBytes:
        return BoundStored(spec, self.stored)

    def to_config(self) -> dict[str, JSON]:
        return {"stored": str(self.stored)}


class BoundStored(BoundBytes):
    """The codec for one chunk shape."""

    def __init__(self, spec: Spec, stored: np.dtype[Any]) -> None:
        super().__init__(spec, "little")
        self.stored, self.plain = stored, True
