"""Where loops and threads meet: `sync`, `step`, iterators, and which loop or thread does what."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import threading
import time
import weakref
from collections.abc import AsyncIterator

import pytest

from zarr_core.engine.asynchronous import ASYNC
from zarr_core.engine.blocking import BLOCKING
from zarr_core.engine.loops import BATCH, sync, sync_iter
from zarr_core.engine.step import step, step_iter
from zarr_core.errors import StoreSuspendedError, ZarrError
from zarr_core.storage.wrapper import WrapperStore


async def numbers(n: int, log: list[str] | None = None) -> AsyncIterator[int]:
    try:
        for number in range(n):
            await asyncio.sleep(0)
            yield number
    finally:
        if log is not None:
            log.append("closed")


async def plain_numbers(n: int, log: list[str] | None = None) -> AsyncIterator[int]:
    try:
        for number in range(n):
            yield number
    finally:
        if log is not None:
            log.append("closed")


# sync


def test_sync_runs_an_operation_and_gives_its_result(remote_store):
    assert sync(remote_store({"a": b"1"}, delay=0.001).get("a")) == b"1"


def test_sync_raises_what_the_operation_raises(finishes):
    async def fail() -> None:
        await asyncio.sleep(0)
        raise LookupError("this one")

    with pytest.raises(LookupError, match="this one"):
        finishes(lambda: sync(fail()))


def test_sync_works_while_a_loop_runs_on_this_thread(remote_store, finishes):
    """As in a notebook."""
    store = remote_store({"a": b"1"}, delay=0.001)

    async def cell() -> object:
        return sync(store.get("a"))

    assert finishes(lambda: asyncio.run(cell())) == b"1"


def test_sync_on_the_background_loop_itself_is_an_error_and_not_a_hang(finishes, remote_store):
    store = remote_store({"a": b"1"})

    async def operation() -> object:
        return sync(store.get("a"))

    with pytest.raises(ZarrError, match="AsyncArray"):
        finishes(lambda: sync(operation()))
    assert sync(store.get("a")) == b"1"


def test_sync_from_many_threads_at_once(remote_store, finishes):
    store = remote_store({str(i): b"%d" % i for i in range(40)}, delay=0.002)
    results: dict[int, object] = {}

    def many() -> None:
        threads = [
            threading.Thread(target=lambda i=i: results.__setitem__(i, sync(store.get(str(i))))) for i in range(40)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    finishes(many)
    assert results == {i: b"%d" % i for i in range(40)}


def test_an_operation_that_exits_does_not_end_the_background_loop(finishes):
    async def leave() -> None:
        raise SystemExit(3)

    async def work() -> str:
        return "works"

    with pytest.raises(SystemExit):
        finishes(lambda: sync(leave()), 10)
    assert finishes(lambda: sync(work()), 10) == "works"


def test_context_variables_reach_operations_on_the_background_loop():
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")

    async def operation() -> str:
        return variable.get()

    def call() -> str:
        variable.set("set")
        return sync(operation())

    assert contextvars.copy_context().run(call) == "set"


def test_context_variables_of_each_task_reach_its_own_compute():
    variable: contextvars.ContextVar[int] = contextvars.ContextVar("variable", default=-1)
    threads = set()

    def work() -> int:
        threads.add(threading.get_ident())
        return variable.get()

    async def task(number: int) -> int:
        variable.set(number)
        return await ASYNC.compute(work, nbytes=1 << 20)

    async def main() -> list[int]:
        return await asyncio.gather(*(task(number) for number in range(50)))

    assert asyncio.run(main()) == list(range(50))
    assert threading.get_ident() not in threads


def test_context_variables_reach_operations_in_threads():
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")

    async def operation() -> tuple[str, int]:
        return variable.get(), threading.get_ident()

    async def main() -> tuple[str, int]:
        variable.set("set")
        return await BLOCKING.arun(operation())

    value, thread = asyncio.run(main())
    assert value == "set"
    assert thread != threading.get_ident()


# one store, many loops


def test_one_store_is_used_from_two_loops_and_from_threads_at_once(remote_store, finishes):
    store = ASYNC.adapt(remote_store({str(i): b"%d" % i for i in range(200)}, delay=0.001))
    wanted = [b"%d" % i for i in range(200)]
    results: list[object] = []

    async def read() -> object:
        async with ASYNC.lock(["a"]):
            await ASYNC.compute(time.sleep, 0.001, nbytes=1 << 20)
        return await ASYNC.map(store.get, map(str, range(200)), collect=True)

    def many() -> None:
        calls = [lambda: asyncio.run(read()), lambda: sync(read())] * 3
        threads = [threading.Thread(target=lambda call=call: results.append(call())) for call in calls]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    finishes(many)
    assert results == [wanted] * 6


def test_a_loop_that_was_used_is_not_kept_alive(remote_store):
    store = ASYNC.adapt(remote_store({"a": b"1"}))

    async def read() -> weakref.ref[asyncio.AbstractEventLoop]:
        async with ASYNC.lock(["a"]):
            await ASYNC.compute(time.sleep, 0.001, nbytes=1 << 20)
        await ASYNC.map(store.get, ["a", "b", "c"])
        return weakref.ref(asyncio.get_running_loop())

    loop = asyncio.run(read())
    gc.collect()
    assert loop() is None


# iterators


@pytest.mark.parametrize("n", [0, 1, BATCH - 1, BATCH, BATCH + 1, 3 * BATCH + 7])
def test_no_item_is_lost_between_batches(n):
    async def listed(items: AsyncIterator[int]) -> list[int]:
        return [item async for item in items]

    assert list(step_iter(plain_numbers(n))) == list(range(n))
    assert list(sync_iter(numbers(n))) == list(range(n))
    assert list(BLOCKING.drive(plain_numbers(n))) == list(range(n))
    assert asyncio.run(listed(BLOCKING.adrive(plain_numbers(n)))) == list(range(n))
    assert list(ASYNC.drive(numbers(n))) == list(range(n))
    assert asyncio.run(listed(ASYNC.adrive(numbers(n)))) == list(range(n))


@pytest.mark.parametrize("drive", [BLOCKING.drive, ASYNC.drive])
def test_an_abandoned_iterator_is_closed_in_plain_code(drive):
    log: list[str] = []
    items = drive((plain_numbers if drive is BLOCKING.drive else numbers)(1000, log))
    assert next(items) == 0
    del items
    gc.collect()
    assert log == ["closed"]


@pytest.mark.parametrize("drive", [BLOCKING.adrive, ASYNC.adrive])
def test_an_iterator_that_a_task_closes_is_closed_before_the_task_goes_on(drive):
    log: list[str] = []
    source = (plain_numbers if drive == BLOCKING.adrive else numbers)(1000, log)

    async def main() -> list[str]:
        items = drive(source)
        async for _ in items:
            break
        await items.aclose()
        return list(log)

    assert asyncio.run(main()) == ["closed"]


def test_iterate_closes_when_left_early(engine):
    log: list[str] = []

    async def operation() -> list[str]:
        async with engine.runtime.iterate(plain_numbers(10, log)) as items:
            async for number in items:
                if number == 3:
                    break
        return list(log)

    assert engine.run(operation()) == ["closed"]


def test_iterate_closes_on_an_error(engine):
    log: list[str] = []

    async def operation() -> None:
        async with engine.runtime.iterate(plain_numbers(10, log)) as items:
            async for _ in items:
                raise ValueError("enough")

    with pytest.raises(ValueError, match="enough"):
        engine.run(operation())
    assert log == ["closed"]


def test_iterate_takes_iterators_that_cannot_be_closed(engine):
    class Three:
        def __init__(self) -> None:
            self.left = 3

        def __aiter__(self) -> Three:
            return self

        async def __anext__(self) -> int:
            if not self.left:
                raise StopAsyncIteration
            self.left -= 1
            return self.left

    async def operation() -> list[int]:
        async with engine.runtime.iterate(Three()) as items:
            return [item async for item in items]

    assert engine.run(operation()) == [2, 1, 0]
    assert list(BLOCKING.drive(Three())) == [2, 1, 0]
    assert list(ASYNC.drive(Three())) == [2, 1, 0]


def test_an_iterator_that_is_still_open_when_the_program_ends_does_not_hang_it(python):
    program = """
        import asyncio
        from zarr_core.engine.loops import sync_iter

        async def numbers():
            for number in range(1000):
                await asyncio.sleep(0)
                yield number

        items = sync_iter(numbers())
        print(next(items))
    """
    assert python(program, 20) == "0\n"


def test_an_iterator_collected_as_garbage_on_the_background_loop_is_closed():
    log: list[str] = []

    class Cycle:
        pass

    cycle = Cycle()
    cycle.items, cycle.itself = sync_iter(numbers(1000, log)), cycle
    next(cycle.items)
    del cycle

    async def collect() -> None:
        gc.collect()
        for _ in range(10):
            await asyncio.sleep(0.001)

    sync(collect())
    assert log == ["closed"]


def test_an_error_in_the_middle_of_an_iterator_is_raised():
    async def items() -> AsyncIterator[int]:
        yield 1
        raise OSError("gone")

    async def listed() -> list[int]:
        return [item async for item in BLOCKING.adrive(items())]

    with pytest.raises(OSError, match="gone"):
        list(step_iter(items()))
    with pytest.raises(OSError, match="gone"):
        list(sync_iter(items()))
    with pytest.raises(OSError, match="gone"):
        asyncio.run(listed())


# stores that lie


async def suspend(how: str) -> None:
    if how == "a future":
        await asyncio.sleep(0.001)  # without a loop this cannot even begin
    else:
        await asyncio.sleep(0)


@pytest.fixture(params=["a bare yield", "a future"])
def lying_store(request, remote_store):
    class Lying(remote_store):
        blocking = True

        async def _pause(self) -> None:
            await suspend(request.param)

    return Lying({"a": b"1"})


def test_a_blocking_store_that_suspends_is_an_error_that_names_it(lying_store):
    async def operation() -> object:
        return await lying_store.get("a")

    with pytest.raises(StoreSuspendedError, match=r"Lying\(\)"):
        step(operation())


def test_the_store_that_suspends_is_named_and_not_what_wraps_it(lying_store):
    class Wrapper(WrapperStore):
        pass

    with pytest.raises(StoreSuspendedError, match=r"^Lying\(\)"):
        step(Wrapper(lying_store).get("a"))


def test_a_store_that_suspends_is_named_while_a_loop_runs_on_this_thread(lying_store):
    async def cell() -> object:
        return step(lying_store.get("a"))

    with pytest.raises(StoreSuspendedError, match=r"Lying\(\)"):
        asyncio.run(cell())


def test_a_store_that_suspends_in_a_list_is_named(lying_store):
    async def operation() -> None:
        async with BLOCKING.iterate(lying_store.list_dir("")) as entries:
            async for _ in entries:
                pass

    with pytest.raises(StoreSuspendedError, match=r"Lying\(\)"):
        list(step_iter(lying_store.list()))
    with pytest.raises(StoreSuspendedError, match=r"Lying\(\)"):
        step(operation())


def test_a_store_that_suspends_under_a_lock_leaves_it_free(lying_store):
    async def operation() -> object:
        async with BLOCKING.lock(["a"]):
            return await lying_store.get("a")

    for _ in range(2):
        with pytest.raises(StoreSuspendedError, match=r"Lying\(\)"):
            step(operation())


def test_a_store_that_suspends_even_while_it_is_closed_is_named(remote_store):
    class Stubborn(remote_store):
        blocking = True

        async def _pause(self) -> None:
            try:
                await asyncio.sleep(0)
            finally:
                await asyncio.sleep(0)

    with pytest.raises(StoreSuspendedError, match=r"Stubborn\(\)"):
        step(Stubborn().get("a"))


def test_a_runtime_error_of_the_store_itself_is_left_alone():
    async def fail() -> None:
        raise RuntimeError("no running water")

    with pytest.raises(RuntimeError, match="no running water") as caught:
        step(fail())
    assert not isinstance(caught.value, StoreSuspendedError)


# what is not loaded


def test_a_program_that_uses_only_blocking_stores_never_loads_asyncio(python):
    program = """
        import sys, time
        from zarr_core.engine.blocking import BLOCKING
        from zarr_core.engine.runtimes import runtime_for
        from zarr_core.storage.memory import MemoryStore

        store = MemoryStore()

        async def operation():
            async def one(item):
                time.sleep(0.001)
                async with runtime.lock([store.address(item)]):
                    await store.set(item, b"1")
            await runtime.map(one, map(str, range(50)))
            await runtime.compute(len, b"1", nbytes=1 << 20, gil_free=True)
            async with runtime.iterate(store.list()) as keys:
                return [key async for key in keys]

        runtime = runtime_for(store)
        assert runtime is BLOCKING
        assert len(runtime.run(operation())) == len(list(runtime.drive(store.list()))) == 50
        print("asyncio" in sys.modules)
    """
    assert python(program) == "False\n"
