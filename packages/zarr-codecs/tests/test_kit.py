"""Every codec of the distribution under the suite that authors of plugins use."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_strategies
from numpy.typing import NDArray

from zarr_codecs.blosc import BloscCodec, V2BloscCodec
from zarr_codecs.bz2 import V2Bz2Codec
from zarr_codecs.checksum import V2Adler32Codec, V2Crc32Codec
from zarr_codecs.crc32c import Crc32cCodec, V2Crc32cCodec
from zarr_codecs.filters import (
    V2AsTypeCodec,
    V2BitRoundCodec,
    V2DeltaCodec,
    V2FixedScaleOffsetCodec,
    V2PackBitsCodec,
    V2QuantizeCodec,
)
from zarr_codecs.gzip import GzipCodec, V2GzipCodec, V2ZlibCodec
from zarr_codecs.lzma import V2LzmaCodec
from zarr_codecs.transpose import TransposeCodec
from zarr_codecs.v2 import V2Base64Codec, V2Fletcher32Codec, V2JenkinsLookup3Codec, V2Lz4Codec, V2ShuffleCodec
from zarr_codecs.zstd import V2ZstdCodec, ZstdCodec
from zarr_core.abc.codec import ArrayArrayCodec, Spec
from zarr_core.testing import ArrayArrayCodecTests, BytesBytesCodecTests

BYTES_BYTES = [
    GzipCodec(level=1),
    ZstdCodec(level=3),
    ZstdCodec(level=-5, checksum=True),
    BloscCodec(typesize=4, cname="lz4", clevel=5, shuffle="shuffle", blocksize=0),
    BloscCodec(typesize=2, cname="zstd", clevel=1, shuffle="bitshuffle", blocksize=256),
    BloscCodec(typesize=1, cname="blosclz", clevel=0, shuffle="noshuffle", blocksize=0),
    Crc32cCodec(),
    V2GzipCodec(level=-1),
    V2ZlibCodec(),
    V2ZstdCodec(),
    V2BloscCodec(shuffle=-1),
    V2Bz2Codec(),
    V2Lz4Codec(),
    V2ShuffleCodec(elementsize=4),
    V2ShuffleCodec(elementsize=1),
    V2Crc32Codec(),
    V2Adler32Codec(location="end"),
    V2Crc32cCodec(location="start"),
    V2Fletcher32Codec(),
    V2JenkinsLookup3Codec(initval=7),
    V2Base64Codec(),
]


LZMA = [V2LzmaCodec(), V2LzmaCodec(format=2, preset=0), V2LzmaCodec(format=3, filters=[{"id": 33, "preset": 0}])]


@pytest.mark.parametrize("codec", BYTES_BYTES, ids=repr)
class TestBytesBytes(BytesBytesCodecTests):
    """As they are."""


@pytest.mark.parametrize("codec", LZMA, ids=repr)
class TestLzma(BytesBytesCodecTests):
    """The decoder takes a window of 8 MiB for the usual preset."""

    working_memory = 10 << 20


@pytest.mark.parametrize(
    "codec",
    [
        TransposeCodec(order=()),
        TransposeCodec(order=(0,)),
        TransposeCodec(order=(1, 0)),
        TransposeCodec(order=(2, 0, 1)),
        TransposeCodec(order=(3, 1, 0, 2)),
        V2DeltaCodec(dtype="<i4"),
        V2DeltaCodec(dtype=">i2", astype=">i4"),
        V2AsTypeCodec(encode_dtype="<i8", decode_dtype="<i4"),
        V2PackBitsCodec(),
    ],
    ids=repr,
)
class TestArrayArray(ArrayArrayCodecTests):
    """Those that give back every bit of every element."""

    def specs(self, codec: ArrayArrayCodec) -> list[Spec]:
        dtype = getattr(codec, "dtype", getattr(codec, "decode_dtype", None))
        # an element of the same size has the same bits, but is not what is meant to be subtracted or cast
        return [
            s for s in super().specs(codec) if dtype is None or s.data_type.dtype == np.dtype(dtype).newbyteorder("=")
        ]


@pytest.mark.parametrize(
    "codec",
    [
        V2FixedScaleOffsetCodec(offset=1000, scale=10, dtype="<f8", astype="<i4"),
        V2FixedScaleOffsetCodec(offset=0.5, scale=4, dtype="<f4"),
        V2QuantizeCodec(digits=2, dtype="<f8"),
        V2QuantizeCodec(digits=1, dtype="<f8", astype="<f4"),
        V2BitRoundCodec(keepbits=3),
        V2BitRoundCodec(keepbits=10),
        V2AsTypeCodec(encode_dtype="<i2", decode_dtype="<f8"),
    ],
    ids=repr,
)
class TestLossy(ArrayArrayCodecTests):
    """Those that round."""

    lossless = False

    def specs(self, codec: ArrayArrayCodec) -> list[Spec]:
        return [spec for spec in super().specs(codec) if spec.data_type.dtype.kind == "f"]

    def arrays(self, spec: Spec) -> st.SearchStrategy[NDArray[Any]]:
        return numpy_strategies.arrays(spec.data_type.dtype, spec.shape, elements=st.floats(-1000, 1000, width=16))
