"""Arrays of varying chunks against numpy: creation, every kind of selection, resize and append."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import zarr_core as zarr
from zarr_core.abc.metadata import ArrayMetadataABC
from zarr_core.chunk_grids.rectilinear import RectilinearGrid
from zarr_core.engine.step import step, step_iter
from zarr_core.errors import MetadataError
from zarr_core.storage import MemoryStore

CHUNKS = [[3, 3, 4], 5, [1, 6, 2, 2]]
SHAPE = (10, 7, 9)
RAW: dict[str, Any] = {"compressors": None}


@pytest.fixture
def values() -> NDArray[np.int32]:
    return np.arange(1, 631, dtype="i4").reshape(SHAPE)


def created(values: NDArray[Any], chunks: Any = CHUNKS, store: MemoryStore | None = None, **more: Any) -> zarr.Array:
    grid = RectilinearGrid.from_lists(chunks, values.shape)
    return zarr.create_array(store or MemoryStore(), data=values, chunks=grid, **RAW, **more)


def test_statement_238_each_chunk_is_stored_in_its_own_full_shape(values: NDArray[Any]) -> None:
    store = MemoryStore()
    a = created(values, store=store)
    sizes = {key: step(store.getsize(key)) for key in step_iter(store.list()) if key != "zarr.json"}
    edges = product(enumerate([3, 3, 4]), enumerate([5, 5]), enumerate([1, 6, 2]))  # a fourth would lie beyond
    assert sizes == {f"c/{i}/{j}/{k}": 4 * x * y * z for (i, x), (j, y), (k, z) in edges}
    assert np.array_equal(a[...], values)


def test_the_grid_survives_opening(values: NDArray[Any]) -> None:
    store = MemoryStore()
    created(values, store=store)
    metadata: ArrayMetadataABC = zarr.open_array(store).metadata
    assert metadata.chunk_grid == RectilinearGrid((((3, 2), 4), 5, (1, 6, (2, 2))))


@pytest.mark.parametrize(
    "selection",
    [
        ...,
        (),
        4,
        (slice(2, 9), slice(None, None, 3)),
        (slice(None, None, -2), -1, slice(6, 0, -3)),
        (slice(3, 6), slice(0, 5), slice(1, 7)),
        (slice(5, 5), 0),
    ],
    ids=str,
)
def test_basic_selections_read_and_write(values: NDArray[Any], selection: Any) -> None:
    a = created(values)
    assert np.array_equal(a[selection], values[selection])
    values[selection] *= -1
    a[selection] = values[selection]
    assert np.array_equal(a[...], values)


def test_orthogonal_selections_read_and_write(values: NDArray[Any]) -> None:
    a = created(values)
    selection = ([9, 0, 3, 3], slice(1, 6, 2), np.arange(9) % 2 == 0)
    index = np.ix_([9, 0, 3, 3], [1, 3, 5], [0, 2, 4, 6, 8])
    assert np.array_equal(a.oindex[selection], values[index])
    values[index] = -5
    a.oindex[selection] = -5
    assert np.array_equal(a[...], values)


def test_coordinates_and_masks_read_and_write(values: NDArray[Any]) -> None:
    a = created(values)
    at = ([0, 9, 9, 3, 2], [6, 0, 4, 4, 5], [0, 1, 8, 7, 6])
    assert np.array_equal(a.vindex[at], values[at])
    values[at] = [5, 4, 3, 2, 1]
    a.vindex[at] = [5, 4, 3, 2, 1]
    mask = values % 3 == 0
    assert np.array_equal(a.vindex[mask], values[mask])
    values[mask] = 0
    a.vindex[mask] = 0
    assert np.array_equal(a[...], values)


def test_blocks_are_the_chunks_of_the_grid(values: NDArray[Any]) -> None:
    a = created(values)
    assert np.array_equal(a.blocks[1, 1, 2], values[3:6, 5:7, 7:9])
    assert np.array_equal(a.blocks[1:, :, 1], values[3:, :, 1:7])
    a.blocks[2, 0, 0] = 0
    values[6:, :5, :1] = 0
    assert np.array_equal(a[...], values)


def test_growing_keeps_what_is_stored_and_appends_an_edge(values: NDArray[Any]) -> None:
    a = created(values)
    a.resize((14, 7, 9))
    assert a.metadata.chunk_grid.to_config()["chunk_shapes"] == [[[3, 2], 4, 4], 5, [1, 6, [2, 2]]]
    assert np.array_equal(a[:10], values)
    assert not a[10:].any()
    a[10:] = 1
    assert (zarr.open_array(a.store)[10:] == 1).all()


def test_shrinking_deletes_what_it_cuts_off(values: NDArray[Any]) -> None:
    a = created(values)
    a.resize((4, 2, 7))
    a.resize(SHAPE)
    expected = np.zeros_like(values)
    expected[:4, :2, :7] = values[:4, :2, :7]
    assert np.array_equal(a[...], expected)


def test_appending_fills_the_last_chunk_first(values: NDArray[Any]) -> None:
    a = created(values, chunks=[[3, 3, 6], 5, 9])
    a.append(values[:5])
    assert a.shape == (15, 7, 9)
    assert a.metadata.chunk_grid.to_config()["chunk_shapes"] == [[[3, 2], 6, 3], 5, 9]
    assert np.array_equal(a[...], np.concatenate([values, values[:5]]))


def test_format_2_has_no_such_grid(values: NDArray[Any]) -> None:
    with pytest.raises(MetadataError, match="zarr_format 2 has no chunk grid 'rectilinear'"):
        created(values, zarr_format=2)
