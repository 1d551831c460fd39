from __future__ import annotations

import bz2
import json
import lzma
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

import zarr_core as zarr
from zarr_codecs.filters import V2DeltaCodec, V2PackBitsCodec
from zarr_codecs.v2 import V2JenkinsLookup3Codec, V2Lz4Codec, V2ShuffleCodec
from zarr_core.abc.codec import ArrayArrayCodec, BytesBytesCodec, Spec
from zarr_core.abc.data_type import JSON
from zarr_core.data_types.parse import data_type_from_numpy
from zarr_core.errors import CodecError, MetadataError
from zarr_core.plugins import v2_codecs

EVERY: list[dict[str, JSON]] = [
    *({"id": "gzip", "level": 1}, {"id": "zlib", "level": 1}, {"id": "zstd", "level": 0}, {"id": "bz2", "level": 1}),
    {"id": "blosc", "cname": "lz4", "clevel": 5, "shuffle": 1, "blocksize": 0},
    {"id": "blosc", "cname": "lz4", "clevel": 5, "shuffle": -1, "blocksize": 0, "typesize": None},
    {"id": "lzma", "format": 1, "check": -1, "preset": None, "filters": None},
    *({"id": "lz4", "acceleration": 1}, {"id": "shuffle", "elementsize": 4}, {"id": "base64"}),
    *({"id": "crc32"}, {"id": "crc32", "location": "end"}, {"id": "adler32"}, {"id": "crc32c"}, {"id": "fletcher32"}),
    {"id": "jenkins_lookup3", "initval": 0, "prefix": None},
    *({"id": "delta", "dtype": "<i2"}, {"id": "delta", "dtype": ">i2", "astype": "|i1"}),
    {"id": "fixedscaleoffset", "offset": 1000, "scale": 10, "dtype": "<f8", "astype": "|u1"},
    {"id": "quantize", "digits": 1, "dtype": "<f8", "astype": "<f4"},
    *({"id": "bitround", "keepbits": 3}, {"id": "astype", "encode_dtype": "<f4", "decode_dtype": "<f8"}),
    {"id": "packbits"},
]


def codec_of(document: dict[str, JSON]) -> Any:
    configuration = {name: value for name, value in document.items() if name != "id"}
    kind: Any = v2_codecs.get(str(document["id"]))
    return kind.from_config(configuration)


@pytest.mark.parametrize("document", EVERY, ids=json.dumps)
def test_what_was_read_is_written_back(document: dict[str, JSON]) -> None:
    codec = codec_of(document)
    assert {"id": codec.name, **codec.to_config()} == document
    with pytest.raises(MetadataError, match=f"'{codec.name}'"):
        codec_of({**document, "no such parameter": 1})


VECTORS = [
    ({"id": "shuffle", "elementsize": 4}, "0403020108070605", "0408030702060105"),
    ({"id": "shuffle", "elementsize": 1}, "0403020108070605", "0403020108070605"),
    ({"id": "lz4"}, "61" * 20, "140000001a610100506161616161"),
    ({"id": "crc32"}, "5a617272", "a99ae36f5a617272"),
    ({"id": "crc32", "location": "end"}, "5a617272", "5a617272a99ae36f"),
    ({"id": "adler32"}, "5a617272", "a001e5035a617272"),
    ({"id": "crc32c"}, "5a617272", "5a6172725acc59c8"),
    ({"id": "fletcher32"}, "5a617272", "5a617272d3cc3527"),
    ({"id": "fletcher32"}, "5a6172", "5a617261ccc326"),
    ({"id": "jenkins_lookup3"}, "5a617272", "5a617272281b05ba"),
    ({"id": "jenkins_lookup3", "initval": 1}, "5a617272", "5a617272f1e39393"),
    ({"id": "base64"}, "5a617272", b"WmFycg==".hex()),
    ({"id": "zstd"}, "", "28b52ffd2000010000"),
    ({"id": "blosc", "clevel": 0}, "61626364", "02013301040000000400000014000000" + "61626364"),
]


@pytest.mark.parametrize(("document", "value", "stored"), VECTORS)
def test_the_vectors_of_bytes(document: dict[str, JSON], value: str, stored: str) -> None:
    codec: BytesBytesCodec = codec_of(document)
    assert bytes(codec.encode(bytes.fromhex(value))).hex() == stored
    assert bytes(codec.decode(bytes.fromhex(stored))).hex() == value


