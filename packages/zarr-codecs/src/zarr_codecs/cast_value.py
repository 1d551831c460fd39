"""Numbers of another data type, array to array.

names     v3 `cast_value`; v2 has none
spec      https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/cast_value
metadata  {"name": "cast_value", "configuration": {"data_type": "uint8", "rounding": "nearest-even",
              "out_of_range": "clamp", "scalar_map": {"encode": [["NaN", 0]], "decode": [[0, "NaN"]]}}}

An element that has no place in the other type, in either direction, is an error, unless `out_of_range` or
`scalar_map` says what it becomes. So is a fill value that does not come back as it was, when the array is opened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from numpy.typing import NDArray

from zarr_codecs._cast import ROUNDINGS, Cast
from zarr_codecs._numbers import Integers, number_of
from zarr_codecs._refusal import refusal
from zarr_core.abc.codec import ArrayArrayCodec, BoundArrayArray, Spec
from zarr_core.abc.data_type import JSON, DataType
from zarr_core.abc.extension import Extension
from zarr_core.data_types.parse import data_type_from_json_v3
from zarr_core.errors import CodecError, MetadataError

__all__ = ["CastValueCodec"]

NAME = "cast_value"


@dataclass(frozen=True)
class CastValueCodec(ArrayArrayCodec):
    """`data_type` is what elements become. `scalar_map` has scalars as fill values are written (digest 3.8)."""

    name: ClassVar[str] = NAME
    required: ClassVar[frozenset[str]] = frozenset({"data_type"})
    data_type: DataType
    rounding: str = "nearest-even"
    out_of_range: Literal["clamp", "wrap"] | None = None
    scalar_map: Mapping[str, Any] | None = None

    @classmethod
    def validated(cls, configuration: Mapping[str, JSON]) -> dict[str, Any]:
        """The data type as an object; the rest the constructor checks."""
        members = dict(configuration)
        members["data_type"] = data_type_from_json_v3(members["data_type"], f"of codec {NAME!r}")
        if members.get("out_of_range", "") is None or members.get("scalar_map", {}) is None:
            raise MetadataError(f"codec {NAME!r}: out_of_range and scalar_map are left out rather than null")
        return members

    def __post_init__(self) -> None:
        if self.rounding not in ROUNDINGS:
            raise _wrong("rounding", f"is one of {', '.join(map(repr, ROUNDINGS))}", self.rounding)
        if self.out_of_range not in (None, "clamp", "wrap"):
            raise _wrong("out_of_range", "is 'clamp' or 'wrap'", self.out_of_range)
        if self.out_of_range == "wrap" and not isinstance(number_of(NAME, self.data_type), Integers):
            raise _wrong("out_of_range", f"wraps integers only, not {self.data_type.name!r}", "wrap")
        if self.scalar_map is not None and not _is_map(self.scalar_map):
            raise _wrong("scalar_map", "has lists of pairs as 'encode' and 'decode'", self.scalar_map)

    def to_config(self) -> dict[str, JSON]:
        return {**super().to_config(), "data_type": self.data_type.to_json_v3()}

    def __hash__(self) -> int:  # of the JSON: a dataclass would hash the dict
        return Extension.__hash__(self)

    def resolve(self, spec: Spec) -> Spec:
        encode, decode = self._casts(spec.data_type)
        try:
            fill = encode(spec.fill.reshape(1))
            back = decode(fill)[0]
        except CodecError as error:
            raise refusal(NAME, f"cannot take the fill value {spec.fill[()]}: {error}") from error
        if back != spec.fill and not (back != back and spec.fill != spec.fill):
            raise refusal(NAME, f"would make {back} of the fill value {spec.fill[()]}")
        fill.setflags(write=False)
        return Spec(spec.shape, self.data_type, fill.reshape(()))

    def bind(self, spec: Spec) -> BoundArrayArray:
        return BoundCast(*self._casts(spec.data_type))

    def _casts(self, data_type: DataType) -> tuple[Cast, Cast]:
        """There and back."""
        source, target = number_of(NAME, data_type), number_of(NAME, self.data_type)
        scalar_map = self.scalar_map or {}
        there = _pairs(scalar_map.get("encode", ()), data_type, self.data_type)
        back = _pairs(scalar_map.get("decode", ()), self.data_type, data_type)
        out_of_range = self.out_of_range
        # what is out of range when reading can wrap only into integers
        returning = None if out_of_range == "wrap" and not isinstance(source, Integers) else out_of_range
        return (
            Cast(NAME, source, target, self.rounding, out_of_range, there),
            Cast(NAME, target, source, self.rounding, returning, back),
        )


class BoundCast(BoundArrayArray):
    """The codec for every shape: none matters."""

    def __init__(self, encode: Cast, decode: Cast) -> None:
        self._encode, self._decode = encode, decode

    def encode(self, a: NDArray[Any]) -> NDArray[Any]:
        return self._encode(a)

    def decode(self, a: NDArray[Any]) -> NDArray[Any]:
        return self._decode(a)


def _pairs(given: Any, source: DataType, target: DataType) -> list[tuple[NDArray[Any], NDArray[Any]]]:
    return [(source.fill_from_json(key), target.fill_from_json(value)) for key, value in given]


def _is_map(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and not value.keys() - {"encode", "decode"}
        and all(
            isinstance(pairs, (list, tuple))
            and all(isinstance(pair, (list, tuple)) and len(pair) == 2 for pair in pairs)
            for pairs in value.values()
        )
    )


def _wrong(member: str, takes: str, given: object) -> MetadataError:
    return MetadataError(f"codec {NAME!r}: {member} {takes}, not {given!r:.80}", member=member)
