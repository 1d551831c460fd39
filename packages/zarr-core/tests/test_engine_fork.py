"""After a fork the child has pools, a loop, a lock table and a memo of its own."""

from __future__ import annotations

import os

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform has no fork")

USED = """
    import asyncio, functools, os, threading, time, warnings
    from zarr_core.engine.asynchronous import ASYNC
    from zarr_core.engine.blocking import BLOCKING
    from zarr_core.engine.locks import LOCKS
    from zarr_core.engine.memo import MEMO
    from zarr_core.engine.step import step

    warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 on: a process with threads should not fork

    print = functools.partial(print, flush=True)  # nothing is left in a buffer that the child would print again

    async def blocking(item):
        async with BLOCKING.lock([item % 3]):
            time.sleep(0.0005)
        return item

    async def computing(item):
        async with ASYNC.lock([item % 3]):
            await asyncio.sleep(0.0005)
        return await ASYNC.compute(abs, item, nbytes=1 << 20)

    def use():
        assert BLOCKING.run(BLOCKING.map(blocking, range(100), collect=True)) == [*range(100)]
        assert ASYNC.run(ASYNC.map(computing, range(100), collect=True)) == [*range(100)]
        assert asyncio.run(BLOCKING.arun(BLOCKING.map(blocking, range(100), collect=True))) == [*range(100)]

    def fork(in_child):
        child = os.fork()
        if not child:
            try:
                in_child()
            except BaseException as error:
                os.write(1, repr(error).encode())
                os._exit(1)
            os._exit(0)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
"""


def test_parent_and_child_go_on_after_a_fork(python):
    program = (
        USED
        + """
    use()
    print(fork(use))
    use()
    print(fork(lambda: print(fork(use))))
    """
    )
    assert python(program).split() == ["0", "0", "0"]


def test_a_fork_in_the_middle_of_the_work_of_other_threads(python):
    program = (
        USED
        + """
    done = threading.Event()
    def keep_on():
        while not done.is_set():
            use()
    threads = [threading.Thread(target=keep_on) for _ in range(3)]
    for thread in threads:
        thread.start()
    time.sleep(0.1)
    print([fork(use) for _ in range(5)])
    done.set()
    for thread in threads:
        thread.join()
    """
    )
    assert python(program) == "[0, 0, 0, 0, 0]\n"


def test_a_lock_that_is_held_in_the_parent_is_free_in_the_child(python):
    program = (
        USED
        + """
    async def take(runtime, address):
        async with runtime.lock([address]):
            return "mine"

    async def hold():
        async with BLOCKING.lock(["held"]):
            return fork(child)

    def child():
        assert len(LOCKS) == 0
        assert step(take(BLOCKING, "held")) == "mine"
        assert asyncio.run(take(ASYNC, "held")) == "mine"

    print(step(hold()))
    print(len(LOCKS))
    """
    )
    assert python(program).split() == ["0", "0"]


def test_the_operation_that_forks_comes_to_its_end_in_the_child_too(python):
    program = (
        USED
        + """
    async def fork_under_lock():
        async with BLOCKING.lock(["held"]):
            return os.fork()

    child = step(fork_under_lock())
    if not child:
        os._exit(len(LOCKS))
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), len(LOCKS))
    """
    )
    assert python(program) == "0 0\n"


def test_the_child_remembers_nothing_of_stored_values(python):
    program = (
        USED
        + """
    MEMO.keep("address", "index", None, "thing", 10, MEMO.mark("address"))

    def child():
        assert MEMO.find("address", "index") is None

    print(fork(child), MEMO.find("address", "index"))
    """
    )
    assert python(program) == "0 (None, 'thing')\n"


def test_a_pool_of_processes_works_after_the_engine_was_used(python):
    program = (
        USED
        + """
    import multiprocessing

    def work(item):
        use()
        return item

    use()
    with multiprocessing.get_context("fork").Pool(2) as pool:
        print(pool.map(work, range(4)))
    """
    )
    assert python(program) == "[0, 1, 2, 3]\n"
