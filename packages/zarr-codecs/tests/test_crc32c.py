from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zarr_codecs.crc32c import Crc32cCodec, V2Crc32cCodec
from zarr_core.abc.data_type import JSON
from zarr_core.errors import CodecError, MetadataError

CODEC = Crc32cCodec()


def crc32c(data: bytes) -> int:
    """Bit by bit, as the polynomial says."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def test_statement_149_the_check_values() -> None:
    assert bytes(CODEC.encode(b"")) == bytes(4)
    assert bytes(CODEC.encode(b"123456789"))[9:].hex() == "839206e3"


def test_statement_150_the_checksum_is_at_the_end_little_endian() -> None:
    assert bytes(CODEC.encode(bytes.fromhex("01000200"))).hex() == "0100020091d167b2"
    assert CODEC.encoded_size(4) == 8


@given(st.binary(max_size=300))
def test_the_checksum_is_that_of_the_polynomial(value: bytes) -> None:
    assert bytes(CODEC.encode(value)) == value + crc32c(value).to_bytes(4, "little")


@pytest.mark.parametrize("n", range(4))
def test_statement_151_fewer_than_four_bytes_are_refused(n: int) -> None:
    with pytest.raises(CodecError, match=f"'crc32c' found {n} bytes") as caught:
        CODEC.decode(bytes(n))
    assert caught.value.codec == "crc32c"


def test_statement_151_a_flipped_bit_anywhere_is_refused() -> None:
    stored = bytes(CODEC.encode(b"the quick brown fox"))
    for bit in range(8 * len(stored)):
        garbled = bytearray(stored)
        garbled[bit // 8] ^= 1 << bit % 8
        with pytest.raises(CodecError, match=r"^codec 'crc32c' stored [0-9a-f]{8} but computed [0-9a-f]{8}$"):
            CODEC.decode(garbled)


def test_statement_152_it_takes_no_configuration() -> None:
    assert Crc32cCodec.from_config({}) == CODEC
    assert CODEC.to_json() == {"name": "crc32c"}
    with pytest.raises(MetadataError, match="'crc32c' does not know 'location'"):
        Crc32cCodec.from_config({"location": "end"})


def test_what_is_decoded_is_a_view() -> None:
    stored = bytes(CODEC.encode(b"abc"))
    decoded = CODEC.decode(stored)
    assert isinstance(decoded, memoryview)
    assert decoded.obj is stored


def test_memory_of_any_shape_is_taken() -> None:
    a = np.arange(12.0).reshape(3, 4)
    assert bytes(CODEC.encode(a.data)) == a.tobytes() + crc32c(a.tobytes()).to_bytes(4, "little")


@pytest.mark.parametrize(("location", "stored"), [("end", "5a6172725acc59c8"), ("start", "5acc59c85a617272")])
def test_in_format_2_it_has_a_location(location: JSON, stored: str) -> None:
    codec = V2Crc32cCodec.from_config({"location": location})
    assert bytes(codec.encode(b"Zarr")).hex() == stored
    assert codec.decode(bytes.fromhex(stored)) == b"Zarr"
    assert V2Crc32cCodec.from_config({}).location == "end"
    with pytest.raises(MetadataError):
        V2Crc32cCodec.from_config({"location": "middle"})
