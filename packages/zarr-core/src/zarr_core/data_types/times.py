"""`numpy.datetime64` and `numpy.timedelta64`: counts of a unit, since 1970 or as a duration (digest 3.6)."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from zarr_core.abc.data_type import JSON
from zarr_core.data_types.scalar import ScalarType, item_of, read_only
from zarr_core.errors import MetadataError

__all__ = ["DateTime64", "TimeDelta64"]

UNITS = ("Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as", "generic")
ALIASES = {"μs": "us"}
LARGEST_SCALE = (1 << 31) - 1
NAT = -(1 << 63)
"""The count that is no time."""


class Time(ScalarType):
    """Counts of `scale_factor` times `unit`, 64 bits signed; stored as `int64` is. The default fill is NaT.

    A fill value in JSON is the count, or "NaT".
    """

    kind: ClassVar[str]
    """The kind of its numpy dtype."""
    natural: ClassVar[tuple[type, ...]]
    """What else a caller may give as fill value, if it is a multiple of the unit."""

    def __init__(self, unit: str, scale_factor: JSON = 1) -> None:
        unit = ALIASES.get(unit, unit)
        if unit not in UNITS:
            raise MetadataError(f"data type {self.name!r}: unit is one of {', '.join(UNITS)}, not {unit!r:.80}")
        if not isinstance(scale_factor, int) or isinstance(scale_factor, bool) or not 0 < scale_factor <= LARGEST_SCALE:
            raise MetadataError(
                f"data type {self.name!r}: scale_factor is an integer from 1 to {LARGEST_SCALE}, not {scale_factor!r}"
            )
        if unit == "generic" and scale_factor != 1:
            raise MetadataError(f"data type {self.name!r}: numpy has no multiples of the unit 'generic'")
        self.unit, self.scale_factor = unit, scale_factor
        self.scalar = np.dtype(f"{self.kind}8" if unit == "generic" else f"{self.kind}8[{scale_factor}{unit}]")
        size = "" if scale_factor == 1 else f"{scale_factor} "
        self.accepts = f'counts of {size}{unit} as 64-bit integers, "NaT", and what is a multiple of that'

    @classmethod
    def from_json_v3(cls, name: str, configuration: dict[str, JSON]) -> Self:
        if configuration.keys() != {"unit", "scale_factor"} or not isinstance(configuration["unit"], str):
            raise MetadataError(
                f"data type {name!r} takes exactly unit and scale_factor as configuration, not {configuration!r:.80}",
                member="data_type",
            )
        return cls(configuration["unit"], configuration["scale_factor"])

    def to_json_v3(self) -> JSON:
        return {"name": self.name, "configuration": {"unit": self.unit, "scale_factor": self.scale_factor}}

    def stored_dtype(self, endian: str) -> np.dtype[Any]:
        """Of the unit `generic` the integers: numpy's casts between its byte orders change nothing."""
        stored = np.dtype(np.int64) if self.unit == "generic" else self.scalar
        return stored.newbyteorder("<" if endian == "little" else ">")

    def to_json_v2(self, endian: str = "little") -> JSON:
        return self.scalar.newbyteorder("<" if endian == "little" else ">").str

    def default_fill(self) -> NDArray[Any]:
        return read_only(self.of(NAT))

    def parse(self, value: JSON, zarr_format: int) -> NDArray[Any]:
        count = NAT if value == "NaT" else value
        if not isinstance(count, int) or isinstance(count, bool) or not NAT <= count < -NAT:
            raise self.refusal(value)
        return self.of(count)

    def cast(self, value: object) -> NDArray[Any]:
        """Integers are counts; times and durations of other units must be a multiple of the unit."""
        if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "mM":
            if value.dtype.kind != self.kind or value.shape != ():
                raise self.refusal(value)
            return self.converted(np.asarray(value), value)
        plain = item_of(value)
        if isinstance(plain, int) or (isinstance(plain, str) and plain == "NaT"):
            return self.parse(plain, 3)
        if not isinstance(plain, self.natural):
            raise self.refusal(value)
        try:
            return self.converted(np.array(plain, f"{self.kind}8"), value)
        except (ValueError, OverflowError):
            raise self.refusal(value) from None

    def converted(self, exact: NDArray[Any], value: object) -> NDArray[Any]:
        """The same time in counts of the unit; refuses `value`, from which it comes, if it is between two."""
        try:
            count = exact.astype(self.scalar, casting="same_kind")
            back = count.astype(exact.dtype, casting="same_kind")
        except (TypeError, OverflowError):
            raise self.refusal(value) from None
        if not np.isnat(exact) and back != exact:
            raise self.refusal(value)
        return count

    def of(self, count: int) -> NDArray[Any]:
        """A 0-d array of the count."""
        return np.array(count, np.int64).view(self.scalar)

    def fill_to_json(self, fill: NDArray[Any], zarr_format: int = 3) -> JSON:
        return int(fill.view(np.int64))

    def __eq__(self, other: object) -> bool:
        # numpy takes 1000 ms and 1 s for the same
        return super().__eq__(other) and isinstance(other, Time) and self.scale_factor == other.scale_factor

    def __hash__(self) -> int:
        return hash((type(self), self.unit, self.scale_factor))


class DateTime64(Time):
    """Moments, since 1970-01-01T00:00."""

    name: ClassVar[str] = "numpy.datetime64"
    kind: ClassVar[str] = "M"
    natural: ClassVar[tuple[type, ...]] = (str, datetime.date)


class TimeDelta64(Time):
    """Durations."""

    name: ClassVar[str] = "numpy.timedelta64"
    kind: ClassVar[str] = "m"
    natural: ClassVar[tuple[type, ...]] = (datetime.timedelta,)
