"""How the suite for stores runs what a store gives, and tells what does not concern the store."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest

from zarr_core.abc.store import AbilityName, ReadWriteStore, Store
from zarr_core.engine.step import step, step_iter

__all__ = ["Driver", "ability_of", "can_write", "in_threads", "needs"]

T = TypeVar("T")


class Driver:
    """Runs what a store gives to its end: by stepping if the store blocks, else on one event loop of its own."""

    def __init__(self, store: Store) -> None:
        self._runner = None if store.blocking else asyncio.Runner()

    def __call__(self, call: Awaitable[T]) -> T:
        return step(_awaited(call)) if self._runner is None else self._runner.run(_awaited(call))

    def all(self, items: AsyncIterator[T]) -> list[T]:
        return list(step_iter(items)) if self._runner is None else self._runner.run(_collected(items))

    def close(self) -> None:
        if self._runner is not None:
            self._runner.close()


async def _awaited(call: Awaitable[T]) -> T:
    return await call


async def _collected(items: AsyncIterator[T]) -> list[T]:
    return [item async for item in items]


def can_write(store: Store) -> bool:
    """Whether the store takes writes."""
    return isinstance(store, ReadWriteStore) and not store.read_only


def in_threads(store: Store, jobs: list[Callable[[Driver], Any]]) -> None:
    """Each job in a thread, with a driver and so with an event loop of its own, all at once."""
    together = threading.Barrier(len(jobs))

    def run(job: Callable[[Driver], Any]) -> None:
        do = Driver(store)
        try:
            together.wait()
            job(do)
        finally:
            do.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        for future in [pool.submit(run, job) for job in jobs]:
            future.result()


def needs(condition: bool, otherwise: str) -> None:
    """Skip what does not concern the store; called in tests, not fixtures, so that pytest reports one line for all."""
    if not condition:
        pytest.skip(otherwise)


def ability_of(store: Store, name: AbilityName) -> Callable[..., Awaitable[Any]]:
    """The ability; without it the test is skipped."""
    found = store.ability(name)
    needs(found is not None, f"the store has no {name}")
    assert found is not None
    return found