ELEMENTS: list[tuple[dict[str, JSON], Any, Any]] = [
    ({"id": "delta", "dtype": "<i2", "astype": "|i1"}, np.array([100, 102, 99], "i2"), np.array([100, 2, -3], "i1")),
    (
        {"id": "fixedscaleoffset", "offset": 1000, "scale": 10, "dtype": "<f8", "astype": "|u1"},
        np.array([1000.0, 1000.1, 1000.2]),
        np.array([0, 1, 2], "u1"),
    ),
    ({"id": "quantize", "digits": 1, "dtype": "<f8"}, np.array([0.125, 3.125]), np.array([0.125, 3.125])),
    (
        {"id": "packbits"},
        np.array([1, 0, 0, 1, 1, 1, 1, 1, 1], bool),
        np.array([0x07, 0x9F, 0x80], "u1"),
    ),
    ({"id": "astype", "encode_dtype": "<f4", "decode_dtype": "<f8"}, np.array([1.5, -2]), np.array([1.5, -2], "f4")),
    ({"id": "bitround", "keepbits": 3}, np.array([1.25, 12, 120], "f4"), np.array([1.25, 12, 120], "f4")),
]


@pytest.mark.parametrize(("document", "decoded", "encoded"), ELEMENTS)
def test_the_vectors_of_elements(document: dict[str, JSON], decoded: Any, encoded: Any) -> None:
    codec: ArrayArrayCodec = codec_of(document)
    data_type = data_type_from_numpy(decoded.dtype)
    bound = codec.bind(Spec(decoded.shape, data_type, data_type.default_fill()))
    for got, expected in ((bound.encode(decoded), encoded), (bound.decode(encoded), decoded)):
        assert got.dtype == expected.dtype
        assert got.tolist() == expected.tolist()


def test_what_is_rounded_is_rounded_half_to_even() -> None:
    for document, given, expected in (
        (ELEMENTS[1][0], [1000.04, 1000.06, 1000.25], [0, 1, 2]),
        (ELEMENTS[2][0], [0.1, 3.14159], [0.125, 3.125]),
        (ELEMENTS[5][0], [0.1, 1.2, 12.3, 123.4, 1234.5], [0.1015625, 1.25, 12, 120, 1280]),
    ):
        a = np.array(given, "f4" if document["id"] == "bitround" else "f8")
        data_type = data_type_from_numpy(a.dtype)
        bound = codec_of(document).bind(Spec(a.shape, data_type, data_type.default_fill()))
        assert bound.encode(a).tolist() == expected


def test_filters_see_a_chunk_as_one_row() -> None:
    data_type = data_type_from_numpy(np.dtype("i4"))
    spec = Spec((2, 3), data_type, data_type.default_fill())
    codec = V2DeltaCodec(dtype="<i4", astype="<i8")
    announced = codec.resolve(spec)
    assert announced.shape == (6,)
    assert announced.data_type.name == "int64"
    a = np.array([[1, 2, 4], [8, 16, 32]], "i4")
    bound = codec.bind(spec)
    assert bound.encode(a.T.copy().T).tolist() == [1, 1, 2, 4, 8, 16]
    assert np.array_equal(bound.decode(bound.encode(a)), a)


@pytest.mark.parametrize(
    ("document", "dtype"),
    [
        ({"id": "delta", "dtype": "<i4"}, "i2"),
        ({"id": "delta", "dtype": "nonsense"}, "i2"),
        ({"id": "delta", "dtype": "|O"}, "i8"),
        ({"id": "quantize", "digits": 1, "dtype": "<i4"}, "i4"),
        ({"id": "bitround", "keepbits": 3}, "i4"),
        ({"id": "bitround", "keepbits": 24}, "f4"),
        ({"id": "packbits"}, "u1"),
    ],
)
def test_elements_that_a_filter_cannot_take_are_refused_at_open(document: dict[str, JSON], dtype: str) -> None:
    data_type = data_type_from_numpy(np.dtype(dtype))
    with pytest.raises(MetadataError, match=f"'{document['id']}'"):
        codec_of(document).resolve(Spec((2,), data_type, data_type.default_fill()))


