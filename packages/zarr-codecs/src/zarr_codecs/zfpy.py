"""Numbers compressed by zfp with its header, as numcodecs has it, array to bytes.

names     v3 `numcodecs.zfpy`; v2 id `zfpy`; the registered codec `zfp` is another one
spec      https://numcodecs.readthedocs.io
metadata  {"name": "numcodecs.zfpy", "configuration": {"mode": 4, "tolerance": 0.05}}
          v2 {"id": "zfpy", "mode": 4, "tolerance": 0.05, "rate": -1, "precision": -1, "compression_kwargs": {...}}

The header says how it is to be read, the configuration only how to write. The library is zfpy (`pip install zfpy`),
which reads beyond the end of what it is given; so it is given as much as it can read, once the header fits the chunk.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from zarr_codecs._refusal import refusal
from zarr_codecs._v2 import V2Object
from zarr_codecs.zfp import load_zfpy, most_bytes
from zarr_core.abc.codec import ArrayBytesCodec, BoundArrayBytes, Spec
from zarr_core.abc.store import Buffer
from zarr_core.errors import MetadataError

__all__ = ["V2ZFPYCodec"]

DATA_TYPES = ("int32", "int64", "float32", "float64")
MODES = {2: "rate", 3: "precision", 4: "tolerance"}
HEADER = 20
"""Bytes that a header takes at most."""


@dataclass(frozen=True, kw_only=True)
class V2ZFPYCodec(V2Object, ArrayBytesCodec):
    """`mode` is 2 (with `rate`), 3 (with `precision`), 4 (with `tolerance`), or 5: nothing is lost (digest 3.11)."""

    name: ClassVar[str] = "zfpy"
    mode: Literal[2, 3, 4, 5] = 4
    tolerance: float = -1
    rate: float = -1
    precision: int = -1
    compression_kwargs: dict[str, Any] | None = None

    def resolve(self, spec: Spec) -> None:
        name = spec.data_type.name
        if name not in DATA_TYPES:
            raise MetadataError(f"codec {self.name!r} takes {', '.join(DATA_TYPES)}, not data type {name!r}")
        if not 1 <= len(spec.shape) <= 4:
            raise MetadataError(f"codec {self.name!r} takes 1 to 4 dimensions, not {len(spec.shape)}")

    def bind(self, spec: Spec) -> BoundArrayBytes:
        self.resolve(spec)
        parameter = MODES.get(self.mode)
        parameters = {} if parameter is None else {parameter: getattr(self, parameter)}
        return BoundZFPY(self.name, spec, load_zfpy(self.name), parameters)

    def __hash__(self) -> int:  # of the members: one is a dict
        return hash((type(self), self.mode, self.tolerance, self.rate, self.precision))


class BoundZFPY(BoundArrayBytes):
    """The codec for one chunk shape."""

    def __init__(self, name: str, spec: Spec, zfpy: Any, parameters: dict[str, Any]) -> None:
        self.spec, self._name, self._zfpy, self._parameters = spec, name, zfpy, parameters
        self._most = most_bytes(spec.shape, spec.data_type.dtype.itemsize) + HEADER

    def encode(self, a: NDArray[Any]) -> Buffer:
        encoded: bytes = self._zfpy.compress_numpy(np.ascontiguousarray(a), write_header=True, **self._parameters)
        return encoded

    def decode(self, buf: Buffer, out: NDArray[Any] | None = None) -> NDArray[Any]:
        if len(buf) > self._most:
            raise refusal(self._name, f"found {len(buf)} bytes, a chunk has at most {self._most}")
        padded = bytes(buf) + bytes(self._most - len(buf))
        try:
            header = self._zfpy.header(padded)
            shape = tuple(n for n in (header["nw"], header["nz"], header["ny"], header["nx"]) if n)
            if shape != self.spec.shape or header["type"] != self.spec.data_type.dtype.type:
                raise refusal(self._name, f"found {header['type'].__name__} of shape {shape}, which is no such chunk")
            values: NDArray[Any] = self._zfpy.decompress_numpy(padded)
        except (RuntimeError, ValueError, KeyError, TypeError) as error:
            raise refusal(self._name, f"found damaged data ({error})") from error
        if out is None:
            return values
        out[...] = values
        return out
