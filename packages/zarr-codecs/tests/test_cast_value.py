from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from zarr_codecs._cast import ROUNDINGS, Cast
from zarr_codecs._numbers import Floats, Integers, number_of
from zarr_codecs.cast_value import CastValueCodec
from zarr_core.abc.codec import Spec
from zarr_core.abc.data_type import DataType
from zarr_core.data_types.parse import parse_data_type
from zarr_core.errors import CodecError, MetadataError

HALVES = [0.5, 1.5, 2.5, -0.5, -1.5, -2.5]
NATIVE = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64"]
SMALL = ["int2", "int4", "uint2", "uint4", "bfloat16", "float8_e3m4", "float8_e4m3", "float8_e4m3b11fnuz"]
SMALL += [
    "float8_e4m3fnuz",
    "float8_e5m2",
    "float8_e5m2fnuz",
    "float8_e8m0fnu",
    "float6_e2m3fn",
    "float6_e3m2fn",
    "float4_e2m1fn",
]


def spec_of(data_type: DataType, fill: Any = 0) -> Spec:
    return Spec((2,), data_type, data_type.fill_from_json(fill))


def encode(values: Any, source: str, **configuration: Any) -> NDArray[Any]:
    codec = CastValueCodec.from_config(configuration)
    data_type = parse_data_type(source)
    return codec.bind(spec_of(data_type)).encode(np.array(values, data_type.dtype))


@pytest.mark.parametrize(
    ("rounding", "octets"),
    [
        ("nearest-even", "00020200fefe"),
        ("towards-zero", "00010200fffe"),
        ("towards-positive", "01020300fffe"),
        ("towards-negative", "000102fffefd"),
        ("nearest-away", "010203fffefd"),
    ],
)
def test_statement_222_the_five_roundings(rounding: str, octets: str) -> None:
    assert encode(HALVES, "float64", data_type="int8", rounding=rounding).tobytes().hex() == octets


def test_statement_223_out_of_range_raises_wraps_or_clamps() -> None:
    values = [128, 32768, -129]
    assert encode(values, "int32", data_type="int8", out_of_range="wrap").tobytes().hex() == "80007f"
    assert encode(values, "int32", data_type="int8", out_of_range="clamp").tobytes().hex() == "7f7f80"
    with pytest.raises(CodecError, match="cannot cast 128 to int8"):
        encode(values, "int32", data_type="int8")


def test_statement_223_clamping_to_floats_gives_infinity() -> None:
    assert encode([1e300, -1e300], "float64", data_type="float32", out_of_range="clamp").tolist() == [
        math.inf,
        -math.inf,
    ]
    with pytest.raises(CodecError, match=r"1e\+300"):
        encode([1e300], "float64", data_type="float32")


@pytest.mark.parametrize("target", ["float32", "float64"])
def test_statement_223_only_integers_wrap(target: str) -> None:
    with pytest.raises(MetadataError, match="wraps integers only") as caught:
        CastValueCodec.from_config({"data_type": target, "out_of_range": "wrap"})
    assert caught.value.member == "out_of_range"


def test_statement_224_the_map_goes_before_any_conversion_and_the_first_pair_counts() -> None:
    pairs = {"encode": [["NaN", 0], [300.0, 7], [300.0, 8], [1.5, 9]]}
    values = [1.5, 2.5, math.nan, -1, 300]
    assert encode(values, "float64", data_type="uint8", out_of_range="clamp", scalar_map=pairs).tolist() == [
        9,
        2,
        0,
        0,
        7,
    ]


def test_statement_224_the_example_of_the_specification() -> None:
    values = [1.5, 2.5, math.nan, -1, 300]
    encoded = encode(values, "float64", data_type="uint8", out_of_range="clamp", scalar_map={"encode": [["NaN", 0]]})
    assert encoded.tobytes().hex() == "02020000ff"


def test_statement_224_a_nan_key_matches_every_nan() -> None:
    payloads = np.array([0x7FF8000000000000, 0xFFF8000000000001, 0x7FF0000000000001], "u8").view("f8")
    codec = CastValueCodec.from_config({"data_type": "int8", "scalar_map": {"encode": [["0x7ff8000000000123", -1]]}})
    assert codec.bind(spec_of(parse_data_type("float64"))).encode(payloads).tolist() == [-1, -1, -1]


