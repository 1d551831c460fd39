from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

from zarr_codecs.zfp import ZfpCodec
from zarr_core.abc.codec import Spec
from zarr_core.data_types.parse import parse_data_type
from zarr_core.errors import CodecError, MetadataError, PluginNotInstalledError


def spec_of(name: str, *shape: int) -> Spec:
    data_type = parse_data_type(name)
    return Spec(shape, data_type, data_type.default_fill())


@pytest.fixture
def zfpy() -> Any:
    return pytest.importorskip("zfpy", reason="the codec needs it", exc_type=ImportError)


@pytest.mark.parametrize(
    "configuration",
    [
        {"mode": "reversible"},
        {"mode": "fixed_rate", "rate": 8.5},
        {"mode": "fixed_precision", "precision": 12},
        {"mode": "fixed_accuracy", "tolerance": 0},
        {"mode": "expert", "minbits": 1, "maxbits": 16658, "maxprec": 64, "minexp": -1074},
    ],
)
def test_statement_230_each_mode_has_its_own_members(configuration: Any) -> None:
    assert ZfpCodec.from_config(configuration).to_config() == configuration


@pytest.mark.parametrize(
    "configuration",
    [
        {},
        {"mode": "lossless"},
        {"mode": "reversible", "rate": 8},
        {"mode": "fixed_rate"},
        {"mode": "fixed_rate", "rate": None},
        {"mode": "fixed_rate", "rate": 8, "precision": 3},
        {"mode": "fixed_rate", "rate": 0},
        {"mode": "fixed_rate", "rate": "8"},
        {"mode": "fixed_precision", "precision": 12.0},
        {"mode": "fixed_precision", "precision": 0},
        {"mode": "fixed_accuracy", "tolerance": -1},
        {"mode": "expert", "minbits": 1, "maxbits": 2, "maxprec": 3},
        {"mode": "expert", "minbits": -1, "maxbits": 2, "maxprec": 3, "minexp": 0},
    ],
)
def test_statement_230_other_members_are_refused(configuration: Any) -> None:
    with pytest.raises(MetadataError, match="zfp"):
        ZfpCodec.from_config(configuration)


@pytest.mark.parametrize(
    "spec", [spec_of("float32", 1, 2, 3, 4, 5), spec_of("bool", 4), spec_of("complex64", 4)], ids=repr
)
def test_statement_230_rank_and_data_type_are_checked_at_open(spec: Spec) -> None:
    with pytest.raises(MetadataError, match=r"put 'reshape' before it|does not take data type"):
        ZfpCodec("reversible").resolve(spec)


def test_statement_230_the_stream_has_no_header(zfpy: Any) -> None:
    a = np.linspace(0, 1, 64, dtype="f8").reshape(8, 8)
    encoded = bytes(ZfpCodec("fixed_rate", rate=8).bind(spec_of("float64", 8, 8)).encode(a))
    assert len(encoded) == 64
    assert not encoded.startswith(b"zfp")
    assert encoded == zfpy.compress_numpy(a, rate=8, write_header=False)


def test_small_integers_are_moved_up_to_the_highest_bits(zfpy: Any) -> None:
    a = np.array([0, 100, 200, 255], "u1")
    encoded = ZfpCodec("reversible").bind(spec_of("uint8", 4)).encode(a)
    assert encoded == zfpy.compress_numpy((a.astype("i4") - 128) << 23, write_header=False)


def test_unsigned_integers_are_those_that_signed_ones_have(zfpy: Any) -> None:
    bound = ZfpCodec("reversible").bind(spec_of("uint32", 3))
    a = np.array([0, 7, 2**31 - 1], "u4")
    assert bound.decode(bound.encode(a)).tolist() == a.tolist()
    with pytest.raises(CodecError, match="cannot take 2147483648"):
        bound.encode(a + np.uint32(1))


def test_errors_stay_within_the_tolerance(zfpy: Any) -> None:
    a = np.sin(np.arange(1000, dtype="f4")).reshape(10, 100)
    bound = ZfpCodec("fixed_accuracy", tolerance=0.01).bind(spec_of("float32", 10, 100))
    encoded = bytes(bound.encode(a))
    assert len(encoded) < a.nbytes / 2
    assert np.abs(bound.decode(encoded) - a).max() <= 0.01


def test_a_stream_is_never_read_beyond_its_end(zfpy: Any) -> None:
    a = np.random.default_rng(0).random((50, 50))
    bound = ZfpCodec("reversible").bind(spec_of("float64", 50, 50))
    encoded = bytes(bound.encode(a))
    for cut in (1, len(encoded) // 2, len(encoded) - 1):
        assert bound.decode(encoded[:cut]).shape == (50, 50)
    for wrong in (b"", encoded * 3):
        with pytest.raises(CodecError, match="found"):
            bound.decode(wrong)


def test_expert_mode_is_understood_and_not_offered(zfpy: Any) -> None:
    codec = ZfpCodec("expert", minbits=1, maxbits=16658, maxprec=64, minexp=-1074)
    codec.resolve(spec_of("float64", 4))
    with pytest.raises(CodecError, match="which zfpy does not offer"):
        codec.bind(spec_of("float64", 4))


def test_without_the_library_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zfpy", None)
    ZfpCodec("reversible").resolve(spec_of("float64", 4))
    with pytest.raises(PluginNotInstalledError, match="codec 'zfp' needs the library zfpy: pip install zfpy"):
        ZfpCodec("reversible").bind(spec_of("float64", 4))
