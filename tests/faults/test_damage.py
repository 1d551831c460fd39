"""Damaged chunks and shard indexes: an error that says where, never fill values, whatever the store and the codecs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

import zarr_core as zarr
from tests.faults.conftest import Place
from tests.support.chains import CHAINS, codecs, keywords
from zarr_core.errors import ChunkError

VALUES = np.arange(1, 257, dtype="i4").reshape(16, 16) * 65_537
V2 = {
    name: {"zarr_format": 2, "compressors": config}
    for name, config in {
        "v2-raw": None,
        "v2-zlib": {"id": "zlib", "level": 1},
        "v2-gzip": {"id": "gzip", "level": 1},
        "v2-zstd": {"id": "zstd", "level": 1},
        "v2-blosc": {"id": "blosc", "cname": "lz4", "clevel": 5, "shuffle": 1, "blocksize": 0},
        "v2-bz2": {"id": "bz2", "level": 1},
        "v2-lzma": {"id": "lzma", "preset": 1},
        "v2-lz4": {"id": "lz4", "acceleration": 1},
    }.items()
}
VERIFIED = {
    *("crc32c", "zstd-crc32c", "gzip", "zstd-checksum", "shards-crc32c", "shards-then-gzip", "shards-then-crc32c"),
    *("v2-zlib", "v2-gzip", "v2-bz2", "v2-lzma"),
}
"""Chains whose bytes carry a checksum."""
CHECKED_INDEXES = [
    chain for chain in CHAINS if chain.startswith("shards") and chain not in ("shards-index-big", "shards-then-gzip")
]
"""Chains whose shard index has a checksum and is stored as it is."""


@pytest.fixture(params=[*CHAINS, *V2])
def chain(request: pytest.FixtureRequest) -> str:
    return request.param  # type: ignore[no-any-return]


def _create(place: Place, chain: str) -> zarr.Array:
    options = V2[chain] if chain in V2 else keywords(codecs(chain, (8, 8)))
    return zarr.create_array(place.store, name="run/a", data=VALUES, chunks=(8, 8), fill_value=-1, **options)


def _key(array: zarr.Array) -> str:
    """Of chunk (1, 0)."""
    return "run/a/" + array.metadata.chunk_key_encoding.encode((1, 0))


READS: dict[str, Callable[[Any], Any]] = {
    "all": lambda a: a[...],
    "a chunk": lambda a: a[8:, :8],
    "a row": lambda a: a[9],
    "an element": lambda a: a[15, 7],
    "every other": lambda a: a[::2, ::-2],
    "orthogonal": lambda a: a.oindex[[15, 2], [3, 1]],
    "points": lambda a: a.vindex[[0, 15, 9], [0, 1, 7]],
    "block": lambda a: a.blocks[1, 0],
}
WHOLE = {"all", "a chunk", "block"}
EXPECTED = {
    **{name: READS[name](VALUES) for name in ("all", "a chunk", "a row", "an element", "every other")},
    "orthogonal": VALUES[np.ix_([15, 2], [3, 1])],
    "points": VALUES[[0, 15, 9], [0, 1, 7]],
    "block": VALUES[8:, :8],
}


def _names_it(error: ChunkError, array: zarr.Array) -> None:
    """Facts as attributes, and in the message."""
    names = {"bytes", "transpose", "sharding_indexed", "zstd", "gzip", "blosc", "crc32c", "zlib", "bz2", "lzma", "lz4"}
    assert error.array == "run/a"
    assert error.chunk == (1, 0)
    assert error.key == _key(array)
    assert error.codec in names | {""}
    for fact in ("'run/a'", "(1, 0)", error.key, error.codec):
        assert fact in str(error)
    assert "\n" not in str(error)


def _damaged(read: Callable[[], Any], array: zarr.Array) -> ChunkError:
    with pytest.raises(ChunkError) as caught:
        read()
    _names_it(caught.value, array)
    return caught.value


@pytest.mark.parametrize("length", [0, 1, 15, -1])
def test_statements_86_to_88_a_truncated_or_empty_chunk_is_an_error(place: Place, chain: str, length: int) -> None:
    array = _create(place, chain)
    key = _key(array)
    place.values[key] = place.values[key][:length]
    for name, read in READS.items():
        if length == -1 and chain == "shards-index-start" and name not in WHOLE:
            _right_or_damaged(array, name)  # the end that is missing is of another inner chunk
        else:
            _damaged(partial(read, array), array)
    np.testing.assert_array_equal(array[:8], VALUES[:8])  # the others are as good as ever


def test_statements_86_to_88_a_truncated_chunk_is_an_error_for_a_new_handle(place: Place, chain: str) -> None:
    array = _create(place, chain)
    array[...]  # fills what is remembered
    key = _key(array)
    place.values[key] = place.values[key][:-1]
    again = zarr.open_array(place.store, path="run/a", mode="r")
    _damaged(lambda: again[...], again)


def test_statement_88_a_chunk_that_is_too_long_is_an_error(place: Place, chain: str) -> None:
    array = _create(place, chain)
    key = _key(array)
    place.values[key] = place.values[key] + b"\x01\x02\x03\x05"
    if chain == "shards-index-start":
        np.testing.assert_array_equal(array[...], VALUES)  # bytes that no index entry names are allowed (digest 2.7)
    elif chain == "v2-blosc" or chain == "blosc":
        _right_or_damaged(array)  # the container says how long it is
    else:
        _damaged(lambda: array[...], array)
        _damaged(lambda: array[8:, :8], array)


def _right_or_damaged(array: zarr.Array, name: str = "all") -> None:
    try:
        found = READS[name](array)
    except ChunkError as error:
        _names_it(error, array)
    else:
        np.testing.assert_array_equal(found, EXPECTED[name])


@pytest.mark.parametrize("name", ["all", "an element"])
def test_a_flipped_bit_is_an_error_where_there_is_a_checksum(place: Place, chain: str, name: str) -> None:
    """Elsewhere it may give other numbers, or an error; nothing else, and never fill values."""
    array = _create(place, chain)
    key = _key(array)
    good = place.values[key]
    positions = sorted({*range(0, len(good), max(1, len(good) // 40)), *range(len(good) - 40, len(good))})
    for number, position in enumerate(position for position in positions if position >= 0):
        value = bytearray(good)
        value[position] ^= 1 << number % 8
        place.values[key] = bytes(value)
        if chain in VERIFIED:
            _right_or_damaged(array, name)
            continue
        try:
            found = np.asarray(READS[name](array))
        except ChunkError as error:
            _names_it(error, array)
        else:
            assert found.shape == EXPECTED[name].shape
            assert not (found == -1).any(), f"fill values after byte {position} of {len(good)} was damaged"
    place.values[key] = good
    np.testing.assert_array_equal(array[...], VALUES)


@pytest.mark.parametrize("chain", CHECKED_INDEXES)
def test_statement_162_every_byte_of_a_shard_index_counts(place: Place, chain: str) -> None:
    array = _create(place, chain)
    key = _key(array)
    good = place.values[key]
    size = 4 * 16 + 4
    after = 4 if chain == "shards-then-crc32c" else 0
    start = 0 if chain == "shards-index-start" else len(good) - after - size
    for position in range(start, start + size):
        value = bytearray(good)
        value[position] ^= 0x40
        place.values[key] = bytes(value)
        error = _damaged(lambda: zarr.open_array(place.store, path="run/a", mode="r")[9, 1], array)
        assert error.codec in ("sharding_indexed", "crc32c")


@pytest.mark.parametrize(
    "entry",
    [(0xFFFFFFFFFFFFFFFF, 256), (0, 0xFFFFFFFFFFFFFFFF), (1 << 40, 256), (0, 1 << 40), (1 << 63, 1 << 63), (0, 0)],
)
def test_statement_161_an_index_entry_that_cannot_be_is_an_error(place: Place, entry: tuple[int, int]) -> None:
    array = _create(place, "shards-index-big")
    key = _key(array)
    value = bytearray(place.values[key])
    value[-64:-48] = np.array(entry, ">u8").tobytes()  # of inner chunk (0, 0)
    place.values[key] = bytes(value)
    for read in (
        lambda: array[...],
        lambda: array[8, 0],
        lambda: array.vindex[[8, 9], [1, 0]],
        lambda: array[8:10, :4],
    ):
        _damaged(read, array)
    try:
        found = array[12:, 4:8]  # of another inner chunk
    except ChunkError as error:
        _names_it(error, array)
    else:
        np.testing.assert_array_equal(found, VALUES[12:, 4:8])


def test_a_partial_write_into_a_damaged_chunk_is_an_error_and_leaves_it(place: Place, chain: str) -> None:
    array = _create(place, chain)
    key = _key(array)
    place.values[key] = before = place.values[key][:11]
    for write in (
        lambda: array.__setitem__((9, 1), 5),
        lambda: array.oindex.__setitem__(([9, 12], [1, 6]), 5),
        lambda: array.vindex.__setitem__(([9, 12], [1, 6]), 5),
    ):
        _damaged(write, array)
        assert place.values[key] == before


def test_a_whole_chunk_written_over_a_damaged_one_mends_it(place: Place, chain: str) -> None:
    array = _create(place, chain)
    place.values[_key(array)] = b"rubbish"
    array[8:, :8] = VALUES[8:, :8]
    np.testing.assert_array_equal(array[...], VALUES)


def test_a_resize_that_cuts_a_damaged_chunk_keeps_the_shape(place: Place) -> None:
    array = _create(place, "zstd")
    place.values[_key(array)] = b"rubbish"
    with pytest.raises(ChunkError):
        array.resize((12, 16))
    assert zarr.open_array(place.store, path="run/a").shape == (16, 16)


def test_nothing_but_the_error_comes_out_of_many_reads_at_once(place: Place) -> None:
    values = np.arange(64 * 64, dtype="i4").reshape(64, 64)
    array = zarr.create_array(place.store, data=values, chunks=(8, 8))
    place.values["c/5/6"] = b""
    with pytest.raises(ChunkError) as caught:
        array[...]
    assert (caught.value.chunk, caught.value.key) == ((5, 6), "c/5/6")
