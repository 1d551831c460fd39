"""What is installed, what importing it costs, and chains of several codecs."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points
from typing import Any

import numpy as np
import pytest

import zarr_core as zarr
from zarr_codecs.blosc import BloscCodec
from zarr_codecs.crc32c import Crc32cCodec
from zarr_codecs.gzip import GzipCodec
from zarr_codecs.transpose import TransposeCodec
from zarr_codecs.zstd import ZstdCodec
from zarr_core.errors import ChunkError
from zarr_core.storage import MemoryStore

LIBRARIES = {"numcodecs", "zstandard", "blosc2", "crc32c"}
LOADED = [
    *[("zarr_codecs", ""), ("zarr_codecs.transpose", ""), ("zarr_codecs.gzip", ""), ("zarr_codecs.lzma", "")],
    *[("zarr_codecs.bz2", ""), ("zarr_codecs.checksum", ""), ("zarr_codecs.zstd", "zstandard")],
    *[("zarr_codecs.blosc", "numcodecs"), ("zarr_codecs.crc32c", "crc32c")],
]


@pytest.mark.parametrize(("module", "library"), LOADED)
def test_a_codec_imports_its_library_and_no_other(module: str, library: str) -> None:
    # numcodecs imports some of the others by itself
    others = sorted(LIBRARIES if library != "numcodecs" else {"blosc2", "zstandard"})
    program = f"import sys, {module}; print([name for name in {others} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, timeout=60)
    assert (done.stdout.strip(), done.stderr) == (str([library] if library in others else []), "")


@pytest.mark.parametrize("group", ["zarr_core.codecs", "zarr_core.v2_codecs"])
def test_every_name_on_the_left_is_that_of_its_class(group: str) -> None:
    ours = [point for point in entry_points(group=group) if point.dist is not None and point.dist.name == "zarr-codecs"]
    assert ours
    for point in ours:
        assert point.load().name == point.name


def stored(*, shape: tuple[int, ...] = (4, 6), **keywords: Any) -> tuple[zarr.Array, dict[str, Any]]:
    values: dict[str, Any] = {}
    array = zarr.create_array(MemoryStore(values), shape=shape, chunks=shape, dtype="uint16", **keywords)
    array[...] = np.arange(np.prod(shape)).reshape(shape)
    return array, values


def test_statement_98_encoding_follows_the_list_and_decoding_the_other_way() -> None:
    array, values = stored(compressors=[Crc32cCodec(), GzipCodec(level=1), Crc32cCodec()])
    value = np.arange(24, dtype="<u2").tobytes()
    expected = Crc32cCodec().encode(GzipCodec(level=1).encode(Crc32cCodec().encode(value)))
    assert values["c/0/0"] == expected
    assert array[...].tobytes() == value


def test_statement_100_a_codec_may_appear_repeatedly() -> None:
    for keywords in (
        {"filters": [TransposeCodec(order=(1, 0)), TransposeCodec(order=(1, 0))]},
        {"compressors": [Crc32cCodec(), Crc32cCodec()]},
        {"compressors": [ZstdCodec(level=1), GzipCodec(level=1), BloscCodec(), ZstdCodec(level=1)]},
    ):
        array, values = stored(**keywords)
        for one in (array, zarr.open_array(MemoryStore(values))):
            assert np.array_equal(one[...], np.arange(24).reshape(4, 6))
            assert one[2, 3] == 15


def test_what_is_created_carries_every_choice() -> None:
    array, _ = stored(compressors=BloscCodec())
    assert array.metadata.codecs[-1] == BloscCodec(typesize=2, cname="zstd", clevel=5, shuffle="shuffle", blocksize=0)


def test_a_damaged_chunk_names_array_chunk_key_and_codec() -> None:
    array, values = stored(compressors=Crc32cCodec())
    values["c/0/0"] = b"\xff" + values["c/0/0"][1:]
    pattern = r"chunk \(0, 0\) .*: codec 'crc32c' stored [0-9a-f]{8} but computed [0-9a-f]{8} .*'c/0/0'"
    with pytest.raises(ChunkError, match=pattern) as caught:
        array[...]
    assert caught.value.codec == "crc32c"
