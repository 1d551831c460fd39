"""`sharding_indexed` byte by byte: digest 2.7, statements 153 to 174."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import zarr_core
from zarr_core.codecs.bytes import BytesCodec
from zarr_core.errors import ChunkError, MetadataError, ZarrError
from zarr_core.plugins import codecs as registry
from zarr_core.storage import MemoryStore
from zarr_sharding.codec import ShardingCodec

LITTLE = {"name": "bytes", "configuration": {"endian": "little"}}
CRC = {"name": "crc32c"}
EMPTY = 2**64 - 1


def document(shape: list[int], shard: list[int], **configuration: Any) -> dict[str, Any]:
    return {
        "zarr_format": 3,
        "node_type": "array",
        "shape": shape,
        "data_type": "uint8",
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": shard}},
        "chunk_key_encoding": {"name": "default"},
        "fill_value": 0,
        "codecs": [
            {
                "name": "sharding_indexed",
                "configuration": {
                    "chunk_shape": [2],
                    "codecs": [{"name": "bytes"}],
                    "index_codecs": [LITTLE, CRC],
                    **configuration,
                },
            }
        ],
    }


def opened(metadata: dict[str, Any], **values: bytes) -> zarr_core.Array:
    store = {"zarr.json": json.dumps(metadata).encode(), **values}
    return zarr_core.open_array(MemoryStore(store), mode="r+")


def chunk(array: zarr_core.Array, key: str = "c/0") -> bytes:
    store: Any = array.store
    value = store.values_by_key[key] if hasattr(store, "values_by_key") else zarr_core_get(store, key)
    return bytes(value)


def zarr_core_get(store: Any, key: str) -> bytes:
    from zarr_core.engine.step import step

    value = step(store.get(key))
    assert value is not None, f"{key} is not stored"
    return bytes(value)


def index_of(*entries: tuple[int, int]) -> bytes:
    return np.array(entries, "<u8").tobytes()


@pytest.mark.parametrize("inner", [[2, 2], [0], [3], [-1], [2.0], ["2"], [True]])
def test_statement_153_inner_chunks_must_divide_the_shard(inner: list[Any]) -> None:
    with pytest.raises(MetadataError, match="chunk_shape"):
        opened(document([8], [4], chunk_shape=inner))


def test_statement_154_the_index_is_at_the_end_unless_it_says_start() -> None:
    array = opened(document([4], [4]))
    array[...] = [1, 2, 0, 0]
    assert chunk(array)[:2] == b"\x01\x02"
    with pytest.raises(MetadataError, match="index_location"):
        opened(document([4], [4], index_location="middle"))


@pytest.mark.parametrize(
    "compressor",
    [
        {"name": "gzip", "configuration": {"level": 1}},
        {"name": "zstd", "configuration": {"level": 1, "checksum": False}},
    ],
)
def test_statement_155_the_index_cannot_be_compressed(compressor: dict[str, Any]) -> None:
    with pytest.raises(MetadataError, match="index_codecs must give a fixed size"):
        opened(document([4], [4], index_codecs=[LITTLE, compressor]))


def test_statement_156_the_index_needs_a_byte_order() -> None:
    with pytest.raises(ZarrError, match="endian"):
        opened(document([4], [4], index_codecs=[{"name": "bytes"}]))


def test_statement_157_160_offsets_count_from_the_first_byte_also_behind_the_index() -> None:
    array = opened(document([4], [4], index_location="start"))
    array[...] = [1, 2, 0, 0]
    expected = index_of((36, 2), (EMPTY, EMPTY)) + bytes.fromhex("2609790d") + b"\x01\x02"
    assert chunk(array) == expected
    np.testing.assert_array_equal(array[...], [1, 2, 0, 0])


def test_statement_158_159_worked_example_1() -> None:
    array = opened(document([4], [4]))
    array[...] = [1, 2, 0, 0]
    assert chunk(array) == b"\x01\x02" + index_of((0, 2), (EMPTY, EMPTY)) + bytes.fromhex("bd13bd56")


def test_worked_example_3_in_two_dimensions() -> None:
    metadata = document([4, 4], [4, 4], chunk_shape=[2, 2])
    array = opened(metadata)
    array[...] = np.arange(1, 17).reshape(4, 4)
    body = bytes.fromhex("01020506 03040708 090a0d0e 0b0c0f10")
    assert chunk(array, "c/0/0") == body + index_of((0, 4), (4, 4), (8, 4), (12, 4)) + bytes.fromhex("18dc6a1c")


@pytest.mark.parametrize("entries", [[(EMPTY, 2), (EMPTY, EMPTY)], [(0, EMPTY), (EMPTY, EMPTY)]])
def test_statement_161_a_one_sided_empty_marker_is_corruption(entries: list[tuple[int, int]]) -> None:
    array = opened(document([4], [4], index_codecs=[LITTLE]), **{"c/0": b"\x01\x02" + index_of(*entries)})
    with pytest.raises(ChunkError, match=r"chunk \(0,\) of array '/': .*inner chunk \(0,\).*key 'c/0'"):
        array[...]


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"\x01" * 31,
        b"\x01\x02" + index_of((0, 3), (EMPTY, EMPTY))[:-1],
        b"\x01\x02" + index_of((0, 40), (EMPTY, EMPTY)),
        b"\x01\x02" + index_of((2**63, 2), (EMPTY, EMPTY)),
        b"\x01\x02" + index_of((2**64 - 2, 2), (EMPTY, EMPTY)),
    ],
    ids=["empty", "short", "cut", "beyond", "huge", "wraps"],
)
@pytest.mark.parametrize("selection", [..., 0], ids=["whole", "element"])
def test_statement_162_a_broken_shard_is_an_error_and_not_fill(value: bytes, selection: Any) -> None:
    array = opened(document([4], [4], index_codecs=[LITTLE]), **{"c/0": value})
    with pytest.raises(ChunkError) as caught:
        array[selection]
    assert (caught.value.chunk, caught.value.key) == ((0,), "c/0")


def test_statement_162_a_bad_index_checksum_is_an_error() -> None:
    value = b"\x01\x02" + index_of((0, 2), (EMPTY, EMPTY)) + b"\0\0\0\0"
    array = opened(document([4], [4]), **{"c/0": value})
    for selection in (..., 1):
        with pytest.raises(ChunkError, match="crc32c"):
            array[selection]


def test_statement_163_an_absent_shard_is_fill_and_an_empty_one_is_not_stored() -> None:
    array = opened(document([8], [4]))
    np.testing.assert_array_equal(array[...], np.zeros(8))
    array[...] = 0
    assert array.nchunks_initialized == 0
    array[1] = 3
    array[1] = 0
    assert array.nchunks_initialized == 0


def test_statement_164_165_any_order_gaps_and_shared_ranges_decode() -> None:
    value = b"xx\x03\x04yy\x01\x02" + index_of((6, 2), (2, 2))
    array = opened(document([4], [4], index_codecs=[LITTLE]), **{"c/0": value})
    np.testing.assert_array_equal(array[...], [1, 2, 3, 4])
    shared = b"\x07\x08" + index_of((0, 2), (0, 2))
    array = opened(document([4], [4], index_codecs=[LITTLE]), **{"c/0": shared})
    np.testing.assert_array_equal(array[...], [7, 8, 7, 8])


def test_statement_168_worked_example_4_nested() -> None:
    inner = {
        "name": "sharding_indexed",
        "configuration": {"chunk_shape": [2], "codecs": [{"name": "bytes"}], "index_codecs": [LITTLE]},
    }
    metadata = document([8], [8], chunk_shape=[4], codecs=[inner], index_codecs=[LITTLE])
    array = opened(metadata)
    array[...] = [1, 2, 0, 0, 5, 6, 7, 8]
    first = b"\x01\x02" + index_of((0, 2), (EMPTY, EMPTY))
    second = b"\x05\x06\x07\x08" + index_of((0, 2), (2, 2))
    assert chunk(array) == first + second + index_of((0, 34), (34, 36))
    assert len(chunk(array)) == 102
    array[2] = 9
    np.testing.assert_array_equal(array[...], [1, 2, 9, 0, 5, 6, 7, 8])
    np.testing.assert_array_equal(array[1:6], [2, 9, 0, 5, 6])


@pytest.mark.parametrize("where", ["before", "inside", "index"])
def test_statement_169_transpose_before_inside_and_in_the_index(where: str) -> None:
    values = np.arange(32, dtype="u1").reshape(8, 4)
    transpose = {"name": "transpose", "configuration": {"order": [1, 0]}}
    inner_codecs: list[Any] = [transpose, {"name": "bytes"}] if where == "inside" else [{"name": "bytes"}]
    index_codecs: list[Any] = [LITTLE]
    if where == "index":
        index_codecs = [{"name": "transpose", "configuration": {"order": [2, 1, 0]}}, LITTLE]
    chunk_shape = [1, 2] if where == "before" else [2, 1]
    metadata = document([8, 4], [4, 2], chunk_shape=chunk_shape, codecs=inner_codecs, index_codecs=index_codecs)
    if where == "before":
        metadata["codecs"].insert(0, transpose)
    array = opened(metadata)
    array[...] = values
    np.testing.assert_array_equal(array[...], values)
    array[1:6, 1:3] = 0
    values[1:6, 1:3] = 0
    np.testing.assert_array_equal(array[...], values)
    np.testing.assert_array_equal(array.oindex[[5, 0], [3, 1]], values[np.ix_([5, 0], [3, 1])])
    np.testing.assert_array_equal(array.vindex[[5, 0], [3, 1]], values[[5, 0], [3, 1]])


def test_statement_170_codecs_after_sharding_are_undone_first() -> None:
    metadata = document([8], [4])
    metadata["codecs"].append(CRC)
    array = opened(metadata)
    array[...] = np.arange(8)
    np.testing.assert_array_equal(array[2:7], np.arange(2, 7))
    array[3] = 77
    assert array[3] == 77


def test_statement_171_a_big_endian_index_without_checksum_is_honoured() -> None:
    big = {"name": "bytes", "configuration": {"endian": "big"}}
    value = b"\x01\x02" + np.array([(0, 2), (EMPTY, EMPTY)], ">u8").tobytes()
    array = opened(document([4], [4], index_codecs=[big]), **{"c/0": value})
    np.testing.assert_array_equal(array[...], [1, 2, 0, 0])
    array[3] = 4
    assert chunk(array) == b"\x01\x02\x00\x04" + np.array([(0, 2), (2, 2)], ">u8").tobytes()


def test_statement_172_a_shard_without_dimensions() -> None:
    array = opened(document([], [], chunk_shape=[]))
    assert array[...] == 0
    array[...] = 5
    assert chunk(array, "c")[:1] == b"\x05"
    assert len(chunk(array, "c")) == 1 + 16 + 4
    assert array[()] == 5


def test_statement_173_an_edge_shard_has_entries_for_all_inner_chunks_those_outside_empty() -> None:
    array = opened(document([5], [4], index_codecs=[LITTLE]))
    array[...] = [1, 2, 3, 4, 5]
    entries = np.frombuffer(chunk(array, "c/1")[-32:], "<u8").reshape(2, 2)
    assert entries.tolist() == [[0, 2], [EMPTY, EMPTY]]


@pytest.mark.parametrize("compressor", ["gzip", "zstd"])
def test_statement_174_a_variable_size_inner_chain_works(compressor: str) -> None:
    codec: Any = registry.get(compressor)
    values = np.arange(1000, dtype="i4").reshape(20, 50)
    array = zarr_core.create_array({}, data=values, chunks=(5, 10), shards=(10, 50), compressors=codec(level=1))
    np.testing.assert_array_equal(array[...], values)
    np.testing.assert_array_equal(array[3:17, 9:31], values[3:17, 9:31])


def test_the_codec_is_written_with_all_four_members_and_reads_itself_back() -> None:
    codec = ShardingCodec((2,), (BytesCodec(),))
    assert set(codec.to_config()) == {"chunk_shape", "codecs", "index_codecs", "index_location"}
    assert ShardingCodec.from_config(codec.to_config()) == codec
    with pytest.raises(MetadataError, match="needs 'index_codecs'"):
        ShardingCodec.from_config({"chunk_shape": [2], "codecs": [LITTLE]})
