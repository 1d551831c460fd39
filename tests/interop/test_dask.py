"""dask over our arrays: from_array, and store from threads in blocks that do not care for our shards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import zarr_core
from tests.interop.peers import zarr_python

da = pytest.importorskip("dask.array", reason="dask is in the environment `interop`")


@pytest.fixture(params=["memory", "local"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    return {} if request.param == "memory" else tmp_path / "a.zarr"


@pytest.mark.parametrize("shards", [None, (20, 20)])
def test_from_array_takes_our_chunks_and_reads_them_in_threads(store: Any, shards: Any) -> None:
    values = np.arange(60 * 40).reshape(60, 40)
    array = zarr_core.create_array(store, data=values, chunks=(10, 10), shards=shards)
    lazy = da.from_array(array)
    assert lazy.dtype == array.dtype
    assert all(length % 10 == 0 for along in lazy.chunks for length in along[:-1])
    np.testing.assert_array_equal(lazy.compute(scheduler="threads"), values)
    np.testing.assert_array_equal(lazy[::-3, [1, 5, 2]].sum(axis=0).compute(), values[::-3, [1, 5, 2]].sum(axis=0))


def test_from_array_reads_in_processes(tmp_path: Path) -> None:
    values = np.arange(400).reshape(20, 20)
    array = zarr_core.create_array(tmp_path / "a.zarr", data=values, chunks=(10, 10))
    lazy = da.from_array(array, chunks=(7, 20))
    np.testing.assert_array_equal((lazy + 1).compute(scheduler="processes", num_workers=2), values + 1)


@pytest.mark.parametrize(
    "keywords", [{"chunks": (32, 32)}, {"chunks": (8, 8), "shards": (32, 32)}], ids=["chunks", "shards"]
)
@pytest.mark.parametrize("lock", [True, False])
def test_blocks_smaller_than_a_stored_object_lose_nothing(store: Any, keywords: Any, lock: bool) -> None:
    """Many tasks write parts of one object at once, which elsewhere loses some (zarr-python issues 3514, 3682)."""
    values = np.random.default_rng(0).integers(1, 1000, (96, 96))
    for _ in range(3):
        array = zarr_core.create_array(store, shape=values.shape, dtype=values.dtype, overwrite=True, **keywords)
        da.store(da.from_array(values, chunks=(7, 5)), array, lock=lock, scheduler="threads", num_workers=8)
        np.testing.assert_array_equal(array[...], values)


def test_handles_opened_by_each_task_lose_nothing(tmp_path: Path) -> None:
    values = np.random.default_rng(0).integers(1, 1000, (64, 64))
    zarr_core.create_array(tmp_path / "a.zarr", shape=values.shape, dtype=values.dtype, chunks=(8, 8), shards=(64, 64))

    def write(block: Any, block_info: Any = None) -> Any:
        region = tuple(slice(start, stop) for start, stop in block_info[0]["array-location"])
        zarr_core.open_array(tmp_path / "a.zarr", mode="r+")[region] = block
        return block

    da.from_array(values, chunks=(7, 9)).map_blocks(
        write, dtype=values.dtype, meta=np.empty((0, 0), values.dtype)
    ).compute(scheduler="threads", num_workers=8)
    np.testing.assert_array_equal(zarr_core.open_array(tmp_path / "a.zarr", mode="r")[...], values)


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_dask_opens_what_we_wrote_through_zarr_python(zarr_format: int, tmp_path: Path) -> None:
    values = np.arange(35.0).reshape(5, 7)
    zarr_core.create_array(tmp_path / "a.zarr", data=values, chunks=(2, 3), zarr_format=zarr_format)
    np.testing.assert_array_equal(da.from_zarr(str(tmp_path / "a.zarr")).compute(), values)
    assert zarr_python.open_array(tmp_path / "a.zarr").chunks == (2, 3)


def test_we_open_what_dask_wrote_through_zarr_python(tmp_path: Path) -> None:
    values = np.arange(35.0).reshape(5, 7)
    da.from_array(values, chunks=(2, 3)).to_zarr(str(tmp_path / "a.zarr"))
    np.testing.assert_array_equal(zarr_core.open_array(tmp_path / "a.zarr", mode="r")[...], values)
