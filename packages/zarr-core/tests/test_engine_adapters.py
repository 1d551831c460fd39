"""Stores as the async runtime uses them: in threads, behind a gate, composites rebuilt; and which runtime serves."""

from __future__ import annotations

import asyncio
import gc
import random
import threading
import weakref
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from zarr_core.abc.store import (
    ABSENT,
    Buffer,
    Range,
    ReadListStore,
    ReadStore,
    ReadWriteListStore,
    ReadWriteStore,
    Store,
    Suffix,
)
from zarr_core.config import config
from zarr_core.engine.adapters import Gate
from zarr_core.engine.asynchronous import ASYNC
from zarr_core.engine.blocking import BLOCKING
from zarr_core.engine.loops import sync
from zarr_core.engine.runtimes import runtime_for
from zarr_core.engine.step import step
from zarr_core.storage.memory import MemoryStore
from zarr_core.storage.wrapper import WrapperStore


class Layered(ReadStore):
    """Looks in one store, then in another."""

    def __init__(self, upper: Any, lower: Any) -> None:
        self.upper, self.lower = upper, lower

    @property
    def blocking(self) -> bool:  # type: ignore[override]
        return self.upper.blocking and self.lower.blocking

    async def get(self, key: str, byte_range: Range | Suffix | None = None) -> Buffer | None:
        value = await self.upper.get(key, byte_range)
        return value if value is not None else await self.lower.get(key, byte_range)

    def adapt(self, wrap: Callable[[Store], Store]) -> Store:
        return Layered(self.upper.adapt(wrap), self.lower.adapt(wrap))


# which runtime


def test_an_operation_blocks_only_if_every_store_it_reaches_does(slow_store, remote_store):
    slow, remote = slow_store(), remote_store()
    assert runtime_for(slow, MemoryStore()) is BLOCKING
    assert runtime_for(slow, remote) is ASYNC
    assert runtime_for(WrapperStore(slow)) is BLOCKING
    assert runtime_for(WrapperStore(remote)) is ASYNC
    assert runtime_for(Layered(slow, slow)) is BLOCKING
    assert runtime_for(Layered(slow, remote)) is ASYNC


def test_blocking_and_suspending_stores_take_part_in_one_operation(slow_store, remote_store):
    slow = slow_store({str(i): b"slow %d" % i for i in range(40)}, delay=0.002)
    remote = remote_store(delay=0.002)
    memory = MemoryStore()
    runtime = runtime_for(slow, remote, memory)
    source, target, log = (runtime.adapt(store) for store in (slow, remote, memory))

    async def copy(key: str) -> None:
        async with runtime.lock([target.address(key), log.address("count")]):
            await target.set(key, await source.get(key))
            await log.set("count", str(int(await log.get("count") or b"0") + 1).encode())

    async def operation() -> None:
        await runtime.map(copy, map(str, range(40)))

    loop_thread = sync(_thread())
    runtime.run(operation())
    assert remote.values == slow.values
    assert step(memory.get("count")) == b"40"
    assert loop_thread not in slow.threads, "a store that blocks would have held up the loop"
    assert remote.threads == {loop_thread}


async def _thread() -> int:
    return threading.get_ident()


def test_a_composite_has_each_part_adapted(slow_store, remote_store):
    disk, cloud = slow_store({"a": b"disk"}, delay=0.001), remote_store({"b": b"cloud"}, delay=0.001)
    store = Layered(WrapperStore(disk), cloud)
    adapted = ASYNC.adapt(store)

    async def read() -> list[object]:
        return [await adapted.get(key) for key in "abc"]

    assert sync(read()) == [b"disk", b"cloud", None]
    assert sync(_thread()) not in disk.threads
    assert disk.calls == 3


def test_a_store_in_memory_is_used_on_the_loop_as_it_is():
    store = MemoryStore()
    assert ASYNC.adapt(store) is store


def test_a_store_is_adapted_once_so_that_all_share_its_limits(remote_store, slow_store):
    for store in remote_store(), slow_store(), Layered(slow_store(), remote_store()):
        assert ASYNC.adapt(store) is ASYNC.adapt(store)