@pytest.mark.parametrize("out_of_range", [None, "clamp", "wrap"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_statement_225_what_is_no_number_becomes_no_integer(value: float, out_of_range: Any) -> None:
    options = {} if out_of_range is None else {"out_of_range": out_of_range}
    with pytest.raises(CodecError, match=f"cannot cast {value} to int8"):
        encode([value], "float64", data_type="int8", **options)


def test_statement_226_the_next_codec_sees_the_target_and_its_fill() -> None:
    codec = CastValueCodec.from_config({"data_type": "int16", "rounding": "towards-zero"})
    resolved = codec.resolve(Spec((3, 4), parse_data_type("float32"), np.array(-7, "f4")))
    assert (resolved.shape, resolved.data_type, resolved.fill) == ((3, 4), parse_data_type("int16"), np.int16(-7))
    assert not resolved.fill.flags.writeable


@pytest.mark.parametrize(
    ("source", "fill", "configuration"),
    [
        ("float64", 0.5, {"data_type": "int8"}),
        ("float64", "NaN", {"data_type": "int8"}),
        ("float64", "NaN", {"data_type": "int8", "scalar_map": {"encode": [["NaN", 0]]}}),
        ("int32", 300, {"data_type": "int8"}),
        ("int32", 300, {"data_type": "int8", "out_of_range": "wrap"}),
        ("float64", 0.1, {"data_type": "float32"}),
    ],
)
def test_statement_227_a_fill_that_does_not_come_back_is_refused(source: str, fill: Any, configuration: Any) -> None:
    with pytest.raises(CodecError, match="fill value"):
        CastValueCodec.from_config(configuration).resolve(spec_of(parse_data_type(source), fill))


def test_statement_227_a_fill_that_the_map_brings_back_is_taken() -> None:
    both = {"encode": [["NaN", -1]], "decode": [[-1, "NaN"]]}
    codec = CastValueCodec.from_config({"data_type": "int8", "scalar_map": both})
    assert codec.resolve(spec_of(parse_data_type("float64"), "NaN")).fill == -1
    bound = codec.bind(spec_of(parse_data_type("float64")))
    assert np.isnan(bound.decode(np.array([-1, 3], "i1"))).tolist() == [True, False]


@pytest.mark.parametrize(
    ("configuration", "member"),
    [
        ({}, ""),
        ({"data_type": "int8", "rounding": "nearest"}, "rounding"),
        ({"data_type": "int8", "rounding": None}, "rounding"),
        ({"data_type": "int8", "out_of_range": "error"}, "out_of_range"),
        ({"data_type": "int8", "out_of_range": None}, ""),
        ({"data_type": "int8", "scalar_map": []}, "scalar_map"),
        ({"data_type": "int8", "scalar_map": {"encoding": []}}, "scalar_map"),
        ({"data_type": "int8", "scalar_map": {"encode": [[1, 2, 3]]}}, "scalar_map"),
        ({"data_type": "int8", "scalar_map": {"encode": {"1": 2}}}, "scalar_map"),
        ({"data_type": "int8", "fill": 1}, ""),
        ({"data_type": 8}, "data_type"),
    ],
)
def test_other_configuration_is_refused(configuration: Any, member: str) -> None:
    with pytest.raises(MetadataError) as caught:
        CastValueCodec.from_config(configuration)
    assert caught.value.member == member


@pytest.mark.parametrize("name", ["bool", "complex64", "r16", "string"])
def test_only_real_numbers_are_cast(name: str) -> None:
    other = parse_data_type(name)
    with pytest.raises(MetadataError, match="takes integers and real floating point numbers"):
        CastValueCodec.from_config({"data_type": "int8"}).resolve(Spec((1,), other, other.default_fill()))
    with pytest.raises(MetadataError, match="takes integers and real floating point numbers"):
        CastValueCodec(other).resolve(spec_of(parse_data_type("int8")))


def test_keys_of_the_map_are_scalars_of_their_own_side() -> None:
    codec = CastValueCodec.from_config({"data_type": "int8", "scalar_map": {"encode": [["Infinity", 300]]}})
    with pytest.raises(MetadataError, match="fill value 300 does not fit data type 'int8'"):
        codec.resolve(spec_of(parse_data_type("float64")))


# ---- against exact arithmetic ------------------------------------------------------------------------------------


def exact(value: Fraction, target: Integers | Floats, rounding: str, out_of_range: str | None) -> float | int | None:
    """What the specification says of a finite number; None: an error."""
    if isinstance(target, Integers):
        step, lowest, highest = Fraction(1), Fraction(target.lowest), Fraction(target.highest)
    else:
        lowest, highest = Fraction(target.lowest), Fraction(target.highest)
        exponent = math.floor(math.log2(abs(value))) if value else 0
        while value and Fraction(2) ** exponent > abs(value):
            exponent -= 1
        while value and Fraction(2) ** (exponent + 1) <= abs(value):
            exponent += 1
        step = Fraction(2) ** max(exponent - target.mantissa, target.step)
    steps = value / step
    down = math.floor(steps)
    part = steps - down
    whole = {
        "nearest-even": round(steps),
        "towards-zero": math.trunc(steps),
        "towards-positive": math.ceil(steps),
        "towards-negative": down,
        "nearest-away": down + (part > Fraction(1, 2) or (part == Fraction(1, 2) and value > 0)),
    }[rounding]
    rounded = whole * step
    if lowest <= rounded <= highest:
        return int(rounded) if isinstance(target, Integers) else float(rounded)
    if out_of_range is None:
        return None
    if out_of_range == "wrap":
        assert isinstance(target, Integers)
        return (int(rounded) - target.lowest) % (1 << target.bits) + target.lowest
    if isinstance(target, Floats) and target.infinite:
        return math.copysign(math.inf, value)
    limit = lowest if rounded < lowest else highest
    return int(limit) if isinstance(target, Integers) else float(limit)


def elements(number: Integers | Floats) -> st.SearchStrategy[Any]:
    """Numbers of a type, the awkward ones often."""
    if isinstance(number, Integers):
        near = st.sampled_from([number.lowest, number.highest, 0, 1, 2**24 + 1, 2**53 + 1, -(2**53) - 1, 2**63 - 1025])
        return st.integers(number.lowest, number.highest) | near.filter(lambda n: number.lowest <= n <= number.highest)
    bits = st.integers(0, (1 << 8 * number.dtype.itemsize) - 1)
    few = st.integers(-40, 40).map(lambda n: n / 8)
    return (
        few
        | st.sampled_from([2.0**63, 2.0**64, -(2.0**63), 127.5, 255.5, 1e30])
        | bits.map(lambda b: float(np.array(b, f"u{number.dtype.itemsize}").view(number.dtype).astype("f8"))).filter(
            math.isfinite
        )
    )


def check_against_exact(source: str, target: str, rounding: str, data: st.DataObject) -> None:
    here, there = (number_of("test", parse_data_type(name)) for name in (source, target))
    out_of_range = data.draw(st.sampled_from([None, "clamp", *(["wrap"] if isinstance(there, Integers) else [])]))
    with np.errstate(all="ignore"):
        a = np.array(data.draw(elements(here))).astype(here.dtype).reshape(1)
    given = a.astype(here.work)[0] if isinstance(here, Integers) else float(a.astype("f8")[0])
    if not np.isfinite(given):
        return
    expected = exact(Fraction(int(given) if isinstance(here, Integers) else given), there, rounding, out_of_range)
    cast = Cast("test", here, there, rounding, out_of_range)
    if expected is None:
        with pytest.raises(CodecError):
            cast(a)
        return
    got = cast(a)
    assert got.dtype == there.dtype
    if isinstance(there, Integers):
        assert int(got.astype(there.work)[0]) == expected
    else:
        assert float(got.astype("f8")[0]) == expected


@pytest.mark.parametrize("rounding", ROUNDINGS)
@settings(max_examples=400, deadline=None)
@given(st.sampled_from(NATIVE), st.sampled_from(NATIVE), st.data())
def test_values_are_those_of_exact_arithmetic(rounding: str, source: str, target: str, data: st.DataObject) -> None:
    check_against_exact(source, target, rounding, data)


@pytest.mark.parametrize("rounding", ROUNDINGS)
def test_values_of_few_bits_are_those_of_exact_arithmetic(rounding: str) -> None:
    pytest.importorskip("ml_dtypes", reason="the data types need it", exc_type=ImportError)

    @settings(max_examples=400, deadline=None)
    @given(st.sampled_from([*NATIVE, *SMALL]), st.sampled_from([*NATIVE, *SMALL]), st.data())
    def check(source: str, target: str, data: st.DataObject) -> None:
        check_against_exact(source, target, rounding, data)

    check()


@pytest.mark.parametrize("name", ["float16", "float32", "float64"])
def test_signed_zeros_infinities_and_nans_stay_what_they_are(name: str) -> None:
    got = encode([-0.0, math.inf, -math.inf, math.nan], "float64", data_type=name)
    assert np.signbit(got[0])
    assert got[1:3].tolist() == [math.inf, -math.inf]
    assert np.isnan(got[3])


@pytest.mark.parametrize(("name", "value"), [("float8_e4m3fnuz", math.inf), ("float4_e2m1fn", math.nan)])
def test_what_the_target_lacks_is_refused(name: str, value: float) -> None:
    pytest.importorskip("ml_dtypes", reason="the data types need it", exc_type=ImportError)
    for options in ({}, {"out_of_range": "clamp"}):
        with pytest.raises(CodecError, match=f"cannot cast {value}"):
            encode([value], "float32", data_type=name, **options)
