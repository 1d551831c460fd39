"""Reorder the dimensions of a chunk, array to array.

names     v3 `transpose`; v2 has none, its `order: "F"` is this codec with the reversed order
spec      https://zarr-specs.readthedocs.io/en/latest/v3/codecs/transpose/index.html
metadata  {"name": "transpose", "configuration": {"order": [2, 0, 1]}}

Dimension `i` of what the next codec sees is dimension `order[i]` of what this one got. Nothing is copied: encode and
decode give views, and parts of chunks are decoded straight into a view of the output.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from numpy.typing import NDArray

from zarr_core.abc.codec import ArrayArrayCodec, BoundArrayArray, Part, Points, Spec
from zarr_core.errors import MetadataError

__all__ = ["TransposeCodec"]


@dataclass(frozen=True)
class TransposeCodec(ArrayArrayCodec):
    """`order` is a permutation of the dimensions; `"C"` and `"F"` are not accepted (digest 2.2)."""

    name: ClassVar[str] = "transpose"
    required: ClassVar[frozenset[str]] = frozenset({"order"})
    order: tuple[int, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "order", tuple(self.order))
        self.check_fields()
        if sorted(self.order) != list(range(len(self.order))):
            raise MetadataError(
                f"codec 'transpose': order {list(self.order)} is no permutation of 0 to {len(self.order) - 1}",
                member="order",
            )

    def resolve(self, spec: Spec) -> Spec:
        if len(self.order) != len(spec.shape):
            raise MetadataError(
                f"codec 'transpose': order {list(self.order)} has {len(self.order)} dimensions, "
                f"but the array that reaches it has {len(spec.shape)}",
                member="order",
            )
        return Spec(tuple(spec.shape[i] for i in self.order), spec.data_type, spec.fill)

    def bind(self, spec: Spec) -> BoundArrayArray:
        return BoundTranspose(self.order)


class BoundTranspose(BoundArrayArray):
    """The codec for every shape of its rank: no shape matters."""

    def __init__(self, order: tuple[int, ...]) -> None:
        self._order = order
        self._inverse = tuple(sorted(range(len(order)), key=order.__getitem__))

    def encode(self, a: NDArray[Any]) -> NDArray[Any]:
        return a.transpose(self._order)

    def decode(self, a: NDArray[Any]) -> NDArray[Any]:
        return a.transpose(self._inverse)

    def view(self, a: NDArray[Any]) -> NDArray[Any]:
        """The array as the next codec sees it. What is to receive `Points` is 1-d and the same to all codecs."""
        return a.transpose(self._order) if a.ndim == len(self._order) else a

    def part(self, part: Part) -> Part:
        """Which part the next codec must give."""
        if part is None:
            return None
        if isinstance(part, Points):
            return Points(tuple(part.at[i] for i in self._order))
        return tuple(part[i] for i in self._order)
