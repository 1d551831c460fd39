"""Python objects: only in format 2, whose first filter says how they become bytes (digest 4.6)."""

from __future__ import annotations

import json
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zarr_core.abc.data_type import JSON
from zarr_core.data_types.scalar import read_only
from zarr_core.data_types.variable import OBJECTS, VariableLength, boxed
from zarr_core.errors import MetadataError

__all__ = ["Objects"]


class Objects(VariableLength):
    """Whatever the filter takes. A fill value is what JSON can hold; the default is None."""

    name: ClassVar[str] = "object"
    accepts: ClassVar[str] = "what JSON can hold"
    instead = "use dtype=str or dtype=bytes; or zarr_format=2 with a first filter for objects, such as {'id': 'json2'}"

    @classmethod
    def from_json_v3(cls, name: str, configuration: dict[str, JSON]) -> Self:
        raise no_v3()

    def to_json_v3(self) -> JSON:
        raise no_v3()

    def default_fill(self) -> NDArray[Any]:
        return read_only(boxed(None))

    def parse(self, value: JSON, zarr_format: int) -> NDArray[Any]:
        return boxed(value)

    def cast(self, value: object) -> NDArray[Any]:
        return boxed(value)

    def fill_to_json(self, fill: NDArray[Any], zarr_format: int = 3) -> JSON:
        value = fill[()]
        try:
            json.dumps(value, allow_nan=False)
        except (TypeError, ValueError, RecursionError) as error:
            raise MetadataError(f"fill value {value!r:.80} of python objects is no JSON: {error}") from None
        return value

    def as_array(self, values: ArrayLike, *, lone: bool = False) -> NDArray[Any]:
        if lone and not (isinstance(values, np.ndarray) and values.shape == ()):
            return boxed(values)
        return np.asarray(values, OBJECTS)

    def __repr__(self) -> str:
        return f"<data type {self.name!r}>"


def no_v3() -> MetadataError:
    """The error for asking format 3 for it."""
    return MetadataError(f"python objects have no data type in zarr_format 3: {Objects.instead}", member="data_type")
