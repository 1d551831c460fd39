from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zarr_codecs.cast_value import CastValueCodec
from zarr_codecs.scale_offset import ScaleOffsetCodec
from zarr_core.abc.codec import BoundArrayArray, Spec
from zarr_core.data_types.integer import Int8, Int64, UInt8, UInt64
from zarr_core.data_types.parse import parse_data_type
from zarr_core.errors import CodecError, MetadataError


def spec_of(name: str, fill: Any = 0) -> Spec:
    data_type = parse_data_type(name)
    return Spec((3,), data_type, data_type.cast_fill(fill))


def bound(name: str, **configuration: Any) -> BoundArrayArray:
    return ScaleOffsetCodec.from_config(configuration).bind(spec_of(name))


def test_statement_218_floats_are_shifted_then_scaled() -> None:
    codec = bound("float32", offset=5, scale=0.1)
    encoded = codec.encode(np.array([5, 15, 25], "f4"))
    assert (encoded.dtype, encoded.tolist()) == (np.dtype("f4"), [0, 1, 2])
    assert codec.decode(encoded).tolist() == [5, 15, 25]


def test_statement_218_with_a_cast_after_it() -> None:
    scaled = bound("uint16", offset=1000).encode(np.array([1000, 1255], "u2"))
    cast = CastValueCodec(UInt8()).bind(spec_of("uint16"))
    assert cast.encode(scaled).tobytes().hex() == "00ff"


@pytest.mark.parametrize(
    ("name", "configuration", "value"),
    [
        ("uint8", {"offset": 1}, 0),
        ("uint8", {"scale": 2}, 128),
        ("int8", {"offset": -1}, 127),
        ("int8", {"scale": -1}, -128),
        ("int64", {"offset": 1}, -(2**63)),
        ("int64", {"scale": 3}, 2**62),
        ("uint64", {"scale": 2}, 2**63),
        ("uint64", {"offset": 2**63}, 2**63 - 1),
        ("int8", {"offset": 100, "scale": 1}, -100),
    ],
)
def test_statement_219_integers_that_overflow_when_written_are_refused(
    name: str, configuration: Any, value: int
) -> None:
    with pytest.raises(CodecError, match=f"{name}$"):
        bound(name, **configuration).encode(np.array([1 << 3, value], name))


@pytest.mark.parametrize(
    ("name", "configuration", "value", "why"),
    [
        ("int16", {"scale": 3}, 7, "its scale 3 does not divide"),
        ("uint64", {"scale": 2}, 2**64 - 1, "its scale 2 does not divide"),
        ("uint8", {"offset": 250}, 10, "out of the range"),
        ("int8", {"scale": -1}, -128, "out of the range"),
        ("int64", {"offset": -1}, -(2**63), "out of the range"),
    ],
)
def test_statement_219_integers_that_do_not_come_back_are_refused(
    name: str, configuration: Any, value: int, why: str
) -> None:
    with pytest.raises(CodecError, match=why):
        bound(name, **configuration).decode(np.array([value], name))


def test_statement_220_scalars_are_fill_values_of_the_incoming_type() -> None:
    assert bound("float32", offset="0x3f800000").encode(np.array([3], "f4")).tolist() == [2]
    for name, configuration in (("int8", {"offset": 0.5}), ("int8", {"scale": "0x01"}), ("uint8", {"offset": -1})):
        codec = ScaleOffsetCodec.from_config(configuration)
        with pytest.raises(MetadataError, match="a scalar of the array's own type") as caught:
            codec.resolve(spec_of(name))
        assert caught.value.member in configuration


@pytest.mark.parametrize("name", ["int8", "uint64", "float64"])
def test_statement_221_without_configuration_nothing_changes(name: str) -> None:
    values = np.array([0, 1, 100], name)
    assert bound(name).encode(values).tobytes() == bound(name).decode(values).tobytes() == values.tobytes()
    assert ScaleOffsetCodec.from_config({}).to_json() == {"name": "scale_offset"}


@pytest.mark.parametrize("value", [None, True, [1], {}])
def test_what_is_no_scalar_is_refused(value: Any) -> None:
    with pytest.raises(MetadataError, match="scale is a number or a string"):
        ScaleOffsetCodec.from_config({"scale": value})


@pytest.mark.parametrize(("name", "zero"), [("int8", 0), ("float32", 0.0), ("float32", "0x00000000")])
def test_a_scale_of_zero_is_refused(name: str, zero: Any) -> None:
    with pytest.raises(MetadataError, match="scale is not 0"):
        ScaleOffsetCodec.from_config({"scale": zero}).resolve(spec_of(name))


@pytest.mark.parametrize("name", ["bool", "complex64", "r8"])
def test_what_is_no_real_number_is_refused(name: str) -> None:
    data_type = parse_data_type(name)
    with pytest.raises(MetadataError, match="takes integers and real"):
        ScaleOffsetCodec().resolve(Spec((1,), data_type, data_type.default_fill()))


def test_the_next_codec_gets_the_fill_as_it_is_stored() -> None:
    resolved = ScaleOffsetCodec(offset=10, scale=3).resolve(spec_of("int16", 12))
    assert (resolved.fill, resolved.fill.dtype) == (6, np.dtype("i2"))
    with pytest.raises(CodecError, match="out of the range"):
        ScaleOffsetCodec(offset=10).resolve(spec_of("uint8", 3))


def test_integers_of_few_bits_have_their_own_range() -> None:
    pytest.importorskip("ml_dtypes", reason="the data type needs it", exc_type=ImportError)
    values = np.array([-8, 7]).astype(parse_data_type("int4").dtype)
    assert bound("int4").encode(values).astype("i1").tolist() == [-8, 7]
    with pytest.raises(CodecError, match=r"int4$"):
        bound("int4", offset=1).encode(values)


def test_bfloat16_is_computed_with_as_such() -> None:
    pytest.importorskip("ml_dtypes", reason="the data type needs it", exc_type=ImportError)
    codec = bound("bfloat16", offset=1, scale=0.5)
    values = np.array([3, 257]).astype(parse_data_type("bfloat16").dtype)
    assert codec.encode(values).astype("f4").tolist() == [1, 128 - 0.5]
    assert codec.encode(values).dtype == values.dtype


@pytest.mark.parametrize("data_type", [Int8(), UInt8(), Int64(), UInt64()], ids=lambda data_type: data_type.name)
@given(st.data())
def test_integers_are_exact_or_refused(data_type: Any, data: st.DataObject) -> None:
    numbers = st.integers(data_type.lowest, data_type.highest)
    x, offset = data.draw(numbers), data.draw(numbers)
    scale = data.draw(numbers.filter(bool) | st.integers(1, 3))
    codec = ScaleOffsetCodec(offset=offset, scale=scale).bind(spec_of(data_type.name))
    fits = data_type.lowest <= x - offset <= data_type.highest
    fits = fits and data_type.lowest <= (x - offset) * scale <= data_type.highest
    a = np.array([x], data_type.dtype)
    if not fits:
        with pytest.raises(CodecError):
            codec.encode(a)
        return
    encoded = codec.encode(a)
    assert int(encoded[0]) == (x - offset) * scale
    assert int(codec.decode(encoded)[0]) == x
