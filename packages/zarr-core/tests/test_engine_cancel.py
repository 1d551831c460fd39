"""Cancelling in the middle: by the task, a time-out, Ctrl-C, the end of a loop. Nothing touches `out` afterwards."""

from __future__ import annotations

import asyncio
import threading
import time

import numpy as np
import pytest

from zarr_core.engine.asynchronous import ASYNC
from zarr_core.engine.blocking import BLOCKING
from zarr_core.engine.workers import WORKERS

LARGE = 1 << 20
SENTINEL = 77


class Output:
    """An array that work writes to, slowly; afterwards it must stay as it was left."""

    def __init__(self) -> None:
        self.array = np.zeros(1000, "i8")
        self.started = threading.Event()
        self.running = 0
        self.finished = 0
        self._guard = threading.Lock()

    def write(self, item: int, seconds: float = 0.005) -> None:
        with self._guard:
            self.running += 1
        self.started.set()
        time.sleep(seconds)
        self.array[item % 1000] = item + 1
        with self._guard:
            self.running -= 1
            self.finished += 1

    async def blocking(self, item: int) -> None:
        self.write(item)

    async def computing(self, item: int) -> None:
        await asyncio.sleep(0.001)
        await ASYNC.compute(self.write, item, nbytes=LARGE)

    def settled(self) -> bool:
        """Whether nobody writes now or, after a while, has written meanwhile."""
        if self.running:
            return False
        self.array[:] = SENTINEL
        time.sleep(0.1)
        return bool((self.array == SENTINEL).all())


@pytest.fixture
def output() -> Output:
    return Output()


OPERATIONS = {
    "async": lambda output, n=500: ASYNC.map(output.computing, range(n)),
    "blocking": lambda output, n=500: BLOCKING.arun(BLOCKING.map(output.blocking, range(n))),
    "nested": lambda output: ASYNC.map(lambda _: ASYNC.map(output.computing, range(50)), range(10)),
    "lone": lambda output: ASYNC.map(output.computing, [3]),
}


@pytest.fixture(params=OPERATIONS)
def operation(request, output):
    return lambda: OPERATIONS[request.param](output)


async def under_way(output: Output) -> None:
    while not output.started.is_set():
        await asyncio.sleep(0.001)


def test_a_cancelled_task_leaves_the_output_alone(operation, output, finishes):
    async def main() -> bool:
        task = asyncio.create_task(operation())
        await under_way(output)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return output.settled()

    assert finishes(lambda: asyncio.run(main()))
    assert output.finished < 400


def test_a_task_that_is_cancelled_again_and_again_still_waits_for_what_runs(operation, output, finishes):
    async def main() -> bool:
        task = asyncio.create_task(operation())
        await under_way(output)
        while not task.done():
            task.cancel()
            await asyncio.sleep(0)
        return output.settled()

    assert finishes(lambda: asyncio.run(main()))


def test_a_timeout_leaves_the_output_alone(operation, output, finishes):
    async def main() -> bool:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.004):
                await operation()
        return output.settled()

    assert finishes(lambda: asyncio.run(main()))


def test_the_end_of_a_loop_does_not_hang_on_work_in_threads(operation, output, finishes):
    """`asyncio.run` cancels every task that is left, whoever started it."""

    async def main() -> None:
        tasks.append(asyncio.create_task(operation()))
        await under_way(output)

    tasks: list[asyncio.Task[None]] = []
    finishes(lambda: asyncio.run(main()))
    assert tasks[0].cancelled()
    assert output.settled()


def test_cancelling_at_random_moments(output, finishes):
    async def main(delay: float) -> bool:
        task = asyncio.create_task(OPERATIONS["async"](output, 30))
        await asyncio.sleep(delay)
        task.cancel()
        await asyncio.wait([task])
        return not output.running

    for delay in np.linspace(0, 0.03, 25):
        assert finishes(lambda delay=delay: asyncio.run(main(delay)))
    assert output.settled()


def test_work_that_waits_for_a_thread_is_not_done_after_its_task_was_cancelled(output, finishes):
    async def main() -> None:
        tasks = [asyncio.create_task(ASYNC.compute(output.write, item, 0.02, nbytes=LARGE)) for item in range(60)]
        await under_way(output)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

    finishes(lambda: asyncio.run(main()))
    assert output.finished < 60
    assert output.settled()


def test_cancelling_one_of_many_that_share_a_hop_leaves_the_others_be(finishes):
    async def main() -> list[object]:
        tasks = [asyncio.create_task(ASYNC.compute(pow, 2, i, nbytes=LARGE)) for i in range(40)]
        for i in range(0, 40, 3):
            tasks[i].cancel()
        return await asyncio.gather(*tasks, return_exceptions=True)

    results = finishes(lambda: asyncio.run(main()))
    assert [r for i, r in enumerate(results) if i % 3] == [2**i for i in range(40) if i % 3]
    assert all(isinstance(r, asyncio.CancelledError) for r in results[::3])


