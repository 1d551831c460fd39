"""Locks on addresses, waited for by threads and by event loops together."""

from __future__ import annotations

import asyncio
import gc
import random
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from zarr_core.engine import locks
from zarr_core.engine.asynchronous import ASYNC
from zarr_core.engine.blocking import BLOCKING
from zarr_core.engine.locks import LOCKS
from zarr_core.engine.step import step


@pytest.fixture(autouse=True)
def _nothing_stays_held():
    yield
    assert len(LOCKS) == 0


class Crowd:
    """Threads and loops that run operations at once."""

    def __init__(self) -> None:
        self.errors: list[BaseException] = []
        self._threads: list[threading.Thread] = []

    def start(self, fn: Callable[[], Any]) -> None:
        def call() -> None:
            try:
                fn()
            except BaseException as error:
                self.errors.append(error)

        thread = threading.Thread(target=call, daemon=True)
        self._threads.append(thread)
        thread.start()

    def join(self, seconds: float = 60) -> None:
        for thread in self._threads:
            thread.join(seconds)
            assert not thread.is_alive(), "it hangs"
        assert not self.errors


@pytest.fixture
def crowd() -> Crowd:
    return Crowd()


def queued(address: Any) -> int:
    """How many hold the address or wait for it."""
    return len(LOCKS._queues.get(address, ()))


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(20_000):
        if condition():
            return
        time.sleep(0.001)
    raise AssertionError("it does not happen")


def test_threads_and_loops_lose_no_increment(crowd):
    counter = 0

    async def blocking_increment() -> None:
        nonlocal counter
        async with BLOCKING.lock(["a"]):
            seen = counter
            time.sleep(0)
            counter = seen + 1

    async def async_increment() -> None:
        nonlocal counter
        async with ASYNC.lock(["a"]):
            seen = counter
            await asyncio.sleep(0)
            counter = seen + 1

    async def many_tasks() -> None:
        await asyncio.gather(*(async_increment() for _ in range(500)))

    for _ in range(4):
        crowd.start(lambda: [step(blocking_increment()) for _ in range(500)])
        crowd.start(lambda: asyncio.run(many_tasks()))
    crowd.join()
    assert counter == 4_000


def test_who_comes_first_is_served_first_whatever_it_is(crowd):
    order = []

    async def thread_waiter(number: int) -> None:
        async with BLOCKING.lock(["a"]):
            order.append(number)

    async def loop_waiter(number: int) -> None:
        async with ASYNC.lock(["a"]):
            order.append(number)

    async def hold() -> None:
        async with BLOCKING.lock(["a"]):
            for number in range(10):
                operation = (thread_waiter if number % 2 else loop_waiter)(number)
                run = step if number % 2 else asyncio.run
                crowd.start(lambda run=run, operation=operation: run(operation))
                wait_until(lambda number=number: queued("a") == number + 2)

    step(hold())
    crowd.join()
    assert order == list(range(10))


def test_a_waiter_is_not_starved_by_those_who_come_again_and_again(crowd):
    done = threading.Event()
    rounds = 0

    async def again() -> None:
        nonlocal rounds
        while not done.is_set():
            async with BLOCKING.lock(["a"]):
                rounds += 1

    async def task() -> None:
        for _ in range(50):
            async with ASYNC.lock(["a"]):
                await asyncio.sleep(0)
        done.set()

    crowd.start(lambda: step(again()))
    crowd.start(lambda: step(again()))
    crowd.start(lambda: asyncio.run(task()))
    crowd.join()
    assert rounds > 0


def test_several_addresses_in_any_order_never_deadlock(crowd):
    held = dict.fromkeys("abcd", 0)

    def chosen(seed: int) -> list[list[str]]:
        rng = random.Random(seed)
        return [rng.sample("abcd", rng.randint(1, 4)) for _ in range(200)]

    def enter(addresses: list[str]) -> None:
        for address in addresses:
            held[address] += 1
            assert held[address] == 1

    def leave(addresses: list[str]) -> None:
        for address in addresses:
            held[address] -= 1

    async def blocking(seed: int) -> None:
        for addresses in chosen(seed):
            async with BLOCKING.lock(addresses):
                enter(addresses)
                time.sleep(0)
                leave(addresses)

    async def task(seed: int) -> None:
        for addresses in chosen(seed):
            async with ASYNC.lock(addresses):
                enter(addresses)
                await asyncio.sleep(0)
                leave(addresses)

    async def tasks(seed: int) -> None:
        await asyncio.gather(*(task(seed + i) for i in range(3)))

    for number in range(3):
        crowd.start(lambda seed=number * 10: step(blocking(seed)))
        crowd.start(lambda seed=number * 10 + 5: asyncio.run(tasks(seed)))
    crowd.join()


def test_an_address_named_twice_is_taken_once(engine, finishes):
    async def operation() -> str:
        async with engine.runtime.lock(["a", ("b", 1), "a"]):
            return "held"

    assert finishes(lambda: engine.run(operation())) == "held"


def test_an_error_in_the_block_releases_the_lock(engine):
    async def operation() -> None:
        async with engine.runtime.lock(["a", "b"]):
            raise ValueError("inside")

    with pytest.raises(ValueError, match="inside"):
        engine.run(operation())


