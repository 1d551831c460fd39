"""Compression keywords: which Zarr codecs they become, and that they are told again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import zarr_h5compat as h5py

pytest.importorskip("zarr_codecs", reason="compression is of zarr-codecs")

DATA = np.arange(1000, dtype="i4").reshape(50, 20)
KEYWORDS: list[tuple[dict[str, Any], tuple[str | None, Any, bool, bool], list[str]]] = [
    ({"compression": "gzip"}, ("gzip", 4, False, False), ["gzip"]),
    ({"compression": "gzip", "compression_opts": 9}, ("gzip", 9, False, False), ["gzip"]),
    ({"compression": True}, ("gzip", 4, False, False), ["gzip"]),
    ({"compression": 0}, ("gzip", 0, False, False), ["gzip"]),
    ({"compression": 7}, ("gzip", 7, False, False), ["gzip"]),
    ({"compression": "gzip", "shuffle": True}, ("gzip", 4, True, False), ["blosc"]),
    ({"compression": "lzf"}, ("lzf", None, False, False), ["blosc"]),
    ({"compression": "lzf", "shuffle": True}, ("lzf", None, True, False), ["blosc"]),
    ({"compression": "zstd"}, ("zstd", 3, False, False), ["zstd"]),
    ({"compression": "zstd", "compression_opts": 5, "shuffle": True}, ("zstd", 5, True, False), ["blosc"]),
    ({"fletcher32": True}, (None, None, False, True), ["crc32c"]),
    ({"compression": "gzip", "fletcher32": True}, ("gzip", 4, False, True), ["gzip", "crc32c"]),
    ({"shuffle": True}, (None, None, False, False), []),
    ({"compression": {"name": "gzip", "configuration": {"level": 2}}}, ("gzip", 2, False, False), ["gzip"]),
]


@pytest.mark.parametrize(("keywords", "told", "codecs"), KEYWORDS)
def test_keywords_become_codecs_and_are_told_again(
    file: h5py.File, keywords: dict[str, Any], told: tuple[Any, ...], codecs: list[str]
) -> None:
    dataset = file.create_dataset("x", data=DATA, chunks=(10, 20), **keywords)
    assert (dataset.compression, dataset.compression_opts, dataset.shuffle, dataset.fletcher32) == told
    assert [codec.name for codec in dataset.zarr.compressors] == codecs
    like = file.create_dataset_like("like", dataset)
    assert like.zarr.metadata.codecs == dataset.zarr.metadata.codecs
    assert np.array_equal(dataset[...], DATA)


@pytest.mark.parametrize(
    ("keywords", "told"), [(k, t) for k, t, _ in KEYWORDS if not t[3] and not isinstance(k.get("compression"), dict)]
)
def test_format_2_has_them_too(keywords: dict[str, Any], told: tuple[Any, ...]) -> None:
    with h5py.File({}, "w", zarr_format=2) as file:
        dataset = file.create_dataset("x", data=DATA, chunks=(10, 20), **keywords)
        assert (dataset.compression, dataset.compression_opts, dataset.shuffle, dataset.fletcher32) == told
        assert np.array_equal(dataset[...], DATA)


def test_any_codec_of_zarr_is_a_compression(file: h5py.File) -> None:
    options = {"cname": "lz4hc", "clevel": 3, "shuffle": "bitshuffle", "typesize": 4, "blocksize": 0}
    dataset = file.create_dataset("x", data=DATA, compression="blosc", compression_opts=options)
    assert (dataset.compression, dataset.compression_opts) == ("blosc", options)
    like = file.create_dataset_like("like", dataset)
    assert like.zarr.metadata.codecs == dataset.zarr.metadata.codecs


@pytest.mark.parametrize(
    ("keywords", "error"),
    [
        ({"compression": "szip"}, ValueError),
        ({"compression": "zip"}, ValueError),
        ({"compression": 32015, "compression_opts": (3,)}, ValueError),
        ({"compression": "gzip", "compression_opts": 10}, ValueError),
        ({"compression": "lzf", "compression_opts": 1}, ValueError),
        ({"compression": 4, "compression_opts": 1}, TypeError),
        ({"compression_opts": 1}, TypeError),
    ],
)
def test_impossible_compression_is_refused(file: h5py.File, keywords: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error, match="compression"):
        file.create_dataset("x", (3,), "i4", **keywords)
    assert "x" not in file


def test_checksum_finds_damage(file: h5py.File) -> None:
    dataset = file.create_dataset("x", data=DATA, fletcher32=True)
    chunk = next(path for path in dataset.zarr.store.root.rglob("c/*/*") if path.is_file())
    chunk.write_bytes(b"\1" + chunk.read_bytes()[1:])
    with pytest.raises(OSError, match="crc32c"):
        dataset[...]
