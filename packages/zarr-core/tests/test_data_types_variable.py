"""`string`, `bytes` and python objects: elements of no fixed size."""

from __future__ import annotations

import json
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st
from numpy.typing import NDArray

from zarr_core.abc.codec import Spec
from zarr_core.abc.data_type import DataType
from zarr_core.codecs.bytes import BytesCodec
from zarr_core.data_types.objects import Objects
from zarr_core.data_types.octets import VariableLengthBytes
from zarr_core.data_types.parse import data_type_from_json_v3, parse_data_type
from zarr_core.data_types.text import String
from zarr_core.errors import CodecError, MetadataError
from zarr_core.testing.data_types import DataTypeTests

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
MODERN = hasattr(np.dtypes, "StringDType")


class TestString(DataTypeTests):
    @pytest.fixture
    def data_type(self) -> DataType:
        return String()

    def values(self, data_type: DataType) -> st.SearchStrategy[NDArray[Any]]:
        return st.lists(TEXT, max_size=5).map(lambda texts: np.array(texts, data_type.dtype))


class TestBytes(DataTypeTests):
    @pytest.fixture
    def data_type(self) -> DataType:
        return VariableLengthBytes()

    def values(self, data_type: DataType) -> st.SearchStrategy[NDArray[Any]]:
        return st.lists(st.binary(max_size=30), max_size=5).map(lambda contents: np.array(contents, object))


def test_text_is_of_numpys_own_strings_where_it_has_them() -> None:
    assert String().dtype == (np.dtypes.StringDType() if MODERN else np.dtype(object))


# ---- fill values -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "n/a", "żółć", "日本", "a\0b\0", "x" * 1000, "😀"])
def test_statement_187_a_string_fill_is_a_json_string(text: str) -> None:
    for zarr_format in (2, 3):
        fill = String().fill_from_json(json.loads(json.dumps(text)), zarr_format)
        assert (fill[()], fill.shape, fill.dtype) == (text, (), String().dtype)
        assert json.loads(json.dumps(String().fill_to_json(fill, zarr_format))) == text


@pytest.mark.parametrize("value", [0, 1, None, True, ["a"], {}, 1.5, "\ud800", "a\udfff"])
def test_statement_187_nothing_else_is_a_string_fill(value: Any) -> None:
    with pytest.raises(MetadataError, match="'string'"):
        String().fill_from_json(value)


def test_statement_188_text_does_not_fit_the_codec_bytes() -> None:
    spec = Spec((3,), String(), String().default_fill())
    with pytest.raises(CodecError, match=r"use codec 'vlen-utf8' \(pip install zarr-codecs\)"):
        BytesCodec("little").resolve(spec)
    with pytest.raises(CodecError, match=r"use codec 'vlen-bytes' \(pip install zarr-codecs\)"):
        BytesCodec().resolve(Spec((3,), VariableLengthBytes(), VariableLengthBytes().default_fill()))


def test_statement_189_a_bytes_fill_is_base64_or_a_list() -> None:
    data_type = VariableLengthBytes()
    for value in ([1, 2, 3], "AQID"):
        fill = data_type.fill_from_json(value)
        assert fill[()] == b"\x01\x02\x03"
        assert data_type.fill_to_json(fill) == "AQID"
    assert data_type.fill_from_json([])[()] == data_type.fill_from_json("")[()] == b""
    assert data_type.fill_from_json("AGEA")[()] == b"\0a\0"


@pytest.mark.parametrize("value", [0, None, "AQI", "*", [256], [-1], [True], [1.0], ["a"], {"a": 1}, "AQID\n", "é"])
def test_statement_189_nothing_else_is_a_bytes_fill(value: Any) -> None:
    with pytest.raises(MetadataError, match="'variable_length_bytes'"):
        VariableLengthBytes().fill_from_json(value)


@pytest.mark.parametrize("name", ["bytes", "variable_length_bytes", "binary"])
def test_statement_190_bytes_have_three_names(name: str) -> None:
    for form in (name, {"name": name}, {"name": name, "configuration": {}}):
        data_type = data_type_from_json_v3(form)
        assert data_type == VariableLengthBytes()
        assert data_type.to_json_v3() == "variable_length_bytes"
    with pytest.raises(MetadataError):
        data_type_from_json_v3({"name": name, "configuration": {"length_bytes": 3}})


def test_format_2_takes_the_fills_of_old_files() -> None:
    for value in (0, None, ""):
        assert String().fill_from_json(value, 2)[()] == ""
        assert VariableLengthBytes().fill_from_json(value, 2)[()] == b""
    assert String().fill_from_json("0", 2)[()] == "0"
    assert VariableLengthBytes().fill_from_json("MA==", 2)[()] == b"0"
    for data_type in (String(), VariableLengthBytes()):
        for value in (False, 1, 0.0):
            with pytest.raises(MetadataError):
                data_type.fill_from_json(value, 2)


