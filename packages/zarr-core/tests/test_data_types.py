from __future__ import annotations

import json
import pickle
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zarr_core.abc.data_type import DataType
from zarr_core.data_types.boolean import Bool
from zarr_core.data_types.complexes import Complex64, Complex128
from zarr_core.data_types.floating import Float16, Float32, Float64
from zarr_core.data_types.integer import Int8, Int16, Int32, Int64, UInt8, UInt16, UInt32, UInt64
from zarr_core.data_types.parse import data_type_from_json_v3, data_type_from_numpy, parse_data_type
from zarr_core.data_types.raw import RawBits
from zarr_core.errors import CodecError, MetadataError, PluginNotInstalledError
from zarr_core.testing.data_types import DataTypeTests

INTEGERS = [Int8(), Int16(), Int32(), Int64(), UInt8(), UInt16(), UInt32(), UInt64()]
FLOATS = [Float16(), Float32(), Float64()]
COMPLEXES = [Complex64(), Complex128()]
SCALARS: list[DataType] = [Bool(), *INTEGERS, *FLOATS, *COMPLEXES]
EVERY: list[DataType] = [*SCALARS, RawBits(8), RawBits(24), RawBits(128)]
CANONICAL = {"float16": "0x7e00", "float32": "0x7fc00000", "float64": "0x7ff8000000000000"}


class TestCoreDataTypes(DataTypeTests):
    @pytest.fixture(params=EVERY, ids=lambda data_type: data_type.name)
    def data_type(self, request: pytest.FixtureRequest) -> DataType:
        data_type: DataType = request.param
        return data_type


def each(data_types: Sequence[DataType]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("data_type", data_types, ids=lambda data_type: data_type.name)


def bits(fill: Any) -> str:
    """The bytes of an element, most significant first, in hexadecimal."""
    return fill.astype(fill.dtype.newbyteorder(">")).tobytes().hex()  # type: ignore[no-any-return]


# ---- fill values of format 3 -------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [0, 1, "true", None, 0.0, [], "0x1"])
def test_statement_54_a_bool_fill_is_true_or_false(value: Any) -> None:
    assert Bool().fill_from_json(True).item() is True
    with pytest.raises(MetadataError, match="'bool'"):
        Bool().fill_from_json(value)


@each(INTEGERS)
def test_statement_55_an_integer_out_of_range_is_refused(data_type: Any) -> None:
    for value in (data_type.lowest - 1, data_type.highest + 1, 10**100):
        with pytest.raises(MetadataError, match=f"{data_type.lowest} to {data_type.highest}"):
            data_type.fill_from_json(value)


@each(INTEGERS)
@pytest.mark.parametrize("value", ["0", "1", "1.0", "1e1", "0.5", "true", '"0"', '"0x00"', "[1]", "NaN"])
def test_statement_56_an_integer_fill_has_neither_fraction_nor_exponent_nor_quotes(data_type: Any, value: str) -> None:
    if value.isdigit():
        assert data_type.fill_from_json(json.loads(value)) == int(value)
    else:
        with pytest.raises(MetadataError, match=data_type.name):
            data_type.fill_from_json(json.loads(value))


@pytest.mark.parametrize(
    ("data_type", "value"), [(UInt64(), 18446744073709551615), (Int64(), -9223372036854775808), (Int64(), 2**53 + 1)]
)
def test_statement_57_64_bit_integers_are_exact(data_type: DataType, value: int) -> None:
    for zarr_format in (2, 3):
        fill = data_type.fill_from_json(json.loads(str(value)), zarr_format)
        assert int(fill) == value
        assert json.dumps(data_type.fill_to_json(fill, zarr_format)) == str(value)


@each(FLOATS)
def test_statement_58_float_fills_may_be_integers(data_type: DataType) -> None:
    assert data_type.fill_from_json(1) == 1.0
    assert data_type.fill_from_json(-2.5) == -2.5


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (16777217, "4b800000"),
        (16777219, "4b800002"),
        (16777217.0, "4b800000"),
        (2**60 + 2**36, "5d800000"),
        (2**60 + 2**36 + 1, "5d800001"),  # through binary64 it would look like the tie above
        (-(2**60) - 2**36 - 1, "dd800001"),
        (0.1, "3dcccccd"),
    ],
)
def test_statement_59_a_number_is_rounded_to_nearest_even(value: Any, expected: str) -> None:
    assert bits(Float32().fill_from_json(value)) == expected


