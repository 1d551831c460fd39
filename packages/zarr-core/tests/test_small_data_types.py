"""The data types on ml_dtypes: integers, floats and complex numbers of few bits (digest 3.1 to 3.3)."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import zarr_core as zarr
from zarr_core.abc.data_type import DataType
from zarr_core.codecs.bytes import BytesCodec
from zarr_core.data_types import small_complexes, small_floats, small_integers
from zarr_core.data_types.complexes import Complex64, Complex128, ComplexFloat32, ComplexFloat64
from zarr_core.data_types.parse import data_type_from_json_v3, data_type_from_numpy, parse_data_type
from zarr_core.data_types.small_floats import SmallFloat
from zarr_core.errors import MetadataError, PluginNotInstalledError
from zarr_core.storage import MemoryStore
from zarr_core.testing.data_types import DataTypeTests

ml_dtypes = pytest.importorskip("ml_dtypes", reason="the data types need it", exc_type=ImportError)

INTEGERS: list[Any] = [getattr(small_integers, name)() for name in small_integers.__all__]
FLOATS: list[Any] = [getattr(small_floats, name)() for name in small_floats.__all__ if name != "SmallFloat"]
COMPLEXES: list[Any] = [getattr(small_complexes, name)() for name in small_complexes.__all__]
EVERY: list[DataType] = [*INTEGERS, *FLOATS, *COMPLEXES, ComplexFloat32(), ComplexFloat64()]

KINDS = ("int4", "uint2", "bfloat16", "float8_e4m3", "float8_e8m0fnu", "float6_e3m2fn", "float4_e2m1fn")
ONE_OF_EACH_KIND = [
    *(data_type for data_type in EVERY if data_type.name in KINDS),
    *(data_type for data_type in COMPLEXES if data_type.name.removeprefix("complex_") in ("float16", *KINDS)),
    ComplexFloat32(),
]

# name: bits, bias, bits of mantissa, canonical NaN, infinity, largest, 1.0 (digest 3.2)
TABLE: dict[str, tuple[int, int, int, int | None, int | None, float, int]] = {
    "bfloat16": (16, 127, 7, 0x7FC0, 0x7F80, 3.3895313892515355e38, 0x3F80),
    "float8_e3m4": (8, 3, 4, 0x78, 0x70, 15.5, 0x30),
    "float8_e4m3": (8, 7, 3, 0x7C, 0x78, 240, 0x38),
    "float8_e4m3b11fnuz": (8, 11, 3, 0x80, None, 30, 0x58),
    "float8_e4m3fn": (8, 7, 3, 0x7F, None, 448, 0x38),
    "float8_e4m3fnuz": (8, 8, 3, 0x80, None, 240, 0x40),
    "float8_e5m2": (8, 15, 2, 0x7E, 0x7C, 57344, 0x3C),
    "float8_e5m2fnuz": (8, 16, 2, 0x80, None, 57344, 0x40),
    "float8_e8m0fnu": (8, 127, 0, 0xFF, None, 2.0**127, 0x7F),
    "float6_e2m3fn": (6, 1, 3, None, None, 7.5, 0x08),
    "float6_e3m2fn": (6, 3, 2, None, None, 28, 0x0C),
    "float4_e2m1fn": (4, 1, 1, None, None, 6, 0x02),
}


def each(data_types: Sequence[DataType]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("data_type", data_types, ids=lambda data_type: data_type.name)


def stored(data_type: DataType, endian: str, *octets: int) -> NDArray[Any]:
    """What the `bytes` codec makes of these bytes."""
    values = np.frombuffer(bytes(octets), data_type.stored_dtype(endian))
    back = np.empty(values.shape, data_type.dtype)
    back[...] = data_type.check_stored(values)
    return back


def bits_of(data_type: DataType) -> int:
    """How many bits of a byte count."""
    return min(getattr(getattr(data_type, "part", data_type), "bits", 8), 8)


def code(fill: NDArray[Any]) -> int:
    return int(fill.view(f"u{fill.dtype.itemsize}"))


class TestSmallDataTypes(DataTypeTests):
    @pytest.fixture(params=ONE_OF_EACH_KIND, ids=lambda data_type: data_type.name)
    def data_type(self, request: pytest.FixtureRequest) -> DataType:
        data_type: DataType = request.param
        return data_type

    def values(self, data_type: DataType) -> st.SearchStrategy[NDArray[Any]]:
        """Any bits that count."""
        octets = st.integers(0, (1 << bits_of(data_type)) - 1)
        size = data_type.dtype.itemsize
        elements = st.lists(octets, min_size=size, max_size=size)
        return st.lists(elements, max_size=5).map(
            lambda rows: np.array(rows, np.uint8).reshape(-1).view(data_type.dtype)
        )


@each(EVERY)
def test_each_is_found_by_its_name_and_by_its_dtype(data_type: DataType) -> None:
    assert data_type_from_json_v3(data_type.name) == data_type == parse_data_type({"name": data_type.name})
    if data_type.dtype.fields is None and not data_type.name.startswith(("complex_float32", "complex_float64")):
        assert data_type_from_numpy(data_type.dtype) == data_type == parse_data_type(data_type.dtype)


@each(EVERY)
def test_arrays_hold_them(data_type: DataType) -> None:
    store = MemoryStore()
    octets = np.arange(2 * 7 * data_type.dtype.itemsize, dtype="u1").reshape(2, -1)
    values = (octets & (1 << bits_of(data_type)) - 1).view(data_type.dtype)
    a = zarr.create_array(
        store, shape=values.shape, chunks=(1, 5), dtype=data_type, serializer=BytesCodec("big"), compressors=None
    )
    assert a.dtype == data_type.dtype
    a[...] = values
    again = zarr.open_array(store)
    assert again[...].tobytes() == values.tobytes()
    assert again[1, 1:].tobytes() == values[1, 1:].tobytes()
    assert again.metadata.data_type == data_type


# ---- integers ----------------------------------------------------------------------------------------------------


@each(INTEGERS)
def test_statement_175_the_upper_bits_of_a_stored_byte_are_ignored(data_type: Any) -> None:
    every = stored(data_type, "little", *range(256)).astype("i2")
    mask = (1 << data_type.bits) - 1
    expected = [value & mask for value in range(256)]
    if data_type.lowest < 0:
        expected = [value - mask - 1 if value > data_type.highest else value for value in expected]
    assert every.tolist() == expected


def test_statement_175_int4_0f_and_ff_are_minus_one() -> None:
    assert stored(small_integers.Int4(), "big", 0x0F, 0xFF).tolist() == [-1, -1]
    assert small_integers.Int4().encode(np.array([-1], ml_dtypes.int4), "little").tobytes() == b"\xff"
    assert not small_integers.Int4().has_endianness


@each(INTEGERS)
def test_statement_176_fills_out_of_range_are_refused(data_type: Any) -> None:
    for value in (data_type.lowest, data_type.highest):
        assert int(data_type.fill_from_json(value)) == value
    for value in (data_type.lowest - 1, data_type.highest + 1, 1.0, True, "1", None):
        with pytest.raises(MetadataError, match=f"{data_type.lowest} to {data_type.highest}"):
            data_type.fill_from_json(value)


# ---- floats ------------------------------------------------------------------------------------------------------


def numbers(name: str) -> dict[int, float]:
    """Every code of a type that is a number, worked out from the table alone."""
    bits, bias, mantissa, nan, infinity, largest, _ = TABLE[name]
    found = {}
    for value in range(1 << bits):
        if name == "float8_e8m0fnu":
            found[value] = math.ldexp(1.0, value - bias)
            continue
        sign, exponent = value >> bits - 1, value >> mantissa & (1 << bits - 1 - mantissa) - 1
        fraction = value & (1 << mantissa) - 1
        size = math.ldexp(fraction, 1 - bias - mantissa)
        if exponent:
            size = math.ldexp((1 << mantissa) + fraction, exponent - bias - mantissa)
        found[value] = -size if sign else size
    return {
        value: number
        for value, number in found.items()
        if abs(number) <= largest and value != nan and not (infinity is None and nan == 0x7F and value & 0x7F == nan)
    }


NUMBERS = {name: numbers(name) for name in TABLE}


@each(FLOATS)
def test_every_code_is_the_number_of_the_table(data_type: SmallFloat) -> None:
    bits, _, _, nan, infinity, largest, one = TABLE[data_type.name]
    size = data_type.dtype.itemsize
    codes = range(1 << bits)
    octets = b"".join(value.to_bytes(size, "little") for value in codes)
    with np.errstate(invalid="ignore"):  # signalling NaNs
        values = stored(data_type, "little", *octets).astype("f8")
    expected = NUMBERS[data_type.name]
    for value in codes:
        if value in expected:
            assert values[value] == expected[value]
            assert math.copysign(1, values[value]) == math.copysign(1, expected[value])
        elif infinity is not None and value in (infinity, infinity | 1 << bits - 1):
            assert math.isinf(values[value])
        else:
            assert nan is not None
            assert math.isnan(values[value])
    assert (max(expected.values()), expected[one]) == (largest, 1.0)


@each(FLOATS)
def test_statement_182_names_and_patterns_that_a_type_lacks_are_refused(data_type: SmallFloat) -> None:
    bits, _, _, nan, infinity, largest, _ = TABLE[data_type.name]
    for name, pattern in (("NaN", nan), ("Infinity", infinity), ("-Infinity", infinity and infinity | 1 << bits - 1)):
        if pattern is None:
            with pytest.raises(MetadataError, match=data_type.name):
                data_type.fill_from_json(name)
        else:
            assert code(data_type.fill_from_json(name)) == pattern
    for wrong in (f"0x{1 << bits:x}", "0x", "0X1", "1", "nan", "+Infinity", "inf", True, None, [1]):
        with pytest.raises(MetadataError, match="it takes numbers from"):
            data_type.fill_from_json(wrong)
    if infinity is None:
        with pytest.raises(MetadataError, match=data_type.name):
            data_type.fill_from_json(2 * largest)
    else:
        assert code(data_type.fill_from_json(2 * largest)) == infinity


def test_statement_177_bfloat16_has_two_bytes_in_either_order() -> None:
    bfloat16 = small_floats.BFloat16()
    one = bfloat16.fill_from_json(1)
    assert bfloat16.encode(one.reshape(1), "little").tobytes().hex() == "803f"
    assert bfloat16.encode(one.reshape(1), "big").tobytes().hex() == "3f80"
    assert stored(bfloat16, "big", 0x3F, 0x80, 0xC0, 0x00).tolist() == [1.0, -2.0]
    assert bfloat16.has_endianness
    with pytest.raises(MetadataError, match="needs endian"):
        BytesCodec().resolve(zarr_spec(bfloat16))


def zarr_spec(data_type: DataType) -> Any:
    from zarr_core.abc.codec import Spec

    return Spec((2,), data_type, data_type.default_fill())


def test_statement_178_float8_e4m3_is_not_that_of_machine_learning() -> None:
    values = stored(small_floats.Float8E4M3(), "little", 0x7C, 0x78, 0x77).astype("f4").tolist()
    assert math.isnan(values[0])
    assert values[1:] == [math.inf, 240.0]
    assert stored(small_floats.Float8E4M3FN(), "little", 0x7C, 0x78, 0x77, 0x7E).astype("f4").tolist() == [
        384,
        256,
        240,
        448,
    ]


@pytest.mark.parametrize("name", ["Float8E4M3FNUZ", "Float8E5M2FNUZ", "Float8E4M3B11FNUZ"])
def test_statement_179_fnuz_types_have_one_nan_and_no_negative_zero(name: str) -> None:
    data_type: SmallFloat = getattr(small_floats, name)()
    values = stored(data_type, "little", *range(256)).astype("f4")
    assert np.flatnonzero(~np.isfinite(values)).tolist() == [0x80]
    assert np.flatnonzero(values == 0).tolist() == [0]
    assert code(data_type.fill_from_json(-0.0)) == 0


def test_statement_180_float8_e5m2_is_the_upper_byte_of_binary16() -> None:
    halves = np.arange(256, dtype="u2") << 8
    values = stored(small_floats.Float8E5M2(), "little", *range(256))
    assert np.array_equal(values.astype("f4"), halves.view("f2").astype("f4"), equal_nan=True)


def test_statement_181_float8_e8m0fnu_has_powers_of_two_and_nothing_else() -> None:
    values = stored(small_floats.Float8E8M0FNU(), "little", 0x7F, 0x00, 0xFF).astype("f8").tolist()
    assert values[:2] == [1.0, 2.0**-127]
    assert math.isnan(values[2])
    with pytest.raises(MetadataError, match="float8_e8m0fnu"):
        small_floats.Float8E8M0FNU().fill_from_json(-1.0)
    assert code(small_floats.Float8E8M0FNU().fill_from_json(0.0)) == 0, "the nearest, as there is no zero"


def test_statement_183_the_codes_of_float4() -> None:
    values = stored(small_floats.Float4E2M1FN(), "little", *range(256)).astype("f4")
    positive = [0, 0.5, 1, 1.5, 2, 3, 4, 6]
    assert values.tolist() == [*positive, *(-value for value in positive)] * 16
    assert math.copysign(1, values[8]) == -1


@pytest.mark.parametrize(("name", "largest"), [("Float6E2M3FN", 7.5), ("Float6E3M2FN", 28.0)])
def test_statement_184_the_largest_float6_and_its_upper_bits(name: str, largest: float) -> None:
    data_type: SmallFloat = getattr(small_floats, name)()
    assert stored(data_type, "big", 0x1F, 0x5F, 0xFF, 0x3F).astype("f4").tolist() == [
        largest,
        largest,
        -largest,
        -largest,
    ]
    assert data_type.encode(stored(data_type, "big", 0xFF), "big").tobytes() == b"\x3f"


@each(FLOATS)
@given(st.floats(allow_nan=False, allow_infinity=False, width=32) | st.floats(-600, 600) | st.integers(-600, 600))
def test_fill_numbers_are_rounded_once_and_ties_go_to_even(data_type: Any, value: float) -> None:
    expected = NUMBERS[data_type.name]
    if not min(expected.values()) <= value <= max(expected.values()):
        return
    found = code(data_type.fill_from_json(value))
    away = {near: abs(expected[near] - value) for near in (found - 1, found, found + 1) if near in expected}
    nearest = [near for near, distance in away.items() if distance == min(away.values())]
    assert found in nearest
    assert len(nearest) == 1 or found % 2 == 0 or data_type.name == "float8_e8m0fnu"


@pytest.mark.parametrize("value", [1.0 + 2**-8 + 2**-40, 1.0 + 2**-8 - 2**-40])
def test_bfloat16_is_not_rounded_by_way_of_binary32(value: float) -> None:
    assert float(small_floats.BFloat16().fill_from_json(value)) == (1.0 if value < 1 + 2**-8 else 1 + 2**-7)


@each(FLOATS)
def test_fills_are_written_as_bits_where_they_are_few(data_type: Any) -> None:
    one = data_type.fill_from_json(1.0)
    assert data_type.fill_to_json(one) == (
        1.0 if data_type.name == "bfloat16" else f"0x{TABLE[data_type.name][-1]:02x}"
    )
    assert data_type.fill_to_json(one, 2) == {
        "float6_e2m3fn": "CA==",
        "float6_e3m2fn": "DA==",
        "float4_e2m1fn": "Ag==",
    }.get(data_type.name, 1.0)
    assert data_type.fill_from_json(data_type.fill_to_json(one, 2), 2) == one


@pytest.mark.parametrize(
    ("value", "written"),
    [("0x7fc1", "0x7fc1"), ("NaN", "NaN"), ("0xFF80", "-Infinity"), (-0.0, -0.0), ("0x8000", -0.0)],
)
def test_bfloat16_fills_are_written_by_the_float_rule(value: Any, written: Any) -> None:
    bfloat16 = small_floats.BFloat16()
    again = bfloat16.fill_to_json(bfloat16.fill_from_json(value))
    assert repr(again) == repr(written)


@pytest.mark.parametrize("value", [1000, -1000, math.inf])
def test_a_caller_is_told_when_a_fill_does_not_fit(value: float) -> None:
    with pytest.raises(MetadataError, match="it takes numbers from -240 to 240"):
        small_floats.Float8E4M3FNUZ().cast_fill(value)


def test_a_caller_gives_numbers_and_names() -> None:
    data_type = small_floats.Float8E4M3()
    for value in (math.nan, "NaN", np.float32("nan")):
        assert code(data_type.cast_fill(value)) == 0x7C
    assert code(data_type.cast_fill(-math.inf)) == 0xF8
    assert float(data_type.cast_fill(np.float64(0.3))) == 0.3125
    with pytest.raises(MetadataError, match="takes numbers from -240 to 240, NaN, infinities"):
        data_type.cast_fill(300)


# ---- complex numbers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("one", "other"), [(ComplexFloat32(), Complex64()), (ComplexFloat64(), Complex128())])
def test_statement_185_complex_float32_and_64_are_other_names(one: DataType, other: DataType) -> None:
    assert (one.dtype, one.item_size, one.has_endianness) == (other.dtype, other.item_size, True)
    for value in ([1.5, -2], ["NaN", "0x00000001"], ["-Infinity", -0.0]):
        assert one.fill_from_json(value).tobytes() == other.fill_from_json(value).tobytes()
        assert one.fill_to_json(one.fill_from_json(value)) == other.fill_to_json(other.fill_from_json(value))


@each(COMPLEXES)
def test_statement_186_parts_are_stored_and_filled_as_their_own_type(data_type: Any) -> None:
    part = data_type.part
    for re, im in product(("0x01", 1.0, "NaN"), repeat=2):
        try:
            expected = [part.fill_from_json(value) for value in (re, im)]
        except MetadataError:
            with pytest.raises(MetadataError):
                data_type.fill_from_json([re, im])
            continue
        fill = data_type.fill_from_json([re, im])
        assert data_type.fill_to_json(fill) == [part.fill_to_json(value) for value in expected]
        for endian in ("little", "big"):
            octets = data_type.encode(fill.reshape(1), endian).tobytes()
            assert octets == b"".join(part.encode(value.reshape(1), endian).tobytes() for value in expected)
    for wrong in (1.0, [1.0], [1.0, 1.0, 1.0], "NaN", None):
        with pytest.raises(MetadataError, match=r"\[real, imaginary\]"):
            data_type.fill_from_json(wrong)


def test_statement_186_complex_bfloat16_swaps_each_part() -> None:
    data_type = small_complexes.ComplexBFloat16()
    fill = data_type.fill_from_json([1, -2])
    assert data_type.encode(fill.reshape(1), "little").tobytes().hex() == "803f00c0"
    assert data_type.encode(fill.reshape(1), "big").tobytes().hex() == "3f80c000"
    assert data_type.cast_fill(1 - 2j).tobytes() == fill.tobytes()


# ---- without the library, and format 2 ---------------------------------------------------------------------------


@each([*INTEGERS, *FLOATS, *COMPLEXES])
def test_without_ml_dtypes_the_error_says_what_to_install(data_type: DataType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ml_dtypes", None)
    with pytest.raises(PluginNotInstalledError, match=f"data type '{data_type.name}'.* needs .*pip install ml-dtypes"):
        data_type_from_json_v3(data_type.name)


def test_an_old_ml_dtypes_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(ml_dtypes, "complex32")
    with pytest.raises(PluginNotInstalledError, match="needs a newer ml_dtypes than"):
        data_type_from_json_v3("complex_float16")


@each([*INTEGERS, *FLOATS])
def test_format_2_has_them_by_name_as_tensorstore_writes_them(data_type: Any) -> None:
    store = MemoryStore()
    values = np.array([1, 0, 1], "f4").astype(data_type.dtype)
    fill = data_type.fill_from_json(1)
    zarr.create_array(store, shape=7, chunks=3, dtype=data_type, fill_value=fill, zarr_format=2)[:3] = values
    again = zarr.open_array(store, zarr_format=2)
    assert again.metadata.to_dict()["dtype"] == data_type.name
    assert again[...].tobytes() == np.concatenate([values, np.full(4, fill)]).tobytes()


def test_bfloat16_has_one_byte_order_in_format_2() -> None:
    with pytest.raises(MetadataError, match="no big-endian spelling"):
        small_floats.BFloat16().to_json_v2("big")
