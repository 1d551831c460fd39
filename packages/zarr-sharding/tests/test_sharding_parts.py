"""Parts of shards: what is read, what is kept as it is, and who sees what when shards change."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

import zarr_core
from zarr_core.abc.codec import BytesBytesCodec
from zarr_core.abc.store import Buffer, Range, Suffix
from zarr_core.plugins import codecs as registry
from zarr_core.storage import LocalStore, MemoryStore, WrapperStore


class Counting(WrapperStore):
    """Counts what is read, and hides abilities, so that everything goes through `get`."""

    def __init__(self, store: Any) -> None:
        super().__init__(store)
        self.reads: list[tuple[str, Any]] = []

    async def get(self, key: str, byte_range: Range | Suffix | None = None) -> Buffer | None:
        self.reads.append((key, byte_range))
        return await self.store.get(key, byte_range)  # type: ignore[no-any-return, attr-defined]

    async def get_ranges(self, key: str, ranges: Sequence[Range | Suffix]) -> Any:
        return [await self.get(key, wanted) for wanted in ranges]


class Counted(BytesBytesCodec):
    """A codec that counts."""

    name = "test.counted"
    encoded = decoded = 0

    def encode(self, buf: Buffer) -> Buffer:
        Counted.encoded += 1
        return bytes(buf)

    def decode(self, buf: Buffer, *, limit: int | None = None) -> Buffer:
        Counted.decoded += 1
        return buf


@pytest.fixture(autouse=True)
def counted() -> Any:
    with registry.register("test.counted", Counted):
        Counted.encoded = Counted.decoded = 0
        yield


def test_statement_166_one_element_reads_the_index_and_one_inner_chunk() -> None:
    store = Counting(MemoryStore())
    values = np.arange(4096, dtype="u2")
    zarr_core.create_array(store, data=values, chunks=(64,), shards=(1024,), compressors=None)
    array = zarr_core.open_array(store)
    store.reads.clear()
    assert array[1100] == 1100
    assert store.reads == [("c/1", Suffix(16 * 16 + 4)), ("c/1", Range(128, 256))]
    store.reads.clear()
    assert array[1101] == 1101
    assert store.reads == [("c/1", Range(128, 256))]  # the index is remembered


def test_neighbouring_inner_chunks_come_in_one_request() -> None:
    store = Counting(MemoryStore())
    zarr_core.create_array(store, data=np.arange(4096, dtype="u2"), chunks=(64,), shards=(4096,), compressors=None)
    array = zarr_core.open_array(store)
    store.reads.clear()
    np.testing.assert_array_equal(array[100:300], np.arange(100, 300))
    assert len(store.reads) == 2


def test_most_of_a_shard_is_read_whole() -> None:
    store = Counting(MemoryStore())
    zarr_core.create_array(store, data=np.arange(4096, dtype="u2"), chunks=(64,), shards=(4096,), compressors=None)
    array = zarr_core.open_array(store)
    store.reads.clear()
    np.testing.assert_array_equal(array[...], np.arange(4096))
    assert store.reads == [("c/0", None)]


def test_statement_167_an_update_decodes_and_encodes_only_what_it_touches() -> None:
    values = np.arange(1, 257, dtype="u1")
    array = zarr_core.create_array({}, data=values, chunks=(16,), shards=(256,), compressors=Counted())
    Counted.encoded = Counted.decoded = 0
    array[20:24] = 0
    values[20:24] = 0
    assert (Counted.decoded, Counted.encoded) == (1, 1)
    array[32:64] = 1  # two whole inner chunks: nothing to decode
    values[32:64] = 1
    assert (Counted.decoded, Counted.encoded) == (1, 3)
    np.testing.assert_array_equal(array[...], values)


@pytest.mark.parametrize("kind", ["local", "memory"])
def test_another_handle_that_rewrites_a_shard_is_seen(kind: str, tmp_path: Any) -> None:
    target: Any = str(tmp_path / "a.zarr") if kind == "local" else MemoryStore()
    zarr_core.create_array(target, data=np.arange(64), chunks=(4,), shards=(32,), compressors=None)
    reader, writer = zarr_core.open_array(target, mode="r"), zarr_core.open_array(target)
    assert reader[5] == 5
    writer[8:32] = 0  # most inner chunks become empty: every offset moves
    writer[5] = 99
    assert reader[5] == 99
    writer[0:32] = 0
    assert reader[5] == 0
    writer[5] = 3
    assert reader[5] == 3


def test_an_index_remembered_as_empty_is_asked_again(tmp_path: Any) -> None:
    path = str(tmp_path / "a.zarr")
    zarr_core.create_array(path, shape=(32,), chunks=(4,), shards=(32,), dtype="i4", compressors=None)[0] = 1
    reader = zarr_core.open_array(path, mode="r")
    assert reader[20] == 0
    # as another process would, past every lock and cache of this one
    other = zarr_core.create_array({}, data=np.arange(32, dtype="i4"), chunks=(4,), shards=(32,), compressors=None)
    from zarr_core.engine.step import step

    value = step(other.store.get("c/0"))  # type: ignore[attr-defined]
    (tmp_path / "a.zarr" / "c" / "0").write_bytes(bytes(value))
    assert reader[20] == 20


@pytest.mark.parametrize("kind", ["local", "memory"])
def test_threads_that_write_inner_chunks_of_one_shard_through_their_own_handles_lose_nothing(
    kind: str, tmp_path: Any
) -> None:
    target: Any = str(tmp_path / "a.zarr") if kind == "local" else MemoryStore()
    zarr_core.create_array(target, shape=(64, 8), chunks=(2, 8), shards=(64, 8), dtype="i4")

    def work(number: int) -> None:
        array = zarr_core.open_array(target if kind == "memory" else LocalStore(target), mode="r+")
        for row in range(number, 64, 8):
            array[row] = row + 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = np.repeat(np.arange(1, 65)[:, None], 8, axis=1)
    np.testing.assert_array_equal(zarr_core.open_array(target, mode="r")[...], expected)
