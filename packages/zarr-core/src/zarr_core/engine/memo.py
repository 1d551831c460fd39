"""A bounded cache of what was made from stored values (shard indexes), shared by all handles in the process.

An entry is kept per physical address with the version of the value it was made from. Stores that give versions
find out when another process wrote, because the next read compares; for the others writes of this process drop
the entry, and what another process wrote is seen when the entry is evicted.

What is made while the value is written must not be kept: it may be of the old value, and the write has dropped
the entry already. So whoever makes a thing takes a mark first, and every drop changes the mark.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

from zarr_core.abc.store import Version

__all__ = ["MEMO", "Memo"]


_MARKS = 64
"""Addresses share so many marks; a collision costs one thing that is not kept."""


class Memo:
    """Least recently used first out, by size in bytes."""

    def __init__(self, limit: int = 64 << 20) -> None:
        self.limit = limit
        self.reset()

    def reset(self) -> None:
        self._guard = threading.RLock()  # an abandoned operation that is collected as garbage may drop, too
        self._entries: OrderedDict[Hashable, tuple[Version | None, dict[Hashable, Any], int]] = OrderedDict()
        self._size = 0
        self._marks = [object() for _ in range(_MARKS)]

    def mark(self, address: Hashable) -> object:
        """To be taken before the first read for what is to be kept."""
        return self._marks[hash(address) % _MARKS]

    def find(self, address: Hashable, name: Hashable) -> tuple[Version | None, Any] | None:
        """Version and thing, if there is one."""
        entry = self._entries.get(address)
        if entry is None or name not in entry[1]:
            return None
        try:
            self._entries.move_to_end(address)
        except KeyError:  # dropped in this moment by another thread
            return None
        return entry[0], entry[1][name]

    def keep(
        self, address: Hashable, name: Hashable, version: Version | None, thing: Any, size: int, mark: object
    ) -> None:
        """Remember the thing, made from that version; what was made from another version is dropped."""
        with self._guard:
            if self.mark(address) is not mark:
                return
            old = self._entries.pop(address, None)
            things: dict[Hashable, Any] = {}
            total = size
            if old is not None:
                self._size -= old[2]
                if old[0] == version:
                    things = old[1]
                    total += old[2]
            self._entries[address] = (version, {**things, name: thing}, total)
            self._size += total
            while self._size > self.limit and self._entries:
                _, (_, _, freed) = self._entries.popitem(last=False)
                self._size -= freed

    def drop(self, address: Hashable) -> None:
        """Forget all about the value; called by every write to it."""
        with self._guard:
            self._marks[hash(address) % _MARKS] = object()
            entry = self._entries.pop(address, None)
            if entry is not None:
                self._size -= entry[2]


MEMO = Memo()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=MEMO.reset)