@pytest.mark.parametrize("error", [ValueError, StopIteration, SystemExit, KeyboardInterrupt, asyncio.CancelledError])
def test_whatever_work_in_a_thread_raises_reaches_its_caller_and_nobody_else(error, finishes):
    def work(item: int) -> int:
        if item == 7:
            raise error("seven")
        return item

    async def one(item: int) -> object:
        try:
            return await ASYNC.compute(work, item, nbytes=LARGE)
        except BaseException as caught:
            return type(caught)

    async def main() -> list[object]:
        return await asyncio.gather(*(one(item) for item in range(20)))

    results = finishes(lambda: asyncio.run(main()))
    assert results.pop(7) is (RuntimeError if error is StopIteration else error)
    assert results == [item for item in range(20) if item != 7]


def test_an_operation_that_waits_for_a_thread_never_starts_after_it_was_cancelled(finishes, monkeypatch):
    monkeypatch.setitem(WORKERS.SIZES, "operations", 1)
    WORKERS.reset()
    started, release = [], threading.Event()

    async def hold() -> None:
        release.wait()

    async def late() -> None:
        started.append("late")

    async def main() -> None:
        holder = asyncio.create_task(BLOCKING.arun(hold()))
        await asyncio.sleep(0.01)
        task = asyncio.create_task(BLOCKING.arun(late()))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        release.set()
        await holder

    finishes(lambda: asyncio.run(main()))
    WORKERS.reset()
    assert not started


def test_cancelling_stops_a_blocking_operation_at_its_next_item(output, finishes):
    async def main() -> None:
        task = asyncio.create_task(BLOCKING.arun(BLOCKING.map(output.blocking, range(100_000))))
        await under_way(output)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    finishes(lambda: asyncio.run(main()))
    assert output.finished < 100


def test_cancelling_stops_a_blocking_iterator_in_the_middle_of_a_batch(finishes):
    log = []

    async def slow() -> object:
        try:
            for number in range(100_000):
                log.append(number)
                time.sleep(0.002)
                yield number
        finally:
            log.append("closed")

    async def main() -> None:
        async def consume() -> None:
            async for _ in BLOCKING.adrive(slow()):
                pass

        task = asyncio.create_task(consume())
        while not log:
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    finishes(lambda: asyncio.run(main()))
    assert log[-1] == "closed"
    assert len(log) < 100


INTERRUPTED = """
    import asyncio, os, signal, threading, time
    import numpy as np
    from zarr_core.engine.asynchronous import ASYNC
    from zarr_core.engine.blocking import BLOCKING
    from zarr_core.engine.step import step

    out = np.zeros(100_000)
    running = finished = 0
    pause = 0.02
    guard = threading.Lock()

    def write(item):
        global running, finished
        with guard:
            running += 1
        try:
            time.sleep(pause)
            out[item] = 1
            finished += 1
        finally:
            with guard:
                running -= 1

    async def blocking(item):
        write(item)

    async def computing(item):
        await asyncio.sleep(0.001)
        await ASYNC.compute(write, item, nbytes=1 << 20)

    async def stubborn(item):
        try:
            await computing(item)
        except asyncio.CancelledError:
            await asyncio.sleep(0.3)
            out[item] = 2
            raise

    def interrupt(after):
        timer = threading.Timer(after, os.kill, [os.getpid(), signal.SIGINT])
        timer.daemon = True
        timer.start()

    def check(run, operation, *interrupts):
        for after in interrupts:
            interrupt(after)
        try:
            run(operation)
        except KeyboardInterrupt:
            print("interrupted", end=" ")
        still, before = running, finished
        out[:] = 77
        time.sleep(0.6)
        print(still, bool((out == 77).all()), 0 < before < 5_000)
"""


@pytest.mark.parametrize(
    ("what", "run"),
    [
        ("BLOCKING.map(blocking, range(100_000))", "BLOCKING.run"),
        ("ASYNC.map(computing, range(100_000))", "ASYNC.run"),
        ("ASYNC.map(computing, range(100_000))", "asyncio.run"),
        ("BLOCKING.arun(BLOCKING.map(blocking, range(100_000)))", "asyncio.run"),
    ],
)
def test_ctrl_c_leaves_the_output_alone(python, what, run):
    program = f"{INTERRUPTED}\n    check({run}, {what}, 0.3)\n"
    assert python(program) == "interrupted 0 True True\n"


@pytest.mark.parametrize(
    ("what", "run"),
    [
        ("BLOCKING.map(blocking, range(100_000))", "BLOCKING.run"),
        ("ASYNC.map(stubborn, range(100_000))", "ASYNC.run"),
    ],
)
def test_ctrl_c_again_does_not_leave_before_what_runs_has_ended(python, what, run):
    program = f"{INTERRUPTED}\n    pause = 0.5\n    check({run}, {what}, 1.2, 1.201, 1.21, 1.22)\n"
    assert python(program) == "interrupted 0 True True\n"


def test_after_ctrl_c_the_engine_works_on(python):
    program = f"""{INTERRUPTED}
    for run, what in (BLOCKING.run, BLOCKING.map), (ASYNC.run, ASYNC.map):
        fn = blocking if run is BLOCKING.run else computing
        interrupt(0.2)
        try:
            run(what(fn, range(100_000)))
        except KeyboardInterrupt:
            print("interrupted")
        out[:] = 0
        run(what(fn, range(40)))
        print(out.sum())
    """
    assert python(program).split() == ["interrupted", "40.0"] * 2
