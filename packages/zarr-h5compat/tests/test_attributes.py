"""`attrs`: values that survive, and what other Zarr software sees of them."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

import zarr_core
import zarr_h5compat as h5py

TYPED = "zarr_h5compat"


def stored(file: h5py.File, name: str) -> Any:
    """What is in the document itself."""
    return json.loads((Path(file.filename) / "zarr.json").read_text(encoding="utf-8"))["attributes"][name]


@pytest.mark.parametrize(
    ("value", "plain", "read"),
    [
        (5, 5, np.int64(5)),
        (2.5, 2.5, np.float64(2.5)),
        (True, True, np.bool_(True)),
        ("text", "text", "text"),
        (b"bytes", "bytes", "bytes"),
        (2**63, 2**63, np.uint64(2**63)),
        ([1, 2], [1, 2], np.array([1, 2])),
        ((1.5, 2), [1.5, 2.0], np.array([1.5, 2])),
        ([[True], [False]], [[True], [False]], np.array([[True], [False]])),
        (["a", "b"], ["a", "b"], np.array(["a", "b"], object)),
        ([b"a", "b"], ["a", "b"], np.array(["a", "b"], object)),
        (np.array(["a"]), ["a"], np.array(["a"], object)),
        ([], [], np.array([])),
        ("", "", ""),
    ],
)
def test_what_json_says_is_stored_plainly(file: h5py.File, value: Any, plain: Any, read: Any) -> None:
    file.attrs["a"] = value
    assert stored(file, "a") == plain
    found = file.attrs["a"]
    assert type(found) is type(read)
    assert np.array_equal(found, read)
    assert np.asarray(found).dtype == np.asarray(read).dtype


@pytest.mark.parametrize(
    ("value", "typed"),
    [
        (np.float32(0.5), {"dtype": "<f4", "value": 0.5}),
        (np.array([1, 2], "u1"), {"dtype": "|u1", "value": [1, 2]}),
        (np.array([1, 2], ">i8"), {"dtype": ">i8", "value": [1, 2]}),
        (math.nan, {"dtype": "<f8", "value": "NaN"}),
        ([1.5, math.inf, -math.inf], {"dtype": "<f8", "value": [1.5, "Infinity", "-Infinity"]}),
        (1 - 2j, {"dtype": "<c16", "value": [1.0, -2.0]}),
        (np.array([b"a", b"\xff"]), {"dtype": "|S1", "value": ["a", "ÿ"]}),
        (b"\xff", {"dtype": "|S1", "value": "ÿ"}),
        (np.void(b"\0\1"), {"dtype": "|V2", "value": "\0\1"}),
        (np.zeros((0, 3), "i2"), {"dtype": "<i2", "value": [], "shape": [0, 3]}),
        (h5py.Empty("f4"), {"dtype": "<f4", "value": None}),
    ],
)
def test_the_rest_carries_its_dtype(file: h5py.File, value: Any, typed: Any) -> None:
    file.attrs["a"] = value
    assert stored(file, "a") == {TYPED: typed}
    found = file.attrs["a"]
    if isinstance(value, h5py.Empty):
        assert found == value
    else:
        assert np.asarray(found).dtype == np.asarray(value).dtype
        np.testing.assert_array_equal(found, value)


DTYPES = st.one_of(
    npst.boolean_dtypes(),
    npst.integer_dtypes(endianness="?"),
    npst.unsigned_integer_dtypes(endianness="?"),
    npst.floating_dtypes(endianness="?", sizes=(16, 32, 64)),
    npst.complex_number_dtypes(endianness="?", sizes=(64, 128)),
    npst.byte_string_dtypes(max_len=5),
    st.integers(1, 5).map(lambda length: np.dtype(f"V{length}")),
)
ARRAYS = DTYPES.flatmap(
    lambda dtype: npst.arrays(
        dtype,
        npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
        elements=st.binary(min_size=dtype.itemsize, max_size=dtype.itemsize).map(np.void)
        if dtype.kind == "V"
        else None,
    )
)


@given(value=ARRAYS)
def test_every_array_survives(value: Any) -> None:
    with h5py.File.in_memory() as file:
        file.attrs["a"] = value
        found = np.asarray(file.attrs["a"])
    assert found.dtype == np.asarray(value[()]).dtype  # scalars have native byte order, and bytes no padding
    assert found.shape == value.shape
    np.testing.assert_array_equal(found, value)


@given(value=st.recursive(st.text(st.characters(exclude_categories=["Cs"])), lambda inner: st.lists(inner, max_size=3)))
def test_text_survives_in_any_shape(value: Any) -> None:
    try:
        array = np.array(value, dtype=object)
    except ValueError:
        assume(False)
    assume(all(isinstance(text, str) for text in array.flat))  # no lists of different lengths
    with h5py.File.in_memory() as file:
        file.attrs["a"] = array if isinstance(value, list) else value
        found = file.attrs["a"]
    if isinstance(value, str):
        assert found == value
    else:
        assert np.asarray(found).shape == array.shape
        assert found.tolist() == value


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        {"a": 1},
        object(),
        2**64,
        [1, "a"],
        [1, None],
        np.datetime64("2020"),
        np.longdouble(1),
        np.zeros(1, "f4,i4"),
    ],
)
def test_what_numpy_cannot_say_exactly_is_refused(file: h5py.File, value: Any) -> None:
    with pytest.raises(TypeError, match="cannot be an attribute"):
        file.attrs["a"] = value
    assert len(file.attrs) == 0


@pytest.mark.parametrize("value", [None, {"a": [1]}, [1, "a"], [[1], [1, 2]], 2**70, {TYPED: 1, "b": 2}])
def test_what_others_wrote_and_numpy_cannot_hold_is_returned_as_it_is(file: h5py.File, value: Any) -> None:
    zarr_core.open_group(file.filename).update_attributes({"a": value})
    with h5py.File(file.filename) as again:
        assert again.attrs["a"] == value


@pytest.mark.parametrize(
    "typed",
    [
        1,
        {},
        {"dtype": "f4"},
        {"dtype": "nonsense", "value": 1},
        {"dtype": "f4,f4", "value": 1},
        {"dtype": "V99999999999", "value": ""},
        {"dtype": "<f4", "value": "x"},
        {"dtype": "<c8", "value": 1},
        {"dtype": "<f4", "value": [], "shape": [2]},
    ],
)
def test_damaged_value_is_an_error_that_names_the_attribute(file: h5py.File, typed: Any) -> None:
    zarr_core.open_group(file.filename).update_attributes({"a": {TYPED: typed}})
    with h5py.File(file.filename) as again, pytest.raises(ValueError, match="attribute 'a' of group '/' is damaged"):
        again.attrs["a"]


def test_missing_attribute_is_a_key_error_that_says_where(file: h5py.File) -> None:
    with pytest.raises(KeyError, match="group '/' has no attribute 'a'"):
        file.attrs["a"]
    with pytest.raises(KeyError):
        del file.attrs["a"]
    assert file.attrs.get("a", 3) == 3


def test_attributes_are_a_dictionary_in_the_order_of_names(file: h5py.File) -> None:
    attrs = file.attrs
    attrs.update({"b": 1, "a": 2}, c=3)
    assert (list(attrs), len(attrs), "a" in attrs, b"a" in attrs) == (["a", "b", "c"], 3, True, True)
    assert dict(attrs.items()) == {"a": 2, "b": 1, "c": 3}
    assert repr(attrs.keys()) == "<KeysView ['a', 'b', 'c']>"
    assert repr(attrs) == "<Attributes of Zarr group '/': a, b, c>"
    del attrs[b"b"]
    assert list(attrs.values()) == [2, 3]
    with pytest.raises(TypeError, match="str or bytes"):
        attrs[1]
    with pytest.raises(TypeError, match="str or bytes"):
        1 in attrs  # noqa: B015 - it raises


def test_create_takes_shape_and_dtype(file: h5py.File) -> None:
    file.attrs.create("a", [1, 2, 3, 4], shape=(2, 2), dtype="f4")
    assert (file.attrs["a"].dtype, file.attrs["a"].tolist()) == ("f4", [[1, 2], [3, 4]])
    file.attrs.create("b", "text", dtype="S10")
    assert file.attrs["b"] == b"text"
    file.attrs.create("c", ["x"], dtype=h5py.string_dtype())
    assert file.attrs["c"].tolist() == ["x"]
    with pytest.raises(ValueError, match="shape"):
        file.attrs.create("d", [1, 2, 3, 4], shape=(3,))
    with pytest.raises(TypeError, match="string_dtype"):
        file.attrs.create("d", ["x"], dtype="O")


def test_modify_keeps_the_dtype(file: h5py.File) -> None:
    file.attrs["a"] = np.float32(1)
    file.attrs.modify("a", 3)
    assert (type(file.attrs["a"]), file.attrs["a"]) == (np.float32, 3)
    file.attrs.modify("a", [4])
    assert file.attrs["a"].shape == ()
    with pytest.raises(TypeError, match="does not fit"):
        file.attrs.modify("a", [1, 2])
    file.attrs.modify("new", "text")
    file.attrs.modify("new", "other")
    assert file.attrs["new"] == "other"
    file.attrs["empty"] = h5py.Empty("f4")
    with pytest.raises(OSError, match="empty"):
        file.attrs.modify("empty", 1)


def test_attributes_outlive_the_file(file: h5py.File) -> None:
    file.create_dataset("g/x", (1,)).attrs["z"] = 1 + 2j
    name = file.filename
    file.close()
    with h5py.File(name) as again:
        assert again["g/x"].attrs["z"] == 1 + 2j
