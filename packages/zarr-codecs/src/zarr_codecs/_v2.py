"""What the codecs of format 2 share: every parameter is optional, and what was read is written back as it was."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from zarr_core.abc.data_type import JSON
from zarr_core.abc.extension import Extension, fields_of

__all__ = ["V2Object"]


@dataclass(frozen=True)
class V2Object(Extension):
    """The object `{"id": name, ...}` of a v2 document; its configuration is that without `id` (digest 4.6)."""

    given: tuple[str, ...] | None = field(
        default=None, kw_only=True, compare=False, repr=False, metadata={"runtime": True}
    )
    """The members that were read, in their order; None: made in Python, all are written."""

    def __post_init__(self) -> None:
        self.check_fields()

    @classmethod
    def from_config(cls, configuration: Mapping[str, JSON]) -> Self:
        return dataclasses.replace(super().from_config(configuration), given=tuple(configuration))

    def to_config(self) -> dict[str, JSON]:
        names = [f.name for f in fields_of(type(self))] if self.given is None else self.given
        return {name: getattr(self, name) for name in names}
