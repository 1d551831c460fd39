"""Documents of format 2, in the view that format 3 has too."""

import json
import pickle
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from zarr_core import plugins
from zarr_core.abc.codec import (
    ArrayArrayCodec,
    ArrayBytesCodec,
    BoundArrayArray,
    BoundArrayBytes,
    BytesBytesCodec,
    Spec,
)
from zarr_core.codecs.bytes import BytesCodec
from zarr_core.errors import MetadataError, PluginNotInstalledError
from zarr_core.metadata import V2ArrayMetadata, V2GroupMetadata, parse_node
from zarr_core.metadata.v2_dtype import dtype_from_json_v2

ARRAY = {
    "zarr_format": 2,
    "shape": [5, 4],
    "chunks": [2, 3],
    "dtype": "<i2",
    "compressor": None,
    "fill_value": -1,
    "order": "C",
    "filters": None,
    "dimension_separator": ".",
}
MANDATORY = ["shape", "chunks", "dtype", "order", "fill_value"]


@dataclass(frozen=True)
class Transpose(ArrayArrayCodec):
    name: ClassVar[str] = "transpose"
    order: tuple[int, ...] = ()

    def resolve(self, spec):
        return Spec(tuple(spec.shape[i] for i in self.order), spec.data_type, spec.fill)

    def bind(self, spec):
        order = self.order

        class Bound(BoundArrayArray):
            def encode(self, a):
                return a.transpose(order)

        return Bound()


@dataclass(frozen=True)
class Recode(ArrayArrayCodec):
    name: ClassVar[str] = "test.recode"
    dtype: str | None = None
    astype: str | None = None

    def bind(self, spec):
        return BoundArrayArray()


@dataclass(frozen=True)
class Text(ArrayBytesCodec):
    name: ClassVar[str] = "test.text"

    def bind(self, spec):
        return BoundArrayBytes()


@dataclass(frozen=True)
class Deflate(BytesBytesCodec):
    name: ClassVar[str] = "test.deflate"
    level: int = 1

    def encode(self, buf):
        return buf

    def decode(self, buf, *, limit=None):
        return buf


@pytest.fixture(autouse=True)
def registered():
    handles = [plugins.v2_codecs.register(cls.name, cls) for cls in (Recode, Text, Deflate)]
    handles.append(plugins.codecs.register("transpose", Transpose))
    yield
    for handle in handles:
        handle.unregister()


def opened(zarray=None, zattrs=None, zgroup=None, path="a"):
    documents = {".zarray": zarray, ".zattrs": zattrs, ".zgroup": zgroup}
    return parse_node({name: json.dumps(each).encode() for name, each in documents.items() if each is not None}, path)


def changed(**members):
    return opened({**ARRAY, **members})


def without(*members):
    return opened({name: value for name, value in ARRAY.items() if name not in members})


def encoded(array, values):
    """The bytes of a chunk, by the array's own chain."""
    spec = Spec(values.shape, array.data_type, array.fill_value)
    for codec in array.codecs:
        if isinstance(codec, ArrayArrayCodec):
            values = codec.bind(spec).encode(values)
            spec = codec.resolve(spec)
        else:
            values = codec.bind(spec).encode(values)
    return bytes(values)


def test_a_v2_array_looks_like_any_array():
    array = opened(ARRAY, {"units": "K"})
    assert isinstance(array, V2ArrayMetadata)
    assert (array.zarr_format, array.node_type, array.shape) == (2, "array", (5, 4))
    assert array.data_type.name == "int16"
    assert array.fill_value == -1
    assert array.chunk_grid.chunk_shape == (2, 3)
    assert array.codecs == (BytesCodec("little"),)
    assert (array.storage_transformers, array.dimension_names, array.ignored) == ((), None, ())
    assert array.attributes == {"units": "K"}
    assert array.to_dict() == {**ARRAY, "attributes": {"units": "K"}}
    assert V2ArrayMetadata.from_dict(array.to_dict()) == array
    assert pickle.loads(pickle.dumps(array)) == array


