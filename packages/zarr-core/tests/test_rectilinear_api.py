"""Arrays of varying chunks by lists, and what is told of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import zarr_core as zarr
from zarr_core.chunk_grids.rectilinear import RectilinearGrid
from zarr_core.errors import MetadataError
from zarr_core.storage import MemoryStore

LISTS = [[3, 3, 4], 5]


def created(**keywords: Any) -> zarr.Array:
    return zarr.create_array(MemoryStore(), data=np.arange(70).reshape(10, 7), compressors=None, **keywords)


def test_lists_of_lengths_make_a_grid_of_varying_chunks() -> None:
    a = created(chunks=LISTS)
    assert a.metadata.chunk_grid == RectilinearGrid.from_lists(LISTS, (10, 7))
    assert a.read_chunk_sizes == a.write_chunk_sizes == ((3, 3, 4), (5, 2))


def test_counts_are_those_of_the_grid() -> None:
    a = created(chunks=LISTS)
    assert (a.cdata_shape, a.nchunks, a.nchunks_initialized, a.shards) == ((3, 2), 6, 6, None)
    for name in ("chunks", "write_chunk_shape"):
        with pytest.raises(MetadataError, match=r"differ in shape: see \.write_chunk_sizes"):
            getattr(a, name)


def test_arrays_and_tables_after_it_have_its_grid() -> None:
    a = created(chunks=LISTS)
    for other in (zarr.zeros_like(a), zarr.from_array(MemoryStore(), data=a)):
        assert other.metadata.chunk_grid == a.metadata.chunk_grid
    assert "RectilinearGrid([[[3, 2], 4], 5])" in str(a.info)


@pytest.mark.parametrize("chunks", [LISTS, RectilinearGrid.from_lists(LISTS, (10, 7))], ids=repr)
def test_chunks_inside_shards_have_one_shape(chunks: Any) -> None:
    with pytest.raises(MetadataError, match="chunks inside shards have one shape"):
        created(chunks=chunks, shards=(10, 10))