@each(FLOATS)
def test_numbers_beyond_the_range_are_rounded_to_infinity(data_type: DataType) -> None:
    for value in (10**400, 1e400, 10**40000 // 3):
        assert data_type.fill_from_json(value) == np.inf
        assert data_type.fill_from_json(-value) == -np.inf


@each(FLOATS)
def test_statement_60_nan_fill_is_canonical(data_type: DataType) -> None:
    for value in ("NaN", float("nan"), CANONICAL[data_type.name]):
        fill = data_type.fill_from_json(value)
        assert f"0x{bits(fill)}" == CANONICAL[data_type.name]
        assert data_type.fill_to_json(fill) == "NaN"


@each(FLOATS)
def test_statement_61_infinities_have_one_spelling(data_type: DataType) -> None:
    for text, value in (("Infinity", np.inf), ("-Infinity", -np.inf)):
        fill = data_type.fill_from_json(text)
        assert fill == value
        assert [data_type.fill_to_json(fill, zarr_format) for zarr_format in (2, 3)] == [text, text]


@each(FLOATS)
@pytest.mark.parametrize(
    "value",
    ["nan", "inf", "+Infinity", "infinity", "1.5", "", "0x", "0X7e00", "0x7g", "0x00000000000000000", "-0x1", "0x_1",
     " 0x1", "NaN ", "0x1\n", True, None, [], [1.0], {}],
)  # fmt: skip
def test_strings_of_other_forms_are_refused(data_type: DataType, value: Any) -> None:
    with pytest.raises(MetadataError, match=data_type.name):
        data_type.fill_from_json(value)


def test_statement_62_hexadecimal_fills_are_bits() -> None:
    for text in ("0x7fc00001", "0x7FC00001"):
        fill = Float32().fill_from_json(text)
        assert bits(fill) == "7fc00001"
        assert Float32().encode(fill, "little").tobytes().hex() == "0100c07f"
        assert Float32().encode(fill, "big").tobytes().hex() == "7fc00001"
    assert Float32().fill_from_json("0x3f800000") == 1.0
    assert bits(Float16().fill_from_json("0x1")) == "0001"


@each(FLOATS)
def test_statement_63_another_nan_is_written_as_bits_of_full_width(data_type: DataType) -> None:
    size = data_type.dtype.itemsize
    for pattern in (CANONICAL[data_type.name][:-1] + "1", "0x" + "f" * (2 * size), "0x7f" + "f" * (2 * size - 3) + "1"):
        fill = data_type.fill_from_json(pattern)
        assert f"0x{bits(fill)}" == pattern == data_type.fill_to_json(fill)


@each(FLOATS)
def test_statement_64_minus_zero_keeps_its_sign(data_type: DataType) -> None:
    for zarr_format in (2, 3):
        fill = data_type.fill_from_json(json.loads("-0.0"), zarr_format)
        assert np.signbit(fill)
        assert json.dumps(data_type.fill_to_json(fill, zarr_format)) == "-0.0"


@each(COMPLEXES)
@pytest.mark.parametrize("value", [0, 1.5, "NaN", [], [1], [1, 2, 3], [1, None], [1, True], [1, "2"], {"re": 1}, None])
def test_statement_65_complex_fills_are_pairs(data_type: DataType, value: Any) -> None:
    assert data_type.fill_from_json([1, -2.5]) == 1 - 2.5j
    with pytest.raises(MetadataError):
        data_type.fill_from_json(value)


def test_statement_66_the_parts_of_a_complex_fill_follow_the_float_rule() -> None:
    fill = Complex64().fill_from_json(["NaN", "0x00000001"])
    assert fill.tobytes() == np.array([0x7FC00000, 1], np.uint32).tobytes()
    assert Complex64().fill_to_json(fill) == ["NaN", float(np.float32(1e-45))]
    assert Complex64().fill_to_json(Complex64().fill_from_json([-0.0, "-Infinity"])) == [-0.0, "-Infinity"]


@pytest.mark.parametrize("name", ["r7", "r0", "r", "r-8", "r08", "r8.0", "r8 ", "rx", "r*", "r٨", "r" + "8" * 30])
def test_statement_67_raw_bits_come_in_multiples_of_8(name: str) -> None:
    with pytest.raises((MetadataError, PluginNotInstalledError), match="data type"):
        data_type_from_json_v3(name)
    with pytest.raises(MetadataError, match="unknown data type"):
        RawBits.from_json_v3(name, {})


def test_raw_bits_are_members_of_a_family() -> None:
    data_type = data_type_from_json_v3("r24")
    assert data_type == RawBits(24) != RawBits(16)
    assert (data_type.name, data_type.item_size, data_type.has_endianness) == ("r24", 3, False)
    assert pickle.loads(pickle.dumps(data_type)).name == "r24"


@pytest.mark.parametrize("value", [[1], [1, 2, 3], [1, 256], [1, -1], [1, True], [1, 2.0], "AQID", "AQ", "a", 0, None])
def test_statement_68_a_raw_fill_has_one_integer_per_byte(value: Any) -> None:
    fill = RawBits(16).fill_from_json([1, 255])
    assert fill.tobytes() == b"\x01\xff"
    assert RawBits(16).fill_to_json(fill) == [1, 255]
    with pytest.raises(MetadataError, match="'r16'"):
        RawBits(16).fill_from_json(value)


def test_raw_fills_in_base64_are_read() -> None:
    assert RawBits(16).fill_from_json("Af8=").tobytes() == b"\x01\xff"


@each(EVERY)
def test_statement_69_null_is_no_fill(data_type: DataType) -> None:
    with pytest.raises(MetadataError, match="None"):
        data_type.fill_from_json(None)


@each(EVERY)
def test_statement_71_the_default_fill_is_zero(data_type: DataType) -> None:
    fill = data_type.default_fill()
    assert not any(fill.tobytes())
    assert data_type.fill_from_json(data_type.fill_to_json(fill)).tobytes() == fill.tobytes()


# ---- fill values of format 2 -------------------------------------------------------------------------------------


@each(EVERY)
def test_format_2_null_is_the_default_fill(data_type: DataType) -> None:
    assert data_type.fill_from_json(None, 2).tobytes() == data_type.default_fill().tobytes()


def test_format_2_takes_what_old_files_hold() -> None:
    assert Bool().fill_from_json(1, 2)
    assert not Bool().fill_from_json(0, 2)
    assert Int16().fill_from_json(-3.0, 2) == -3
    assert Float32().fill_from_json("NaN", 2).tobytes() == Float32().fill_from_json("NaN").tobytes()
    for value in ("", 0, "AA==", "AAAAAA=="):
        assert RawBits(32).fill_from_json(value, 2).tobytes() == bytes(4)
    assert RawBits(32).fill_from_json("AQI=", 2).tobytes() == b"\1\2\0\0"


@pytest.mark.parametrize(
    ("data_type", "value"),
    [
        (Bool(), 2),
        (Bool(), "true"),
        (Int16(), 1.5),
        (Int16(), True),
        (Int16(), "1"),
        (Int16(), 40000.0),
        (Float32(), "0x7fc00000"),
        (Float32(), "1.5"),
        (Complex64(), 1.0),
        (RawBits(8), [1]),
        (RawBits(8), "AQI="),
        (RawBits(8), False),
    ],
)
def test_format_2_refuses_what_no_peer_writes(data_type: DataType, value: Any) -> None:
    with pytest.raises(MetadataError):
        data_type.fill_from_json(value, 2)


def test_format_2_writes_raw_fills_in_base64() -> None:
    assert RawBits(16).fill_to_json(RawBits(16).cast_fill(b"\x01\xff"), 2) == "Af8="


def test_format_2_has_no_form_for_a_nan_with_payload() -> None:
    with pytest.raises(MetadataError, match="0x7fc00001"):
        Float32().fill_to_json(Float32().fill_from_json("0x7fc00001"), 2)


@pytest.mark.parametrize(
    ("data_type", "little", "big"),
    [
        (Bool(), "|b1", "|b1"),
        (UInt8(), "|u1", "|u1"),
        (Int16(), "<i2", ">i2"),
        (Float64(), "<f8", ">f8"),
        (Complex64(), "<c8", ">c8"),
        (RawBits(24), "|V3", "|V3"),
    ],
)
def test_format_2_spells_types_as_numpy_does(data_type: DataType, little: str, big: str) -> None:
    assert (data_type.to_json_v2(), data_type.to_json_v2("big")) == (little, big)


# ---- fill values that callers give -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data_type", "value", "expected"),
    [
        (Bool(), 1, True),
        (Bool(), np.True_, True),
        (UInt8(), 255, 255),
        (UInt8(), np.int64(7), 7),
        (UInt8(), True, 1),
        (Int32(), 2.0, 2),
        (Int32(), np.array(-3, np.int8), -3),
        (UInt64(), 2**64 - 1, 2**64 - 1),
        (Float32(), 1, 1.0),
        (Float32(), np.float64(0.1), float(np.float32(0.1))),
        (Float64(), "Infinity", np.inf),
        (Float16(), -np.inf, -np.inf),
        (Complex64(), 2, 2 + 0j),
        (Complex64(), np.complex128(1 - 2j), 1 - 2j),
        (Complex128(), (1, "Infinity"), complex(1, np.inf)),
    ],
)
def test_callers_may_give_any_number_that_fits(data_type: DataType, value: Any, expected: Any) -> None:
    fill = data_type.cast_fill(value)
    assert fill[()] == expected
    assert (fill.shape, fill.dtype, fill.flags.writeable) == ((), data_type.dtype, False)