def test_statement_241_what_makes_a_node():
    assert opened(zattrs={"a": 1}) is None
    assert isinstance(opened(zgroup={"zarr_format": 2}), V2GroupMetadata)
    with pytest.raises(MetadataError, match=r"'a/.zgroup': is beside a '.zarray'"):
        opened(ARRAY, zgroup={"zarr_format": 2})


def test_format_3_is_preferred_where_both_are():
    zarr_json = b'{"zarr_format": 3, "node_type": "group"}'
    assert parse_node({"zarr.json": zarr_json, ".zgroup": b'{"zarr_format": 2}'}, "").zarr_format == 3


def test_statement_243_zgroup_is_written_as_it_must_be():
    group = opened(zgroup={"zarr_format": 2, "extra": 1}).with_attributes({"a": 1})
    assert json.loads(group.documents()[".zgroup"]) == {"zarr_format": 2}


def test_statement_244_no_attributes():
    assert opened(ARRAY).attributes == opened(zgroup={"zarr_format": 2}).attributes == {}
    with pytest.raises(MetadataError, match=r"'a/.zattrs': must hold a JSON object, not \[1\]"):
        opened(ARRAY, zattrs=[1])


@pytest.mark.parametrize("value", [3, "2", 2.0, None])
def test_statement_246_other_formats_are_refused(value):
    with pytest.raises(MetadataError, match=r"'a/.zarray': 'zarr_format' must be the integer 2"):
        changed(zarr_format=value)
    with pytest.raises(MetadataError, match=r"'a/.zgroup': 'zarr_format' must be the integer 2"):
        opened(zgroup={"zarr_format": value})


@pytest.mark.parametrize("member", MANDATORY)
def test_statement_246_mandatory_members(member):
    with pytest.raises(MetadataError, match=rf"'a/.zarray': '{member}' \(.+\) is missing") as info:
        without(member)
    assert (info.value.document, info.value.member) == ("a/.zarray", member)


def test_missing_filters_and_compressor_are_none():
    assert without("filters", "compressor").codecs == (BytesCodec("little"),)


def test_statement_247_unknown_members_are_ignored_and_kept():
    array = changed(extra={"a": 1}).with_shape((9, 9)).with_attributes({"b": 1})
    assert json.loads(array.documents()[".zarray"]) == {**ARRAY, "shape": [9, 9], "extra": {"a": 1}}
    assert json.loads(array.documents()[".zattrs"]) == {"b": 1}


def test_statement_248_dimension_separator():
    assert without("dimension_separator").chunk_key_encoding.encode((1, 23)) == "1.23"
    for separator in "-", "", None, 1, "//":
        with pytest.raises(MetadataError, match=r"'dimension_separator' must be '.' or '/'"):
            changed(dimension_separator=separator)


def test_statement_249_and_250_chunk_keys():
    for separator in ".", "/":
        keys = changed(dimension_separator=separator).chunk_key_encoding
        assert keys.encode((1, 23)) == f"1{separator}23"
        assert keys.encode(()) == "0"
    assert changed(shape=[], chunks=[]).shape == ()


def test_statement_251_order_f_stores_columns():
    array = changed(dtype="|u1", fill_value=0, order="F", shape=[2, 3], chunks=[2, 3])
    assert array.codecs == (Transpose((1, 0)), BytesCodec())
    assert encoded(array, np.array([[1, 2, 3], [4, 5, 6]], "u1")).hex() == "010402050306"
    assert changed(order="F", shape=[5], chunks=[2]).codecs == (BytesCodec("little"),)
    for order in "A", "c", None, 1:
        with pytest.raises(MetadataError, match="'order' must be 'C' or 'F'"):
            changed(order=order)


def test_statement_252_byte_order():
    array = changed(dtype=">i2")
    assert array.data_type.name == "int16"
    assert array.codecs == (BytesCodec("big"),)
    assert encoded(array, np.full((2, 3), 300, "i2")).hex() == "012c" * 6


