"""The containers here are put together by hand: what they hold is known without the library."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zarr_codecs._numcodecs import blosc
from zarr_codecs.blosc import BloscCodec, V2BloscCodec
from zarr_core.abc.codec import Spec
from zarr_core.abc.data_type import JSON, DataType
from zarr_core.data_types.floating import Float64
from zarr_core.data_types.integer import UInt8, UInt16
from zarr_core.data_types.raw import RawBits
from zarr_core.errors import CodecError, MetadataError

SHUFFLE, MEMCPY, BITSHUFFLE, UNSPLIT, LZ4 = 0x01, 0x02, 0x04, 0x10, 0x20
CONFIGURATION: dict[str, JSON] = {"cname": "lz4", "clevel": 5, "shuffle": "shuffle", "typesize": 2, "blocksize": 0}
CODEC = BloscCodec.from_config(CONFIGURATION)


def without(member: str) -> dict[str, JSON]:
    return {name: value for name, value in CONFIGURATION.items() if name != member}


def container(flags: int, typesize: int, nbytes: int, blocks: list[list[bytes]], blocksize: int = 0) -> bytes:
    """A container whose parts of blocks are stored as they are, which is what a writer does if they do not shrink."""
    body, starts = b"", []
    for parts in blocks:
        starts.append(16 + 4 * len(blocks) + len(body))
        body += b"".join(struct.pack("<i", len(part)) + part for part in parts)
    body = struct.pack(f"<{len(starts)}i", *starts) + body
    return struct.pack("<4B3I", 2, 1, flags, typesize, nbytes, blocksize or nbytes, 16 + len(body)) + body


def memcpy(value: bytes) -> bytes:
    return struct.pack("<4B3I", 2, 1, SHUFFLE | MEMCPY | LZ4, 4, len(value), len(value), 16 + len(value)) + value


def spec(data_type: DataType) -> Spec:
    return Spec((4,), data_type, data_type.default_fill())


# ---- metadata ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cname", ["lz4", "lz4hc", "blosclz", "zstd", "snappy", "zlib"])
@pytest.mark.parametrize("shuffle", ["noshuffle", "shuffle", "bitshuffle"])
def test_statement_135_all_compressors_and_shuffles_are_accepted(cname: str, shuffle: str) -> None:
    given = {**CONFIGURATION, "cname": cname, "shuffle": shuffle}
    assert BloscCodec.from_config(given).to_config() == given


@pytest.mark.parametrize("change", [{"cname": "lzo"}, {"cname": None}, {"shuffle": "byteshuffle"}, {"shuffle": 1}])
def test_statement_135_others_are_refused(change: dict[str, JSON]) -> None:
    with pytest.raises(MetadataError, match="'blosc'"):
        BloscCodec.from_config({**CONFIGURATION, **change})


def test_statement_136_typesize_may_be_absent_only_without_shuffle() -> None:
    for shuffle in ("shuffle", "bitshuffle"):
        with pytest.raises(MetadataError, match="'blosc' needs 'typesize'"):
            BloscCodec.from_config({**without("typesize"), "shuffle": shuffle})
    assert BloscCodec.from_config({**without("typesize"), "shuffle": "noshuffle"}).typesize is None


@pytest.mark.parametrize(
    "change",
    [
        *({"clevel": -1}, {"clevel": 10}, {"clevel": 5.0}, {"blocksize": -1}, {"blocksize": 0.0}),
        *({"typesize": 0}, {"typesize": 256}, {"typesize": True}, {"nthreads": 4}),
    ],
)
def test_statement_136_numbers_out_of_range_are_refused(change: dict[str, JSON]) -> None:
    with pytest.raises(MetadataError, match="'blosc'"):
        BloscCodec.from_config({**CONFIGURATION, **change})


@pytest.mark.parametrize("member", ["cname", "clevel", "shuffle"])
def test_members_that_say_how_to_write_are_required(member: str) -> None:
    with pytest.raises(MetadataError, match=f"'blosc' needs '{member}'"):
        BloscCodec.from_config(without(member))


@pytest.mark.parametrize(
    ("data_type", "typesize", "shuffle"),
    [
        (UInt8(), 1, "bitshuffle"),
        (UInt16(), 2, "shuffle"),
        (Float64(), 8, "shuffle"),
        (RawBits(8 * 256), 1, "bitshuffle"),
    ],
)
def test_statement_137_choices_left_open_are_written_as_made(data_type: DataType, typesize: int, shuffle: str) -> None:
    written = BloscCodec().complete(spec(data_type)).to_config()
    assert written == {"cname": "zstd", "clevel": 5, "shuffle": shuffle, "typesize": typesize, "blocksize": 0}


def test_statement_137_choices_made_are_kept() -> None:
    for codec in (CODEC, BloscCodec(typesize=3, shuffle="noshuffle")):
        assert codec.complete(spec(Float64())) == codec
    assert BloscCodec(shuffle="noshuffle").complete(spec(Float64())).typesize == 8
    assert BloscCodec(typesize=4).complete(spec(UInt8())).shuffle == "shuffle"


# ---- reading -----------------------------------------------------------------------------------------------------


@given(
    st.binary(max_size=20).map(lambda part: part * 40),
    st.sampled_from(["lz4", "lz4hc", "blosclz", "zstd", "zlib"]),
    st.sampled_from(["noshuffle", "shuffle", "bitshuffle"]),
    st.integers(1, 9),
    st.integers(0, 9),
    st.sampled_from([0, 1, 256, 300]),
)
def test_statement_138_the_container_says_how_it_is_read(
    value: bytes, cname: str, shuffle: str, typesize: int, clevel: int, blocksize: int
) -> None:
    writer = BloscCodec.from_config(
        {"cname": cname, "clevel": clevel, "shuffle": shuffle, "typesize": typesize, "blocksize": blocksize}
    )
    assert CODEC.decode(writer.encode(value), limit=len(value)) == value


def test_what_is_written_carries_the_typesize_and_shuffle_of_the_metadata() -> None:
    stored = bytes(BloscCodec(typesize=7, shuffle="bitshuffle").encode(bytes(1000)))
    assert stored[3] == 7
    assert stored[2] & BITSHUFFLE


def test_the_vector() -> None:
    stored = bytes.fromhex("02013302 08000000 08000000 18000000 0100020003000400")
    assert CODEC.decode(stored) == stored[16:]
    assert bytes(CODEC.encode(stored[16:]))[3:] == stored[3:]


def test_statement_139_copies_short_inputs_and_nothing_at_all_are_read() -> None:
    assert CODEC.decode(bytes.fromhex("02013301 00000000 00010000 10000000")) == b""
    assert CODEC.decode(CODEC.encode(b""), limit=0) == b""
    assert CODEC.decode(bytes.fromhex("02013301 04000000 04000000 14000000 61626364")) == b"abcd"
    for n in range(1, 200):
        value = bytes(range(n))
        assert CODEC.decode(memcpy(value)) == CODEC.decode(CODEC.encode(value)) == value


@pytest.mark.parametrize(("typesize", "n"), [(2, 33), (4, 131), (7, 150), (16, 17)])
def test_statement_140_the_tail_of_a_byte_shuffle_stays_in_place(typesize: int, n: int) -> None:
    value = bytes(range(n))
    elements = n - n % typesize
    planes = b"".join(value[first:elements:typesize] for first in range(typesize))
    stored = container(SHUFFLE | UNSPLIT | LZ4, typesize, n, [[planes + value[elements:]]])
    assert CODEC.decode(stored) == value


@pytest.mark.parametrize(("typesize", "elements", "tail"), [(1, 16, 0), (2, 24, 1), (3, 40, 2)])
def test_statement_141_bits_are_shuffled_by_eight_elements_and_the_tail_stays(
    typesize: int, elements: int, tail: int
) -> None:
    value = np.random.default_rng(0).integers(0, 256, elements * typesize + tail, np.uint8)
    whole = value[: elements * typesize].reshape(elements, typesize)
    bits = np.unpackbits(whole, axis=1, bitorder="little")  # one row of bits to an element
    planes = np.packbits(bits.T.reshape(-1), bitorder="little").tobytes()
    stored = container(BITSHUFFLE | UNSPLIT | LZ4, typesize, len(value), [[planes + value[len(planes) :].tobytes()]])
    assert CODEC.decode(stored) == value.tobytes()


def test_statement_141_elements_that_are_not_by_eight_stay_in_place() -> None:
    value = bytes(range(20))
    assert CODEC.decode(container(BITSHUFFLE | UNSPLIT | LZ4, 1, 20, [[value]])) == value


def test_statement_142_split_unsplit_and_raw_parts_are_read() -> None:
    value = np.arange(512, dtype="<u2")
    split = [[plane.tobytes() for plane in part.view(np.uint8).reshape(-1, 2).T] for part in np.split(value, 2)]
    joined = [[b"".join(parts)] for parts in split]
    for flags, blocks in ((SHUFFLE | LZ4, split), (SHUFFLE | UNSPLIT | LZ4, joined)):
        assert CODEC.decode(container(flags, 2, 1024, blocks, blocksize=512)) == value.tobytes()
    noise = np.random.default_rng(0).integers(0, 256, 4096, np.uint16)  # one byte of two does not shrink
    for cname in ("lz4", "blosclz", "zstd"):
        for clevel in range(10):
            codec = BloscCodec.from_config({**CONFIGURATION, "cname": cname, "clevel": clevel})
            assert CODEC.decode(codec.encode(noise.data)) == noise.tobytes()


def test_statement_143_a_container_longer_than_what_is_there_is_refused() -> None:
    stored = bytes(CODEC.encode(bytes(1000)))
    for n in range(len(stored)):
        with pytest.raises(CodecError, match=r"'blosc' found (a container of|\d+ bytes, too few)"):
            CODEC.decode(stored[:n])
    with pytest.raises(CodecError, match=f"a container of {len(stored)} bytes in {len(stored) + 1} bytes"):
        CODEC.decode(stored + b"\x00")


def test_a_container_of_blosc_2_is_named_as_such() -> None:
    with pytest.raises(CodecError, match="'blosc' found a container of version 5, not 2"):
        CODEC.decode(b"\x05" + bytes(CODEC.encode(bytes(1000)))[1:])


def test_a_size_that_no_compression_reaches_is_refused_before_memory_is_taken() -> None:
    stored = bytearray(container(UNSPLIT | LZ4, 1, 20, [[bytes(20)]]))
    stored[4:8] = (2**31 - 17).to_bytes(4, "little")
    with pytest.raises(CodecError, match="'blosc' found a container of 44 bytes that claims to hold 2147483631"):
        CODEC.decode(stored)


def test_snappy_is_written_where_it_is_built_in_and_else_named() -> None:
    codec = BloscCodec.from_config({**CONFIGURATION, "cname": "snappy"})
    if "snappy" in blosc.list_compressors():
        assert CODEC.decode(codec.encode(bytes(1000))) == bytes(1000)
    else:
        with pytest.raises(CodecError, match="'blosc' cannot write cname 'snappy'"):
            codec.encode(bytes(1000))


# ---- format 2 ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data_type", "shuffle", "flag"),
    [
        *((UInt8(), -1, BITSHUFFLE), (UInt16(), -1, SHUFFLE), (Float64(), -1, SHUFFLE)),
        *((UInt16(), 0, 0), (UInt16(), 1, SHUFFLE), (UInt16(), 2, BITSHUFFLE)),
    ],
)
def test_statement_267_in_format_2_the_item_size_is_the_stride_and_decides_what_is_automatic(
    data_type: DataType, shuffle: int, flag: int
) -> None:
    written = {"cname": "lz4", "clevel": 5, "shuffle": shuffle, "blocksize": 0}
    codec = V2BloscCodec.from_config(written)
    for complete, value in (
        (codec.complete(spec(data_type)), bytes(800)),
        (codec, np.zeros(100, data_type.dtype).data),
    ):
        assert complete.to_config() == written
        stored = bytes(complete.encode(value))
        assert stored[3] == data_type.item_size
        assert stored[2] & (SHUFFLE | BITSHUFFLE) == flag
        assert complete.decode(stored) == bytes(value)


def test_in_format_2_what_was_read_is_kept() -> None:
    for read in ({}, {"cname": "zstd"}, {**CONFIGURATION, "shuffle": 1, "typesize": None}):
        assert V2BloscCodec.from_config(read).to_config() == read
    for wrong in ({"shuffle": "shuffle"}, {"shuffle": 3}, {"clevel": 10}, {"unknown": 1}):
        with pytest.raises(MetadataError):
            V2BloscCodec.from_config(wrong)
