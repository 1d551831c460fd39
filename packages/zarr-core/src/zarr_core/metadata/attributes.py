"""The user's attributes: from what a caller gave, and as metadata shows them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from zarr_core.abc.data_type import JSON
from zarr_core.errors import MetadataError
from zarr_core.metadata.strict_json import clean, copy, short

__all__ = ["Attributes", "cleaned"]


class Attributes(Mapping[str, JSON]):
    """Attributes by name. Lists and objects are given out as copies, so that metadata stays what it was."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, JSON]) -> None:
        self._values = values

    def __getitem__(self, name: str) -> JSON:
        value = self._values[name]
        return copy(value) if isinstance(value, dict | list) else value

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return repr(dict(self._values))


def cleaned(attributes: Mapping[str, JSON]) -> dict[str, JSON]:
    """Attributes that a caller gave, as strict JSON has them. Raises `MetadataError` saying where it cannot."""
    if not isinstance(attributes, Mapping):
        raise MetadataError(f"'attributes' must be an object, not {short(attributes)}", member="attributes")
    values: dict[str, JSON] = clean(attributes, where="attributes")
    return values
