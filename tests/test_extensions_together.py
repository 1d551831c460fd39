"""Extensions with each other: grids of varying chunks with shards, fill values that codecs change before shards."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import zarr_core as zarr
from tests.support import selections
from zarr_codecs.bitround import BitRoundCodec
from zarr_codecs.cast_value import CastValueCodec
from zarr_codecs.reshape import ReshapeCodec
from zarr_codecs.scale_offset import ScaleOffsetCodec
from zarr_codecs.transpose import TransposeCodec
from zarr_core.abc.codec import Spec
from zarr_core.chunk_grids.rectilinear import RectilinearGrid
from zarr_core.codecs.bytes import BytesCodec
from zarr_core.data_types.integer import Int16
from zarr_core.engine.step import step, step_iter
from zarr_core.errors import MetadataError
from zarr_core.storage import MemoryStore
from zarr_sharding.codec import ShardingCodec

SHAPE = (10, 9)


def sharded(inner: tuple[int, int], chunks: Any, store: MemoryStore, **more: Any) -> zarr.Array:
    return zarr.create_array(
        store,
        shape=SHAPE,
        dtype="i4",
        chunks=RectilinearGrid.from_lists(chunks, SHAPE),
        serializer=ShardingCodec(inner),
        compressors=None,
        fill_value=-1,
        **more,
    )


@pytest.mark.parametrize("chunks", [[[4, 2, 4], [2, 4, 3]], [[3, 7], 9], [5, [2, 7]]], ids=str)
def test_statement_240_inner_chunks_divide_every_edge(chunks: Any) -> None:
    with pytest.raises(MetadataError, match="must divide the shard shape"):
        sharded((2, 2), chunks, MemoryStore())


def test_statement_240_an_edge_beyond_the_array_counts_as_well() -> None:
    with pytest.raises(MetadataError, match="must divide the shard shape"):
        sharded((2, 3), [[4, 6, 3], [9]], MemoryStore())


@pytest.mark.parametrize("filters", [(), (TransposeCodec((1, 0)),)], ids=["plain", "transposed"])
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_shards_of_varying_shape_are_indexed_as_numpy_is(filters: Any, data: st.DataObject) -> None:
    draw = data.draw
    rows = draw(st.sampled_from([[2, 4, 4], [6, 6], [10], [2, 2, 2, 2, 2]]))
    columns = draw(st.sampled_from([[3, 6], [9], [6, 3], [3, 3, 6]]))
    inner = (3, 2) if filters else (2, 3)
    a = sharded(inner, [rows, columns], MemoryStore(), filters=list(filters))
    expected: NDArray[Any] = np.full(SHAPE, -1, "i4")
    for value in range(4):
        selection = draw(selections.basic(SHAPE))
        a[selection] = value
        expected[selection] = value
        taken = draw(selections.orthogonal(SHAPE))
        index, seen = selections.outer(taken, SHAPE)
        assert np.array_equal(a.oindex[taken], expected[index].reshape(seen))
    assert np.array_equal(a[...], expected)
    assert np.array_equal(zarr.open_array(a.store)[::-1, 1:8:3], expected[::-1, 1:8:3])


def test_growing_by_what_inner_chunks_do_not_divide_is_refused_before_anything_changes() -> None:
    a = sharded((2, 3), [[4, 6], [9]], MemoryStore())
    a[...] = 5
    with pytest.raises(MetadataError, match="must divide the shard shape"):
        a.resize((13, 9))
    again = zarr.open_array(a.store)
    assert again.shape == SHAPE
    assert (again[...] == 5).all()
    a.resize((14, 9))
    assert (a[10:] == -1).all()


FILLS: dict[str, tuple[Any, Any, Any, Any]] = {
    # codec, dtype, fill, and the same as shards see it
    "cast_value": (CastValueCodec(Int16()), "f8", 7.0, 7),
    "scale_offset": (ScaleOffsetCodec(offset=5, scale=2), "i4", 7, 4),
    "bitround": (BitRoundCodec(2), "u1", 96, 96),
    "transpose": (TransposeCodec((1, 0)), "i4", 7, 7),
    "reshape": (ReshapeCodec(((0,), (1,))), "i4", 7, 7),
}


@pytest.mark.parametrize("name", FILLS)
def test_statement_101_shards_leave_out_what_equals_the_fill_as_they_see_it(name: str) -> None:
    codec, dtype, fill, seen = FILLS[name]
    store = MemoryStore()
    a = zarr.create_array(
        store,
        shape=(4, 4),
        chunks=(4, 4),
        dtype=dtype,
        fill_value=fill,
        filters=[codec],
        serializer=ShardingCodec((2, 2), codecs=(BytesCodec("little"),)),
        compressors=None,
    )
    resolved = codec.resolve(Spec((4, 4), a.metadata.data_type, a.metadata.fill_value))
    assert resolved.fill == seen
    a[...] = fill
    assert set(step_iter(store.list())) == {"zarr.json"}
    a[:2, :2] = fill + 32
    size = 4 * resolved.data_type.dtype.itemsize
    assert step(store.getsize("c/0/0")) == size + 4 * 16 + 4, "one inner chunk, the index and its checksum"
    expected = np.full((4, 4), fill, dtype)
    expected[:2, :2] = fill + 32
    assert np.array_equal(zarr.open_array(store)[...], expected)
