"""`struct`, its forerunner `structured`, and the fields of several elements that only format 2 has."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st
from numpy.typing import NDArray

from zarr_core.abc.codec import Spec
from zarr_core.abc.data_type import DataType
from zarr_core.codecs.bytes import BytesCodec
from zarr_core.data_types.boolean import Bool
from zarr_core.data_types.complexes import Complex64
from zarr_core.data_types.floating import Float32
from zarr_core.data_types.integer import Int16, UInt8
from zarr_core.data_types.octets import NullTerminatedBytes
from zarr_core.data_types.parse import data_type_from_json_v3, data_type_from_numpy, parse_data_type
from zarr_core.data_types.raw import RawBits, RawBytes
from zarr_core.data_types.structured import Struct, SubArray
from zarr_core.data_types.text import FixedLengthUTF32
from zarr_core.data_types.times import DateTime64
from zarr_core.errors import CodecError, MetadataError
from zarr_core.metadata import V3ArrayMetadata
from zarr_core.metadata.v3 import parse_v3
from zarr_core.testing.data_types import DataTypeTests

POINT = Struct([("x", Float32()), ("y", UInt8())])
NESTED = Struct([("id", Int16()), ("at", POINT), ("tag", NullTerminatedBytes(2))])
EVERY: list[Struct] = [
    POINT,
    NESTED,
    Struct([("only", Bool())]),
    Struct([("z", Complex64()), ("when", DateTime64("ns")), ("text", FixedLengthUTF32(8)), ("raw", RawBits(24))]),
    Struct([("a", RawBytes(1)), ("é ", UInt8())]),
]


class TestStruct(DataTypeTests):
    @pytest.fixture(params=EVERY, ids=lambda data_type: ".".join(data_type.dtype.names))
    def data_type(self, request: pytest.FixtureRequest) -> DataType:
        data_type: DataType = request.param
        return data_type

    def values(self, data_type: DataType) -> st.SearchStrategy[NDArray[Any]]:
        assert isinstance(data_type, Struct)
        size = st.shared(st.integers(0, 4), key="size")
        return size.flatmap(lambda size: elements(data_type, size))


def elements(data_type: DataType, size: int) -> st.SearchStrategy[NDArray[Any]]:
    """Arrays of so many elements: any bits, but for bools and code points."""
    if isinstance(data_type, Struct):

        def joined(columns: tuple[NDArray[Any], ...]) -> NDArray[Any]:
            values = np.empty(size, data_type.dtype)
            for (name, _), column in zip(data_type.fields, columns, strict=True):
                values[name] = column
            return values

        return st.tuples(*(elements(field, size) for _, field in data_type.fields)).map(joined)
    dtype = data_type.dtype
    if dtype.kind in "bU":
        plain: st.SearchStrategy[Any] = st.booleans() if dtype.kind == "b" else st.sampled_from(["", "a", "日本"])
        return st.lists(plain, min_size=size, max_size=size).map(lambda items: np.array(items, dtype))
    content = st.binary(min_size=size * dtype.itemsize, max_size=size * dtype.itemsize)
    return content.map(lambda content: np.frombuffer(content, dtype))


def struct(*fields: Any) -> Any:
    """The JSON of a struct."""
    return {"name": "struct", "configuration": {"fields": list(fields)}}


def field(name: Any, data_type: Any = "uint8", **more: Any) -> Any:
    return {"name": name, "data_type": data_type, **more}


def encoded(data_type: DataType, values: Any, endian: Any) -> str:
    a = np.array(values, data_type.dtype)
    spec = Spec(a.shape, data_type, data_type.default_fill())
    BytesCodec(endian).resolve(spec)
    bound = BytesCodec(endian).bind(spec)
    content = bytes(bound.encode(a))
    assert bound.decode(content).tobytes() == a.tobytes()
    return content.hex()


@pytest.mark.parametrize(
    "json",
    [
        struct(),
        struct(field("")),
        struct(field("a"), field("a", "int16")),
        struct(field("a", more=1)),
        struct({"name": "a"}),
        struct({"data_type": "uint8"}),
        struct(field(1)),
        struct(["a", "uint8"]),
        struct("uint8"),
        struct(field("a", "string")),
        struct(field("a", "variable_length_bytes")),
        struct(field("a", struct(field("b", "string")))),
        struct(field("a", {"name": "uint8", "configuration": {"b": 1}})),
        struct(field("a", {"name": "raw_bytes", "configuration": {"length_bytes": 2**31 - 1}}), field("b")),
        {"name": "struct"},
        {"name": "struct", "configuration": {}},
        {"name": "struct", "configuration": {"fields": {"a": "uint8"}}},
        {"name": "struct", "configuration": {"fields": [field("a")], "more": 1}},
    ],
    ids=str,
)
def test_statement_198_fields_of_other_forms_are_refused(json: Any) -> None:
    with pytest.raises(MetadataError):
        data_type_from_json_v3(json)


def test_a_field_of_an_unknown_type_is_named() -> None:
    with pytest.raises(LookupError, match="data type 'acme'"):
        data_type_from_json_v3(struct(field("a", "acme")))


def test_structs_nested_without_end_are_refused() -> None:
    document: Any = field("a")
    for _ in range(5000):
        document = field("a", struct(document))
    with pytest.raises(MetadataError, match="nested too deeply"):
        V3ArrayMetadata.from_dict({**array(), "data_type": struct(document)})


def test_statement_199_fields_are_packed() -> None:
    assert encoded(POINT, [(1.5, 2)], "little") == "0000c03f02"
    assert encoded(POINT, [(1.5, 2)], "big") == "3fc0000002"


def test_statement_200_a_field_of_several_bytes_needs_a_byte_order() -> None:
    for data_type in (POINT, NESTED, Struct([("a", FixedLengthUTF32(4))])):
        with pytest.raises(MetadataError, match="'bytes' needs endian"):
            encoded(data_type, [], None)
    plain = Struct([("a", UInt8()), ("b", Bool()), ("c", Struct([("d", RawBits(16))]))])
    assert encoded(plain, [(1, True, (b"ab",))], None) == "01016162"


@pytest.mark.parametrize(
    "fill", [{"x": 1.5}, {"x": 1.5, "y": 2, "z": 3}, {}, [1.5, 2], {"x": 1.5, "y": 256}, "AADAPwI=", 0, None]
)
def test_statement_201_a_struct_fill_has_every_field_and_no_more(fill: Any) -> None:
    with pytest.raises(MetadataError):
        POINT.fill_from_json(fill)
    assert POINT.fill_from_json({"y": 2, "x": 1.5}).tobytes().hex() == "0000c03f02"
    assert POINT.fill_to_json(POINT.cast_fill((1.5, 2))) == {"x": 1.5, "y": 2}


def test_statement_202_nested_structs_are_packed_depth_first() -> None:
    assert encoded(NESTED, [(1, (1.5, 2), b"ab")], "big") == "00013fc00000026162"
    fill = {"id": 1, "at": {"x": "NaN", "y": 2}, "tag": "YWI="}
    assert NESTED.fill_to_json(NESTED.fill_from_json(fill)) == fill
    with pytest.raises(MetadataError):
        NESTED.fill_from_json({"id": 1, "at": {"x": 0}, "tag": ""})


def test_statement_203_the_order_of_fields_is_kept() -> None:
    for order in (("a", "b", "c"), ("c", "a", "b")):
        document = struct(*(field(name, "int16" if name == "a" else "uint8") for name in order))
        data_type = data_type_from_json_v3(json.loads(json.dumps(document)))
        assert data_type.dtype.names == order
        assert data_type.to_json_v3() == document
        assert encoded(data_type, [(1, 2, 3)], "big") == ("00010203" if order[0] == "a" else "01000203")
    assert Struct([("a", UInt8()), ("b", UInt8())]) != Struct([("b", UInt8()), ("a", UInt8())])


def test_bytes_that_are_no_value_of_a_field_are_refused() -> None:
    data_type = Struct([("a", Int16()), ("b", Struct([("c", Bool())]))])
    bound = BytesCodec("little").bind(Spec((2,), data_type, data_type.default_fill()))
    assert bound.decode(b"\0\0\1\0\0\0")["b"]["c"].tolist() == [True, False]
    with pytest.raises(CodecError, match="a stored bool is 00 or 01, not 02"):
        bound.decode(b"\0\0\1\0\0\2")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"id": 1, "at": {"x": 2, "y": 3}, "tag": b"a"}, (1, (2.0, 3), b"a")),
        ((1, [2, 3], b"a"), (1, (2.0, 3), b"a")),
        (None, (0, (0.0, 0), b"")),
        (0, (0, (0.0, 0), b"")),
    ],
)
def test_callers_may_give_mappings_and_sequences(value: Any, expected: Any) -> None:
    assert NESTED.cast_fill(value).item() == expected


def test_callers_may_give_elements_of_another_dtype() -> None:
    other = np.array((b"a", 1, (2, 3)), [("tag", "S1"), ("id", ">i8"), ("at", [("x", ">f8"), ("y", "i1")])])
    for value in (other, other[()]):
        assert NESTED.cast_fill(value).item() == (1, (2.0, 3), b"a")
    payload = np.array(0x7FC00001, "u4").view("f4")
    fill = np.zeros((), POINT.dtype.newbyteorder(">"))
    fill["x"] = payload
    assert POINT.cast_fill(fill)["x"].tobytes() == payload.tobytes()


@pytest.mark.parametrize("value", [1, "a", (1, 2), (1, 2, 3, 4), {"id": 1}, (1, (2, 300), b"a"), (1, (2, 3), b"abc")])
def test_what_does_not_fit_the_fields_is_refused(value: Any) -> None:
    with pytest.raises(MetadataError, match="does not fit data type"):
        NESTED.cast_fill(value)


@pytest.mark.parametrize(
    ("spec", "names"),
    [
        ([("a", "i4"), ("b", ">f8")], ("a", "b")),
        ([["a", "<i4"], ["b", ">f8"]], ("a", "b")),
        (np.dtype({"names": ["a", "b"], "formats": ["i1", ">i4"], "offsets": [0, 4], "itemsize": 12}), ("a", "b")),
        (np.dtype([("a", "i1"), ("b", "i8")], align=True), ("a", "b")),
        ([("a", "U3"), ("b", [("c", "M8[s]")])], ("a", "b")),
        ([["a", [["b", "<i4"]]]], ("a",)),
        ("i4, >f8", ("f0", "f1")),
        (np.dtype((np.record, [("a", "i4")])), ("a",)),
        (struct(field("a"), field("b", {"name": "float64"})), ("a", "b")),
    ],
)
def test_structs_have_many_spellings(spec: Any, names: Any) -> None:
    data_type = parse_data_type(spec)
    assert isinstance(data_type, Struct)
    assert data_type.dtype.names == names
    assert data_type.dtype.isnative
    assert data_type.dtype.itemsize == sum(field.dtype.itemsize for _, field in data_type.fields)
    assert data_type_from_numpy(data_type.dtype) == data_type


@pytest.mark.parametrize("spec", [[["a"]], [("a", object)], [("a", str)], np.dtype([]), [("", "i4"), ("f0", "i4")]])
def test_fields_without_a_data_type_are_refused(spec: Any) -> None:
    with pytest.raises(MetadataError):
        Struct(parse_data_type(spec).fields)  # type: ignore[attr-defined]


# ---- fields of several elements ----------------------------------------------------------------------------------


def test_fields_of_several_elements_are_of_format_2_only() -> None:
    data_type = parse_data_type([("a", "i4", (2,)), ("b", ">f8", 3)])
    assert data_type.dtype == np.dtype([("a", "i4", (2,)), ("b", "f8", (3,))])
    assert data_type.to_json_v2("big") == [["a", ">i4", [2]], ["b", ">f8", [3]]]
    assert data_type_from_numpy(data_type.dtype) == data_type
    with pytest.raises(MetadataError, match="exists only in zarr_format 2: make 2 fields of it"):
        data_type.to_json_v3()


def test_fields_of_several_elements_have_fills() -> None:
    data_type = parse_data_type([("a", "i4", (2, 2)), ("b", "?", (2,))])
    fill = data_type.cast_fill(([[1, 2], [3, 4]], True))
    assert fill["a"].tolist() == [[1, 2], [3, 4]]
    assert fill["b"].tolist() == [True, True]
    assert data_type.fill_from_json(data_type.fill_to_json(fill, 2), 2).tobytes() == fill.tobytes()
    assert data_type.default_fill().tobytes() == bytes(18)
    for value in (([1, 2, 3], 0), ([[1, 2], [3, 2**31]], 0), ("a", 0)):
        with pytest.raises(MetadataError):
            data_type.cast_fill(value)


def test_elements_of_such_fields_are_checked() -> None:
    data_type = Struct([("b", SubArray(Bool(), (2,)))])
    bound = BytesCodec().bind(Spec((1,), data_type, data_type.default_fill()))
    with pytest.raises(CodecError, match="not 02"):
        bound.decode(b"\1\2")


# ---- the forerunner ----------------------------------------------------------------------------------------------


def array(**members: Any) -> Any:
    """The document of an array of `structured`, as old files have it."""
    return {
        "zarr_format": 3,
        "node_type": "array",
        "shape": [4],
        "data_type": {"name": "structured", "configuration": {"fields": [["x", "float32"], ["y", "uint8"]]}},
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [4]}},
        "chunk_key_encoding": {"name": "default"},
        "fill_value": "AADAPwI=",
        "codecs": [{"name": "bytes"}],
        **members,
    }


@pytest.mark.parametrize(
    ("codecs", "fill", "endian"),
    [
        ([{"name": "bytes"}], "AADAPwI=", "little"),
        (["bytes"], "AADAPwI=", "little"),
        ([{"name": "bytes", "configuration": {}}], {"x": 1.5, "y": 2}, "little"),
        ([{"name": "bytes", "configuration": {"endian": "little"}}], "AADAPwI=", "little"),
        ([{"name": "bytes", "configuration": {"endian": "big"}}], "P8AAAAI=", "big"),
        ([{"name": "bytes", "configuration": {"endian": "big"}}], {"x": 1.5, "y": 2}, "big"),
    ],
    ids=str,
)
def test_statement_204_structured_is_read_and_never_written(codecs: Any, fill: Any, endian: str) -> None:
    metadata = parse_v3(array(codecs=codecs, fill_value=fill), "")
    assert isinstance(metadata, V3ArrayMetadata)
    assert metadata.data_type == POINT
    assert metadata.fill_value.item() == (1.5, 2)
    assert metadata.codecs == (BytesCodec(endian),)  # type: ignore[arg-type]
    for written in (metadata, metadata.with_shape((5,)), metadata.with_attributes({"a": 1})):
        document = json.loads(written.documents()["zarr.json"])
        assert document["data_type"] == POINT.to_json_v3()
        assert document["fill_value"] == {"x": 1.5, "y": 2}
        assert document["codecs"] == [{"name": "bytes", "configuration": {"endian": endian}}]


def test_statement_204_fields_of_structured_may_be_objects_too() -> None:
    fields = [["a", "uint8"], {"name": "b", "data_type": {"name": "structured", "configuration": {"fields": []}}}]
    fields[1]["data_type"]["configuration"]["fields"] = [["c", "int16"]]  # type: ignore[index,call-overload]
    data_type = data_type_from_json_v3({"name": "structured", "configuration": {"fields": fields}})
    assert data_type == Struct([("a", UInt8()), ("b", Struct([("c", Int16())]))])
    assert "structured" not in json.dumps(data_type.to_json_v3())
    for wrong in ([["a"]], [["a", "uint8", 2]], [[1, "uint8"]], []):
        with pytest.raises(MetadataError):
            data_type_from_json_v3({"name": "structured", "configuration": {"fields": wrong}})


@pytest.mark.parametrize("fill", ["AADAPw==", "*", "", None, 0, {"x": 1.5}])
def test_statement_204_a_fill_of_structured_that_is_no_element_is_refused(fill: Any) -> None:
    with pytest.raises(MetadataError, match=r"'zarr.json': .*fill value") as caught:
        parse_v3(array(fill_value=fill), "")
    assert caught.value.member == "fill_value"


def test_other_documents_are_kept_as_they_are() -> None:
    document = array(data_type=POINT.to_json_v3(), fill_value={"y": 2, "x": 1.5}, codecs=["bytes"])
    with pytest.raises(MetadataError, match="'bytes' needs endian"):
        parse_v3(document, "")
    document["codecs"] = [{"name": "bytes", "configuration": {"endian": "big"}}]
    metadata = parse_v3(document, "")
    assert json.loads(metadata.documents()["zarr.json"]) == document


# ---- format 2 ----------------------------------------------------------------------------------------------------


def test_format_2_has_a_fill_of_a_struct_in_base64() -> None:
    fill = NESTED.cast_fill((1, (1.5, 2), b"ab"))
    content = bytes.fromhex("01000000c03f026162")
    assert NESTED.fill_to_json(fill, 2) == base64.b64encode(content).decode()
    assert NESTED.fill_from_json(base64.b64encode(content).decode(), 2).tobytes() == fill.tobytes()
    for value in (0, ""):
        assert NESTED.fill_from_json(value, 2).tobytes() == bytes(9)
    assert NESTED.fill_from_json(base64.b64encode(content[:2]).decode(), 2).tobytes() == b"\1" + bytes(8)
    for nonsense in (base64.b64encode(content + b"\0").decode(), "*", 1, [], {"id": 1}):
        with pytest.raises(MetadataError):
            NESTED.fill_from_json(nonsense, 2)
