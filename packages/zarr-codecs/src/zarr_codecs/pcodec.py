"""Numbers compressed by Pcodec, array to bytes.

names     v3 `numcodecs.pcodec`; v2 id `pcodec`
spec      https://numcodecs.readthedocs.io (a standalone file of https://github.com/pcodec/pcodec)
metadata  {"name": "numcodecs.pcodec", "configuration": {"level": 8}}
          v2 {"id": "pcodec", "level": 8, "mode_spec": "auto", "delta_spec": "auto", ...}

The file says how it is to be read, the configuration only how to write. The library is pcodec (`pip install pcodec`).
It is given a chunk's worth of memory to decode into, and never takes more.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from zarr_codecs._refusal import refusal
from zarr_codecs._v2 import V2Object
from zarr_core.abc.codec import ArrayBytesCodec, BoundArrayBytes, Spec
from zarr_core.abc.store import Buffer
from zarr_core.errors import MetadataError, PluginNotInstalledError

__all__ = ["V2PCodecCodec"]

DATA_TYPES = ("uint16", "uint32", "uint64", "int16", "int32", "int64", "float16", "float32", "float64")


@dataclass(frozen=True, kw_only=True)
class V2PCodecCodec(V2Object, ArrayBytesCodec):
    """`level` is 0 to 12; `delta_encoding_order` 0 to 7 goes with the `delta_spec` "try_consecutive" (digest 4.6)."""

    name: ClassVar[str] = "pcodec"
    level: Annotated[int, Field(ge=0, le=12)] = 8
    mode_spec: Literal["auto", "classic"] = "auto"
    delta_spec: Literal["auto", "none", "no_op", "try_consecutive", "try_lookback"] = "auto"
    paging_spec: Literal["equal_pages_up_to"] = "equal_pages_up_to"
    delta_encoding_order: Annotated[int, Field(ge=0, le=7)] | None = None
    equal_pages_up_to: Annotated[int, Field(ge=1)] = 262144

    def resolve(self, spec: Spec) -> None:
        if spec.data_type.name not in DATA_TYPES:
            raise MetadataError(
                f"codec {self.name!r} does not take data type {spec.data_type.name!r}: it takes {', '.join(DATA_TYPES)}"
            )

    def bind(self, spec: Spec) -> BoundArrayBytes:
        self.resolve(spec)
        try:
            import pcodec  # type: ignore[import-untyped]
        except ImportError:
            raise PluginNotInstalledError(
                f"codec {self.name!r} needs the library pcodec: pip install pcodec", kind="codec", name=self.name
            ) from None
        return BoundPCodec(self.name, spec, pcodec.standalone, self._chunk_config(pcodec))

    def _chunk_config(self, pcodec: Any) -> Any:
        order = self.delta_encoding_order
        deltas = {
            "auto": pcodec.DeltaSpec.auto,
            "none": pcodec.DeltaSpec.no_op,
            "no_op": pcodec.DeltaSpec.no_op,
            "try_lookback": pcodec.DeltaSpec.try_lookback,
            "try_consecutive": lambda: pcodec.DeltaSpec.try_consecutive(1 if order is None else order),
        }
        return pcodec.ChunkConfig(
            compression_level=self.level,
            mode_spec=pcodec.ModeSpec.auto() if self.mode_spec == "auto" else pcodec.ModeSpec.classic(),
            delta_spec=deltas[self.delta_spec](),
            paging_spec=pcodec.PagingSpec.equal_pages_up_to(self.equal_pages_up_to),
        )


class BoundPCodec(BoundArrayBytes):
    """The codec for one chunk shape."""

    def __init__(self, name: str, spec: Spec, standalone: Any, config: Any) -> None:
        self.spec, self._name, self._standalone, self._config = spec, name, standalone, config
        self._count = math.prod(spec.shape)

    def encode(self, a: NDArray[Any]) -> Buffer:
        encoded: bytes = self._standalone.simple_compress(np.ascontiguousarray(a).reshape(-1), self._config)
        return encoded

    def decode(self, buf: Buffer, out: NDArray[Any] | None = None) -> NDArray[Any]:
        values = np.empty(self._count, self.spec.data_type.dtype)
        try:
            progress = self._standalone.simple_decompress_into(bytes(buf), values)
        except (RuntimeError, TypeError) as error:
            raise refusal(self._name, f"found damaged data ({error})") from error
        if progress.n_processed != self._count or not progress.finished:
            raise refusal(self._name, f"found another number of elements than the {self._count} of a chunk")
        values = values.reshape(self.spec.shape)
        if out is None:
            return values
        out[...] = values
        return out
