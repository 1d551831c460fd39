"""`map` in both runtimes: order, laziness, errors, nesting, threads."""

from __future__ import annotations

import asyncio
import contextvars
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from typing import Any

import pytest

from zarr_core.config import config
from zarr_core.engine import blocking
from zarr_core.engine.asynchronous import ASYNC
from zarr_core.engine.blocking import BLOCKING
from zarr_core.engine.step import step
from zarr_core.engine.workers import WORKERS
from zarr_core.errors import StoreSuspendedError


@pytest.fixture
def one_helper(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Pools of one thread each."""
    for name in WORKERS.SIZES:
        monkeypatch.setitem(WORKERS.SIZES, name, 1)
    WORKERS.reset()
    yield
    WORKERS.reset()


def test_collect_keeps_the_order_of_the_items(engine):
    async def fn(item: int) -> int:
        await engine.pause(0.001 * (item % 3))
        return item * item

    items = range(100)
    assert engine.run(engine.runtime.map(fn, items, collect=True)) == [item * item for item in items]


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_few_items_are_carried_out_like_many(engine, n):
    seen = []

    async def fn(item: int) -> int:
        await engine.pause(0.001)
        seen.append(item)
        return item

    assert engine.run(engine.runtime.map(fn, iter(range(n)), collect=True)) == list(range(n))
    assert engine.run(engine.runtime.map(fn, range(n))) is None
    assert sorted(seen) == sorted([*range(n)] * 2)


def test_nesting_three_deep_on_one_worker_does_not_deadlock(engine, finishes, one_helper):
    leaves = []

    async def level(depth: int) -> None:
        if depth == 0:
            await engine.pause(0.0005)
            leaves.append(threading.get_ident())
        else:
            await engine.runtime.map(level, [depth - 1] * 6)

    finishes(lambda: engine.run(level(3)))
    assert len(leaves) == 6**3


def test_nesting_inside_a_worker_does_not_deadlock(finishes, one_helper):
    async def level(depth: int) -> int:
        if depth == 0:
            time.sleep(0.0005)
            return 1
        return sum(await BLOCKING.map(level, [depth - 1] * 6, collect=True))

    async def main() -> list[int]:
        return await asyncio.gather(*(BLOCKING.arun(level(3)) for _ in range(3)))

    assert finishes(lambda: asyncio.run(main())) == [6**3] * 3


def test_the_first_error_stops_the_rest_and_comes_after_what_runs_has_ended(engine):
    running, started = set(), []

    async def fn(item: int) -> None:
        started.append(item)
        running.add(item)
        try:
            await engine.pause(0.002)
            if item == 20:
                raise ValueError("the twentieth")
        finally:
            running.discard(item)

    with pytest.raises(ValueError, match="the twentieth"):
        engine.run(engine.runtime.map(fn, range(10_000)))
    assert not running
    assert len(started) < 1_000


def test_of_several_errors_the_first_is_raised(engine):
    async def fn(item: int) -> None:
        await engine.pause(0.001 if item < 3 else 0.05)
        raise ValueError(item)

    with pytest.raises(ValueError) as caught:
        engine.run(engine.runtime.map(fn, range(30)))
    assert caught.value.args[0] < 3


def test_items_are_taken_lazily_with_a_bounded_read_ahead(engine):
    finished: list[int] = []
    ahead = []

    def items() -> Iterator[int]:
        for item in range(2_000):
            ahead.append(item - len(finished))
            yield item

    async def fn(item: int) -> None:
        await engine.pause(0.0001)
        finished.append(item)

    engine.run(engine.runtime.map(fn, items()))
    assert len(finished) == 2_000
    assert max(ahead) <= 300


def test_an_error_ends_a_map_over_endless_items(engine):
    async def fn(item: int) -> None:
        await engine.pause(0.0005)
        if item == 500:
            raise KeyError(item)

    with pytest.raises(KeyError):
        engine.run(engine.runtime.map(fn, count()))


def test_an_error_of_the_items_themselves_is_raised_after_what_runs_has_ended(engine):
    running = set()

    def items() -> Iterator[int]:
        yield from range(50)
        raise LookupError("no more")

    async def fn(item: int) -> None:
        running.add(item)
        try:
            await engine.pause(0.002)
        finally:
            running.discard(item)

    with pytest.raises(LookupError, match="no more"):
        engine.run(engine.runtime.map(fn, items()))
    assert not running


def test_context_variables_reach_every_item(engine):
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")
    threads = set()

    async def fn(item: int) -> str:
        await engine.pause(0.001)
        threads.add(threading.get_ident())
        return variable.get()

    async def main() -> list[str]:
        variable.set("set")
        return await engine.runtime.map(fn, range(60), collect=True)

    assert set(contextvars.copy_context().run(engine.run, main())) == {"set"}
    if engine.runtime is BLOCKING:
        assert len(threads) > 1


# the blocking runtime: when it goes to threads


def test_a_blocking_store_that_waits_is_read_on_many_threads(slow_store):
    store = slow_store({str(i): b"%d" % i for i in range(400)}, delay=0.002)
    values = step(BLOCKING.map(store.get, map(str, range(400)), collect=True))
    assert values == [b"%d" % i for i in range(400)]
    assert store.most > 8
    assert len(store.threads) > 8


class Clock:
    """Time that passes only when told: on the wall, and of the processor, which may be taken away."""

    def __init__(self) -> None:
        self.wall = self.cpu = 1000.0
        self.preemptions = 0

    def work(self, seconds: float) -> None:
        self.wall += seconds
        self.cpu += seconds

    def wait(self, seconds: float) -> None:
        self.wall += seconds

    def lose(self, seconds: float) -> None:
        self.wall += seconds
        self.preemptions += 1


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(blocking, "perf_counter", lambda: clock.wall)
    monkeypatch.setattr(blocking, "thread_time", lambda: clock.cpu)
    monkeypatch.setattr(blocking, "_preemptions", lambda: clock.preemptions)
    return clock


def threads_of(fn: Any, n: int = 2_000) -> set[int]:
    threads = set()

    async def item(number: int) -> None:
        threads.add(threading.get_ident())
        await fn(number)

    step(BLOCKING.map(item, range(n)))
    return threads


def test_tiny_fast_items_never_leave_the_calling_thread(clock):
    async def fn(item: int) -> None:
        clock.work(5e-6)

    assert threads_of(fn) == {threading.get_ident()}


def test_losing_the_processor_now_and_then_is_not_taken_for_waiting(clock):
    async def fn(item: int) -> None:
        clock.work(5e-6)
        if item % 200 == 0:
            clock.lose(4e-3)

    assert threads_of(fn) == {threading.get_ident()}


def test_losing_the_processor_in_long_calls_is_not_taken_for_their_length(clock):
    async def fn(item: int) -> None:
        await BLOCKING.compute(clock.lose if item % 50 == 0 else clock.work, 60e-6, gil_free=item % 50 == 0)

    assert threads_of(fn) == {threading.get_ident()}


def test_items_that_wait_go_to_many_threads(clock, monkeypatch):
    borrowed = []
    monkeypatch.setattr(WORKERS, "borrow", lambda wanted, limit: borrowed.append(wanted) or 0)

    async def fn(item: int) -> None:
        clock.wait(2e-3)

    threads_of(fn, 100)
    assert borrowed == [blocking.WAITING_THREADS - 1]


def test_long_work_that_holds_the_gil_stays_on_the_calling_thread(clock):
    async def fn(item: int) -> None:
        await BLOCKING.compute(clock.work, 2e-3)

    assert threads_of(fn, 100) == {threading.get_ident()}


def test_many_short_calls_without_the_gil_stay_on_the_calling_thread(clock):
    async def fn(item: int) -> None:
        await BLOCKING.compute(clock.work, 20e-6, gil_free=True)

    assert threads_of(fn) == {threading.get_ident()}


def test_long_calls_without_the_gil_go_to_a_thread_per_processor(clock, monkeypatch):
    monkeypatch.setattr(blocking, "cpu_count", lambda: 3)
    borrowed = []
    monkeypatch.setattr(WORKERS, "borrow", lambda wanted, limit: borrowed.append(wanted) or 0)

    async def fn(item: int) -> None:
        await BLOCKING.compute(clock.work, 2e-3, gil_free=True)

    threads_of(fn, 100)
    assert borrowed == [2]


def test_the_configuration_limits_the_threads(slow_store):
    store = slow_store(delay=0.002)
    with config.set({"io.threads": 3}):
        step(BLOCKING.map(store.get, map(str, range(60))))
    assert len(store.threads) == 3
    store.threads.clear()
    with config.set({"io.threads": 1}):
        step(BLOCKING.map(store.get, map(str, range(20))))
    assert store.threads == {threading.get_ident()}


def test_without_threads_to_be_had_the_caller_does_it_alone(monkeypatch, slow_store):
    def submit(*args: Any) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(WORKERS, "submit", submit)
    store = slow_store(delay=0.001)
    step(BLOCKING.map(store.get, map(str, range(30))))
    assert store.calls == 30
    assert store.threads == {threading.get_ident()}


def test_a_program_may_still_map_while_it_ends(python):
    program = """
        import atexit, time
        from zarr_core.engine.blocking import BLOCKING
        from zarr_core.engine.step import step

        async def fn(item):
            time.sleep(0.001)
            return item

        atexit.register(lambda: print(sum(step(BLOCKING.map(fn, range(40), collect=True)))))
    """
    assert python(program) == "780\n"


@pytest.mark.parametrize("bad", [0, 25])
def test_a_store_that_suspends_in_a_map_is_named_whoever_drains_it(remote_store, slow_store, bad):
    class Lying(remote_store):
        blocking = True

    slow, lying = slow_store(delay=0.002), Lying()

    async def fn(item: int) -> None:
        await slow.get(str(item))
        if item == bad or (bad and threading.current_thread() is not threading.main_thread()):
            await lying.get(str(item))

    with pytest.raises(StoreSuspendedError, match=r"Lying\(\)"):
        step(BLOCKING.map(fn, range(50)))
    assert slow.flying == 0


def test_borrowed_helpers_are_given_back(slow_store):
    store = slow_store(delay=0.001)

    async def fail(key: str) -> None:
        await store.get(key)
        raise OSError(key)

    for fn in (store.get, fail):
        with suppress(OSError):
            step(BLOCKING.map(fn, map(str, range(50))))
    assert WORKERS.lent == 0


# the async runtime: tasks


def test_an_item_that_is_cancelled_from_outside_is_not_taken_for_done(finishes):
    async def fn(item: int) -> int:
        if item == 1:
            raise asyncio.CancelledError
        await asyncio.sleep(0.001)
        return item

    with pytest.raises(asyncio.CancelledError):
        finishes(lambda: asyncio.run(ASYNC.map(fn, range(4), collect=True)))


def test_items_of_the_async_map_overlap(remote_store):
    store = remote_store(delay=0.005)
    asyncio.run(ASYNC.map(store.get, map(str, range(300))))
    assert 100 < store.most <= 256
