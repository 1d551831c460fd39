from __future__ import annotations

from typing import Any

import blosc2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import zarr_core as zarr
from zarr_codecs.blosc import BloscCodec
from zarr_codecs.blosc2 import Blosc2Codec
from zarr_core.abc.codec import Spec
from zarr_core.data_types.integer import Int32, UInt8
from zarr_core.errors import CodecError, MetadataError
from zarr_core.storage import MemoryStore

VALUES = np.arange(1000, dtype="<i4").tobytes()


def test_chunks_are_those_of_the_library() -> None:
    encoded = bytes(Blosc2Codec(typesize=4, shuffle="shuffle").encode(VALUES))
    assert blosc2.decompress2(encoded) == VALUES
    assert blosc2.get_cbuffer_sizes(encoded)[:2] == (4000, len(encoded))
    assert len(encoded) < 1000


def test_any_chunk_of_the_library_is_read_whatever_the_metadata() -> None:
    codec = Blosc2Codec(typesize=8, cname="lz4", shuffle="noshuffle")
    for cname in (blosc2.Codec.ZSTD, blosc2.Codec.BLOSCLZ):
        filters = [blosc2.Filter.DELTA, blosc2.Filter.BITSHUFFLE]
        stored = blosc2.compress2(VALUES, codec=cname, filters=filters, typesize=4, clevel=9)
        assert codec.decode(stored) == VALUES


def test_zeros_take_a_header_only() -> None:
    codec = Blosc2Codec(typesize=4, shuffle="shuffle")
    encoded = codec.encode(bytes(10**6))
    assert len(encoded) == 32
    assert codec.decode(encoded, limit=10**6) == bytes(10**6)


def test_automatic_choices_are_written_as_chosen() -> None:
    def completed(data_type: Any) -> dict[str, Any]:
        return Blosc2Codec().complete(Spec((4,), data_type, data_type.default_fill())).to_config()

    assert completed(Int32()) == {"typesize": 4, "cname": "zstd", "clevel": 5, "shuffle": "shuffle", "blocksize": 0}
    assert completed(UInt8())["shuffle"] == "bitshuffle"


@pytest.mark.parametrize(
    "change",
    [
        {"cname": "snappy"},
        {"clevel": 10},
        {"shuffle": "auto"},
        {"typesize": 256},
        {"typesize": 0},
        {"blocksize": -1},
        {"typesize": None},
        {"threads": 4},
    ],
)
def test_other_configuration_is_refused(change: dict[str, Any]) -> None:
    configuration = {"cname": "zstd", "clevel": 5, "shuffle": "shuffle", "typesize": 4, "blocksize": 0, **change}
    with pytest.raises(MetadataError, match="blosc2"):
        Blosc2Codec.from_config(configuration)


def test_chunks_of_blosc_1_are_another_container() -> None:
    stored = BloscCodec(typesize=4, shuffle="shuffle").encode(VALUES)
    with pytest.raises(CodecError, match="version 2, which is none of Blosc 2"):
        Blosc2Codec(typesize=4).decode(stored)


@pytest.mark.parametrize(
    ("at", "value"),
    [(2, 0xC0 | 0x13), (16, 32), (21, 160), (31, 0x08), (31, 0x40)],
    ids=["codec of a plugin", "filter of a plugin", "another filter", "blocks in a file", "no content"],
)
def test_chunks_that_need_more_than_themselves_are_refused(at: int, value: int) -> None:
    stored = bytearray(Blosc2Codec(typesize=4, shuffle="shuffle").encode(VALUES))
    stored[at] = value
    with pytest.raises(CodecError, match="cannot be decoded by itself"):
        Blosc2Codec(typesize=4).decode(bytes(stored))


@given(
    st.sampled_from(["shuffle", "bitshuffle"]),
    st.integers(1, 255),
    st.integers(0, 300),
    st.binary(max_size=8),
    st.integers(0, 400),
)
def test_bytes_that_are_no_whole_elements_come_back(
    shuffle: Any, typesize: int, blocksize: int, tail: bytes, zeros: int
) -> None:
    codec = Blosc2Codec(typesize=typesize, shuffle=shuffle, blocksize=blocksize)
    assert codec.decode(codec.encode(bytes(zeros) + tail)) == bytes(zeros) + tail


def test_arrays_use_it_by_name() -> None:
    store = MemoryStore()
    data = np.arange(100, dtype="i4")
    zarr.create_array(store, data=data, chunks=30, compressors=[Blosc2Codec(cname="lz4")])
    assert np.array_equal(zarr.open_array(store)[...], data)
