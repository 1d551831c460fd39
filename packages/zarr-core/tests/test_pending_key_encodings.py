"""The chunk key encodings that are proposed and not registered: `suffix`, `prefix`, `fanout`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import zarr_core as zarr
from zarr_core.abc.chunk_key_encoding import ChunkKeyEncoding
from zarr_core.chunk_key_encodings.affixed import PrefixChunkKeyEncoding, SuffixChunkKeyEncoding
from zarr_core.chunk_key_encodings.default import DefaultChunkKeyEncoding
from zarr_core.chunk_key_encodings.fanout import FanoutChunkKeyEncoding
from zarr_core.chunk_key_encodings.v2 import V2ChunkKeyEncoding
from zarr_core.config import config
from zarr_core.engine.step import step_iter
from zarr_core.errors import MetadataError, PluginNotInstalledError
from zarr_core.storage import MemoryStore
from zarr_core.testing.key_encodings import ChunkKeyEncodingTests


@pytest.fixture(autouse=True)
def opted_in() -> Iterator[None]:
    with config.set({"plugins.pending": True}):
        yield


class TestSuffixes(ChunkKeyEncodingTests):
    @pytest.fixture(params=[DefaultChunkKeyEncoding("."), V2ChunkKeyEncoding("/")], ids=str)
    def encoding(self, request: pytest.FixtureRequest) -> ChunkKeyEncoding:
        return SuffixChunkKeyEncoding(".tiff", request.param)


class TestPrefixes(ChunkKeyEncodingTests):
    @pytest.fixture(params=[DefaultChunkKeyEncoding(), PrefixChunkKeyEncoding("t", V2ChunkKeyEncoding())], ids=str)
    def encoding(self, request: pytest.FixtureRequest) -> ChunkKeyEncoding:
        return PrefixChunkKeyEncoding("data/", request.param)


class TestFanout(ChunkKeyEncodingTests):
    @pytest.fixture(params=[100, 999, 1000, 10**9])
    def encoding(self, request: pytest.FixtureRequest) -> ChunkKeyEncoding:
        return FanoutChunkKeyEncoding(request.param)


@pytest.mark.parametrize(
    ("index", "key"),
    [
        ((), "c"),
        ((0,), "c/0/000"),
        ((12,), "c/0/012"),
        ((1234, 5), "c/1/001/234/0/005"),
        ((999, 1000), "c/0/999/1/001/000"),
    ],
)
def test_fanout_puts_digits_in_groups(index: tuple[int, ...], key: str) -> None:
    assert FanoutChunkKeyEncoding().encode(index) == key
    assert FanoutChunkKeyEncoding(9999).encode(index) == key
    assert FanoutChunkKeyEncoding().decode(key) == index


@pytest.mark.parametrize(
    "key",
    [
        "c/0",
        "c/1/001",
        "c/1/000/012",
        "c/0/12",
        "c/0/012/",
        "c/0/0x2",
        "x/0/012",
        "c/00/012",
        "c/9999/" + "/".join(["999"] * 10000),
    ],
)
def test_fanout_takes_no_key_of_others(key: str) -> None:
    assert FanoutChunkKeyEncoding().decode(key) is None


def test_suffix_and_prefix_go_around_the_key_of_another_encoding() -> None:
    assert SuffixChunkKeyEncoding(".tiff", DefaultChunkKeyEncoding()).encode((1, 2)) == "c/1/2.tiff"
    assert PrefixChunkKeyEncoding("data/", V2ChunkKeyEncoding()).encode((1, 2)) == "data/1.2"


@pytest.mark.parametrize("text", ["", "..", "a/../b", "a\\b", "a\0", "a//b", "zarr.json", "x/.zarray", 1, None])
def test_texts_that_would_spoil_keys_are_refused(text: Any) -> None:
    for encoding in (SuffixChunkKeyEncoding, PrefixChunkKeyEncoding):
        with pytest.raises(MetadataError, match="fix is text") as caught:
            encoding(text, DefaultChunkKeyEncoding())
        assert caught.value.member == encoding.name


def test_keys_neither_begin_nor_end_with_a_slash() -> None:
    with pytest.raises(MetadataError, match="does not begin with"):
        PrefixChunkKeyEncoding("/a", DefaultChunkKeyEncoding())
    with pytest.raises(MetadataError, match="does not end"):
        SuffixChunkKeyEncoding("a/", DefaultChunkKeyEncoding())


@pytest.mark.parametrize(
    "base", [None, 1, [], {}, {"name": 1}, {"name": "v2", "configuration": 1}, {"name": "v2", "x": 1}]
)
def test_a_base_encoding_that_is_none_is_refused(base: Any) -> None:
    with pytest.raises(MetadataError, match="base_encoding"):
        SuffixChunkKeyEncoding.from_config({"suffix": ".x", "base_encoding": base})


def test_an_unknown_base_encoding_is_named() -> None:
    with pytest.raises(PluginNotInstalledError, match="'hilbert'"):
        SuffixChunkKeyEncoding.from_config({"suffix": ".x", "base_encoding": "hilbert"})


@pytest.mark.parametrize("children", [99, 0, -1, 2**63, 100.0, True, "1000", None])
def test_fanout_needs_room_for_a_hundred(children: Any) -> None:
    with pytest.raises(MetadataError, match="max_children"):
        FanoutChunkKeyEncoding.from_config({"max_children": children})


@pytest.mark.parametrize(
    ("encoding", "keys"),
    [
        ({"name": "suffix", "configuration": {"suffix": ".x", "base_encoding": "v2"}}, {"0.0.x", "0.1.x"}),
        (
            {"name": "prefix", "configuration": {"prefix": "p", "base_encoding": {"name": "default"}}},
            {"pc/0/0", "pc/0/1"},
        ),
        ({"name": "fanout"}, {"c/0/000/0/000", "c/0/000/0/001"}),
    ],
)
def test_arrays_use_them_once_the_configuration_says_so(encoding: Any, keys: set[str]) -> None:
    store = MemoryStore()
    data = np.arange(1, 7, dtype="i4").reshape(2, 3)
    zarr.create_array(store, data=data, chunks=(2, 2), compressors=None, chunk_key_encoding=encoding)
    assert set(step_iter(store.list())) - {"zarr.json"} == keys
    assert np.array_equal(zarr.open_array(store)[...], data)


@pytest.mark.parametrize("children", [200, 300])
def test_without_the_opt_in_they_are_refused(children: int) -> None:
    encoding = {"name": "fanout", "configuration": {"max_children": children}}
    with (
        config.set({"plugins.pending": False}),
        pytest.raises(MetadataError, match=r"plugins\.pending to True"),
    ):
        zarr.create_array(MemoryStore(), shape=4, chunk_key_encoding=encoding)
