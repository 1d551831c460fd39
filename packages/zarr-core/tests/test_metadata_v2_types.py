"""Data types and fill values of format 2, with what they make of stored bytes (digest 4.3, 4.4)."""

from __future__ import annotations

import base64
import json
import pickle
from typing import Any

import numpy as np
import pytest

from zarr_core import plugins
from zarr_core.abc.codec import ArrayBytesCodec, BoundArrayBytes, Spec
from zarr_core.abc.data_type import DataType
from zarr_core.chunk_grids.regular import RegularGrid
from zarr_core.chunk_key_encodings.v2 import V2ChunkKeyEncoding
from zarr_core.codecs.stored import StoredBytesCodec
from zarr_core.data_types.objects import Objects
from zarr_core.data_types.parse import parse_data_type
from zarr_core.engine.chain import CodecChain
from zarr_core.errors import CodecError, MetadataError, PluginNotInstalledError
from zarr_core.metadata import V2ArrayMetadata, create_array_metadata

FIELDS: Any = [["id", ">u4"], ["pos", [["x", "<f4"], ["y", ">f4"]]], ["tag", "|S2"], ["m", "<i2", [2, 2]]]


def opened(dtype: Any, **members: Any) -> V2ArrayMetadata:
    """A one-dimensional array of this dtype, in a single chunk."""
    document = {
        "zarr_format": 2,
        "shape": [2],
        "chunks": [2],
        "dtype": dtype,
        "compressor": None,
        "fill_value": None,
        "order": "C",
        "filters": None,
        **members,
    }
    return V2ArrayMetadata.from_dict(document)


def decoded(array: V2ArrayMetadata, content: bytes) -> Any:
    """The chunk of these bytes, which are written again as they are."""
    shape = tuple(array.chunk_grid.to_config()["chunk_shape"])
    bound = CodecChain(array.codecs, Spec(shape, array.data_type, array.fill_value)).bind(shape)
    values = bound.decode(content)
    assert values.dtype == array.data_type.dtype
    assert bytes(bound.encode(values)) == content
    return values


def created(dtype: Any, fill: Any = None, **keywords: Any) -> V2ArrayMetadata:
    metadata = create_array_metadata(
        zarr_format=2,
        shape=(2,),
        data_type=parse_data_type(dtype),
        chunk_grid=RegularGrid((2,)),
        chunk_key_encoding=V2ChunkKeyEncoding(),
        fill_value=fill,
        **keywords,
    )
    assert isinstance(metadata, V2ArrayMetadata)
    return metadata


def document_of(metadata: V2ArrayMetadata) -> Any:
    return json.loads(metadata.documents()[".zarray"])


@pytest.mark.parametrize(("order", "codes"), [("<", "61000000"), (">", "00000061")])
def test_statement_254_text_has_four_bytes_a_code_point(order: str, codes: str) -> None:
    content = bytes.fromhex(codes).ljust(12, b"\0") + bytes.fromhex(codes * 3)
    assert decoded(opened(f"{order}U3"), content).tolist() == ["a", "aaa"]


def test_statement_254_bytes_are_padded_with_zeros() -> None:
    assert decoded(opened("|S3"), b"a\0\0Hi!").tolist() == [b"a", b"Hi!"]
    assert decoded(opened("|V3"), b"a\0\0Hi!").tolist() == [b"a\0\0", b"Hi!"]


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("kind", ["M8[ns]", "m8[25us]", "M8[D]", "m8"])
def test_statement_255_times_keep_unit_and_multiple(order: str, kind: str) -> None:
    array = opened(order + kind)
    assert array.data_type.dtype == np.dtype(kind)
    content = np.array([1, -(2**63)], order + "i8").tobytes()
    values = decoded(array, content)
    assert values.view(np.int64).tolist() == [1, -(2**63)]
    assert np.isnat(values).tolist() == [False, True]
    assert np.isnat(array.fill_value)
    assert opened(order + kind, fill_value=25).fill_value.view(np.int64) == 25


def test_statement_256_fields_are_packed_each_in_its_own_byte_order() -> None:
    array = opened(FIELDS)
    element = "000000010000803f4000000061620100020003000400"
    values = decoded(array, bytes.fromhex(element * 2))
    assert values[0].tolist()[:3] == (1, (1.0, 2.0), b"ab")
    assert values["m"].tolist() == [[[1, 2], [3, 4]]] * 2
    assert values.dtype.itemsize == 22


@pytest.mark.parametrize("fields", [[["a", "<i2"], ["b", "<f4"]], [["a", ">i2"], ["b", "|u1"]], [["a", "|b1"]]])
def test_fields_of_one_byte_order_are_for_the_codec_bytes(fields: Any) -> None:
    array = opened(fields)
    assert not isinstance(array.codecs[0], StoredBytesCodec)
    values = np.zeros(2, np.dtype([tuple(field) for field in fields]))
    values["a"] = 1
    assert decoded(array, values.tobytes())["a"].tolist() == [1, 1]


def test_mixed_byte_orders_are_a_value_object() -> None:
    array = opened(FIELDS)
    twin = pickle.loads(pickle.dumps(array))
    assert twin == array
    assert twin.codecs == array.codecs == opened(FIELDS).codecs
    assert hash(twin.codecs) == hash(array.codecs)
    assert twin.codecs != opened([*FIELDS[:3], ["m", ">i2", [2, 2]]]).codecs
    assert "'>u4'" in repr(array.codecs[0])


def test_a_dtype_that_stores_another_type_is_refused() -> None:
    codec = StoredBytesCodec(np.dtype(">i4"))
    with pytest.raises(CodecError, match="does not store data type"):
        codec.resolve(Spec((1,), parse_data_type("i2"), parse_data_type("i2").default_fill()))