@pytest.mark.parametrize(
    ("data_type", "value", "message"),
    [
        (UInt8(), 300, "fill value 300 does not fit data type 'uint8': it takes integers from 0 to 255"),
        (UInt8(), -1, "from 0 to 255"),
        (Int32(), 1.5, "fill value 1.5 does not fit data type 'int32'"),
        (Int32(), float("nan"), "fill value nan does not fit data type 'int32'"),
        (Int32(), "1", "'int32'"),
        (Int32(), 1j, "'int32'"),
        (Int32(), [1], "'int32'"),
        (Bool(), 1.0, "fill value 1.0 does not fit data type 'bool': it takes true or false"),
        (Bool(), 2, "'bool'"),
        (Float16(), 70000, "fill value 70000 does not fit data type 'float16'"),
        (Float32(), 1e39, "-3.40282e+38 to 3.40282e+38"),
        (Float32(), True, "'float32'"),
        (Float32(), 1j, "'float32'"),
        (Float32(), np.zeros(2), "'float32'"),
        (Complex64(), 1e39j, "float32"),
        (Complex64(), "1", "'complex64'"),
        (RawBits(16), b"abc", "2 bytes"),
        (RawBits(16), 1, "'r16'"),
    ],
)
def test_what_would_be_lost_is_refused_with_type_value_and_range(data_type: DataType, value: Any, message: str) -> None:
    with pytest.raises(MetadataError) as caught:
        data_type.cast_fill(value)
    assert message in str(caught.value)