def test_a_cancelled_task_withdraws_from_the_queue():
    async def hold() -> None:
        async with ASYNC.lock(["a"]):
            await asyncio.sleep(60)

    async def main() -> None:
        holder = asyncio.create_task(hold())
        await asyncio.sleep(0)
        waiters = [asyncio.create_task(hold()) for _ in range(3)]
        await asyncio.sleep(0)
        assert queued("a") == 4
        waiters[1].cancel()
        await asyncio.wait([waiters[1]])
        assert queued("a") == 3
        for task in (holder, waiters[0], waiters[2]):
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(main())


def test_a_task_cancelled_as_it_is_given_the_lock_hands_it_on(finishes):
    async def use(log: list[str], name: str) -> None:
        async with ASYNC.lock(["a"]):
            log.append(name)

    async def main() -> list[str]:
        log: list[str] = []
        lock = ASYNC.lock(["a"])
        await lock.__aenter__()
        first, second = asyncio.create_task(use(log, "first")), asyncio.create_task(use(log, "second"))
        await asyncio.sleep(0)
        await lock.__aexit__()  # now the first holds it, but has not run yet
        first.cancel()
        await asyncio.wait([first, second])
        return log

    assert finishes(lambda: asyncio.run(main())) == ["second"]


def test_cancelling_at_random_loses_no_lock(crowd):
    inside = 0

    async def use(pause: float) -> None:
        nonlocal inside
        async with ASYNC.lock(["a", "b"]):
            inside += 1
            assert inside == 1
            await asyncio.sleep(pause)
            inside -= 1

    async def main(seed: int) -> None:
        rng = random.Random(seed)
        for _ in range(40):
            tasks = [asyncio.create_task(use(0)) for _ in range(10)]
            for _ in range(rng.randint(0, 5)):
                await asyncio.sleep(0)
            for task in rng.sample(tasks, 5):
                if inside == 0:  # who is inside would not come to count itself out
                    task.cancel()
            await asyncio.wait(tasks)

    for seed in range(2):
        crowd.start(lambda seed=seed: asyncio.run(main(seed)))
    crowd.join()


def test_a_cancelled_operation_in_a_thread_stops_waiting_for_a_lock(finishes):
    async def use() -> None:
        async with BLOCKING.lock(["a"]):
            pass

    async def main() -> None:
        async with ASYNC.lock(["a"]):
            task = asyncio.create_task(BLOCKING.arun(use()))
            while queued("a") < 2:
                await asyncio.sleep(0.001)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert queued("a") == 1

    finishes(lambda: asyncio.run(main()))


def test_a_lock_is_not_handed_to_a_loop_that_is_closed(finishes):
    async def wait() -> None:
        async with ASYNC.lock(["a"]):
            pass

    loop = asyncio.new_event_loop()

    async def hold() -> asyncio.Task[None]:
        async with BLOCKING.lock(["a"]):
            task = loop.create_task(wait())
            loop.run_until_complete(asyncio.sleep(0))
            assert queued("a") == 2
            loop.close()
            return task

    task = step(hold())

    async def use() -> str:
        async with BLOCKING.lock(["a"]):
            return "mine"

    assert finishes(lambda: step(use())) == "mine"
    task._log_destroy_pending = False  # type: ignore[attr-defined]


def test_an_operation_that_is_abandoned_while_it_holds_a_lock_releases_it():
    async def hold() -> None:
        async with ASYNC.lock(["a"]):
            await asyncio.sleep(60)

    async def main() -> None:
        operation = hold()
        operation.send(None)
        assert queued("a") == 1
        del operation
        gc.collect()
        assert queued("a") == 0

    asyncio.run(main())


def test_ctrl_c_at_any_line_leaves_no_lock_held():
    """An interrupt before each line of the module in turn, but for the head of `__aexit__`, where it cannot help."""

    def interrupts_at(number: int) -> bool:
        lines = iter(range(number + 1))

        def trace(frame: FrameType, event: str, arg: Any) -> Any:
            if frame.f_code.co_filename != locks.__file__:
                return None
            head = frame.f_code.co_name == "__aexit__" and frame.f_lineno <= frame.f_code.co_firstlineno + 1
            if event == "line" and not head and next(lines, None) == number:
                raise KeyboardInterrupt
            return trace

        async def use() -> None:
            async with BLOCKING.lock(["a", "b"]):
                pass

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            step(use())
        except KeyboardInterrupt:
            return True
        finally:
            sys.settrace(before)
        return False

    number = 0
    while interrupts_at(number):
        held = [address for address in "ab" if queued(address)]
        assert not held, f"after line {number}"
        LOCKS.reset()
        number += 1
    assert number > 20


def test_ctrl_c_while_waiting_for_a_lock_withdraws(python):
    program = """
        import os, signal, threading
        from zarr_core.engine.blocking import BLOCKING
        from zarr_core.engine.locks import LOCKS
        from zarr_core.engine.step import step

        async def use():
            async with BLOCKING.lock(["a"]):
                print("held")

        held, release = threading.Event(), threading.Event()
        async def hold():
            async with BLOCKING.lock(["a"]):
                held.set()
                release.wait()

        holder = threading.Thread(target=lambda: step(hold()))
        holder.start()
        held.wait()
        threading.Timer(0.2, os.kill, [os.getpid(), signal.SIGINT]).start()
        try:
            step(use())
        except KeyboardInterrupt:
            print("interrupted")
        release.set()
        holder.join()
        print(len(LOCKS))
        step(use())
    """
    assert python(program).split() == ["interrupted", "0", "held"]
