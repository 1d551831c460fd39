"""Metadata of new nodes."""

import json
import math

import numpy as np
import pytest

from zarr_core import plugins
from zarr_core.abc.codec import BytesBytesCodec
from zarr_core.chunk_grids.regular import RegularGrid
from zarr_core.chunk_key_encodings.default import DefaultChunkKeyEncoding
from zarr_core.chunk_key_encodings.v2 import V2ChunkKeyEncoding
from zarr_core.codecs.bytes import BytesCodec
from zarr_core.data_types.parse import parse_data_type
from zarr_core.errors import MetadataError, PluginNotInstalledError
from zarr_core.metadata import create_array_metadata, create_group_metadata, parse_node


def create(zarr_format=3, dtype="float32", shape=(7, 10), chunks=(3, 4), **members):
    formats = {
        3: {"chunk_key_encoding": DefaultChunkKeyEncoding("/"), "codecs": [BytesCodec()]},
        2: {"chunk_key_encoding": V2ChunkKeyEncoding(".")},
    }
    members = {**formats.get(zarr_format, formats[3]), **members}
    return create_array_metadata(
        zarr_format=zarr_format,
        shape=shape,
        data_type=parse_data_type(dtype),
        chunk_grid=RegularGrid(chunks),
        **members,
    )


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_what_was_created_opens_and_is_equal(zarr_format):
    array = create(zarr_format, attributes={"a": 1}, fill_value=1.5)
    group = create_group_metadata(zarr_format=zarr_format, attributes={"a": 1})
    for node in array, group:
        assert parse_node(node.documents(), "a/b") == node
        assert node.attributes == {"a": 1}


def test_a_new_array_of_format_3_in_full():
    array = create(dimension_names=["y", None], attributes={"units": "K"})
    assert json.loads(array.documents()["zarr.json"]) == {
        "zarr_format": 3,
        "node_type": "array",
        "shape": [7, 10],
        "data_type": "float32",
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [3, 4]}},
        "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
        "fill_value": 0.0,
        "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}],
        "dimension_names": ["y", None],
        "attributes": {"units": "K"},
    }


def test_a_new_array_of_format_2_in_full():
    array = create(2, dtype="int16", fill_value=-1, endian="big")
    assert json.loads(array.documents()[".zarray"]) == {
        "zarr_format": 2,
        "shape": [7, 10],
        "chunks": [3, 4],
        "dtype": ">i2",
        "compressor": None,
        "fill_value": -1,
        "order": "C",
        "filters": None,
        "dimension_separator": ".",
    }
    assert json.loads(array.documents()[".zattrs"]) == {}
    assert set(array.documents()) == {".zarray", ".zattrs"}


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint64", "float16", "complex128", "r24"])
def test_statement_70_and_71_the_fill_value_is_always_written(dtype):
    array = create(dtype=dtype)
    assert "fill_value" in array.to_dict()
    assert array.fill_value.tobytes() == bytes(array.data_type.item_size)


@pytest.mark.parametrize(
    ("dtype", "value", "written"),
    [("float32", math.nan, "NaN"), ("float64", -math.inf, "-Infinity"), ("float64", -0.0, -0.0), ("bool", True, True)],
)
def test_fill_values_given_in_python(dtype, value, written):
    array = create(dtype=dtype, fill_value=value)
    assert repr(array.to_dict()["fill_value"]) == repr(written)
    again = parse_node(array.documents(), "")
    assert again.fill_value.tobytes() == array.fill_value.tobytes() == np.array(value, dtype).tobytes()


@pytest.mark.parametrize(("dtype", "value"), [("int8", 128), ("int8", "a"), ("int8", [1, 2]), ("bool", 2)])
def test_fill_values_that_do_not_fit_are_refused(dtype, value):
    for zarr_format in 2, 3:
        with pytest.raises(MetadataError):
            create(zarr_format, dtype=dtype, fill_value=value)


def test_no_fill_value_is_null_in_format_2():
    array = create(2, dtype="int8")
    assert array.to_dict()["fill_value"] is None
    assert array.fill_value == 0


@pytest.mark.parametrize(
    ("members", "match"),
    [
        ({"shape": (7, -1)}, "'shape' must be a list of non-negative integers, not"),
        ({"shape": (7, 1.0)}, "'shape'"),
        ({"shape": ("7", "a")}, "'shape'"),
        ({"shape": (7,)}, "dimensions"),
        ({"dimension_names": ["x"]}, "'dimension_names' has 1 entries for 2 dimensions"),
        ({"dimension_names": "yx"}, "'dimension_names' must be a list of strings and nulls"),
        ({"dimension_names": [1, 2]}, "'dimension_names' must be"),
        ({"attributes": {"a": math.nan}}, "attributes.a is nan"),
        ({"attributes": [1]}, "'attributes' must be an object"),
        ({"codecs": []}, "none at all"),
        ({"order": "F"}, "zarr_format 3 has no order"),
        ({"compressor": {"id": "zlib"}}, "zarr_format 3 has no compressor"),
        ({"filters": []}, "zarr_format 3 has no filters"),
        ({"zarr_format": 4}, "zarr_format is 2 or 3, not 4"),
    ],
)
def test_members_that_do_not_fit_are_refused_in_the_words_of_the_caller(members, match):
    with pytest.raises(MetadataError, match=match) as info:
        create(**members)
    assert info.value.document == ""


@pytest.mark.parametrize(
    ("members", "match"),
    [
        ({"codecs": [BytesCodec()]}, "zarr_format 2 has no codecs"),
        ({"dimension_names": ["y", "x"]}, "zarr_format 2 has no dimension_names"),
        ({"chunk_key_encoding": DefaultChunkKeyEncoding("/")}, "zarr_format 2 has no chunk key encoding 'default'"),
        ({"order": "A"}, "'order' must be 'C' or 'F', not 'A'"),
    ],
)
def test_format_2_refuses_what_it_does_not_have(members, match):
    with pytest.raises(MetadataError, match=match):
        create(2, **members)


def test_what_is_not_registered_cannot_be_created():
    class Nameless(BytesBytesCodec):
        name = "test.nameless"

        def encode(self, buf):
            return buf

        def decode(self, buf, *, limit=None):
            return buf

    with pytest.raises(PluginNotInstalledError, match=r"codec 'test.nameless'"):
        create(codecs=[BytesCodec(), Nameless()])
    with pytest.raises(PluginNotInstalledError, match=r"v2 codec 'test.nameless'"):
        create(2, compressor=Nameless())
    with plugins.v2_codecs.register("test.nameless", Nameless):
        array = create(2, compressor=Nameless(), filters=[{"id": "test.nameless"}])
    assert array.to_dict()["compressor"] == {"id": "test.nameless"}
    assert [codec.name for codec in array.codecs] == ["bytes", "test.nameless", "test.nameless"]


def test_groups_of_unknown_formats_are_refused():
    with pytest.raises(MetadataError, match="zarr_format is 2 or 3, not '3'"):
        create_group_metadata(zarr_format="3")