def test_stores_that_are_equal_are_adapted_each_for_itself():
    class Disk(MemoryStore):
        waits = True

    values: dict[str, bytes] = {}
    writable, read_only = Disk(values), Disk(values, read_only=True)
    assert writable == read_only
    assert not ASYNC.adapt(writable).read_only
    assert ASYNC.adapt(read_only).read_only


def test_a_store_that_is_no_longer_used_is_let_go(remote_store, slow_store):
    class Unhashable(remote_store):
        __hash__ = None  # type: ignore[assignment]

    for cls in remote_store, slow_store, Unhashable:
        store = cls()
        adapted = ASYNC.adapt(store)
        seen = weakref.ref(store)
        del store
        assert seen() is not None
        del adapted
        gc.collect()
        assert seen() is None


# what an adapted store can do


class ReadOnlyRemote(ReadStore):
    async def get(self, key: str, byte_range: Range | Suffix | None = None) -> Buffer | None:
        return None


class ListingRemote(ReadOnlyRemote, ReadListStore):
    async def list(self) -> AsyncIterator[str]:
        for key in "abc":
            yield key


@pytest.mark.parametrize("blocks", [True, False])
def test_an_adapted_store_has_the_capability_of_what_it_wraps(blocks, remote_store):
    for cls in ReadOnlyRemote, ListingRemote, remote_store:
        store = type(cls.__name__, (cls,), {"blocking": blocks})()
        adapted = ASYNC.adapt(store)
        for contract in ReadListStore, ReadWriteStore, ReadWriteListStore:
            assert isinstance(adapted, contract) == isinstance(store, contract)
        assert adapted.read_only == store.read_only
        assert adapted.address("a") == store.address("a")
        assert adapted.gap == store.gap
        assert not adapted.blocking


@pytest.mark.parametrize("kind", ["slow_store", "remote_store"])
def test_every_method_of_an_adapted_store_does_what_the_store_does(kind, request):
    store = request.getfixturevalue(kind)({"a/b": b"0123456789", "a/c/d": b"xyz", "e": b""})
    adapted: Any = ASYNC.adapt(store)

    async def use() -> None:
        assert await adapted.get("a/b") == b"0123456789"
        assert await adapted.get("a/b", Range(2, 4)) == b"23"
        assert await adapted.get("none") is None
        assert await adapted.get_ranges("a/b", [Range(0, 1), Suffix(2), Range(8)]) == [b"0", b"89", b"89"]
        assert await adapted.get_partial_values([("a/b", Range(0, 2)), ("e", None), ("no", None)]) == [b"01", b"", None]
        assert await adapted.exists("e")
        assert not await adapted.exists("f")
        assert await adapted.getsize("a/b") == 10
        assert await adapted.getsize_prefix("a/") == 13
        await adapted.set("f", [b"one", b"two"])
        await adapted.set_partial_values([("f", 3, b"TWO")])
        assert await adapted.get("f") == b"oneTWO"
        await adapted.rename("f", "g")
        await adapted.delete("e")
        assert sorted([key async for key in adapted.list()]) == ["a/b", "a/c/d", "g"]
        assert sorted([key async for key in adapted.list_prefix("a/")]) == ["a/b", "a/c/d"]
        assert sorted([key async for key in adapted.list_dir("a/")]) == ["a/b", "a/c/"]
        await adapted.delete_prefix("a/")
        assert [key async for key in adapted.list()] == ["g"]

    asyncio.run(use())


@pytest.mark.parametrize("blocks", [True, False])
def test_abilities_pass_through_an_adapted_store(blocks):
    class Able(MemoryStore):
        blocking = blocks
        waits = True

    store = Able()
    adapted = ASYNC.adapt(store)
    assert adapted.ability("set_at") is None

    async def use() -> None:
        version = await adapted.ability("set_if")("a", b"12345", ABSENT)
        values, seen = await adapted.ability("get_versioned")("a", [Range(1, 3)])
        assert (values, seen) == ([b"23"], version)
        values, seen = await adapted.ability("get_versioned")("a", None)
        assert (values, seen) == ([b"12345"], version)
        assert await adapted.ability("get_versioned")("none", None) is None

    asyncio.run(use())


