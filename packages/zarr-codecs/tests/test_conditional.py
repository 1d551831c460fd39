from __future__ import annotations

from typing import Any

import pytest

from zarr_codecs.blosc import BloscCodec
from zarr_codecs.conditional import ConditionalCodec
from zarr_codecs.crc32c import Crc32cCodec
from zarr_codecs.gzip import GzipCodec
from zarr_codecs.zstd import ZstdCodec
from zarr_core.abc.codec import Spec
from zarr_core.data_types.integer import Int32
from zarr_core.errors import CodecError, MetadataError

DATA = bytes.fromhex("01000200")
APPLIED = bytes.fromhex("01 01000200 91d167b2")


def test_statement_233_skipped_and_applied_decode() -> None:
    codec = ConditionalCodec((Crc32cCodec(),))
    assert bytes(codec.decode(b"\0" + DATA)) == bytes(codec.decode(APPLIED)) == DATA
    assert bytes(codec.encode(DATA)) == APPLIED


def test_statement_233_codecs_are_undone_from_the_right() -> None:
    gzip, crc32c = GzipCodec(level=1), Crc32cCodec()
    codec = ConditionalCodec((gzip, crc32c))
    assert bytes(codec.decode(b"\3" + bytes(crc32c.encode(gzip.encode(DATA))))) == DATA
    assert bytes(codec.decode(b"\2" + bytes(crc32c.encode(DATA)))) == DATA
    assert bytes(codec.decode(b"\1" + bytes(gzip.encode(DATA)))) == DATA


def test_what_makes_a_chunk_smaller_is_applied_and_nothing_else() -> None:
    codec = ConditionalCodec((ZstdCodec(), Crc32cCodec()))
    assert bytes(codec.encode(bytes(1000)))[0] == 3
    assert bytes(codec.encode(b"a"))[0] == 2


@pytest.mark.parametrize("bits", [0, 4, 9, -8, 8.0, True, "8"])
def test_statement_234_header_bits_are_a_multiple_of_8_and_enough(bits: Any) -> None:
    codecs = [{"name": "crc32c"}] * 9 if bits == 8 else [{"name": "crc32c"}]
    with pytest.raises(MetadataError, match="header_bits") as caught:
        ConditionalCodec.from_config({"codecs": codecs, "header_bits": bits})
    assert caught.value.member == "header_bits"


def test_statement_234_eight_bits_are_too_few_for_nine_codecs() -> None:
    with pytest.raises(MetadataError, match="at least 9"):
        ConditionalCodec.from_config({"codecs": [{"name": "crc32c"}] * 9, "header_bits": 8})
    codec = ConditionalCodec.from_config({"codecs": [{"name": "crc32c"}] * 9})
    assert bytes(codec.encode(DATA))[:2] == b"\xff\x01"
    assert bytes(codec.decode(codec.encode(DATA))) == DATA


@pytest.mark.parametrize(
    "codecs", [None, {}, [{"name": "bytes"}], [{"name": "transpose", "configuration": {"order": []}}]]
)
def test_only_bytes_to_bytes_codecs_are_taken(codecs: Any) -> None:
    with pytest.raises(MetadataError, match="codecs"):
        ConditionalCodec.from_config({"codecs": codecs})


@pytest.mark.parametrize("stored", [b"", b"\2" + DATA, b"\xff", b"\1" + DATA])
def test_damaged_chunks_are_refused(stored: bytes) -> None:
    with pytest.raises(CodecError) as caught:
        ConditionalCodec((Crc32cCodec(),)).decode(stored)
    assert caught.value.codec == "conditional"


def test_automatic_choices_of_its_codecs_are_made() -> None:
    spec = Spec((4,), Int32(), Int32().default_fill())
    blosc = ConditionalCodec((BloscCodec(),)).complete(spec).to_config()["codecs"][0]["configuration"]
    assert (blosc["typesize"], blosc["shuffle"]) == (4, "shuffle")
