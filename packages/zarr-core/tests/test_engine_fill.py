"""Is a chunk all fill: bit by bit, whatever its type and layout."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from zarr_core.engine.fill import FillTest

DTYPES = ["?", "i1", "u2", "i4", "u8", "f2", "f4", "f8", "c8", "c16", "S3", "S8", "U1", "U3", "V5", "M8[ns]", "m8[s]"]
DTYPES += ["V16", np.dtype([("a", "i4"), ("b", "f8")]), np.dtype([("a", "u1"), ("b", "S3")])]


def same_bits(a: np.ndarray[Any, Any], fill: np.ndarray[Any, Any]) -> bool:
    item = fill.dtype.itemsize
    return a.tobytes() == fill.tobytes() * a.size if item else True


dtypes = st.sampled_from(DTYPES).map(np.dtype)


@st.composite
def fill_and_array(draw: Any) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    dtype = draw(dtypes)
    few = draw(st.lists(st.binary(min_size=dtype.itemsize, max_size=dtype.itemsize), min_size=1, max_size=2))
    if dtype.kind in "bU":  # not every pattern is a value
        few = [bytes(len(pattern)) if dtype.kind == "U" else bytes([pattern[0] & 1]) for pattern in few]
    fill = np.frombuffer(few[0], dtype)[0:1].reshape(()).copy()
    shape = draw(hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5))
    patterns = draw(st.sampled_from([[few[0]], few]))
    size = int(np.prod(shape))
    chosen = draw(st.lists(st.sampled_from(patterns), min_size=size, max_size=size))
    a = np.frombuffer(b"".join(chosen), dtype, count=size).reshape(shape).copy()
    layout = draw(st.sampled_from(["C", "F", "strided", "reversed"]))
    if layout == "F":
        a = np.asfortranarray(a)
    elif layout == "strided" and a.ndim:
        a = np.repeat(a, 2, axis=-1)[..., ::2]
    elif layout == "reversed" and a.ndim:
        a = a[::-1]
    return fill, a


@given(fill_and_array())
def test_an_array_is_fill_exactly_if_every_element_has_its_bits(drawn):
    fill, a = drawn
    assert FillTest(fill)(a) == same_bits(a, fill)


@pytest.mark.parametrize(
    ("fill", "other"),
    [
        (np.array(0.0), np.array(-0.0)),
        (np.array(-0.0, "f4"), np.array(0.0, "f4")),
        (np.array(0j), np.array(complex(0, -0.0))),
        (np.array(0x7FF8000000000000, "u8").view("f8"), np.array(0x7FF8000000000001, "u8").view("f8")),
        (np.array(0x7FC00000, "u4").view("f4"), np.array(0xFFC00000, "u4").view("f4")),
    ],
)
def test_values_that_compare_equal_or_never_are_told_apart_by_their_bits(fill, other):
    assert FillTest(fill)(np.full((4, 5), fill))
    assert not FillTest(fill)(np.full((4, 5), other))
    mixed = np.full(100, fill)
    mixed[77] = other
    assert not FillTest(fill)(mixed)


@pytest.mark.parametrize("at", [0, 1, 65_535, 65_536, 131_072, 200_000, -1])
def test_one_element_that_differs_is_found_wherever_it_is(at):
    a = np.full(300_000, 7, "i2")
    assert FillTest(np.array(7, "i2"))(a)
    a[at] = 8
    assert not FillTest(np.array(7, "i2"))(a)
    assert not FillTest(np.array(7, "i2"))(a.reshape(3, 100_000).T)


def test_an_empty_array_is_fill():
    assert FillTest(np.array(3))(np.empty((0, 5)))


def test_elements_of_no_size_are_fill():
    assert FillTest(np.array(b"", "V0"))(np.zeros(3, "V0"))


@pytest.mark.parametrize("dtype", [object, np.dtypes.StringDType()] if hasattr(np.dtypes, "StringDType") else [object])
def test_texts_of_varying_length_are_compared_by_value(dtype):
    test = FillTest(np.array("ab", dtype))
    a = np.array([["ab", "ab"], ["ab", "ab"]], dtype)
    assert test(a)
    assert test(a.T)
    a[1, 0] = "abc"
    assert not test(a)
