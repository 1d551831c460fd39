"""Arrays of every data type that is no plain number against numpy: both formats, shards, parts, chunks never written.

`test_arrays.py` does the same, and more, for numbers.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import zarr_core as zarr
from zarr_core.data_types.parse import parse_data_type
from zarr_core.errors import MetadataError
from zarr_core.storage import MemoryStore

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
SHORT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=3)
COUNTS = st.sampled_from([-(2**63), 0, 1, -1, 2**40])
STRUCT = [("a", "i2"), ("b", [("c", "?"), ("d", "U2")]), ("when", "M8[ms]"), ("f", "f4")]
SUB_ARRAYS = [("a", "i2", (2,)), ("b", "S3")]

ELEMENTS: dict[str, tuple[Any, st.SearchStrategy[Any]]] = {
    "string": (str, TEXT),
    "bytes": (bytes, st.binary(max_size=6)),
    "U": ("U3", SHORT),
    "S": ("S4", st.binary(max_size=4).map(lambda content: content.rstrip(b"\0"))),
    "V": ("V3", st.binary(min_size=3, max_size=3)),
    "raw_bytes": (
        {"name": "raw_bytes", "configuration": {"length_bytes": 3}},
        st.binary(min_size=3, max_size=3),
    ),
    "moment": ("M8[25us]", COUNTS.map(lambda count: np.int64(count).view("M8[25us]"))),
    "span": ("m8[D]", COUNTS.map(lambda count: np.int64(count).view("m8[D]"))),
    "struct": (
        STRUCT,
        st.tuples(
            st.integers(-3, 3),
            st.tuples(st.booleans(), st.text("aé", max_size=2)),
            COUNTS.map(lambda count: np.int64(count).view("M8[ms]")),
            st.sampled_from([0.0, -0.0, 1.5, float("inf")]),
        ),
    ),
    "sub-arrays": (SUB_ARRAYS, st.tuples(st.tuples(st.integers(0, 3), st.just(1)), st.sampled_from([b"", b"abc"]))),
}
LAYOUTS: dict[str, dict[str, Any]] = {
    "plain": {"compressors": None},
    "zstd": {},
    "big-endian": {"serializer": {"name": "bytes", "configuration": {"endian": "big"}}},
    "shards": {"shards": (4, 4)},
    "transposed": {"filters": [{"name": "transpose", "configuration": {"order": [1, 0]}}]},
    "v2": {"zarr_format": 2},
    "v2-columns": {"zarr_format": 2, "order": "F", "compressors": {"id": "zlib", "level": 1}},
}
SHAPE, CHUNKS = (5, 6), (2, 2)


def fits(kind: str, layout: str) -> bool:
    """Fields of several elements are of format 2; `bytes` takes elements of one size."""
    if kind in ("string", "bytes") and layout == "big-endian":
        return False
    return kind != "sub-arrays" or layout.startswith("v2")


CASES = [(kind, layout) for kind in ELEMENTS for layout in LAYOUTS if fits(kind, layout)]


def drawn(elements: st.SearchStrategy[Any], dtype: np.dtype[Any], shape: tuple[int, ...]) -> st.SearchStrategy[Any]:
    """Arrays of the elements; many of them equal, so that chunks are all fill now and then."""
    size = int(np.prod(shape))

    def array(items: list[Any]) -> NDArray[Any]:
        values = np.empty(size, dtype)
        for i, item in enumerate(items):
            values[i] = item
        return values.reshape(shape)

    few = st.lists(elements, min_size=1, max_size=3)
    return few.flatmap(lambda few: st.lists(st.sampled_from(few), min_size=size, max_size=size)).map(array)


def same(actual: Any, expected: Any) -> None:
    """Equal in shape, data type and every bit; of text and objects, every element."""
    assert (actual.shape, actual.dtype) == (expected.shape, expected.dtype)
    if actual.dtype.kind in "OT":
        assert actual.tolist() == expected.tolist()
    else:
        assert actual.tobytes() == expected.tobytes()


@pytest.mark.parametrize(("kind", "layout"), CASES, ids=["-".join(case) for case in CASES])
def test_what_is_written_is_read(kind: str, layout: str) -> None:
    spec, elements = ELEMENTS[kind]
    dtype = parse_data_type(spec).dtype
    slices = st.tuples(*(st.tuples(st.integers(0, n - 1), st.integers(1, n)).map(sorted) for n in SHAPE))

    @settings(max_examples=25, deadline=None)
    @given(drawn(elements, dtype, SHAPE), elements, slices, slices)
    def check(values: NDArray[Any], fill: Any, first: Any, second: Any) -> None:
        stored: dict[str, Any] = {}
        array = zarr.create_array(
            MemoryStore(stored), shape=SHAPE, chunks=CHUNKS, dtype=spec, fill_value=fill, **LAYOUTS[layout]
        )
        assert array.dtype == dtype
        expected = np.empty(SHAPE, dtype)
        for index in np.ndindex(SHAPE):
            expected[index] = fill
        same(array[...], expected)
        for low_high in (first, second):
            region = tuple(slice(low, high + 1) for low, high in low_high)
            array[region] = values[region]
            expected[region] = values[region]
            same(array[region], expected[region])
        array = zarr.open_array(MemoryStore(stored))
        same(array[...], expected)
        same(array[1::2, ::3], expected[1::2, ::3])
        same(array.vindex[[0, 4, 2], [1, 5, 3]], expected[[0, 4, 2], [1, 5, 3]])
        same(array.metadata.fill_value, _scalar(fill, dtype))
        array[...] = np.broadcast_to(_scalar(fill, dtype), SHAPE)
        assert not [key for key in stored if key.rpartition("/")[2] not in ("zarr.json", ".zarray", ".zattrs")]
        same(array[...], np.broadcast_to(_scalar(fill, dtype), SHAPE).copy())

    check()


def _scalar(value: Any, dtype: np.dtype[Any]) -> NDArray[Any]:
    """A 0-d array of the value."""
    found = np.empty(1, dtype)
    found[0] = value
    return found.reshape(())


@pytest.mark.parametrize("kind", [kind for kind in ELEMENTS if kind != "sub-arrays"])
@pytest.mark.parametrize("layout", ["zstd", "shards"])
def test_arrays_without_dimensions(kind: str, layout: str) -> None:
    spec, elements = ELEMENTS[kind]
    dtype = parse_data_type(spec).dtype
    keywords: dict[str, Any] = {"shards": (), "chunks": ()} if layout == "shards" else {}

    @settings(max_examples=10, deadline=None)
    @given(elements)
    def check(value: Any) -> None:
        array = zarr.create_array(MemoryStore(), shape=(), dtype=spec, **keywords)
        array[()] = _scalar(value, dtype)
        same(np.asarray(array[...], dtype), _scalar(value, dtype))
        assert type(array[()]) is type(_scalar(value, dtype)[()])

    check()


# ---- what callers give -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_text_may_be_given_in_many_ways(zarr_format: int) -> None:
    texts = ["a", "", "ż\0", "日本"]
    for content in (texts, tuple(texts), np.array(texts, object), np.array([*texts[:2], "ż", "日本"])):
        array = zarr.create_array(MemoryStore(), data=content, dtype=str, zarr_format=zarr_format)
        expected = np.asarray(content, object).tolist()
        assert array[:].tolist() == expected
        array[:] = content
        assert array[:].tolist() == expected
    array[0] = "one"
    array[1] = None
    array[2:] = "all"
    assert array[:].tolist() == ["one", "", "all", "all"]
    for wrong in (1, [1, 2, 3, 4], ["a", "b", "c", float("nan")], np.arange(4)):
        with pytest.raises(TypeError, match="text"):
            array[:] = wrong
    assert array[:].tolist() == ["one", "", "all", "all"]


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_byte_strings_keep_their_zeros(zarr_format: int) -> None:
    array = zarr.create_array(MemoryStore(), data=[b"a\0", b"", b"\0"], dtype=bytes, zarr_format=zarr_format)
    assert array[:].tolist() == [b"a\0", b"", b"\0"]
    array[0] = b"b\0"
    array[1:] = [bytearray(b"c\0"), None]
    assert array[:].tolist() == [b"b\0", b"c\0", b""]
    with pytest.raises(TypeError, match="bytes"):
        array[0] = "text"


@pytest.mark.parametrize("zarr_format", [2, 3])
@pytest.mark.parametrize(("dtype", "fill", "near"), [(str, "a", "a\0"), (str, "a\0", "a"), (bytes, b"a\0", b"a")])
def test_a_chunk_that_only_looks_like_fill_is_stored(zarr_format: int, dtype: Any, fill: Any, near: Any) -> None:
    stored: dict[str, Any] = {}
    array = zarr.create_array(
        MemoryStore(stored), shape=4, chunks=2, dtype=dtype, fill_value=fill, zarr_format=zarr_format
    )
    array[:] = np.array([fill, fill, near, near], object)
    assert array[:].tolist() == [fill, fill, near, near]
    assert [key for key in stored if key.endswith(("0", "1"))] == ["1" if zarr_format == 2 else "c/1"]


@pytest.mark.parametrize("create", [zarr.zeros_like, zarr.empty_like])
@pytest.mark.parametrize("dtype", [str, bytes, "U3", "M8[s]", STRUCT])
def test_like_arrays_have_the_data_type(create: Callable[..., Any], dtype: Any) -> None:
    array = zarr.create_array(MemoryStore(), shape=3, dtype=dtype)
    assert create(array).metadata.data_type == array.metadata.data_type


def test_objects_need_a_codec_and_format_2() -> None:
    for keywords in ({}, {"zarr_format": 3, "object_codec": {"id": "json2"}}, {"zarr_format": 2}):
        with pytest.raises((MetadataError, ValueError), match=r"object"):
            zarr.create_array(MemoryStore(), shape=3, dtype=object, **keywords)
    stored: dict[str, Any] = {}
    array = zarr.create_array(
        MemoryStore(stored), shape=3, dtype=object, zarr_format=2, object_codec={"id": "vlen-utf8"}
    )
    assert array.metadata.data_type.name == "string"
    assert json.loads(bytes(stored[".zarray"]))["filters"] == [{"id": "vlen-utf8"}]


def test_fields_can_be_written_whole() -> None:
    array = zarr.create_array(MemoryStore(), shape=3, dtype=[("a", ">i4"), ("b", "U3")], fill_value=(7, "x"))
    array[1] = (1, "é")
    array[2:] = np.array([(2, "b")], [("a", "<i8"), ("b", "U1")])
    assert array[:].tolist() == [(7, "x"), (1, "é"), (2, "b")]
    assert array[:].dtype == np.dtype([("a", "i4"), ("b", "U3")])
    assert array.fill_value.item() == (7, "x")
