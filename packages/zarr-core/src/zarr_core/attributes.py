"""The attributes of an array or group as a dictionary that writes through."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any

from zarr_core.abc.data_type import JSON

__all__ = ["Attributes", "Change"]

Change = Callable[[dict[str, JSON]], Mapping[str, JSON]]


class Attributes(MutableMapping[str, JSON]):
    """User attributes: any strict JSON. Every change is one write; `update` and `put` change many in one.

    Values are copies in effect: changing a list that was read changes nothing that is stored.
    """

    __slots__ = ("_node",)

    def __init__(self, node: Any) -> None:
        self._node = node

    def _read(self) -> Mapping[str, JSON]:
        attributes: Mapping[str, JSON] = self._node.metadata.attributes
        return attributes

    def _change(self, change: Change) -> None:
        self._node._change_attributes(change)

    def __getitem__(self, name: str) -> JSON:
        return self._read()[name]

    def __setitem__(self, name: str, value: JSON) -> None:
        self._change(lambda stored: {**stored, name: value})

    def __delitem__(self, name: str) -> None:
        if name not in self._read():
            raise KeyError(name)

        def without(stored: dict[str, JSON]) -> dict[str, JSON]:
            stored.pop(name, None)
            return stored

        self._change(without)

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())

    def update(self, *args: Any, **more: JSON) -> None:
        """Set many attributes in one write."""
        new = dict(*args, **more)
        self._change(lambda stored: {**stored, **new})

    def put(self, attributes: Mapping[str, JSON]) -> None:
        """Replace all attributes in one write."""
        new = dict(attributes)
        self._change(lambda stored: new)

    def clear(self) -> None:
        """Remove all attributes in one write."""
        self.put({})

    def asdict(self) -> dict[str, JSON]:
        """All attributes as an ordinary dictionary."""
        return dict(self._read())

    def __repr__(self) -> str:
        return f"<attributes {dict(self._read())!r}>"
