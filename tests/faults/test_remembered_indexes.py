"""Shard indexes are remembered: never beyond the store they are of, nor longer than the shard."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import zarr_core as zarr
from tests.support.stores import SuspendingStore
from zarr_core.storage import LocalStore, MemoryStore

ONE, TWO = np.arange(1, 65), np.full(64, 7)
TWO[20:30] = 0


def _stored(values: Any, **keywords: Any) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    zarr.create_array(found, data=values, chunks=2, shards=64, **keywords)
    return found


@pytest.mark.parametrize("keywords", [{}, {"compressors": None}], ids=["zstd", "raw"])
def test_a_store_at_the_address_of_one_that_is_gone_is_another_store(keywords: dict[str, Any]) -> None:
    first, second = _stored(ONE, compressors=None), _stored(TWO, **keywords)

    def read() -> int:
        store = SuspendingStore(first)
        np.testing.assert_array_equal(zarr.open_array(store)[5:9], ONE[5:9])
        return id(store)

    gone = read()
    gc.collect()
    kept: list[SuspendingStore] = []
    while len(kept) < 20_000 and (not kept or id(kept[-1]) != gone):
        kept.append(SuspendingStore(second))
    array = zarr.open_array(kept[-1])
    for start in range(0, 64, 4):
        np.testing.assert_array_equal(array[start : start + 4], TWO[start : start + 4])


@pytest.mark.parametrize("make", [SuspendingStore, MemoryStore])
def test_a_shard_that_another_process_deleted_is_fill(make: Any) -> None:
    values = _stored(ONE)
    array = zarr.open_array(make(values))
    np.testing.assert_array_equal(array[5:9], ONE[5:9])
    del values["c/0"]  # not through any store of this process
    reads: list[Callable[[], Any]] = [
        lambda: array[5:9],
        lambda: array[8],
        lambda: array.oindex[[5, 60],],
        lambda: array[...],
    ]
    for read in reads:
        found = np.asarray(read())
        np.testing.assert_array_equal(found, np.zeros_like(found))


@pytest.mark.parametrize("kind", ["memory", "local"])
def test_a_shard_that_another_process_replaced_is_read_anew_where_stores_have_versions(
    kind: str, tmp_path: Path
) -> None:
    values = _stored(ONE, compressors=None)
    if kind == "local":
        (tmp_path / "c").mkdir()
        for key, value in values.items():
            (tmp_path / key).write_bytes(value)
    array = zarr.open_array(LocalStore(tmp_path) if kind == "local" else MemoryStore(values))
    for number in range(10):
        expected = np.roll(TWO, number)
        np.testing.assert_array_equal(array[5:9], ONE[5:9] if number == 0 else np.roll(TWO, number - 1)[5:9])
        value = _stored(expected, compressors=None)["c/0"]
        if kind == "local":
            (tmp_path / "c" / "new").write_bytes(value)
            (tmp_path / "c" / "new").rename(tmp_path / "c" / "0")
        else:
            values["c/0"] = value
        for start in range(0, 64, 4):
            np.testing.assert_array_equal(array[start : start + 4], expected[start : start + 4])
