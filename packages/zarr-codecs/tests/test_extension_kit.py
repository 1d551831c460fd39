"""The registered extension codecs under the suite that authors of plugins use."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_strategies
from numpy.typing import NDArray

from zarr_codecs.bitround import BitRoundCodec
from zarr_codecs.blosc2 import Blosc2Codec
from zarr_codecs.cast_value import CastValueCodec
from zarr_codecs.conditional import ConditionalCodec
from zarr_codecs.crc32c import Crc32cCodec
from zarr_codecs.gzip import GzipCodec
from zarr_codecs.n5_default import N5DefaultCodec
from zarr_codecs.packbits import PackBitsCodec
from zarr_codecs.reshape import ReshapeCodec
from zarr_codecs.scale_offset import ScaleOffsetCodec
from zarr_codecs.transpose import TransposeCodec
from zarr_codecs.zfp import ZfpCodec
from zarr_codecs.zstd import ZstdCodec
from zarr_core.abc.codec import ArrayArrayCodec, Spec
from zarr_core.codecs.bytes import BytesCodec
from zarr_core.data_types.floating import Float32, Float64
from zarr_core.data_types.integer import Int8, Int16, Int32, Int64, UInt8, UInt16, UInt64
from zarr_core.testing import ArrayArrayCodecTests, ArrayBytesCodecTests, BytesBytesCodecTests


@pytest.mark.parametrize(
    "codec",
    [
        Blosc2Codec(typesize=4, cname="lz4", shuffle="shuffle"),
        Blosc2Codec(typesize=2, cname="zstd", clevel=1, shuffle="bitshuffle", blocksize=256),
        Blosc2Codec(typesize=1, cname="blosclz", clevel=0, shuffle="noshuffle"),
        ConditionalCodec((ZstdCodec(), Crc32cCodec())),
        ConditionalCodec((Crc32cCodec(), GzipCodec(level=1)), header_bits=16),
        ConditionalCodec(()),
    ],
    ids=repr,
)
class TestBytesBytes(BytesBytesCodecTests):
    """As they are."""


@pytest.mark.parametrize(
    "codec",
    [ReshapeCodec((-1,)), ReshapeCodec(((0, 1),)), ReshapeCodec((2, -1)), ReshapeCodec(((0,), (), (1,)))],
    ids=repr,
)
class TestReshape(ArrayArrayCodecTests):
    """Every data type, in the shapes that fit."""


@pytest.mark.parametrize("codec", [ScaleOffsetCodec(), ScaleOffsetCodec(offset=1, scale=2)], ids=repr)
class TestScaleOffset(ArrayArrayCodecTests):
    """Integers that do not overflow."""

    def specs(self, codec: ArrayArrayCodec) -> list[Spec]:
        fill = np.array(10)
        return [Spec((2, 3), t, fill.astype(t.dtype)) for t in (Int8(), UInt8(), Int16(), Int64(), UInt64())]

    def arrays(self, spec: Spec) -> st.SearchStrategy[NDArray[Any]]:
        return numpy_strategies.arrays(spec.data_type.dtype, spec.shape, elements=st.integers(1, 60))


@pytest.mark.parametrize(
    "codec",
    [
        CastValueCodec(Float64()),
        CastValueCodec(Int64(), out_of_range="wrap"),
        CastValueCodec(
            Int16(), out_of_range="clamp", scalar_map={"encode": [[7, 8], [8, 7]], "decode": [[7, 8], [8, 7]]}
        ),
    ],
    ids=repr,
)
class TestCastValue(ArrayArrayCodecTests):
    """Values that there is room for."""

    def specs(self, codec: ArrayArrayCodec) -> list[Spec]:
        return [Spec((2, 3), t, t.default_fill()) for t in (Int8(), UInt8(), Int16(), Int32(), Float32(), Float64())]

    def arrays(self, spec: Spec) -> st.SearchStrategy[NDArray[Any]]:
        return numpy_strategies.arrays(spec.data_type.dtype, spec.shape, elements=st.integers(0, 100))


@pytest.mark.parametrize("codec", [BitRoundCodec(1), BitRoundCodec(3), BitRoundCodec(60)], ids=repr)
class TestBitRound(ArrayArrayCodecTests):
    """Every number there is, NaNs and all."""

    lossless = False


@pytest.mark.parametrize(
    "codec", [PackBitsCodec(), PackBitsCodec("first_byte"), PackBitsCodec("last_byte", 0)], ids=repr
)
class TestPackBits(ArrayBytesCodecTests):
    """All bits of every number."""


@pytest.mark.parametrize("codec", [PackBitsCodec(first_bit=1, last_bit=2), PackBitsCodec("last_byte", 3, 7)], ids=repr)
class TestSomeBits(ArrayBytesCodecTests):
    """What is not selected is lost."""

    lossless = False

    def specs(self, codec: Any) -> list[Spec]:
        return [spec for spec in super().specs(codec) if spec.data_type.dtype.kind in "iu"]


@pytest.mark.parametrize(
    "codec",
    [
        N5DefaultCodec((TransposeCodec(()), BytesCodec("big"))),
        N5DefaultCodec((TransposeCodec((1, 0)), BytesCodec("big"), GzipCodec(level=1))),
        N5DefaultCodec((TransposeCodec((2, 1, 0)), BytesCodec("big"), ZstdCodec())),
    ],
    ids=repr,
)
class TestN5Default(ArrayBytesCodecTests):
    """Blocks of full size."""


class TestZfp(ArrayBytesCodecTests):
    """Where nothing is lost, NaNs and all."""

    @pytest.fixture
    def codec(self) -> ZfpCodec:
        pytest.importorskip("zfpy", reason="the codec needs it", exc_type=ImportError)
        return ZfpCodec("reversible")

    def specs(self, codec: Any) -> list[Spec]:
        types = (Int8(), UInt8(), Int16(), UInt16(), Int32(), Int64(), Float32(), Float64())
        return [Spec(shape, t, t.default_fill()) for t in types for shape in ((), (1,), (5,), (3, 4), (2, 1, 3, 2))]


@pytest.mark.parametrize(
    "codec",
    [
        ZfpCodec("fixed_rate", rate=16),
        ZfpCodec("fixed_precision", precision=12),
        ZfpCodec("fixed_accuracy", tolerance=0.5),
    ],
    ids=repr,
)
class TestLossyZfp(ArrayBytesCodecTests):
    """Values that vary little, which come back the same when they are compressed again."""

    lossless = False

    @pytest.fixture(autouse=True)
    def library(self) -> None:
        pytest.importorskip("zfpy", reason="the codec needs it", exc_type=ImportError)

    def specs(self, codec: Any) -> list[Spec]:
        return [Spec(shape, t, t.default_fill()) for t in (Float32(), Float64()) for shape in ((4,), (4, 4), (5, 6))]

    def arrays(self, spec: Spec) -> st.SearchStrategy[NDArray[Any]]:
        return st.integers(0, 8).map(lambda value: np.full(spec.shape, value, spec.data_type.dtype))