def test_signs_and_payloads_of_numpy_scalars_live() -> None:
    signalling = np.array(0xFF800001, np.uint32).view(np.float32)
    assert bits(Float32().cast_fill(signalling)) == bits(Float32().cast_fill(signalling[()])) == "ff800001"
    assert bits(Float32().cast_fill(signalling.astype(">f4"))) == "ff800001"
    pair = np.array([0xFF800001, 0x80000000], np.uint32).view(np.complex64)[0]
    fill = Complex64().cast_fill(pair)
    assert Complex64().fill_to_json(fill) == ["0xff800001", -0.0]
    assert Complex64().fill_from_json(Complex64().fill_to_json(fill)).tobytes() == pair.tobytes()


@given(st.binary(min_size=3, max_size=3))
def test_bytes_are_fills_of_raw_bits(content: bytes) -> None:
    assert RawBits(24).cast_fill(content).tobytes() == content
    assert RawBits(24).cast_fill(bytearray(content)).tobytes() == content
    assert RawBits(24).cast_fill(np.void(content)).tobytes() == content


# ---- stored elements ---------------------------------------------------------------------------------------------


def test_statement_120_a_stored_byte_that_is_neither_00_nor_01_is_no_bool() -> None:
    good = np.frombuffer(b"\0\1\1", np.bool_)
    assert Bool().check_stored(good) is good
    assert Bool().check_stored(good[:0]).size == 0
    with pytest.raises(CodecError, match="not 02"):
        Bool().check_stored(np.frombuffer(b"\0\2\1", np.bool_))


