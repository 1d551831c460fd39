"""Many at once: threads on parts of one chunk or shard, tasks, and plain arrays inside a running event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import fsspec
import numpy as np
import pytest

import zarr_core as zarr
from tests.support.chains import codecs, keywords
from tests.support.http_server import HTTPServer
from tests.support.stores import SuspendingStore
from zarr_core import asynchronous
from zarr_core.storage import LocalStore, MemoryStore, PrefixStore
from zarr_stores.fsspec import FsspecStore
from zarr_stores.zip import ZipStore

CHAINS = ["raw", "zstd", "shards", "shards-nested", "shards-then-crc32c", "shards-transposed-outside"]
STORES: dict[str, Callable[[Path], Any]] = {
    "memory": lambda path: MemoryStore(),
    "local": lambda path: LocalStore(path / "a.zarr"),
    "suspending": lambda path: SuspendingStore(),
    "fsspec": lambda path: FsspecStore(fsspec.filesystem("memory"), str(path)),  # that for files writes in place
    "zip": lambda path: ZipStore(path / "a.zip", mode="w"),
}


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    store = STORES[request.param](tmp_path)
    yield store
    store.close()


@pytest.fixture(params=[name for name in STORES if name != "zip"])
def updated(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """A store for values that are replaced many times: a zip file would grow with each."""
    return STORES[request.param](tmp_path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("chain", CHAINS)
def test_threads_that_write_parts_of_one_object_through_handles_of_their_own_lose_nothing(
    store: Any, chain: str
) -> None:
    zarr.create_array(store, name="a", shape=(64, 64), chunks=(64, 64), dtype="i4", **keywords(codecs(chain, (64, 64))))
    values = np.arange(1, 4097, dtype="i4").reshape(64, 64)
    start = threading.Barrier(8)

    def write(number: int) -> None:
        array = zarr.open_array(store, path="a", mode="r+")
        start.wait()
        for row in range(number, 64, 8):
            array[row, :40] = values[row, :40]
            array.oindex[[row], slice(40, 64)] = values[row : row + 1, 40:]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    np.testing.assert_array_equal(zarr.open_array(store, path="a", mode="r")[...], values)


def test_handles_opened_in_other_ways_meet_on_one_chunk(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path, target_is_directory=True)
    zarr.create_array(tmp_path / "a.zarr", name="run/t", shape=64, chunks=64, dtype="i4")
    ways: list[Callable[[], zarr.Array]] = [
        lambda: zarr.open_array(tmp_path / "a.zarr", path="run/t"),
        lambda: zarr.open_array(tmp_path / "a.zarr" / "run" / "t"),
        lambda: zarr.open_group(tmp_path / "a.zarr").get("run/t"),
        lambda: zarr.open_array(f"file://{tmp_path}/a.zarr/run", path="t"),
        lambda: zarr.open_array(tmp_path / "link" / "a.zarr", path="run/t"),
        lambda: zarr.open_array(PrefixStore(LocalStore(tmp_path), "a.zarr/run"), path="t"),
        lambda: zarr.open_array(FsspecStore(fsspec.filesystem("file"), str(tmp_path / "a.zarr")), path="run/t"),
        lambda: zarr.open_array(tmp_path / "a.zarr", path="run/t").async_array.sync_array,
    ]

    def write(number: int) -> None:
        array = ways[number]()
        for at in range(number, 64, 8):
            array[at] = at + 1

    for _ in range(3):
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(write, range(8)))
        array = zarr.open_array(tmp_path / "a.zarr", path="run/t")
        np.testing.assert_array_equal(array[...], np.arange(1, 65))
        array[...] = 0


@pytest.mark.parametrize("chain", ["zstd", "shards"])
def test_readers_see_a_chunk_before_a_write_or_after_it(updated: Any, chain: str) -> None:
    array = zarr.create_array(
        updated, name="a", shape=(8, 8), chunks=(8, 8), dtype="i4", fill_value=-1, **keywords(codecs(chain, (8, 8)))
    )
    array[...] = 0
    stop = threading.Event()
    seen: list[Any] = []

    def read() -> None:
        handle = zarr.open_array(updated, path="a", mode="r")
        while not stop.is_set():
            found = np.unique(handle[...] if len(seen) % 2 else handle[:4])
            if len(found) != 1:
                seen.append(found)
                return

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        for number in range(1, 100):
            array[...] = number
        stop.set()
        for reader in readers:
            reader.result()
    assert seen == []


@pytest.mark.parametrize("workers", [2, 8])
def test_attributes_set_by_threads_are_all_there(updated: Any, workers: int) -> None:
    zarr.create_array(updated, name="a", shape=3, dtype="i4")

    def update(number: int) -> None:
        zarr.open_array(updated, path="a").update_attributes({str(number): number})
        zarr.open_array(updated, path="a").attrs[f"x{number}"] = number

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(update, range(20)))
    attributes = dict(zarr.open_array(updated, path="a").attrs)
    assert attributes == {**{str(n): n for n in range(20)}, **{f"x{n}": n for n in range(20)}}


def test_threads_that_append_lose_no_rows(updated: Any) -> None:
    zarr.create_array(updated, name="a", shape=0, chunks=4, dtype="i4")

    def append(number: int) -> None:
        zarr.open_array(updated, path="a").append(np.full(3, number + 1, "i4"))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(append, range(18)))
    found = zarr.open_array(updated, path="a")[...]
    assert found.shape == (54,)
    assert sorted(found.tolist()) == sorted(list(range(1, 19)) * 3)
    assert all(len(set(found[i : i + 3].tolist())) == 1 for i in range(0, 54, 3))


def test_threads_that_create_nodes_in_one_group_all_find_them(store: Any) -> None:
    zarr.create_group(store)

    def create(number: int) -> None:
        zarr.open_group(store, mode="r+").create_array(f"run/{number % 4}/a{number}", data=np.arange(number))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(create, range(20)))
    arrays = {path for path, node in zarr.open_group(store).members(max_depth=None) if isinstance(node, zarr.Array)}
    assert arrays == {f"run/{number % 4}/a{number}" for number in range(20)}


# tasks


@pytest.mark.parametrize("chain", ["raw", "zstd", "shards"])
def test_tasks_create_write_and_read(store: Any, chain: str) -> None:
    values = np.arange(400, dtype="i4").reshape(20, 20)

    async def work() -> None:
        root = await asynchronous.create_group(store, path="run", attributes={"a": 1})
        array = await root.create_array(
            "t", shape=(20, 20), chunks=(8, 8), dtype="i4", **keywords(codecs(chain, (8, 8)))
        )
        await asyncio.gather(*(array.setitem(row, values[row]) for row in range(20)))
        np.testing.assert_array_equal(await array.getitem(...), values)
        again = await asynchronous.open_array(store, path="run/t", mode="r")
        found = await asyncio.gather(*(again.getitem((slice(None), column)) for column in range(20)))
        np.testing.assert_array_equal(np.stack(found, 1), values)
        np.testing.assert_array_equal(await again.oindex.getitem(([3, 1], [5])), values[np.ix_([3, 1], [5])])
        np.testing.assert_array_equal(await again.vindex.getitem(([3, 1], [5, 6])), values[[3, 1], [5, 6]])
        assert await array.append(values[:2]) == (22, 20)
        await array.resize((5, 20))
        np.testing.assert_array_equal(await array.getitem(...), values[:5])
        assert [name async for name in root.keys()] == ["t"]  # noqa: SIM118
        assert await root.contains("t")
        assert (await root.get("t")).shape == (5, 20)

    asyncio.run(work())


def test_the_loop_goes_on_while_a_blocking_store_is_read(tmp_path: Path) -> None:
    array = zarr.create_array(
        tmp_path / "a.zarr", data=np.random.default_rng(0).random((4, 1 << 19)), chunks=(1, 1 << 19)
    )

    async def work() -> int:
        ticks = 0
        reading = asyncio.create_task(array.async_array.getitem(...))
        while not reading.done():
            ticks += 1
            await asyncio.sleep(0)
        np.testing.assert_array_equal(await reading, array[...])
        return ticks

    assert asyncio.run(work()) > 10


def test_a_store_is_used_from_one_loop_after_another(store: Any) -> None:
    array = zarr.create_array(store, data=np.arange(20), chunks=5)
    for _ in range(3):
        assert asyncio.run(array.async_array.getitem(7)) == 7
    results: list[Any] = []
    threads = [
        threading.Thread(target=lambda at=at: results.append(asyncio.run(array.async_array.getitem(at))))
        for at in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [0, 1, 2, 3]


def test_a_cancelled_read_leaves_out_alone(tmp_path: Path) -> None:
    values = np.arange(1, 64 * 1024 + 1).reshape(64, 1024)
    array = zarr.create_array(SuspendingStore(), data=values, chunks=(1, 1024))
    out = np.zeros_like(values)

    async def work() -> None:
        task = asyncio.create_task(array.async_array.getitem(..., out=out))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        left = out.copy()
        await asyncio.sleep(0.02)
        np.testing.assert_array_equal(out, left)

    asyncio.run(work())
    np.testing.assert_array_equal(array[...], values)


# plain code inside a running loop, as in a notebook


def test_plain_arrays_work_inside_a_running_loop(store: Any) -> None:
    values = np.arange(100).reshape(10, 10)

    async def cell() -> None:
        array = zarr.create_array(store, name="a", data=values, chunks=4)
        np.testing.assert_array_equal(array[...], values)
        array[3] = 0
        assert array[3, 3] == 0
        assert list(zarr.open_group(store, path="", mode="a").members(max_depth=None))
        await asyncio.sleep(0)
        assert (await array.async_array.getitem((4, 4))) == 44
        array.attrs["a"] = 1

    asyncio.run(cell())
    assert zarr.open_array(store, path="a")[4, 4] == 44


def test_plain_code_in_a_thread_of_the_loop_works(store: Any) -> None:
    async def work() -> Any:
        array = await asyncio.to_thread(zarr.create_array, store, data=np.arange(10), chunks=3)
        return await asyncio.to_thread(lambda: array[...])

    np.testing.assert_array_equal(asyncio.run(work()), np.arange(10))


def test_tasks_and_plain_code_read_over_http_at_once() -> None:
    values: dict[str, bytes] = {}
    expected = np.arange(400).reshape(20, 20)
    zarr.create_array(values, name="run/t", data=expected, chunks=(4, 4), shards=(8, 8))
    with HTTPServer(values, latency=0.002) as server:
        array = zarr.open_array(server.url, path="run/t", mode="r")
        np.testing.assert_array_equal(array[...], expected)
        with ThreadPoolExecutor(4) as pool:
            rows = list(pool.map(array.__getitem__, range(20)))
        np.testing.assert_array_equal(np.stack(rows), expected)

        async def work() -> Any:
            again = await asynchronous.open_array(server.url, path="run/t", mode="r")
            return await asyncio.gather(*(again.getitem((slice(None), column)) for column in range(20)))

        np.testing.assert_array_equal(np.stack(asyncio.run(work()), 1), expected)
