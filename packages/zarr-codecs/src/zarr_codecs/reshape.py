"""Other dimensions for the same elements in the same order, array to array.

names     v3 `reshape`; v2 has none
spec      https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/reshape
metadata  {"name": "reshape", "configuration": {"shape": [[0, 1], -1]}}

The order is C order, the last dimension running fastest.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

from numpy.typing import NDArray

from zarr_core.abc.codec import ArrayArrayCodec, BoundArrayArray, Spec
from zarr_core.abc.data_type import JSON
from zarr_core.errors import MetadataError

__all__ = ["ReshapeCodec"]

NAME = "reshape"


@dataclass(frozen=True)
class ReshapeCodec(ArrayArrayCodec):
    """One entry per dimension of the output: its length; the input dimensions whose product it is; or -1, at most
    once, for what is left over (digest 3.8).
    """

    name: ClassVar[str] = NAME
    required: ClassVar[frozenset[str]] = frozenset({"shape"})
    shape: tuple[int | tuple[int, ...], ...]

    @classmethod
    def validated(cls, configuration: Mapping[str, JSON]) -> dict[str, Any]:
        """JSON has lists only; what is in them the constructor checks."""
        given = configuration["shape"]
        if isinstance(given, list):
            given = tuple(tuple(entry) if isinstance(entry, list) else entry for entry in given)
        return {"shape": given}

    def __post_init__(self) -> None:
        entries: Any = self.shape
        if not isinstance(entries, tuple) or not all(map(_is_entry, entries)):
            raise _wrong(f"has positive lengths, lists of input dimensions, or -1, not {_lists(self.shape)!r:.80}")
        if self.shape.count(-1) > 1:
            raise _wrong(f"holds -1 more than once: {_lists(self.shape)!r:.80}")
        named = [axis for entry in self.shape if isinstance(entry, tuple) for axis in entry]
        if any(later <= earlier for earlier, later in pairwise(named)):
            raise _wrong(f"names input dimensions out of order: {_lists(self.shape)!r:.80}")

    def to_config(self) -> dict[str, JSON]:
        return {"shape": _lists(self.shape)}

    def resolve(self, spec: Spec) -> Spec:
        """Raises `MetadataError` for a chunk that cannot be put into such dimensions."""
        return Spec(self.reshaped(spec.shape), spec.data_type, spec.fill)

    def reshaped(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """What a chunk of this shape becomes."""
        lengths = [_length(entry, shape) for entry in self.shape]
        known, total = math.prod(length for length in lengths if length > 0), math.prod(shape)
        if known == 0 or total % known or (total != known and -1 not in lengths):
            raise _wrong(f"{_lists(self.shape)!r:.80} does not hold the {total} elements of a chunk of shape {shape}")
        found = tuple(total // known if length == -1 else length for length in lengths)
        for at, entry in enumerate(self.shape):
            if isinstance(entry, tuple) and entry:
                before, after = math.prod(found[:at]), math.prod(found[at + 1 :])
                if (before, after) != (math.prod(shape[: entry[0]]), math.prod(shape[entry[-1] + 1 :])):
                    raise _wrong(
                        f"{_lists(self.shape)!r:.80} moves dimensions {list(entry)} of a chunk of shape {shape}"
                    )
        return found

    def bind(self, spec: Spec) -> BoundArrayArray:
        return BoundReshape(spec.shape, self.reshaped(spec.shape))


class BoundReshape(BoundArrayArray):
    """The codec for one chunk shape. Nothing is copied where memory is in C order."""

    def __init__(self, decoded: tuple[int, ...], encoded: tuple[int, ...]) -> None:
        self._decoded, self._encoded = decoded, encoded

    def encode(self, a: NDArray[Any]) -> NDArray[Any]:
        return a.reshape(self._encoded)

    def decode(self, a: NDArray[Any]) -> NDArray[Any]:
        return a.reshape(self._decoded)


def _is_entry(entry: object) -> bool:
    if isinstance(entry, tuple):
        return all(type(axis) is int and axis >= 0 for axis in entry)
    return type(entry) is int and (entry > 0 or entry == -1)


def _length(entry: int | tuple[int, ...], shape: tuple[int, ...]) -> int:
    if isinstance(entry, int):
        return entry
    if entry and entry[-1] >= len(shape):
        raise _wrong(f"names input dimension {entry[-1]} of a chunk of shape {shape}")
    return math.prod(shape[axis] for axis in entry)


def _lists(value: Any) -> JSON:
    return [_lists(item) for item in value] if isinstance(value, tuple) else value


def _wrong(why: str) -> MetadataError:
    return MetadataError(f"codec {NAME!r}: shape {why}", member="shape")
