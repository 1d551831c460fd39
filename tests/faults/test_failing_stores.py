"""Stores that fail: denied, a directory in the way, an error in the middle of a big read. Never fill values."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import zarr_core as zarr
from tests.support.chains import codecs, keywords
from tests.support.stores import FaultyStore, SuspendingStore, WaitingStore
from zarr_core.errors import MissingChunkError
from zarr_core.storage import LocalStore, MemoryStore

VALUES = np.arange(1, 257, dtype="i4").reshape(16, 16)
CHAINS = ["raw", "zstd", "shards", "shards-then-crc32c"]

SELECTIONS: dict[str, Callable[[zarr.Array], Any]] = {
    "all": lambda a: a[...],
    "an element": lambda a: a[15, 7],
    "orthogonal": lambda a: a.oindex[[15, 2], [3, 1]],
    "points": lambda a: a.vindex[[15], [1]],
    "a write of a part": lambda a: a.__setitem__((slice(9, 12), slice(0, 3)), 5),
}


def _create(store: Any, chain: str = "zstd") -> zarr.Array:
    chain_keywords = keywords(codecs(chain, (8, 8)))
    return zarr.create_array(store, name="run/a", data=VALUES, chunks=(8, 8), fill_value=-1, **chain_keywords)


def _told(error: BaseException) -> str:
    """The message, with the notes that were added on its way."""
    return "\n".join([str(error), *getattr(error, "__notes__", [])])


def _names_it(error: BaseException) -> None:
    for fact in ("'run/a'", "(1, 0)", "run/a/c/1/0"):
        assert fact in _told(error)


def _put_a_directory_there(root: Path) -> Path:
    file = root / "run/a/c/1/0"
    file.unlink()
    file.mkdir()
    (file / "other").write_bytes(b"x")
    return file


@pytest.mark.parametrize("chain", CHAINS)
@pytest.mark.parametrize("name", SELECTIONS)
def test_a_directory_where_a_chunk_should_be_is_an_error(chain: str, name: str, tmp_path: Path) -> None:
    array = _create(tmp_path, chain)
    file = _put_a_directory_there(tmp_path)
    with pytest.raises(OSError, match="run/a/c/1/0"):
        SELECTIONS[name](array)
    assert (file / "other").read_bytes() == b"x"


@pytest.mark.parametrize("name", SELECTIONS)
def test_a_directory_where_a_chunk_should_be_is_named_with_array_and_chunk(name: str, tmp_path: Path) -> None:
    array = _create(tmp_path)
    _put_a_directory_there(tmp_path)
    with pytest.raises(OSError, match="run/a/c/1/0") as caught:
        SELECTIONS[name](array)
    _names_it(caught.value)


def _denied(key: str) -> Exception | None:
    return PermissionError(13, "Permission denied") if key == "run/a/c/1/0" else None


@pytest.mark.parametrize("chain", CHAINS)
@pytest.mark.parametrize("name", SELECTIONS)
@pytest.mark.parametrize("inner", [MemoryStore, SuspendingStore])
def test_a_denied_chunk_is_an_error(chain: str, name: str, inner: Any) -> None:
    store = FaultyStore(inner())
    array = _create(store, chain)
    store.fail(_denied)
    with pytest.raises(PermissionError):
        SELECTIONS[name](array)
    np.testing.assert_array_equal(array[:8], VALUES[:8])


@pytest.mark.parametrize("name", SELECTIONS)
@pytest.mark.parametrize("inner", [MemoryStore, SuspendingStore])
def test_a_denied_chunk_is_named(name: str, inner: Any) -> None:
    store = FaultyStore(inner())
    array = _create(store)
    store.fail(_denied)
    with pytest.raises(PermissionError) as caught:
        SELECTIONS[name](array)
    _names_it(caught.value)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="nothing is denied to root")
@pytest.mark.parametrize("name", SELECTIONS)
def test_a_file_that_may_not_be_read_is_an_error(name: str, tmp_path: Path) -> None:
    array = _create(tmp_path)
    (tmp_path / "run/a/c/1/0").chmod(0)
    with pytest.raises(PermissionError, match="run/a/c/1/0"):
        SELECTIONS[name](array)


@pytest.mark.parametrize("inner", [MemoryStore, SuspendingStore])
def test_a_denied_document_is_an_error_and_not_an_absent_node(inner: Any) -> None:
    store = FaultyStore(inner())
    _create(store)
    store.fail(lambda key: PermissionError(13, "Permission denied", key) if key.endswith("zarr.json") else None)
    calls: list[Callable[[], Any]] = [
        lambda: zarr.open_array(store, path="run/a"),
        lambda: zarr.open_group(store, path="run"),
        lambda: zarr.open(store, path="run/a", mode="r"),
        lambda: zarr.create_array(store, name="run/a", shape=3, dtype="i4"),
        lambda: zarr.create_group(store, path="run/b"),
    ]
    for call in calls:
        with pytest.raises(PermissionError):
            call()
    store.fail(lambda key: None)
    np.testing.assert_array_equal(zarr.open_array(store, path="run/a")[...], VALUES)


BIG = np.arange(1, 65 * 4096 + 1, dtype="i8").reshape(65, 4096)


@pytest.mark.parametrize("shards", [None, (13, 4096)])
@pytest.mark.parametrize("make", [FaultyStore, WaitingStore])
@pytest.mark.parametrize("inner", [MemoryStore, SuspendingStore])
def test_nothing_touches_out_after_a_read_has_failed(inner: Any, make: Any, shards: Any) -> None:
    store = make(inner())
    array = zarr.create_array(store, data=BIG, chunks=(1, 4096), shards=shards)
    failing = "c/30/0" if shards is None else "c/2/0"
    store.fail(lambda key: ConnectionResetError("the store went away") if key == failing else None)
    out = np.zeros_like(BIG)
    with pytest.raises(ConnectionResetError, match="the store went away"):
        array.get_basic_selection(..., out=out)
    assert store.shared.flying == 0
    left = out.copy()
    time.sleep(0.02)
    np.testing.assert_array_equal(out, left)
    rows = {int(row) for row in np.flatnonzero(out.any(1))}
    np.testing.assert_array_equal(out[sorted(rows)], BIG[sorted(rows)])  # what is there is whole
    store.fail(lambda key: None)
    np.testing.assert_array_equal(array[...], BIG)


@pytest.mark.parametrize("inner", [MemoryStore, SuspendingStore])
def test_a_read_that_fails_asks_for_little_more(inner: Any) -> None:
    store = WaitingStore(inner())
    array = zarr.create_array(store, data=np.arange(1.0, 3001), chunks=(1,))
    store.shared.gets.clear()
    store.fail(lambda key: ConnectionResetError("the store went away") if key == "c/5" else None)
    with pytest.raises(ConnectionResetError):
        array[...]
    assert len(store.shared.gets) < 1500


def test_the_first_of_many_errors_is_raised_once_all_is_quiet() -> None:
    store = WaitingStore(MemoryStore())
    array = zarr.create_array(store, data=BIG, chunks=(1, 4096))
    store.fail(lambda key: ConnectionResetError(key) if key.startswith("c/") else None)
    before = threading.active_count()
    for _ in range(5):
        with pytest.raises(ConnectionResetError):
            array[...]
        assert store.shared.flying == 0
    assert threading.active_count() <= before + 2 * (os.cpu_count() or 1) + 4


# missing chunks, where they are not allowed


@pytest.mark.parametrize("inner", [MemoryStore, SuspendingStore])
@pytest.mark.parametrize("chain", CHAINS)
def test_a_missing_chunk_is_an_error_where_that_was_asked_for(inner: Any, chain: str) -> None:
    store = inner()
    array = zarr.create_array(
        store, name="run/a", shape=(16, 16), chunks=(8, 8), dtype="i4", fill_value=-1, **keywords(codecs(chain, (8, 8)))
    )
    array[:8] = VALUES[:8]
    array[8:, 8:] = VALUES[8:, 8:]
    strict = zarr.open_array(store, path="run/a", config={"missing_chunk": "error"})
    np.testing.assert_array_equal(strict[:8], VALUES[:8])
    for handle in (strict, array.with_config(missing_chunk="error"), array.with_config({"missing_chunk": "error"})):
        for name in ("all", "an element", "orthogonal", "points"):
            with pytest.raises(MissingChunkError) as caught:
                SELECTIONS[name](handle)
            error = caught.value
            assert (error.array, error.chunk, error.key) == ("run/a", (1, 0), "run/a/c/1/0")
            assert "'run/a'" in str(error)
            assert "(1, 0)" in str(error)
            assert isinstance(error, LookupError | OSError)
    assert (array[8:, :8] == -1).all()
    strict[9, 1] = 5  # a write fills in what is missing
    assert strict[8:, :8].sum() == 5 - 63


def test_missing_chunks_are_errors_by_configuration() -> None:
    store = MemoryStore()
    zarr.create_array(store, shape=4, chunks=2, dtype="i4")
    with zarr.config.set({"read.missing_chunk": "error"}):
        array = zarr.open_array(store)
        with pytest.raises(MissingChunkError):
            array[...]
    assert zarr.open_array(store)[...].tolist() == [0] * 4


def test_a_local_store_whose_root_is_a_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("hello")
    with pytest.raises(OSError, match="a"):
        zarr.create_array(LocalStore(tmp_path / "a"), shape=3, dtype="i4")
    assert (tmp_path / "a").read_text() == "hello"