@pytest.mark.parametrize(
    "dtype",
    ["i4", "int32", "=i4", "|i4", "<i", "<i04x", "", "<f4 ", "<q8", "<i3", "float32", "|f8", "<M8[2.5s]", 1, {}],
)
def test_statement_253_dtypes_that_are_no_type_strings_are_refused(dtype):
    with pytest.raises(MetadataError, match="dtype") as info:
        changed(dtype=dtype)
    assert (info.value.document, info.value.member) == ("a/.zarray", "dtype")


@pytest.mark.parametrize("dtype", ["|b1", "|i1", "<i1", "|u1", "<u2", "<f2", ">f8", "<c8", ">c16", "|V3"])
def test_type_strings_of_core_data_types_open(dtype):
    array = changed(dtype=dtype, fill_value=None)
    assert array.data_type.dtype == np.dtype(dtype).newbyteorder("=")


def test_statement_254_text_and_bytes_dtypes():
    for typestr, size in ("<U3", 12), ("|S3", 3):
        assert dtype_from_json_v2(typestr) == (np.dtype(typestr), "little")
        assert dtype_from_json_v2(typestr)[0].itemsize == size
    assert dtype_from_json_v2(">U3")[1] == "big"


def test_statement_255_datetime_dtypes_keep_unit_and_multiple():
    for typestr in "<M8[ns]", "<m8[25us]", ">M8[D]", "<M8":
        assert dtype_from_json_v2(typestr)[0] == np.dtype(typestr)


def test_statement_256_fields_are_packed():
    fields = [["id", "<u4"], ["pos", [["x", "<f4"], ["y", "<f4"]]], ["tag", "|S2"], ["m", "<i2", [2, 2]]]
    dtype, endian = dtype_from_json_v2(fields)
    assert dtype.itemsize == 22
    assert [dtype.fields[name][1] for name in dtype.names] == [0, 4, 12, 14]
    assert endian == "little"
    assert dtype_from_json_v2([["a", ">i2"], ["b", "|u1"]])[1] == "big"
    assert dtype_from_json_v2([["a", ">i2"], ["b", "<i2"]])[1] is None


@pytest.mark.parametrize(
    "dtype",
    [
        [["a"]],
        [["a", "<i4", [2], 3]],
        [[1, "<i4"]],
        ["a"],
        [["a", "i4"]],
        [["a", "<i4"], ["a", "<i4"]],
        [["a", "<i4", ["x"]]],
    ],
)
def test_fields_that_are_none_are_refused(dtype):
    with pytest.raises(MetadataError):
        dtype_from_json_v2(dtype)


def test_a_dtype_that_is_registered_opens():
    float32 = plugins.data_types.get("float32")
    with plugins.numpy_dtypes.register("datetime64[25s]", lambda dtype: float32()):
        assert changed(dtype="<M8[25s]", fill_value=0).data_type.name == "float32"
    assert changed(dtype="<M8[25s]", fill_value=0).data_type.name == "numpy.datetime64"


@pytest.mark.parametrize(
    ("value", "expected"), [("NaN", np.nan), ("Infinity", np.inf), ("-Infinity", -np.inf), (1, 1.0)]
)
def test_statement_257_float_fill_values(value, expected):
    assert np.array_equal(changed(dtype="<f4", fill_value=value).fill_value, np.float32(expected), equal_nan=True)


def test_statement_260_undefined_fill_values_read_as_zero():
    array = changed(fill_value=None)
    assert array.fill_value == 0
    assert json.loads(array.with_shape((1, 1)).documents()[".zarray"])["fill_value"] is None


def test_statement_261_bool_fill_values():
    assert changed(dtype="|b1", fill_value=1).fill_value.dtype == bool
    with pytest.raises(MetadataError, match=r"'a/.zarray': ") as info:
        changed(dtype="|b1", fill_value=2)
    assert info.value.member == "fill_value"


def test_statement_262_and_263_no_filters():
    for filters in None, []:
        assert changed(filters=filters).codecs == (BytesCodec("little"),)