@each(EVERY)
def test_byte_order_matters_for_numbers_of_several_bytes(data_type: DataType) -> None:
    assert data_type.has_endianness is (data_type.dtype.kind in "iufc" and data_type.dtype.itemsize > 1)


# ---- from JSON, numpy and Python ---------------------------------------------------------------------------------


@each(SCALARS)
def test_statement_46_core_types_are_written_as_plain_strings(data_type: DataType) -> None:
    assert data_type.to_json_v3() == data_type.name
    forms: list[Any] = [data_type.name, {"name": data_type.name}, {"name": data_type.name, "configuration": {}}]
    for form in forms:
        assert data_type_from_json_v3(form) == data_type
    assert data_type_from_json_v3({"name": data_type.name, "must_understand": True}) == data_type


@pytest.mark.parametrize("name", ["acme.money", "INT16", "Bool", "int24", "<i4", ""])
def test_statement_48_an_unknown_type_is_refused_and_named(name: str) -> None:
    for form in (name, {"name": name}):
        with pytest.raises(PluginNotInstalledError, match="data type") as caught:
            data_type_from_json_v3(form, "of array 'a/b'")
        assert repr(name) in str(caught.value)
        assert "of array 'a/b'" in str(caught.value)


@pytest.mark.parametrize(
    "form",
    [
        {"name": "int16", "must_understand": False},
        {"name": "acme.money", "must_understand": False},
        {"name": "int16", "configuration": None},
        {"name": "int16", "configuration": {"bits": 16}},
        {"name": "int16", "endian": "little"},
        {"configuration": {}},
        {"name": 16},
        {},
        None,
        16,
        ["int16"],
    ],
)
def test_statement_47_extension_objects_of_other_forms_are_refused(form: Any) -> None:
    with pytest.raises(MetadataError):
        data_type_from_json_v3(form)


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (np.dtype(">i4"), Int32()),
        (np.dtype(np.longlong), Int64()),
        (np.float32, Float32()),
        (int, Int64()),
        (float, Float64()),
        (bool, Bool()),
        (complex, Complex128()),
        ("<i4", Int32()),
        (">f2", Float16()),
        ("|b1", Bool()),
        ("i4", Int32()),
        ("int32", Int32()),
        ("bool", Bool()),
        ("float", Float64()),
        ("r16", RawBits(16)),
        ("V3", RawBits(24)),
        (np.dtype("V3"), RawBits(24)),
        ({"name": "uint8", "configuration": {}}, UInt8()),
        (Float16(), Float16()),
    ],
    ids=repr,
)
def test_data_types_come_in_the_spellings_of_numpy_python_and_zarr(spec: Any, expected: DataType) -> None:
    assert parse_data_type(spec) == expected


@each(SCALARS)
def test_numpy_dtypes_lead_to_the_type_and_back_in_any_byte_order(data_type: DataType) -> None:
    for dtype in (data_type.dtype, data_type.dtype.newbyteorder()):
        assert data_type_from_numpy(dtype) == data_type


@pytest.mark.parametrize("spec", [None, object(), 3.5, {"name": 3}, [1, 2], np.dtype((np.int32, (2,))), np.dtype("V0")])
def test_what_is_no_data_type_is_refused(spec: Any) -> None:
    with pytest.raises(MetadataError):
        parse_data_type(spec)


@pytest.mark.parametrize("spec", [np.dtype("g"), np.dtype("G")])
def test_numbers_of_sizes_that_zarr_has_not_are_refused(spec: Any) -> None:
    if spec.itemsize <= 16 and spec.kind == "f" and spec == np.dtype(np.float64):
        return  # a platform whose long double is a double
    with pytest.raises(MetadataError, match="no data type for numpy dtype"):
        parse_data_type(spec)


def test_a_type_that_nobody_provides_is_named() -> None:
    with pytest.raises(PluginNotInstalledError, match="data type 'no_such_type'"):
        parse_data_type("no_such_type")
