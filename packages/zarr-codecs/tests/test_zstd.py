from __future__ import annotations

import numpy as np
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from zarr_codecs.zstd import V2ZstdCodec, ZstdCodec
from zarr_core.abc.data_type import JSON
from zarr_core.errors import CodecError, MetadataError

VALUE = np.arange(200_000, dtype="<u2").tobytes()
CODEC = ZstdCodec(level=3)
SKIPPABLE = bytes.fromhex("5a2a4d18 03000000 aabbcc")
TERABYTE = bytes.fromhex("28b52ffd e0 0000000000010000 010000")


def frame(value: bytes, *, size: bool = True, checksum: bool = False) -> bytes:
    return zstandard.ZstdCompressor(write_content_size=size, write_checksum=checksum).compress(value)


BAD: list[dict[str, JSON]] = [
    *({}, {"level": -131073}, {"level": 23}, {"level": 1.0}, {"level": None}, {"checksum": False}),
    *({"level": 1, "checksum": 0}, {"level": 1, "checksum": None}, {"level": 1, "window": 2}),
]


@pytest.mark.parametrize("configuration", BAD)
def test_statement_144_level_is_required_and_both_members_are_checked(configuration: dict[str, JSON]) -> None:
    with pytest.raises(MetadataError, match="'zstd'"):
        ZstdCodec.from_config(configuration)


@pytest.mark.parametrize("level", [-131072, -1, 0, 1, 22])
def test_statement_144_every_level_is_written(level: int) -> None:
    codec = ZstdCodec.from_config({"level": level})
    assert not codec.checksum
    assert codec.decode(codec.encode(b"abc" * 100)) == b"abc" * 100


def test_statement_145_checksum_is_always_written() -> None:
    assert ZstdCodec.from_config({"level": 1}).to_config() == {"level": 1, "checksum": False}
    assert ZstdCodec(level=1, checksum=True).to_config() == {"level": 1, "checksum": True}


@given(st.binary(max_size=300), st.booleans(), st.booleans(), st.booleans())
def test_statement_146_frames_of_all_kinds_are_read(value: bytes, size: bool, checksum: bool, said: bool) -> None:
    codec = ZstdCodec(level=0, checksum=said)
    stored = frame(value, size=size, checksum=checksum)
    assert codec.decode(stored) == codec.decode(stored, limit=len(value)) == value


@given(st.lists(st.tuples(st.binary(max_size=300), st.booleans(), st.booleans()), max_size=5))
def test_several_frames_are_concatenated_and_skippable_ones_passed_over(frames: list[tuple[bytes, bool, bool]]) -> None:
    stored = SKIPPABLE + b"".join(frame(value, size=size) + SKIPPABLE * skip for value, size, skip in frames)
    value = b"".join(value for value, _, _ in frames)
    assert CODEC.decode(stored, limit=len(value)) == CODEC.decode(stored) == value
    if value:
        with pytest.raises(CodecError, match=f"'zstd' would decode to more than the {len(value) - 1} bytes allowed"):
            CODEC.decode(stored, limit=len(value) - 1)


def test_frames_of_many_blocks_without_size_are_read() -> None:
    noise = np.random.default_rng(0).bytes(300_000)
    for value in (VALUE, noise, bytes(1_000_000)):
        stored = frame(value, size=False, checksum=True)
        assert CODEC.decode(stored) == CODEC.decode(stored, limit=len(value)) == value
        with pytest.raises(CodecError, match="'zstd' would decode to more than"):
            CODEC.decode(stored, limit=len(value) - 1)


def test_statement_147_a_corrupted_frame_with_checksum_is_refused() -> None:
    stored = bytes(ZstdCodec(level=1, checksum=True).encode(b"the quick brown fox"))
    harmless = {4 * 8 + 4, 4 * 8 + 5}  # of the frame's descriptor: unused, and how the window is said
    for bit in set(range(8 * len(stored))) - harmless:
        garbled = bytearray(stored)
        garbled[bit // 8] ^= 1 << bit % 8
        with pytest.raises(CodecError, match="'zstd'"):
            CODEC.decode(garbled, limit=100)


@pytest.mark.parametrize("stored", ["28b52ffd2003190000616263", "28b52ffd2403190000616263990977ad"])
def test_statement_148_the_vectors(stored: str) -> None:
    assert CODEC.decode(bytes.fromhex(stored)) == b"abc"
    assert bytes(ZstdCodec(level=1, checksum=len(stored) > 24).encode(b"abc")).hex() == stored


def test_every_truncation_and_what_follows_is_refused() -> None:
    for size in (True, False):
        stored = frame(b"the quick brown fox" * 100, size=size, checksum=True)
        for n in range(len(stored)):
            with pytest.raises(CodecError, match="'zstd' found"):
                CODEC.decode(stored[:n], limit=1900)
        for junk in (b"\x00", b"junk", stored[:7], SKIPPABLE[:-1]):
            with pytest.raises(CodecError, match="'zstd' found"):
                CODEC.decode(stored + junk, limit=10_000)


@pytest.mark.parametrize("limit", [None, 1 << 50])
def test_a_size_that_its_blocks_cannot_hold_is_refused_before_memory_is_taken(limit: int | None) -> None:
    with pytest.raises(CodecError, match="'zstd' found a frame of 1099511627776 bytes that can hold 0 at most"):
        CODEC.decode(TERABYTE, limit=limit)


def test_the_codec_of_format_2_keeps_what_was_read() -> None:
    assert V2ZstdCodec.from_config({}).to_config() == {}
    assert V2ZstdCodec.from_config({"level": 1}).to_config() == {"level": 1}
    assert V2ZstdCodec.from_config({"level": 1, "checksum": True}).checksum
    assert bytes(V2ZstdCodec().encode(b"")).hex() == "28b52ffd2000010000"