def test_an_error_of_the_store_comes_through(slow_store, remote_store):
    for cls in slow_store, remote_store:

        class Broken(cls):  # type: ignore[misc, valid-type]
            async def get(self, key: str, byte_range: Range | Suffix | None = None) -> Buffer | None:
                await self._call()
                raise PermissionError(key)

        with pytest.raises(PermissionError, match="secret"):
            sync(ASYNC.adapt(Broken()).get("secret"))


# limits


def test_requests_in_flight_are_limited(remote_store):
    store = remote_store({str(i): b"1" for i in range(100)}, delay=0.001)
    with config.set({"io.requests": 5}):
        asyncio.run(ASYNC.map(ASYNC.adapt(store).get, map(str, range(100))))
    assert store.most == 5


def test_a_limit_that_is_changed_counts_from_then_on(remote_store):
    store = remote_store({str(i): b"1" for i in range(30)}, delay=0.001)
    adapted = ASYNC.adapt(store)
    for requests in 2, 7, 3:
        store.most = 0
        with config.set({"io.requests": requests}):
            sync(ASYNC.map(adapted.get, map(str, range(30))))
        assert store.most == requests


def test_bytes_in_flight_are_limited(remote_store):
    """Once it is known how large the values of the store are."""
    store = remote_store({str(i): bytes(1000) for i in range(100)}, delay=0.001)
    adapted = ASYNC.adapt(store)

    async def read() -> None:
        for _ in range(20):
            await adapted.get("0")
        store.most = 0
        await ASYNC.map(adapted.get, map(str, range(100)))

    with config.set({"io.bytes_in_flight": 4_500}):
        asyncio.run(read())
    assert store.most == 4


@pytest.mark.parametrize("known", [False, True])
def test_parts_in_flight_count_with_their_own_size(remote_store, known):
    class Versioned(remote_store):
        def ability(self, name: str) -> Any:
            return self.get_versioned if known and name == "get_versioned" else None

        async def get_versioned(self, key: str, ranges: Any) -> Any:
            return await self.get_ranges(key, ranges), 1

        async def get_ranges(self, key: str, ranges: Any) -> Any:
            await self._call()
            return [part.of(self.values[key]) for part in ranges]

    store = Versioned({"a": bytes(10_000)}, delay=0.001)
    adapted = ASYNC.adapt(store)
    read = adapted.ability("get_versioned") if known else adapted.get_ranges
    with config.set({"io.bytes_in_flight": 1_000}):
        asyncio.run(ASYNC.map(lambda i: read("a", [Range(i, i + 100), Suffix(20)]), range(50)))
    assert store.most == 8


def test_a_value_larger_than_the_limit_is_read_alone(remote_store):
    store = remote_store({str(i): bytes(5_000) for i in range(10)}, delay=0.001)
    with config.set({"io.bytes_in_flight": 100}):
        asyncio.run(ASYNC.map(ASYNC.adapt(store).get, map(str, range(10))))
    assert store.most == 1


def test_limits_sit_around_the_call_alone_so_that_nesting_never_deadlocks(remote_store, finishes):
    store = remote_store({str(i): b"1" for i in range(10)}, delay=0.0005)
    adapted = ASYNC.adapt(store)

    async def level(depth: int) -> None:
        await adapted.get("1")
        if depth:
            await ASYNC.map(level, [depth - 1] * 5)
        await adapted.get("2")

    with config.set({"io.requests": 1}):
        finishes(lambda: asyncio.run(level(3)))
    assert store.most == 1


# the gate alone


async def _through(gate: Gate, size: int, log: list[int], number: int, steps: int = 1) -> None:
    await gate.enter(size)
    try:
        log.append(number)
        for _ in range(steps):
            await asyncio.sleep(0)
    finally:
        gate.leave(size)


def test_a_gate_lets_in_first_who_came_first():
    log: list[int] = []

    async def main() -> None:
        gate = Gate(1, 100)
        await asyncio.gather(*(_through(gate, 1 + i % 3 * 90, log, i) for i in range(20)))

    asyncio.run(main())
    assert log == list(range(20))


