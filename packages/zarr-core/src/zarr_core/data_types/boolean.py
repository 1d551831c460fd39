"""`bool`: one byte, 00 or 01."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from zarr_core.abc.data_type import JSON
from zarr_core.data_types.scalar import ScalarType, item_of
from zarr_core.errors import CodecError

__all__ = ["Bool"]


class Bool(ScalarType):
    """Truth values. Format 3 takes `true` and `false` as fill value, format 2 also 0 and 1 of old files."""

    name: ClassVar[str] = "bool"
    scalar = np.dtype(np.bool_)
    accepts = "true or false"

    def parse(self, value: JSON, zarr_format: int) -> NDArray[Any]:
        if isinstance(value, bool) or (zarr_format == 2 and isinstance(value, int) and value in (0, 1)):
            return np.array(value, self.scalar)
        raise self.refusal(value)

    def cast(self, value: object) -> NDArray[Any]:
        truth = item_of(value)
        if isinstance(truth, int) and truth in (0, 1):
            return np.array(truth, self.scalar)
        raise self.refusal(value)

    def fill_to_json(self, fill: NDArray[Any], zarr_format: int = 3) -> JSON:
        return bool(fill)

    def check_stored(self, stored: NDArray[Any]) -> NDArray[Any]:
        """Refuses bytes other than 00 and 01, which would be booleans that are neither true nor false."""
        octets = stored.view(np.uint8)
        if octets.size and octets.max() > 1:
            raise CodecError(f"a stored bool is 00 or 01, not {int(octets[octets > 1].flat[0]):02x}")
        return stored
