"""Text, bytes and opaque bytes of a fixed length; moments and durations."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st
from numpy.typing import NDArray

from zarr_core.abc.codec import Spec
from zarr_core.abc.data_type import DataType
from zarr_core.codecs.bytes import BytesCodec
from zarr_core.data_types.octets import NullTerminatedBytes
from zarr_core.data_types.parse import data_type_from_json_v3, data_type_from_numpy, parse_data_type
from zarr_core.data_types.raw import RawBits, RawBytes
from zarr_core.data_types.text import FixedLengthUTF32
from zarr_core.data_types.times import DateTime64, TimeDelta64
from zarr_core.errors import CodecError, MetadataError
from zarr_core.testing.data_types import DataTypeTests

FIXED: list[DataType] = [NullTerminatedBytes(1), NullTerminatedBytes(7), RawBytes(1), RawBytes(12)]
TIMES: list[DataType] = [
    *(kind(unit) for kind in (DateTime64, TimeDelta64) for unit in ("Y", "D", "ns", "as", "generic")),
    *(DateTime64("us", 10), TimeDelta64("s", 25), TimeDelta64("ps", 2**31 - 1)),
]
UTF32: list[DataType] = [FixedLengthUTF32(4), FixedLengthUTF32(12)]
NAT = -(2**63)


class TestFixedLength(DataTypeTests):
    @pytest.fixture(params=[*FIXED, *UTF32], ids=repr)
    def data_type(self, request: pytest.FixtureRequest) -> DataType:
        data_type: DataType = request.param
        return data_type

    def values(self, data_type: DataType) -> st.SearchStrategy[NDArray[Any]]:
        if data_type.dtype.kind != "U":
            return super().values(data_type)
        texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=data_type.dtype.itemsize // 4)
        return st.lists(texts, max_size=5).map(lambda texts: np.array(texts, data_type.dtype))


class TestTimes(DataTypeTests):
    @pytest.fixture(params=TIMES, ids=repr)
    def data_type(self, request: pytest.FixtureRequest) -> DataType:
        data_type: DataType = request.param
        return data_type

    def values(self, data_type: DataType) -> st.SearchStrategy[NDArray[Any]]:
        counts = st.lists(st.integers(NAT, -NAT - 1), max_size=5)
        return counts.map(lambda counts: np.array(counts, np.int64).view(data_type.dtype))


def encoded(data_type: DataType, values: Any, endian: str | None) -> str:
    """The bytes of a chunk of these values, in hexadecimal."""
    a = np.array(values, data_type.dtype)
    codec = BytesCodec(endian)  # type: ignore[arg-type]
    spec = Spec(a.shape, data_type, data_type.default_fill())
    codec.resolve(spec)
    bound = codec.bind(spec)
    content = bytes(bound.encode(a))
    np.testing.assert_array_equal(bound.decode(content), a)
    return content.hex()


# ---- fixed_length_utf32 ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [0, -4, 5, 6, 4.0, True, "4", None, 2**31, 10**30])
def test_statement_191_the_length_of_utf32_is_a_multiple_of_4(length: Any) -> None:
    for form in ("fixed_length_utf32", {"name": "fixed_length_utf32"}):
        with pytest.raises(MetadataError, match="length_bytes"):
            data_type_from_json_v3(form)
    for configuration in ({"length_bytes": length}, {"length_bytes": 4, "more": length}):
        with pytest.raises(MetadataError, match="length_bytes"):
            data_type_from_json_v3({"name": "fixed_length_utf32", "configuration": configuration})


def test_statement_192_utf32_is_padded_with_nuls() -> None:
    data_type = FixedLengthUTF32(12)
    assert encoded(data_type, ["Hi"], "little") == "480000006900000000000000"
    assert encoded(data_type, ["Hi"], "big") == "000000480000006900000000"
    assert data_type.fill_from_json("Hi")[()] == "Hi"
    for value in ("Hiya", "abc\0", "a\0", "\ud800", 0, None, ["a"]):
        with pytest.raises(MetadataError, match="at most 3 code points"):
            data_type.fill_from_json(value)
    with pytest.raises(MetadataError, match="at most 3 code points"):
        data_type.cast_fill("four")


def test_statement_193_utf32_needs_a_byte_order() -> None:
    with pytest.raises(MetadataError, match="'bytes' needs endian"):
        encoded(FixedLengthUTF32(4), ["a"], None)
    assert BytesCodec().complete(Spec((1,), FixedLengthUTF32(4), FixedLengthUTF32(4).default_fill())).endian == "little"


@pytest.mark.parametrize("endian", ["little", "big"])
def test_numbers_that_are_no_code_points_are_refused(endian: Any) -> None:
    data_type = FixedLengthUTF32(8)
    bound = BytesCodec(endian).bind(Spec((2,), data_type, data_type.default_fill()))
    for code in (0x110000, 0xFFFFFFFF):
        content = bytes(12) + code.to_bytes(4, endian)
        with pytest.raises(CodecError, match=f"not {code:x}"):
            bound.decode(content)
    assert bound.decode((0x10FFFF).to_bytes(4, endian) + bytes(12))[0] == "\U0010ffff"


# ---- moments and durations ---------------------------------------------------------------------------------------

KINDS = pytest.mark.parametrize("name", ["numpy.datetime64", "numpy.timedelta64"])


@KINDS
@pytest.mark.parametrize(
    "configuration",
    [
        {},
        {"unit": "s"},
        {"scale_factor": 1},
        {"unit": "s", "scale_factor": 1, "more": 1},
        {"unit": "sec", "scale_factor": 1},
        {"unit": 1, "scale_factor": 1},
        {"unit": "µs", "scale_factor": 1},  # the micro sign, which is another character
        {"unit": "s", "scale_factor": 0},
        {"unit": "s", "scale_factor": -1},
        {"unit": "s", "scale_factor": 2**31},
        {"unit": "s", "scale_factor": 1.0},
        {"unit": "s", "scale_factor": True},
        {"unit": "s", "scale_factor": "1"},
        {"unit": "generic", "scale_factor": 2},
    ],
    ids=str,
)
def test_statements_194_and_197_times_need_a_unit_and_a_factor(name: str, configuration: Any) -> None:
    with pytest.raises(MetadataError, match=name):
        data_type_from_json_v3({"name": name, "configuration": configuration})
    assert data_type_from_json_v3({"name": name, "configuration": {"unit": "s", "scale_factor": 2**31 - 1}})


@pytest.mark.parametrize("data_type", TIMES, ids=repr)
def test_statement_195_nat_is_the_least_integer(data_type: DataType) -> None:
    for zarr_format in (2, 3):
        assert data_type.fill_from_json("NaT", zarr_format).tobytes() == np.int64(NAT).tobytes()
        assert data_type.fill_from_json(NAT, zarr_format).tobytes() == np.int64(NAT).tobytes()
        assert data_type.fill_to_json(data_type.fill_from_json("NaT"), zarr_format) == NAT
    assert np.isnat(data_type.default_fill())
    for value in (NAT - 1, -NAT, 1.0, True, None, "nat", "2020", [1]):
        with pytest.raises(MetadataError, match=data_type.name):
            data_type.fill_from_json(value)


@pytest.mark.parametrize(("endian", "expected"), [("little", "0100000000000000"), ("big", "0000000000000001")])
def test_statement_195_times_are_stored_as_int64_is(endian: str, expected: str) -> None:
    for data_type in (DateTime64("us", 10), TimeDelta64("us", 10)):
        assert encoded(data_type, np.array([1], np.int64).view(data_type.dtype), endian) == expected
        with pytest.raises(MetadataError, match="'bytes' needs endian"):
            encoded(data_type, [], None)


@KINDS
def test_statement_196_the_greek_spelling_of_microseconds_is_read(name: str) -> None:
    data_type = data_type_from_json_v3({"name": name, "configuration": {"unit": "μs", "scale_factor": 3}})
    assert data_type == data_type_from_json_v3({"name": name, "configuration": {"unit": "us", "scale_factor": 3}})
    assert data_type.to_json_v3() == {"name": name, "configuration": {"unit": "us", "scale_factor": 3}}


@KINDS
def test_statement_197_generic_times_have_the_factor_1(name: str) -> None:
    data_type = data_type_from_json_v3({"name": name, "configuration": {"unit": "generic", "scale_factor": 1}})
    assert data_type.dtype == np.dtype(f"{data_type.dtype.kind}8")
    assert data_type.fill_to_json(data_type.fill_from_json(5)) == 5


@pytest.mark.parametrize(
    ("data_type", "value", "count"),
    [
        (DateTime64("s"), 5, 5),
        (DateTime64("s"), np.int32(5), 5),
        (DateTime64("s"), "NaT", NAT),
        (DateTime64("s"), np.datetime64("NaT", "ns"), NAT),
        (DateTime64("s"), "1970-01-02", 86400),
        (DateTime64("s"), np.datetime64(3_000_000_000, "ns"), 3),
        (DateTime64("D"), np.datetime64("1970-01-03T00", "h"), 2),
        (DateTime64("us", 10), datetime.datetime(1970, 1, 1, 0, 0, 1), 100_000),
        (DateTime64("D"), datetime.date(1970, 1, 3), 2),
        (TimeDelta64("h"), datetime.timedelta(days=2), 48),
        (TimeDelta64("ms"), np.timedelta64(5, "s"), 5000),
        (TimeDelta64("s", 25), np.timedelta64(50, "s"), 2),
    ],
)
def test_callers_may_give_times_of_any_unit(data_type: DataType, value: Any, count: int) -> None:
    assert data_type.fill_to_json(data_type.cast_fill(value)) == count


@pytest.mark.parametrize(
    ("data_type", "value"),
    [
        (DateTime64("s"), np.datetime64(1, "ns")),
        (DateTime64("D"), "1970-01-01T01"),
        (DateTime64("ns"), "9999-01-01"),
        (DateTime64("s"), np.timedelta64(1, "s")),
        (DateTime64("s"), np.timedelta64(1, "ns")),
        (DateTime64("s"), datetime.timedelta(1)),
        (DateTime64("s"), "noon"),
        (DateTime64("s"), 1.5),
        (DateTime64("s"), True),
        (DateTime64("s"), 2**63),
        (DateTime64("s"), np.array(["1970"], "M8[Y]")),
        (TimeDelta64("s"), np.datetime64(1, "s")),
        (TimeDelta64("s"), "1"),
        (TimeDelta64("s", 25), np.timedelta64(51, "s")),
        (TimeDelta64("Y"), np.timedelta64(1, "D")),
    ],
)
def test_times_between_two_counts_are_refused(data_type: DataType, value: Any) -> None:
    with pytest.raises(MetadataError, match="does not fit data type"):
        data_type.cast_fill(value)


def test_equal_spans_of_other_units_are_other_types() -> None:
    assert DateTime64("ms", 1000) != DateTime64("s")
    assert DateTime64("s") != TimeDelta64("s")
    assert len({DateTime64("ms", 1000), DateTime64("s"), DateTime64("s", 1)}) == 2


# ---- bytes -------------------------------------------------------------------------------------------------------


def test_statement_205_raw_bytes_are_those_of_r() -> None:
    data_type = data_type_from_json_v3({"name": "raw_bytes", "configuration": {"length_bytes": 3}})
    assert data_type.dtype == RawBits(24).dtype
    values = np.frombuffer(b"abcdef", "V3")
    assert encoded(data_type, values, None) == encoded(RawBits(24), values, None) == b"abcdef".hex()
    assert data_type.fill_from_json("AQID").tobytes() == b"\x01\x02\x03"
    assert data_type.fill_to_json(data_type.cast_fill(b"\x01\x02\x03")) == "AQID"
    assert data_type != RawBits(24)
    for value in ("AQI=", "AQIDBA==", 0, None):
        with pytest.raises(MetadataError, match="'raw_bytes'"):
            data_type.fill_from_json(value)
    for configuration in ({}, {"length_bytes": 0}, {"length_bytes": "3"}, {"length_bytes": 3, "bits": 24}):
        with pytest.raises(MetadataError, match="length_bytes"):
            data_type_from_json_v3({"name": "raw_bytes", "configuration": configuration})


def test_null_terminated_bytes_are_padded_with_zeros() -> None:
    data_type = data_type_from_json_v3({"name": "null_terminated_bytes", "configuration": {"length_bytes": 5}})
    assert encoded(data_type, [b"Hi"], None) == "4869000000"
    assert data_type.fill_from_json("SGk=")[()] == b"Hi"
    assert data_type.fill_to_json(data_type.cast_fill(b"Hi")) == "SGk="
    assert data_type.fill_from_json("")[()] == b""
    for value in ("SGlIaUhp", "SGk", 0, None, [72]):
        with pytest.raises(MetadataError, match="at most 5 bytes"):
            data_type.fill_from_json(value)


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("U10", FixedLengthUTF32(40)),
        (">U3", FixedLengthUTF32(12)),
        ("S5", NullTerminatedBytes(5)),
        ("|S5", NullTerminatedBytes(5)),
        ("V4", RawBits(32)),
        ("M8[ns]", DateTime64("ns")),
        ("datetime64[10us]", DateTime64("us", 10)),
        (np.datetime64, DateTime64("generic")),
        ("M8", DateTime64("generic")),
        (">m8[25s]", TimeDelta64("s", 25)),
        (np.dtype("timedelta64[D]"), TimeDelta64("D")),
        ({"name": "raw_bytes", "configuration": {"length_bytes": 3}}, RawBytes(3)),
    ],
)
def test_numpys_spellings(spec: Any, expected: DataType) -> None:
    assert parse_data_type(spec) == expected
    assert data_type_from_numpy(expected.dtype) == (RawBits(24) if isinstance(expected, RawBytes) else expected)


@pytest.mark.parametrize(
    ("data_type", "little", "big"),
    [
        (FixedLengthUTF32(12), "<U3", ">U3"),
        (NullTerminatedBytes(3), "|S3", "|S3"),
        (RawBytes(3), "|V3", "|V3"),
        (DateTime64("ns"), "<M8[ns]", ">M8[ns]"),
        (TimeDelta64("us", 25), "<m8[25us]", ">m8[25us]"),
    ],
)
def test_format_2_spells_them_as_numpy_does(data_type: DataType, little: str, big: str) -> None:
    assert (data_type.to_json_v2("little"), data_type.to_json_v2("big")) == (little, big)


def test_zeros_are_empty() -> None:
    assert FixedLengthUTF32(12).cast_fill(0)[()] == ""
    assert NullTerminatedBytes(3).cast_fill(0)[()] == b""
    assert RawBytes(3).cast_fill(0).tobytes() == bytes(3)
    for data_type in (FixedLengthUTF32(12), NullTerminatedBytes(3), RawBytes(3)):
        with pytest.raises(MetadataError):
            data_type.cast_fill(1)
