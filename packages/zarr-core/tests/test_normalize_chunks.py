from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zarr_core.chunk_grids.normalize import normalize_chunks
from zarr_core.errors import MetadataError

MIB = 1 << 20


@pytest.mark.parametrize("auto", ["auto", True, None])
def test_an_array_up_to_a_mebibyte_is_one_chunk(auto: Any) -> None:
    assert normalize_chunks(auto, (512, 256), 8) == (512, 256)


@pytest.mark.parametrize(
    ("shape", "item_size", "expected"),
    [
        ((), 8, ()),
        ((10_000_000,), 8, (78125,)),
        ((1000, 1000, 1000), 8, (32, 63, 63)),
        ((1000, 4), 1, (1000, 4)),
        ((10**6, 4), 8, (31250, 4)),
        ((3, 3), 10 * MIB, (1, 1)),
        ((10**12, 10**12), 4, (466, 466)),
    ],
)
def test_longest_sides_are_cut_in_two_until_a_chunk_has_at_most_a_mebibyte(
    shape: tuple[int, ...], item_size: int, expected: tuple[int, ...]
) -> None:
    assert normalize_chunks("auto", shape, item_size) == expected


def test_a_dimension_without_elements_has_room_to_grow() -> None:
    assert normalize_chunks("auto", (0,), 8) == (1024,)
    assert normalize_chunks("auto", (0, 100, 100), 8) == (32, 50, 50)


def test_elements_of_no_fixed_size_count_16_bytes() -> None:
    assert normalize_chunks("auto", (10**6,), None) == normalize_chunks("auto", (10**6,), 16)


@given(st.lists(st.integers(0, 2**40), max_size=5), st.integers(1, 4096))
def test_automatic_chunks_are_bounded_and_never_empty(shape: list[int], item_size: int) -> None:
    chunks = normalize_chunks("auto", tuple(shape), item_size)
    assert len(chunks) == len(shape)
    assert all(chunks)
    assert math.prod(chunks) * item_size <= MIB
    assert all(chunk <= (extent or 1024) for chunk, extent in zip(chunks, shape, strict=True))


@pytest.mark.parametrize("one", [False, -1, (-1, -1), (None, None), [7, -1]])
def test_the_whole_of_a_dimension_can_be_asked_for(one: Any) -> None:
    assert normalize_chunks(one, (7, 10), 8) == (7, 10)
    assert normalize_chunks(one, (7, 0), 8) == (7, 1)


@pytest.mark.parametrize("chunks", [(3, 4), [3, 4], np.array([3, 4]), (np.int8(3), np.uint64(4)), iter([3, 4])])
def test_a_sequence_has_one_length_per_dimension(chunks: Any) -> None:
    lengths = normalize_chunks(chunks, (7, 10), 8)
    assert lengths == (3, 4)
    assert all(type(length) is int for length in lengths)


@pytest.mark.parametrize("chunks", [5, np.int16(5), np.array(5)])
def test_an_integer_is_the_length_along_every_dimension(chunks: Any) -> None:
    assert normalize_chunks(chunks, (7, 10), 8) == (5, 5)
    assert normalize_chunks(chunks, (), 8) == ()


def test_statement_78_chunks_may_be_larger_than_the_array() -> None:
    assert normalize_chunks((100, 100), (7, 10), 8) == (100, 100)


@pytest.mark.parametrize(
    ("chunks", "message"),
    [
        (0, "at least 1"),
        ((3, 0), "at least 1"),
        ((3, -2), "at least 1"),
        ((3, 4.0), "4.0 is not an integer"),
        ((3, "4"), "'4' is not an integer"),
        ((3, True), "True is not an integer"),
        ((3,), "has 1 entries, shape"),
        ((3, 4, 5), "has 3 entries, shape"),
        ((3, (4, 6)), "varying chunks"),
        ("Auto", "not 'Auto'"),
        (3.5, "not 3.5"),
        ({"chunks": 3}, "not {'chunks': 3}"),
        (b"34", "not b'34'"),
    ],
)
def test_what_is_no_chunk_shape_is_refused_in_the_words_of_the_caller(chunks: Any, message: str) -> None:
    with pytest.raises(MetadataError) as caught:
        normalize_chunks(chunks, (7, 10), 8)
    assert message in str(caught.value)
