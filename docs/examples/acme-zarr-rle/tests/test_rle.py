"""The suite that every bytes-to-bytes codec passes, and what only this one has."""

from __future__ import annotations

import numpy as np
import pytest
from acme_zarr_rle import RleCodec

import zarr_core as zarr
from zarr_core.errors import ChunkError, CodecError, MetadataError
from zarr_core.plugins import codecs
from zarr_core.storage import MemoryStore
from zarr_core.testing import BytesBytesCodecTests


class TestRleCodec(BytesBytesCodecTests):
    @pytest.fixture(params=[1, 4])
    def codec(self, request: pytest.FixtureRequest) -> RleCodec:
        return RleCodec(run_bytes=request.param)


@pytest.mark.parametrize(
    ("run_bytes", "value", "stored"),
    [
        (1, "", ""),
        (1, "070707", "0307"),
        (1, "0708", "01070108"),
        (2, "070807080709", "020708010709"),
        (1, "00" * 600, "ff00ff005a00"),
    ],
)
def test_runs_are_a_count_and_what_repeats(run_bytes: int, value: str, stored: str) -> None:
    codec = RleCodec(run_bytes=run_bytes)
    assert bytes(codec.encode(bytes.fromhex(value))).hex() == stored
    assert bytes(codec.decode(bytes.fromhex(stored))).hex() == value


@pytest.mark.parametrize("stored", ["03", "030703", "0007"])
def test_damage_is_refused(stored: str) -> None:
    with pytest.raises(CodecError, match=r"'acme\.rle' found"):
        RleCodec().decode(bytes.fromhex(stored))


def test_run_bytes_is_a_positive_integer() -> None:
    for wrong in (0, -1, 1.0, "1", None):
        with pytest.raises(MetadataError, match="run_bytes"):
            RleCodec.from_config({"run_bytes": wrong})


def test_it_is_found_by_its_name() -> None:
    assert codecs.get("acme.rle") is RleCodec
    values: dict[str, bytes] = {}
    data = np.repeat(np.arange(10, dtype="u2"), 100)
    codec = {"name": "acme.rle", "configuration": {"run_bytes": 2}}
    zarr.create_array(MemoryStore(values), data=data, chunks=500, compressors=codec)
    a = zarr.open_array(MemoryStore(values))
    assert (a[:] == data).all()
    assert len(values["c/0"]) == 5 * 3

    values["c/1"] = values["c/1"][:-1]
    with pytest.raises(ChunkError, match=r"chunk \(1,\) .*'acme\.rle' found 14 bytes, .* \(key 'c/1'\)") as caught:
        a[:]
    assert caught.value.codec == "acme.rle"
