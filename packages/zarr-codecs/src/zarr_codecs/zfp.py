"""Blocks of numbers compressed with zfp, lossy or not, array to bytes.

names     v3 `zfp`; v2 id `zfpy` and v3 `numcodecs.zfpy` are numcodecs' own, with a header
spec      https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/zfp
metadata  {"name": "zfp", "configuration": {"mode": "fixed_accuracy", "tolerance": 0.05}}

The stream has no header: the metadata says all. The library is zfpy (`pip install zfpy`), which holds the GIL, knows no
expert mode, and reads beyond the end of what it is given; so it is given as much as it can read.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray

from zarr_codecs._refusal import refusal
from zarr_core.abc.codec import ArrayBytesCodec, BoundArrayBytes, Spec
from zarr_core.abc.data_type import JSON
from zarr_core.abc.store import Buffer
from zarr_core.errors import MetadataError, PluginNotInstalledError

__all__ = ["ZfpCodec", "load_zfpy", "most_bytes"]

NAME = "zfp"
OF_MODE: dict[str, tuple[str, ...]] = {
    "reversible": (),
    "fixed_rate": ("rate",),
    "fixed_precision": ("precision",),
    "fixed_accuracy": ("tolerance",),
    "expert": ("minbits", "maxbits", "maxprec", "minexp"),
}
"""The members that belong to each mode, all of them and no others."""
NATIVE = ("int32", "int64", "float32", "float64")
WIDENED = {"float16": "float32", "uint32": "int32", "uint64": "int64"}
"""What is compressed as another type by its value."""
SHIFTED = {"int8": 8, "int16": 16, "uint8": 8, "uint16": 16}
"""What is compressed as int32, moved up to its highest bits; and how many bits it has."""


@dataclass(frozen=True)
class ZfpCodec(ArrayBytesCodec):
    """Each mode has its own members: `rate` bits per number, `precision` bits, `tolerance` as an absolute error
    (digest 3.8). "reversible" has none and loses nothing.
    """

    name: ClassVar[str] = NAME
    required: ClassVar[frozenset[str]] = frozenset({"mode"})
    mode: Literal["reversible", "fixed_rate", "fixed_precision", "fixed_accuracy", "expert"]
    rate: float | None = None
    precision: int | None = None
    tolerance: float | None = None
    minbits: int | None = None
    maxbits: int | None = None
    maxprec: int | None = None
    minexp: int | None = None

    @classmethod
    def from_config(cls, configuration: Mapping[str, JSON]) -> Self:
        if None in configuration.values():
            raise MetadataError(f"codec {NAME!r}: members that do not belong to a mode are left out rather than null")
        return super().from_config(configuration)

    def __post_init__(self) -> None:
        self.check_fields()
        given = [member for member, value in self.to_config().items() if value is not None and member != "mode"]
        if sorted(given) != sorted(OF_MODE[self.mode]):
            needed = ", ".join(OF_MODE[self.mode]) or "nothing else"
            raise MetadataError(
                f"codec {NAME!r}: mode {self.mode!r} takes {needed}, not {', '.join(given) or 'nothing'}"
            )
        for member, least in (
            ("rate", 0),
            ("precision", 1),
            ("tolerance", 0),
            ("minbits", 0),
            ("maxbits", 0),
            ("maxprec", 0),
        ):
            value = getattr(self, member)
            if value is not None and not (least <= value < math.inf and (value > 0 or member != "rate")):
                raise MetadataError(f"codec {NAME!r}: {member} cannot be {value!r}", member=member)

    def resolve(self, spec: Spec) -> None:
        name = spec.data_type.name
        if name not in (*NATIVE, *WIDENED, *SHIFTED):
            taken = ", ".join((*NATIVE, *WIDENED, *SHIFTED))
            raise MetadataError(f"codec {NAME!r} does not take data type {name!r}: it takes {taken}")
        if len(spec.shape) > 4:
            raise MetadataError(
                f"codec {NAME!r} takes up to 4 dimensions, not {len(spec.shape)}: put 'reshape' before it"
            )

    def bind(self, spec: Spec) -> BoundArrayBytes:
        self.resolve(spec)
        if self.mode == "expert":
            raise refusal(NAME, "has an expert mode, which zfpy does not offer")
        return BoundZfp(spec, load_zfpy(NAME), {member: getattr(self, member) for member in OF_MODE[self.mode]})


class BoundZfp(BoundArrayBytes):
    """The codec for one chunk shape."""

    def __init__(self, spec: Spec, zfpy: Any, parameters: dict[str, Any]) -> None:
        self.spec, self._zfpy, self._parameters = spec, zfpy, parameters
        self._dtype = spec.data_type.dtype
        name = spec.data_type.name
        self._work = np.dtype("int32" if name in SHIFTED else WIDENED.get(name, name))
        self._shape = spec.shape or (1,)
        self._most = most_bytes(self._shape, self._work.itemsize)

    def encode(self, a: NDArray[Any]) -> Buffer:
        values = np.ascontiguousarray(self._promoted(a)).reshape(self._shape)
        encoded: bytes = self._zfpy.compress_numpy(values, write_header=False, **self._parameters)
        return encoded

    def decode(self, buf: Buffer, out: NDArray[Any] | None = None) -> NDArray[Any]:
        if len(buf) > self._most:
            raise refusal(NAME, f"found {len(buf)} bytes, a chunk of shape {self.spec.shape} has at most {self._most}")
        if not len(buf):
            raise refusal(NAME, "found no bytes at all")
        padded = bytes(buf) + bytes(self._most - len(buf))
        kind = self._zfpy.dtype_to_ztype(self._work)
        values = self._demoted(self._zfpy._decompress(padded, kind, self._shape, **self._parameters))
        values = values.reshape(self.spec.shape)
        if out is None:
            return values
        out[...] = values
        return out

    def _promoted(self, a: NDArray[Any]) -> NDArray[Any]:
        name = self.spec.data_type.name
        if name in SHIFTED:
            bits = SHIFTED[name]
            middle = 1 << bits - 1 if name.startswith("u") else 0
            return (a.astype(np.int32) - middle) << (31 - bits)
        if name.startswith("u") and int(a.max()) > np.iinfo(self._work).max:
            raise refusal(
                NAME, f"cannot take {int(a.max())}: of {name} it keeps the numbers that {self._work.name} has"
            )
        return a.astype(self._work, copy=False)

    def _demoted(self, values: NDArray[Any]) -> NDArray[Any]:
        name = self.spec.data_type.name
        if name in NATIVE or name == "float16":
            return values.astype(self._dtype, copy=False)
        if name in SHIFTED:
            bits = SHIFTED[name]
            values = (values >> (31 - bits)) + (1 << bits - 1 if name.startswith("u") else 0)
        limits = np.iinfo(self._dtype)
        lowest, highest = (
            max(int(limits.min), int(np.iinfo(self._work).min)),
            min(int(limits.max), int(np.iinfo(self._work).max)),
        )
        values = np.clip(values, lowest, highest)
        return values.astype(self._dtype)


def load_zfpy(codec: str) -> Any:
    """The library, for this codec. Raises `PluginNotInstalledError` saying what to install."""
    try:
        import zfpy  # type: ignore[import-not-found]  # optional
    except ImportError:
        text = f"codec {codec!r} needs the library zfpy: pip install zfpy"
        raise PluginNotInstalledError(text, kind="codec", name=codec) from None
    return zfpy


def most_bytes(shape: tuple[int, ...], size: int) -> int:
    """What a stream can have at most, and so what can be read of one: by blocks of 4 in each dimension."""
    blocks = math.prod(-(-length // 4) for length in shape)
    numbers: int = 4 ** len(shape)
    bits = 64 + numbers * (8 * size + 2)  # every bit plane of every number, with its tests, and what is per block
    return blocks * bits // 8 + 64
