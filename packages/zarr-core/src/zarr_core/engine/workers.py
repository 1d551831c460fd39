"""Worker threads, in three pools that never wait for each other.

`helpers`     lend a share of a `map` in the blocking runtime; may wait for locks
`operations`  run whole blocking operations for `AsyncArray`; may wait for locks
`compute`     run functions that never wait for a lock: decoding, and the calls of blocking stores under a loop

With one pool for all, helpers that wait for a lock would starve the compute of its holder: deadlock. Pools are
made when first used, keep to the number of threads they are given, and are made anew in a forked child.
"""

from __future__ import annotations

import os
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ClassVar

__all__ = ["WORKERS", "Workers", "cpu_count"]


def cpu_count() -> int:
    """Processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Workers:
    """The pools of one process."""

    SIZES: ClassVar = {"helpers": 32, "operations": 16, "compute": 32}

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._guard = threading.Lock()
        self._pools: dict[str, ThreadPoolExecutor] = {}
        self.lent = 0
        """Helpers that are at work now."""

    def pool(self, name: str) -> ThreadPoolExecutor:
        """The pool of that name."""
        pool = self._pools.get(name)
        if pool is None:
            with self._guard:
                pool = self._pools.get(name)
                if pool is None:
                    pool = ThreadPoolExecutor(self.SIZES[name], thread_name_prefix=f"zarr-{name}")
                    self._pools[name] = pool
        return pool

    def submit(self, name: str, fn: Any, /, *args: Any) -> Future[Any]:
        return self.pool(name).submit(fn, *args)

    def borrow(self, wanted: int, limit: int) -> int:
        """How many of `wanted` helpers may be lent while at most `limit` are at work; give them back."""
        with self._guard:
            granted = max(0, min(wanted, limit - self.lent))
            self.lent += granted
            return granted

    def give_back(self, count: int) -> None:
        with self._guard:
            self.lent -= count


WORKERS = Workers()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=WORKERS.reset)