def test_cancelling_while_waiting_at_a_gate_leaks_nothing(finishes):
    async def main(seed: int) -> None:
        rng = random.Random(seed)
        gate = Gate(3, 100)
        for _ in range(50):
            log: list[int] = []
            tasks = [
                asyncio.create_task(_through(gate, rng.choice([0, 10, 60, 200]), log, i, rng.randint(0, 2)))
                for i in range(15)
            ]
            for _ in range(rng.randint(0, 6)):
                await asyncio.sleep(0)
            for task in rng.sample(tasks, 6):
                task.cancel()
            await asyncio.wait(tasks)
            assert all(task.cancelled() or task.exception() is None for task in tasks)
        # what leaked would be missing now
        log = []
        await asyncio.gather(*(_through(gate, 30, log, i, 50) for i in range(3)), _counted(gate, log))

    async def _counted(gate: Gate, log: list[int]) -> None:
        for _ in range(10):
            await asyncio.sleep(0)
        assert len(log) == 3
        assert gate._flying == 3
        assert gate._bytes == 90

    for seed in range(10):
        finishes(lambda seed=seed: asyncio.run(main(seed)))


def test_a_cancelled_waiter_does_not_hold_up_those_behind_it():
    async def main() -> None:
        gate, log = Gate(10, 100), []
        await gate.enter(60)
        large = asyncio.create_task(_through(gate, 80, log, 1))
        small = asyncio.create_task(_through(gate, 10, log, 2))
        await asyncio.sleep(0)
        assert log == []
        large.cancel()
        await asyncio.wait([small], timeout=10)
        assert log == [2]
        gate.leave(60)

    asyncio.run(main())


def test_a_waiter_let_in_and_cancelled_in_the_same_moment_gives_its_place_back():
    async def main() -> None:
        gate, log = Gate(1, 100), []
        await gate.enter(1)
        first = asyncio.create_task(_through(gate, 1, log, 1))
        second = asyncio.create_task(_through(gate, 1, log, 2))
        await asyncio.sleep(0)
        gate.leave(1)
        first.cancel()
        await asyncio.wait([second], timeout=10)
        assert log == [2]

    asyncio.run(main())


# holders and helpers


def test_holders_compute_while_every_other_pool_waits_for_their_lock(finishes, monkeypatch):
    """With one pool for all, those who wait would starve the decoding of the holder."""

    async def wait() -> str:
        async with BLOCKING.lock(["held"]):
            return "waited"

    async def main() -> list[str]:
        async with ASYNC.lock(["held"]):
            tasks = [asyncio.create_task(BLOCKING.arun(wait())) for _ in range(40)]
            await asyncio.sleep(0.05)
            assert await ASYNC.compute(pow, 2, 10, nbytes=1 << 20) == 1024
        return await asyncio.gather(*tasks)

    assert finishes(lambda: asyncio.run(main())) == ["waited"] * 40


def test_stores_in_threads_answer_while_every_other_pool_waits(finishes, slow_store):
    store = slow_store({"a": b"1"}, delay=0.001)
    adapted = ASYNC.adapt(store)

    async def wait() -> str:
        async with BLOCKING.lock(["held"]):
            return "waited"

    async def main() -> list[str]:
        async with ASYNC.lock(["held"]):
            tasks = [asyncio.create_task(BLOCKING.arun(wait())) for _ in range(40)]
            await asyncio.sleep(0.05)
            assert await ASYNC.map(adapted.get, ["a"] * 60, collect=True) == [b"1"] * 60
        return await asyncio.gather(*tasks)

    assert finishes(lambda: asyncio.run(main())) == ["waited"] * 40


def test_helpers_that_wait_for_a_lock_do_not_stop_its_holder(finishes, slow_store):
    store = slow_store(delay=0.001)

    async def under_lock(item: int) -> None:
        async with BLOCKING.lock(["held"]):
            await BLOCKING.map(store.get, map(str, range(20)))

    def many() -> None:
        threads = [
            threading.Thread(target=lambda: step(BLOCKING.map(under_lock, range(4))), daemon=True) for _ in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    finishes(many)
    assert store.calls == 6 * 4 * 20
