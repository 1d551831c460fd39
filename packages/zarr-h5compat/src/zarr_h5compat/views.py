"""What files, groups and datasets return to be looked at: names with a readable repr, members without a search each."""

from __future__ import annotations

import collections.abc
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

__all__ = ["ItemsView", "KeysView", "ValuesView"]


class KeysView(collections.abc.KeysView[str]):
    """The names of members or attributes."""

    def __repr__(self) -> str:
        return f"<KeysView {list(self)}>"


class ItemsView(collections.abc.ItemsView[str, Any]):
    """Names and objects of a group's members, found with one listing."""

    def __init__(self, group: Mapping[str, Any], listing: Callable[[], Iterable[tuple[str, Any]]]) -> None:
        super().__init__(group)
        self._listing = listing

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        return iter(self._listing())


class ValuesView(collections.abc.ValuesView[Any]):
    """The objects of a group's members, found with one listing."""

    def __init__(self, group: Mapping[str, Any], listing: Callable[[], Iterable[tuple[str, Any]]]) -> None:
        super().__init__(group)
        self._listing = listing

    def __iter__(self) -> Iterator[Any]:
        return (member for _, member in self._listing())

    def __contains__(self, value: object) -> bool:
        return any(member == value for member in self)
