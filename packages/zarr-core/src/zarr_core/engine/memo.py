"""A bounded cache of what was made from stored values (shard indexes), shared by all handles in the process.

An entry is kept per physical address with the version of the value it was made from. Stores that give versions
find out when another process wrote, because the next read compares; for the others writes of this process drop
the entry, and what another process wrote is seen when the entry is evicted or the array opened anew.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

from zarr_core.abc.store import Version

__all__ = ["MEMO", "Memo"]


class Memo:
    """Least recently used first out, by size in bytes."""

    def __init__(self, limit: int = 64 << 20) -> None:
        self.limit = limit
        self.reset()

    def reset(self) -> None:
        self._guard = threading.Lock()
        self._entries: OrderedDict[Hashable, tuple[Version | None, dict[Hashable, Any], int]] = OrderedDict()
        self._size = 0

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

    def keep(self, address: Hashable, name: Hashable, version: Version | None, thing: Any, size: int) -> None:
        """Remember the thing, made from that version; what was made from another version is dropped."""
        with self._guard:
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
        if address in self._entries:
            with self._guard:
                entry = self._entries.pop(address, None)
                if entry is not None:
                    self._size -= entry[2]


MEMO = Memo()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=MEMO.reset)