def test_statement_264_filters_in_order_then_the_compressor():
    array = changed(
        order="F",
        filters=[{"id": "test.recode", "dtype": "<i2"}, {"id": "test.deflate", "level": 3}],
        compressor={"id": "test.deflate"},
    )
    assert array.codecs == (Transpose((1, 0)), Recode("<i2"), BytesCodec("little"), Deflate(3), Deflate(1))
    assert array.to_dict()["filters"][1] == {"id": "test.deflate", "level": 3}


def test_filters_and_compressors_may_make_bytes_of_arrays_themselves():
    assert changed(filters=[{"id": "test.text"}], compressor={"id": "test.deflate"}).codecs == (Text(), Deflate())
    assert changed(compressor={"id": "test.text"}).codecs == (Text(),)


@pytest.mark.parametrize(
    ("filters", "endian"),
    [
        ([{"id": "test.recode", "dtype": ">i2"}], "big"),
        ([{"id": "test.recode", "dtype": ">i2", "astype": "<i4"}], "little"),
        ([{"id": "test.recode", "dtype": "<i2", "astype": ">i4"}], "big"),
        ([{"id": "test.recode", "astype": ">i4"}, {"id": "test.recode", "dtype": "int16"}], "big"),
        ([{"id": "test.deflate"}], "little"),
    ],
)
def test_elements_are_stored_in_the_byte_order_in_which_the_last_filter_leaves_them(filters, endian):
    assert BytesCodec(endian) in changed(filters=filters).codecs


def test_an_order_of_filters_that_makes_no_chain_is_refused():
    with pytest.raises(MetadataError, match=r"array-to-array codec 'test.recode' after the bytes-to-bytes codec"):
        changed(filters=[{"id": "test.deflate"}, {"id": "test.recode"}])


@pytest.mark.parametrize("filters", [None, [], [{"id": "test.deflate"}]])
def test_statement_265_objects_need_an_object_codec(filters):
    with pytest.raises(MetadataError, match="needs a filter that makes bytes of them") as info:
        changed(dtype="|O", filters=filters)
    assert info.value.member == "dtype"


def test_statement_268_unknown_ids_fail_at_open():
    for members in {"compressor": {"id": "test.unknown"}}, {"filters": [{"id": "test.unknown"}]}:
        with pytest.raises(PluginNotInstalledError, match=r"v2 codec 'test.unknown' of array 'a'") as info:
            changed(**members)
        assert info.value.name == "test.unknown"


@pytest.mark.parametrize(
    "members",
    [
        {"compressor": {}},
        {"compressor": {"id": 1}},
        {"compressor": "test.deflate"},
        {"compressor": {"id": "test.deflate", "extra": 1}},
        {"compressor": {"id": "test.deflate", "level": "1"}},
        {"filters": {"id": "test.deflate"}},
        {"filters": ["test.deflate"]},
        {"filters": [None]},
    ],
)
def test_malformed_filters_and_compressors_are_refused(members):
    with pytest.raises(MetadataError, match=r"^'a/.zarray': "):
        changed(**members)


def test_statement_276_a_chunk_length_of_0_in_an_empty_dimension_is_1():
    array = changed(shape=[0, 4], chunks=[0, 3])
    assert [dimension.edges for dimension in array.chunk_grid.dimensions((0, 4))] == [(1,), (3,)]
    assert json.loads(array.with_shape((2, 4)).documents()[".zarray"])["chunks"] == [1, 3]
    for members in {"chunks": [0, 3]}, {"chunks": [2]}, {"chunks": [2, -1]}, {"chunks": [2, True]}:
        with pytest.raises(MetadataError) as info:
            changed(**members)
        assert info.value.member == "chunks"


def test_statement_278_a_v2_array_has_v2_documents():
    assert set(opened(ARRAY).with_shape((1, 1)).documents()) == {".zarray", ".zattrs"}
    assert set(opened(zgroup={"zarr_format": 2}).with_attributes({}).documents()) == {".zgroup", ".zattrs"}


def test_bare_nan_tokens_are_read():
    text = json.dumps({**ARRAY, "dtype": "<f4"}).replace("-1", "NaN").encode()
    assert np.isnan(parse_node({".zarray": text}, "").fill_value)