def test_damage_is_named() -> None:
    data_type = data_type_from_numpy(np.dtype(bool))
    bound = V2PackBitsCodec().bind(Spec((9,), data_type, data_type.default_fill()))
    with pytest.raises(CodecError, match="'packbits' cannot work on this chunk"):
        bound.decode(np.array([3, 0x9F, 0x80], "u1"))
    with pytest.raises(CodecError, match="'shuffle' takes whole elements of 4 bytes, not 6 bytes"):
        V2ShuffleCodec().decode(bytes(6))
    with pytest.raises(CodecError, match="'lz4' found 4 bytes that claim to hold 4294967295"):
        V2Lz4Codec().decode(b"\xff" * 4)
    with pytest.raises(CodecError, match="'lz4' cannot take 0 bytes"):
        V2Lz4Codec().encode(b"")
    with pytest.raises(CodecError, match="'jenkins_lookup3' stored"):
        V2JenkinsLookup3Codec().decode(b"Zarr\x00\x00\x00\x00")


@pytest.mark.parametrize("format", [1, 2, 3])
def test_lzma_reads_its_three_formats(format: int) -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 1}] if format == 3 else None
    codec = codec_of({"id": "lzma", "format": format, "check": -1, "preset": None, "filters": filters})
    value = bytes(range(256)) * 20
    assert codec.decode(lzma.compress(value, format, filters=filters), limit=len(value)) == value
    assert lzma.decompress(codec.encode(value), format, filters=filters) == value


def test_lzma_without_the_filters_that_raw_data_need_is_refused() -> None:
    with pytest.raises(CodecError, match="'lzma'"):
        codec_of({"id": "lzma", "format": 3}).decode(b"abc")


def test_bz2_reads_several_streams() -> None:
    codec = codec_of({"id": "bz2", "level": 9})
    assert codec.decode(bz2.compress(b"abc") + bz2.compress(b"def"), limit=6) == b"abcdef"


CHAINS: list[tuple[str, Any, Any]] = [
    ("<i4", [{"id": "delta", "dtype": "<i4"}], {"id": "zlib", "level": 1}),
    (">i4", [{"id": "delta", "dtype": ">i4", "astype": ">i8"}], {"id": "blosc"}),
    (">f8", [{"id": "fixedscaleoffset", "offset": 0, "scale": 1, "dtype": ">f8", "astype": "<i2"}], {"id": "lz4"}),
    ("<f4", [{"id": "bitround", "keepbits": 9}, {"id": "shuffle", "elementsize": 4}], {"id": "gzip"}),
    ("<u2", [{"id": "shuffle", "elementsize": 2}, {"id": "crc32"}], {"id": "zstd", "level": 0}),
    ("|b1", [{"id": "packbits"}], None),
    ("<i4", [{"id": "delta", "dtype": "<i4"}, {"id": "astype", "encode_dtype": "<i8", "decode_dtype": "<i4"}], None),
]


@pytest.mark.parametrize(("dtype", "filters", "compressor"), CHAINS)
@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_of_format_2_are_read_as_numcodecs_would(
    tmp_path: Path, dtype: str, filters: Any, compressor: Any, order: Literal["C", "F"]
) -> None:
    import numcodecs

    a = np.arange(24).reshape(4, 6) % (2 if dtype == "|b1" else 100)
    document = {"zarr_format": 2, "shape": [4, 6], "chunks": [4, 6], "dtype": dtype, "fill_value": 0, "order": order}
    text = json.dumps({**document, "filters": filters, "compressor": compressor, "dimension_separator": "."})
    (tmp_path / ".zarray").write_text(text)
    array = zarr.open_array(str(tmp_path), mode="r+")
    array[...] = a.astype(dtype)

    chain = [numcodecs.get_codec(dict(codec)) for codec in [*filters, compressor] if codec]
    stored: Any = (tmp_path / "0.0").read_bytes()
    for codec in reversed(chain):
        stored = codec.decode(stored)
    assert np.array_equal(np.frombuffer(bytes(stored), dtype).reshape((4, 6), order=order), a)

    encoded: Any = np.ascontiguousarray(a.T if order == "F" else a).astype(dtype)
    for codec in chain:
        encoded = codec.encode(encoded)
    (tmp_path / "0.0").write_bytes(bytes(encoded))
    assert np.array_equal(zarr.open_array(str(tmp_path), mode="r")[...], a)