@pytest.mark.parametrize("value", ["ab", np.str_("ab"), np.array("ab"), np.array("ab", object)])
def test_callers_may_give_any_text(value: Any) -> None:
    fill = String().cast_fill(value)
    assert (fill[()], type(fill[()])) == ("ab", str)
    assert not fill.flags.writeable


@pytest.mark.parametrize("value", [b"ab", np.bytes_(b"ab"), bytearray(b"ab"), memoryview(b"ab"), np.array(b"ab")])
def test_callers_may_give_any_bytes(value: Any) -> None:
    fill = VariableLengthBytes().cast_fill(value)
    assert (fill[()], type(fill[()])) == (b"ab", bytes)
    assert VariableLengthBytes().cast_fill(np.array(b"a\0", object))[()] == b"a\0"


def test_zeros_are_empty() -> None:
    assert String().cast_fill(0)[()] == ""
    assert VariableLengthBytes().cast_fill(0)[()] == b""


@pytest.mark.parametrize(
    ("data_type", "value"),
    [
        *[(String(), value) for value in (b"a", 1, 1.0, "\udc80", ["a"], False)],
        *[(VariableLengthBytes(), value) for value in ("a", 1, True, 1.0)],
    ],
)
def test_what_is_no_fill_is_refused_with_what_is_taken(data_type: DataType, value: Any) -> None:
    with pytest.raises(MetadataError, match=f"does not fit data type '{data_type.name}': it takes"):
        data_type.cast_fill(value)


# ---- what callers write ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [
        ["a", "é\0", ""],
        np.array(["a", "é\0", ""], object),
        np.array(["a", "é\0", None], object),
        [np.str_("a"), "é\0", None],
    ],
)
def test_text_is_written_as_it_is(given: Any) -> None:
    values = String().as_array(given)
    assert values.dtype == String().dtype
    assert values.tolist() == ["a", "é\0", ""]


def test_fixed_width_text_becomes_text() -> None:
    assert String().as_array(np.array(["ab", "c"])).tolist() == ["ab", "c"]
    assert String().as_array("ab").shape == ()
    assert String().as_array([["ab"], ["c"]]).shape == (2, 1)
    whole = String().as_array(["a"])
    assert String().as_array(whole) is whole or not MODERN


@pytest.mark.parametrize("given", [[1, "a"], ["a", float("nan")], [b"a"], ["\ud800"], np.arange(3), 5, True])
def test_what_is_no_text_is_refused_and_named(given: Any) -> None:
    with pytest.raises(TypeError, match="text"):
        String().as_array(given)


def test_byte_strings_are_written_as_they_are() -> None:
    data_type = VariableLengthBytes()
    values = data_type.as_array([b"a\0", bytearray(b"b"), None, memoryview(b"c")])
    assert values.tolist() == [b"a\0", b"b", b"", b"c"]
    assert {type(value) for value in values} == {bytes}
    assert data_type.as_array(np.array([b"ab", b"c"])).tolist() == [b"ab", b"c"]
    for given in (["a"], [b"a", 1], np.arange(2)):
        with pytest.raises(TypeError, match="bytes"):
            data_type.as_array(given)


# ---- spellings ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", [str, "str", "string", "U", "<U0", np.str_, {"name": "string"}, String()])
def test_text_has_many_spellings(spec: Any) -> None:
    assert parse_data_type(spec) == String()


@pytest.mark.skipif(not MODERN, reason="numpy before 2.0 has no strings of its own")
def test_numpys_strings_are_text() -> None:
    for spec in ("T", np.dtypes.StringDType(), np.dtypes.StringDType(na_object=None)):
        assert parse_data_type(spec) == String()


@pytest.mark.parametrize("spec", [bytes, "bytes", "variable_length_bytes", "binary", "S", "|S0", np.bytes_])
def test_byte_strings_have_many_spellings(spec: Any) -> None:
    assert parse_data_type(spec) == VariableLengthBytes()


def test_both_are_objects_in_format_2() -> None:
    assert String().to_json_v2() == VariableLengthBytes().to_json_v2("big") == "|O"


def test_python_objects_are_of_format_2_only() -> None:
    data_type = parse_data_type(object)
    assert data_type == parse_data_type("O") == pickle.loads(pickle.dumps(data_type)) == Objects()
    assert data_type.default_fill()[()] is None
    for refused in (data_type.to_json_v3, lambda: Objects.from_json_v3("object", {})):
        with pytest.raises(MetadataError, match="zarr_format 3: use dtype=str or dtype=bytes"):
            refused()
    assert repr(data_type) == "<data type 'object'>"


@pytest.mark.parametrize("value", [None, 0, "", "a", [1, [2]], {"a": None}, 1.5])
def test_whatever_json_holds_is_a_fill_of_python_objects(value: Any) -> None:
    fill = Objects().fill_from_json(value, 2)
    assert fill.shape == ()
    assert fill[()] == value
    assert Objects().fill_to_json(Objects().cast_fill(value), 2) == value
    for nonsense in (object(), float("nan")):
        with pytest.raises(MetadataError, match="no JSON"):
            Objects().fill_to_json(Objects().cast_fill(nonsense), 2)
