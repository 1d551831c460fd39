from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from zarr_codecs.bitround import BitRoundCodec
from zarr_core.abc.codec import Spec
from zarr_core.data_types.parse import parse_data_type
from zarr_core.errors import MetadataError


def rounded(name: str, keepbits: int, values: NDArray[Any]) -> NDArray[Any]:
    data_type = parse_data_type(name)
    return BitRoundCodec(keepbits).bind(Spec(values.shape, data_type, data_type.default_fill())).encode(values)


def test_statement_215_integers_keep_their_highest_bits_and_saturate() -> None:
    values = np.array([0, 1, 10, 11, 100, 123, 200, 208, 209, 255], "u1")
    assert rounded("uint8", 3, values).tobytes().hex() == "00010a0c6080c0c0e0e0"


def test_statement_216_floats_are_rounded_to_even() -> None:
    values = np.array([0, 0.1, 1.2, 12.3, 123.4, 1234.5, math.nan, math.inf, -math.inf], "f4")
    assert rounded("float32", 3, values).astype("<f4").tobytes().hex(" ", 4) == (
        "00000000 0000d03d 0000a03f 00004041 0000f042 0000a044 0000c07f 0000807f 000080ff"
    )


@pytest.mark.parametrize("pattern", [0x7F800001, 0x7FFFFFFF, 0xFFFFFFFF])
def test_statement_216_no_nan_becomes_a_number(pattern: int) -> None:
    values = np.array([pattern], "u4").view("f4")
    assert rounded("float32", 3, values).tobytes() == values.tobytes()


def test_statement_217_decoding_is_the_identity() -> None:
    data_type = parse_data_type("float64")
    a = np.array([0.1, 0.2])
    assert BitRoundCodec(3).bind(Spec((2,), data_type, data_type.default_fill())).decode(a) is a


@pytest.mark.parametrize("name", ["float16", "float32", "float64"])
def test_floats_with_no_more_bits_than_are_kept_do_not_change(name: str) -> None:
    values = np.array([0.1, -1234.5], name)
    assert rounded(name, np.finfo(name).nmant, values).tobytes() == values.tobytes()


def test_parts_of_complex_numbers_are_rounded_each() -> None:
    values = np.array([0.1 - 1234.5j], "c8")
    assert rounded("complex64", 3, values).view("f4").tolist() == [0.1015625, -1280]


def test_times_are_rounded_as_integers() -> None:
    values = np.array([255, -1], "M8[s]")
    assert rounded("datetime64[s]", 3, values).view("i8").tolist() == [256, -(1 << 61)]


def test_bfloat16_has_seven_bits() -> None:
    pytest.importorskip("ml_dtypes", reason="the data type needs it", exc_type=ImportError)
    values = np.array([0.1]).astype(parse_data_type("bfloat16").dtype)
    assert rounded("bfloat16", 7, values).tobytes() == values.tobytes()
    assert float(rounded("bfloat16", 3, values)[0]) == 0.1015625


def test_the_next_codec_gets_a_rounded_fill() -> None:
    data_type = parse_data_type("float32")
    assert BitRoundCodec(3).resolve(Spec((2,), data_type, np.array(0.1, "f4"))).fill == np.float32(0.1015625)


@pytest.mark.parametrize("keepbits", [0, -1, 1.0, True, "3", None])
def test_keepbits_is_a_positive_integer(keepbits: Any) -> None:
    with pytest.raises(MetadataError, match="keepbits"):
        BitRoundCodec.from_config({"keepbits": keepbits})


@pytest.mark.parametrize("name", ["bool", "r16", "string", "float8_e5m2"])
def test_other_data_types_are_refused(name: str) -> None:
    if name.startswith("float8"):
        pytest.importorskip("ml_dtypes", reason="the data type needs it", exc_type=ImportError)
    data_type = parse_data_type(name)
    with pytest.raises(MetadataError, match="takes integers and floating point numbers"):
        BitRoundCodec(3).resolve(Spec((1,), data_type, data_type.default_fill()))


@given(st.sampled_from(["uint8", "int16", "uint32", "int64"]), st.integers(1, 64), st.data())
def test_integers_are_rounded_as_the_formula_says(name: str, keepbits: int, data: st.DataObject) -> None:
    size = np.dtype(name).itemsize
    x = data.draw(st.integers(0, (1 << 8 * size) - 1))
    lost = max(x.bit_length() - keepbits, 0)
    expected = x
    if lost:
        expected = min(x + (x >> lost & 1) + (1 << lost - 1) - 1, (1 << 8 * size) - 1) >> lost << lost
    values = np.array([x], f"u{size}").view(name)
    assert int(rounded(name, keepbits, values).view(f"u{size}")[0]) == expected
