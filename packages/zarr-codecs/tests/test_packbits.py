from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zarr_codecs.packbits import BoundPackBits, PackBitsCodec
from zarr_core.abc.codec import Spec
from zarr_core.data_types.parse import parse_data_type
from zarr_core.errors import CodecError, MetadataError

BOOLS = np.array([1, 0, 0, 1, 1, 1, 1, 1, 1], bool)


def bound(name: str, count: int, **configuration: Any) -> Any:
    data_type = parse_data_type(name)
    spec = Spec((count,), data_type, data_type.default_fill())
    return PackBitsCodec.from_config(configuration).bind(spec)


def check(name: str, values: Any, octets: str, **configuration: Any) -> None:
    codec = bound(name, len(values), **configuration)
    a = np.array(values).astype(codec.spec.data_type.dtype)
    assert bytes(codec.encode(a)).hex() == octets
    assert codec.encoded_size() == len(octets) // 2


@pytest.mark.parametrize(
    ("padding", "octets"), [("none", "f901"), ("first_byte", "07f901"), ("last_byte", "f90107"), (None, "f901")]
)
def test_statement_210_bools_take_a_bit_each_and_padding_a_byte(padding: Any, octets: str) -> None:
    configuration = {} if padding is None else {"padding_encoding": padding}
    check("bool", BOOLS, octets, **configuration)
    assert bound("bool", 9, **configuration).decode(bytes.fromhex(octets)).tolist() == BOOLS.tolist()


def test_statement_211_integers_of_four_bits() -> None:
    pytest.importorskip("ml_dtypes", reason="the data types need it", exc_type=ImportError)
    check("uint4", [1, 2, 3], "2103")
    check("int4", [-1, 2, -8], "2f08")
    assert bound("int4", 3).decode(bytes.fromhex("2f08")).astype("i1").tolist() == [-1, 2, -8]
    check("uint2", [1, 2, 3, 0, 1], "3901")


def test_statement_212_some_of_the_bits() -> None:
    check("uint8", [0x0E, 0x04, 0xFF], "d701", first_bit=1, last_bit=3)
    assert bound("uint8", 3, first_bit=1, last_bit=3).decode(bytes.fromhex("d701")).tolist() == [0x0E, 0x04, 0x0E]
    check("uint16", [0x1234, 0x0ABC], "34c2ab", last_bit=11)


def test_other_vectors_of_the_specification() -> None:
    check("complex64", [1 + 2j], "0000803f00000040")
    pytest.importorskip("ml_dtypes", reason="the data types need it", exc_type=ImportError)
    codec = bound("float6_e2m3fn", 2)
    a = np.array([0x15, 0x2A], "u1").view(codec.spec.data_type.dtype)
    assert bytes(codec.encode(a)).hex() == "950a"
    assert codec.decode(bytes.fromhex("950a")).tobytes() == a.tobytes()


def test_complex_numbers_of_few_bits_have_the_real_part_first() -> None:
    pytest.importorskip("ml_dtypes", reason="the data types need it", exc_type=ImportError)
    codec = bound("complex_float4_e2m1fn", 1)
    a = np.array([0x05, 0x0A], "u1").view(codec.spec.data_type.dtype)
    assert bytes(codec.encode(a)).hex() == "a5"
    assert codec.decode(b"\xa5").tobytes() == a.tobytes()


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [("uint8", 3, 2), ("uint8", 0, 8), ("bool", 0, 1), ("uint16", 16, None), ("int32", None, 32)],
)
def test_statement_213_bits_that_are_not_there_are_refused(name: str, first: Any, last: Any) -> None:
    with pytest.raises(MetadataError, match="are no bits of data type"):
        bound(name, 1, first_bit=first, last_bit=last)


def test_statement_214_both_spellings_are_read_and_one_is_written() -> None:
    one = PackBitsCodec.from_config({"padding_encoding": "start_byte", "start_bit": 1, "end_bit": 3})
    assert one == PackBitsCodec.from_config({"padding_encoding": "first_byte", "first_bit": 1, "last_bit": 3})
    assert one.to_config() == {"padding_encoding": "first_byte", "first_bit": 1, "last_bit": 3}
    assert PackBitsCodec.from_config({"padding_encoding": "end_byte"}).padding_encoding == "last_byte"
    with pytest.raises(MetadataError, match="both of its spellings"):
        PackBitsCodec.from_config({"start_bit": 1, "first_bit": 1})


@pytest.mark.parametrize(
    "configuration",
    [{"first_bit": -1}, {"last_bit": 1.0}, {"first_bit": True}, {"padding_encoding": "middle"}, {"bits": 1}],
)
def test_other_configuration_is_refused(configuration: Any) -> None:
    with pytest.raises(MetadataError, match="packbits"):
        PackBitsCodec.from_config(configuration)


@pytest.mark.parametrize("name", ["string", "r8", "datetime64[s]"])
def test_other_data_types_are_refused(name: str) -> None:
    with pytest.raises(MetadataError, match="takes booleans and numbers"):
        bound(name, 1)


@pytest.mark.parametrize("octets", ["", "f9", "f90100"])
def test_another_length_is_refused(octets: str) -> None:
    with pytest.raises(CodecError, match="needs 2 bytes"):
        bound("bool", 9).decode(bytes.fromhex(octets))


@pytest.mark.parametrize("octets", ["06f901", "00f901", "fff901"])
def test_padding_that_does_not_fit_is_refused(octets: str) -> None:
    with pytest.raises(CodecError, match="bits of padding"):
        bound("bool", 9, padding_encoding="first_byte").decode(bytes.fromhex(octets))


@given(st.sampled_from(["bool", "uint8", "int8"]), st.integers(0, 7), st.sampled_from([1, 2, 4]), st.binary(min_size=1))
def test_bits_of_one_byte_go_the_short_way_with_the_same_result(
    name: str, first: int, width: int, content: bytes
) -> None:
    if first + width > (1 if name == "bool" else 8):
        return
    data_type = parse_data_type(name)
    a = np.frombuffer(content, "u1")
    a = a > 127 if name == "bool" else a.view(name)
    spec = Spec(a.shape, data_type, data_type.default_fill())
    short, long = (BoundPackBits(spec, first, width, "none") for _ in range(2))
    assert short._in_one_byte
    long._in_one_byte = False
    assert bytes(short.encode(a)) == bytes(long.encode(a))
    assert short.decode(short.encode(a)).tolist() == long.decode(short.encode(a)).tolist()
