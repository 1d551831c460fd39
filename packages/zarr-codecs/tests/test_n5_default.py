from __future__ import annotations

import struct
from typing import Any

import numpy as np
import pytest

import zarr_core as zarr
from zarr_codecs.n5_default import N5DefaultCodec
from zarr_core.abc.codec import Spec
from zarr_core.data_types.parse import parse_data_type
from zarr_core.engine.step import step
from zarr_core.errors import ChunkError, CodecError, MetadataError
from zarr_core.storage import MemoryStore

BIG = {"name": "bytes", "configuration": {"endian": "big"}}
VECTOR = bytes.fromhex("00000002 00000002 00000003 0001 0004 0002 0005 0003 0006")


def transposed(*order: int) -> dict[str, Any]:
    return {"name": "transpose", "configuration": {"order": list(order)}}


def codec(*more: Any) -> N5DefaultCodec:
    return N5DefaultCodec.from_config({"codecs": [transposed(1, 0), BIG, *more]})


def spec_of(name: str, *shape: int, fill: Any = 0) -> Spec:
    data_type = parse_data_type(name)
    return Spec(shape, data_type, data_type.fill_from_json(fill))


def block(values: Any) -> bytes:
    a = np.array(values, ">u2")
    return struct.pack(">HHII", 0, 2, *a.shape) + a.T.tobytes()


def test_statement_231_a_block_has_a_header_and_reversed_dimensions() -> None:
    bound = codec().bind(spec_of("uint16", 2, 3))
    a = np.array([[1, 2, 3], [4, 5, 6]], "u2")
    assert bytes(bound.encode(a)) == VECTOR
    assert bound.encoded_size() == len(VECTOR)
    assert bound.decode(VECTOR).tolist() == a.tolist()


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ([[1, 2]], [[1, 2, 9], [9, 9, 9]]),
        ([[1, 2, 3, 4], [5, 6, 7, 8], [1, 1, 1, 1]], [[1, 2, 3], [5, 6, 7]]),
        ([[1], [2], [3]], [[1, 9, 9], [2, 9, 9]]),
    ],
)
def test_statement_232_blocks_of_other_shapes_are_padded_or_cropped(stored: Any, read: Any) -> None:
    bound = codec().bind(spec_of("uint16", 2, 3, fill=9))
    assert bound.decode(block(stored)).tolist() == read
    out = np.zeros((2, 3), "u2", order="F")
    assert bound.decode(block(stored), out) is out
    assert out.tolist() == read


@pytest.mark.parametrize(
    ("damaged", "why"),
    [
        (b"\0\1" + VECTOR[2:], "mode 1"),
        (b"\0\0\0\3" + VECTOR[4:], "3 dimensions for a chunk of 2"),
        (VECTOR[:11], "too few for the header"),
        (VECTOR[:-1], "codec 'bytes'"),
        (struct.pack(">HHII", 0, 2, 0, 3), r"shape \(0, 3\)"),
        (struct.pack(">HHII", 0, 2, 2**31, 2**31), "shape"),
    ],
)
def test_statement_232_other_modes_and_damaged_blocks_raise(damaged: bytes, why: str) -> None:
    with pytest.raises(CodecError, match=why):
        codec().bind(spec_of("uint16", 2, 3)).decode(damaged)


@pytest.mark.parametrize(
    "codecs",
    [
        [],
        [BIG],
        [transposed(0, 1), BIG],
        [transposed(1, 0), {"name": "gzip", "configuration": {"level": 1}}],
        [transposed(1, 0), BIG, {"name": "crc32c"}, {"name": "crc32c"}],
        [transposed(1, 0), transposed(1, 0), BIG],
        "codecs",
    ],
)
def test_other_chains_are_refused(codecs: Any) -> None:
    with pytest.raises(MetadataError) as caught:
        N5DefaultCodec.from_config({"codecs": codecs})
    assert caught.value.member == "codecs"


def test_bytes_are_big_endian_where_that_matters() -> None:
    little = N5DefaultCodec.from_config(
        {"codecs": [transposed(1, 0), {"name": "bytes", "configuration": {"endian": "little"}}]}
    )
    with pytest.raises(MetadataError, match="big endian"):
        little.resolve(spec_of("uint16", 2, 3))
    N5DefaultCodec.from_config({"codecs": [transposed(1, 0), {"name": "bytes"}]}).resolve(spec_of("uint8", 2, 3))


@pytest.mark.parametrize("name", ["bool", "complex64", "float16"])
def test_data_types_that_n5_lacks_are_refused(name: str) -> None:
    data_type = parse_data_type(name)
    with pytest.raises(MetadataError, match="as N5 has them"):
        codec().resolve(Spec((2, 3), data_type, data_type.default_fill()))


def test_another_rank_is_refused() -> None:
    with pytest.raises(MetadataError, match="order"):
        codec().resolve(spec_of("uint16", 2, 3, 4))


def test_an_array_reads_what_n5_wrote_with_a_compressor() -> None:
    store = MemoryStore()
    data = np.arange(35, dtype="u2").reshape(5, 7)
    a = zarr.create_array(
        store,
        data=data,
        chunks=(2, 3),
        serializer=codec({"name": "gzip", "configuration": {"level": 1}}),
        compressors=None,
        chunk_key_encoding={"name": "v2", "separator": "/"},
    )
    assert np.array_equal(a[...], data)
    bound = codec({"name": "gzip", "configuration": {"level": 1}}).bind(spec_of("uint16", 1, 1))
    step(store.set("2/2", bound.encode(np.array([[34]], "u2"))))  # a block cut off at the edge, as N5 writes it
    assert np.array_equal(zarr.open_array(store)[...], data)
    step(store.set("0/0", b"\0\1"))
    with pytest.raises(ChunkError, match="n5_default"):
        a[0, 0]