def test_fields_of_one_field_of_an_order_of_dimensions() -> None:
    array = opened([["a", ">i2"], ["b", "<i2"]], shape=[4, 2], chunks=[4, 2])
    values = np.arange(16, dtype="<i2").view([("a", "<i2"), ("b", "<i2")]).reshape(4, 2)
    stored = values.astype([("a", ">i2"), ("b", "<i2")])
    assert decoded(array, stored.tobytes()).tolist() == values.tolist()


@pytest.mark.parametrize(("dtype", "value"), [("|S3", "YWI="), ("|S3", "YWIA"), ("|V3", "YWIA"), ("|V3", "YWI=")])
def test_statement_258_shorter_fills_are_padded(dtype: str, value: str) -> None:
    assert opened(dtype, fill_value=value).fill_value.tobytes() == b"ab\0"
    for zero in ("", 0, None):
        assert opened(dtype, fill_value=zero).fill_value.tobytes() == bytes(3)
    for nonsense in ("YWIAAA==", "ab", 1, True, "*"):
        with pytest.raises(MetadataError, match="fill value"):
            opened(dtype, fill_value=nonsense)


def test_statement_258_the_padding_is_written() -> None:
    assert document_of(created("S3", b"ab"))["fill_value"] == "YWIA"
    assert document_of(created("S3"))["fill_value"] is None


@pytest.mark.parametrize(
    ("fields", "value"),
    [
        ([["a", ">i2"], ["b", "<f4"]], "AAEAAABA"),
        ([["a", "<i2"], ["b", "<f4"]], "AQAAAABA"),
        ([["a", ">i2"], ["b", ">f4"]], "AAFAAAAA"),
    ],
)
def test_statement_259_a_fill_of_a_struct_has_the_byte_order_of_each_field(fields: Any, value: str) -> None:
    assert opened(fields, fill_value=value).fill_value.item() == (1, 2.0)
    for zero in ("", 0, None, "AAAAAAAA"):
        assert opened(fields, fill_value=zero).fill_value.item() == (0, 0.0)


def test_statement_259_a_fill_of_a_struct_is_written_so() -> None:
    little, big = (created([("a", "i2"), ("b", "f4")], (1, 2.0), endian=endian) for endian in ("little", "big"))
    assert document_of(little)["dtype"] == [["a", "<i2"], ["b", "<f4"]]
    assert document_of(little)["fill_value"] == "AQAAAABA"
    assert document_of(big)["dtype"] == [["a", ">i2"], ["b", ">f4"]]
    assert document_of(big)["fill_value"] == "AAFAAAAA"
    for array in (little, big):
        assert array.fill_value.item() == (1, 2.0)


def test_fields_of_several_elements_are_created() -> None:
    array = created([("a", "i2", (2,)), ("b", "U2")], ([1, 2], "é"))
    document = document_of(array)
    assert document["dtype"] == [["a", "<i2", [2]], ["b", "<U2"]]
    assert base64.b64decode(document["fill_value"]) == bytes.fromhex("01000200e900000000000000")
    assert array.fill_value["a"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("dtype", "default"),
    [("<U3", ""), ("|S3", b""), ("|V1", b"\0"), ([["a", "<i4"], ["b", "<U1"]], (0, "")), ("|b1", False)],
)
def test_statement_260_an_undefined_fill_reads_as_empty(dtype: Any, default: Any) -> None:
    assert opened(dtype, fill_value=None).fill_value.item() == default


@pytest.mark.parametrize("value", ["", "abc", "żó", "0"])
def test_a_fill_of_text_is_text(value: str) -> None:
    assert opened("<U3", fill_value=value).fill_value[()] == value
    assert opened("<U3", fill_value=0).fill_value[()] == ""
    for nonsense in ("abcd", 1, ["a"]):
        with pytest.raises(MetadataError, match="fill value"):
            opened("<U3", fill_value=nonsense)


@pytest.mark.parametrize("dtype", ["<U0", "|S0", "|V0", [["a", "|S0"]], [["a", "|O"]], "|O8"])
def test_elements_of_no_size_are_refused(dtype: Any) -> None:
    with pytest.raises(MetadataError) as caught:
        opened(dtype)
    assert caught.value.member == "dtype"


# ---- objects -----------------------------------------------------------------------------------------------------


class Bound(BoundArrayBytes):
    def encode(self, a: Any) -> bytes:
        return b""


class Anything(ArrayBytesCodec):
    """A codec for python objects."""

    name = "test.objects"

    def object_type(self) -> DataType:
        return Objects()

    def bind(self, spec: Spec) -> BoundArrayBytes:
        return Bound()


@pytest.mark.parametrize("value", [None, 0, "", [], {"a": [1]}])
def test_the_first_filter_says_what_objects_are(value: Any) -> None:
    with plugins.v2_codecs.register("test.objects", Anything):
        array = opened("|O", filters=[{"id": "test.objects"}], fill_value=value)
        assert array.data_type == Objects()
        assert array.fill_value[()] == value
        assert document_of(array)["dtype"] == "|O"
        again = created(object, value, filters=[{"id": "test.objects"}])
        assert document_of(again)["fill_value"] == value
        with pytest.raises(MetadataError, match=r"needs a filter that makes bytes of them, .* there is no filter"):
            created(object)


def test_a_filter_for_objects_that_is_not_installed_says_what_to_install() -> None:
    with pytest.raises(PluginNotInstalledError, match=r"v2 codec 'test.missing'"):
        opened("|O", filters=[{"id": "test.missing"}])
