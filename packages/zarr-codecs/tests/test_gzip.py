from __future__ import annotations

import gzip
import io
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zarr_codecs import _deflate
from zarr_codecs.gzip import GzipCodec, V2GzipCodec, V2ZlibCodec
from zarr_core.abc.data_type import JSON
from zarr_core.errors import CodecError, MetadataError

VALUE = np.arange(5000, dtype="<u2").tobytes()
CODEC = GzipCodec(level=5)


@pytest.mark.parametrize("configuration", [{}, {"level": -1}, {"level": 10}, {"level": 1.0}, {"level": "1"}])
def test_statement_130_level_is_required_and_0_to_9(configuration: dict[str, JSON]) -> None:
    with pytest.raises(MetadataError, match=r"'gzip'.*level"):
        GzipCodec.from_config(configuration)


def test_statement_130_all_levels_are_written_and_read() -> None:
    for level in range(10):
        codec = GzipCodec.from_config({"level": level})
        assert codec.to_json() == {"name": "gzip", "configuration": {"level": level}}
        assert CODEC.decode(codec.encode(VALUE)) == VALUE


def test_the_vector() -> None:
    stored = bytes.fromhex("1f8b0800000000000403010300fcff616263c241243503000000")
    assert CODEC.decode(stored) == b"abc"
    assert CODEC.decode(GzipCodec(level=0).encode(b"abc")) == b"abc"


@given(st.binary(max_size=200), st.integers(0, 9), st.integers(0, 2**32 - 1), st.text("ab/", max_size=9))
def test_statement_131_any_header_is_read(value: bytes, level: int, mtime: int, filename: str) -> None:
    file = io.BytesIO()
    with gzip.GzipFile(filename, "wb", level, file, mtime) as writer:
        writer.write(value)
    assert CODEC.decode(file.getvalue(), limit=len(value)) == value


def test_statement_131_a_header_with_all_optional_fields_is_read() -> None:
    body = gzip.compress(b"abc", mtime=0)[10:]
    head = bytes.fromhex("1f8b08 1e 00000000 00 ff") + b"\x02\x00xy" + b"name\x00" + b"comment\x00"
    crc16 = (zlib.crc32(head) & 0xFFFF).to_bytes(2, "little")
    assert CODEC.decode(head + crc16 + body) == b"abc"


def test_statement_132_every_truncation_is_refused() -> None:
    stored = CODEC.encode(VALUE)
    for n in range(len(stored)):
        with pytest.raises(CodecError, match=r"'gzip' found .* bytes that end in the middle of a stream"):
            CODEC.decode(stored[:n], limit=len(VALUE))


@pytest.mark.parametrize("at", range(-8, 0))
def test_statement_132_a_wrong_crc_or_size_is_refused(at: int) -> None:
    stored = bytearray(CODEC.encode(VALUE))
    stored[at] ^= 1
    for limit in (None, len(VALUE)):
        with pytest.raises(CodecError, match="'gzip' found damaged data"):
            CODEC.decode(stored, limit=limit)


@given(st.lists(st.binary(max_size=100), min_size=1, max_size=5), st.integers(0, 5))
def test_statement_133_members_are_concatenated_and_padding_ignored(values: list[bytes], padding: int) -> None:
    stored = b"".join(gzip.compress(value) + bytes(padding) for value in values)
    assert CODEC.decode(stored, limit=sum(map(len, values))) == b"".join(values)


def test_statement_133_members_larger_than_what_is_read_at_a_time() -> None:
    noise = np.random.default_rng(0).bytes(100_000)
    assert CODEC.decode(gzip.compress(noise) * 3) == noise * 3
    with pytest.raises(CodecError, match="'gzip' would decode to more than the 299999 bytes allowed"):
        CODEC.decode(gzip.compress(noise) * 3, limit=299_999)
    with pytest.raises(CodecError, match=r"'gzip' found .* end in the middle of a stream"):
        CODEC.decode((gzip.compress(noise) * 3)[:-1])


def test_many_small_members_cost_no_more_than_their_number() -> None:
    members = 20_000  # if each copied what follows it, this would copy gigabytes
    assert CODEC.decode(gzip.compress(b"") * members + gzip.compress(b"abc")) == b"abc"


def test_what_follows_the_last_member_is_refused() -> None:
    with pytest.raises(CodecError, match="'gzip' found damaged data"):
        CODEC.decode(bytes(CODEC.encode(b"abc")) + b"junk")


def test_statement_134_equal_chunks_are_equal_bytes_with_mtime_0() -> None:
    stored = bytes(CODEC.encode(VALUE))
    assert stored == CODEC.encode(VALUE)
    assert stored[4:8] == bytes(4)


def test_zlib_is_one_stream_and_nothing_else() -> None:
    codec = V2ZlibCodec()
    assert zlib.decompress(codec.encode(VALUE)) == VALUE
    assert codec.decode(zlib.compress(VALUE)) == VALUE
    with pytest.raises(CodecError, match="'zlib' found 4 bytes after the end of its stream"):
        codec.decode(zlib.compress(VALUE) + b"junk")
    with pytest.raises(CodecError, match="'zlib' found damaged data"):
        codec.decode(gzip.compress(VALUE))


def test_the_codecs_of_format_2_have_optional_levels_and_keep_what_was_read() -> None:
    for kind in (V2GzipCodec, V2ZlibCodec):
        assert kind.from_config({}).to_config() == {}
        assert kind.from_config({"level": -1}).to_config() == {"level": -1}
        assert kind().to_config() == {"level": 1}
        assert kind.from_config({}) == kind(level=1)
        with pytest.raises(MetadataError):
            kind.from_config({"level": 1, "strategy": 2})


def test_zlib_ng_is_used_where_it_is_installed_and_each_reads_the_other() -> None:
    zlib_ng = pytest.importorskip("zlib_ng.zlib_ng", reason="zlib-ng is optional", exc_type=ImportError)
    assert _deflate.compress is zlib_ng.compress
    data = bytes(range(256)) * 100
    assert gzip.decompress(bytes(GzipCodec(level=6).encode(data))) == data
    assert GzipCodec(level=6).decode(gzip.compress(data)) == data
    assert GzipCodec(level=6).decode(zlib_ng.compress(data, 6, 31)) == data
