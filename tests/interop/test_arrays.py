"""What we write is opened by the others and equal to the last bit, and the other way round (digest 6.11)."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.interop.peers import OTHERS, OURS, PEERS, Case, Peer, documents, refuses, stored, variants
from tests.support.chains import CHAINS
from tests.support.values import CORE, fills, same
from zarr_core.data_types.parse import parse_data_type

pytestmark = pytest.mark.filterwarnings("ignore:Combining a `sharding_indexed` codec")


def _fill(dtype: str, fill: Any, zarr_format: int = 3) -> dict[str, Any]:
    data_type = parse_data_type(dtype)
    return {"fill": fill, "fill_json": data_type.fill_to_json(data_type.cast_fill(fill), zarr_format)}


def _v2(**members: Any) -> Case:
    members = {"compressor": {"id": "zlib", "level": 1}, "key_encoding": {"name": "v2", "separator": "."}, **members}
    return Case(zarr_format=2, **members)


BLOSC = {"id": "blosc", "cname": "lz4", "clevel": 5, "shuffle": 1, "blocksize": 0}
SHAPES = {
    (): (),
    (0,): (3,),
    (1,): (1,),
    (5,): (2,),
    (2, 3): (8, 8),
    (3, 0, 2): (2, 2, 2),
    (2, 3, 4): (4, 4, 4),
    (3, 2, 5, 2): (2, 2, 2, 2),
}
ENCODINGS = [{"name": name, "separator": separator} for name in ("default", "v2") for separator in "/."]
COMPRESSORS = [
    None,
    *({"id": name, "level": 1} for name in ("zlib", "gzip", "bz2", "zstd")),
    BLOSC,
    {**BLOSC, "cname": "zstd", "shuffle": 2},
    {"id": "lz4", "acceleration": 1},
    {"id": "lzma", "format": 1, "check": -1, "preset": None, "filters": None},
]

CASES: dict[str, list[Case]] = {
    "fill": [
        Case(dtype=name, chain=chain, **_fill(name, fill))
        for chain in ("raw", "shards-zstd")
        for name, dtype in CORE.items()
        for fill in fills(dtype)
    ],
    "chain": variants(Case(**_fill("int32", np.int32(7))), chain=list(CHAINS)),
    "big-endian": [Case(dtype=n, chain="big-endian", **_fill(n, fills(dtype)[1])) for n, dtype in CORE.items()],
    "keys": [Case(shape=shape, chunks=chunks, key_encoding=e) for shape, chunks in SHAPES.items() for e in ENCODINGS],
    "shape": [
        Case(shape=shape, chunks=chunks, chain=chain)
        for shape, chunks in SHAPES.items()
        for chain in ("raw", "transpose", "shards-zstd", "shards-nested")
    ],
    "v2-fill": [
        _v2(dtype=endian + dtype.str[1:], **_fill(name, fill, 2))
        for name, dtype in CORE.items()
        for endian in ("<>" if dtype.itemsize > 1 else "|")
        for fill in fills(dtype, 2)
    ],
    "v2-compressor": [
        _v2(dtype="<i4", compressor=compressor, order=order, **_fill("int32", np.int32(7), 2))
        for compressor in COMPRESSORS
        for order in "CF"
    ],
    "v2-shape": [
        _v2(dtype="<i4", shape=shape, chunks=chunks, order=order, key_encoding={"name": "v2", "separator": separator})
        for (shape, chunks), order, separator in product(SHAPES.items(), "CF", "./")
    ],
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if {"case", "peer"} <= set(metafunc.fixturenames):
        pairs = {
            f"{topic}-{number}-{name}": (case, peer)
            for topic, cases in CASES.items()
            for number, case in enumerate(cases)
            for name, peer in OTHERS.items()
            if not refuses(name, case)
        }
        metafunc.parametrize(("case", "peer"), list(pairs.values()), ids=list(pairs))


def _as_read(case: Case) -> Any:
    return case.values().astype(case.numpy.newbyteorder("="))


def test_they_open_what_we_write(case: Case, peer: Peer, tmp_path: Path) -> None:
    OURS.write(tmp_path / "a", case)
    found = peer.read(tmp_path / "a")
    same(found.astype(found.dtype.newbyteorder("=")), _as_read(case))


def test_we_open_what_they_write(case: Case, peer: Peer, tmp_path: Path) -> None:
    peer.write(tmp_path / "a", case)
    same(OURS.read(tmp_path / "a"), _as_read(case))


def test_we_update_what_they_wrote_and_they_read_it(case: Case, peer: Peer, tmp_path: Path) -> None:
    import zarr_core

    peer.write(tmp_path / "a", case)
    expected = _as_read(case)
    array = zarr_core.open_array(tmp_path / "a", mode="r+")
    if 0 not in case.shape:
        where = tuple(slice(length // 2, length // 2 + 2) for length in case.shape)
        array[where] = expected[where] = expected[(0,) * len(case.shape)]
    found = peer.read(tmp_path / "a")
    same(found.astype(found.dtype.newbyteorder("=")), expected)


@pytest.mark.parametrize("chain", ["raw", "big-endian", "crc32c", "transpose"])
@pytest.mark.parametrize("dtype", list(CORE))
@pytest.mark.parametrize("peer", OTHERS.values(), ids=list(OTHERS))
def test_chunks_are_the_same_files_with_the_same_bytes(chain: str, dtype: str, peer: Peer, tmp_path: Path) -> None:
    case = Case(chain=chain, dtype=dtype, **_fill(dtype, fills(CORE[dtype])[1]))
    OURS.write(tmp_path / "ours", case)
    peer.write(tmp_path / "theirs", case)
    assert stored(tmp_path / "ours") == stored(tmp_path / "theirs")


@pytest.mark.parametrize("chain", ["shards", "shards-crc32c"])
@pytest.mark.parametrize("peer", [OTHERS["zarr-python"], OTHERS["tensorstore"]], ids=["zarr-python", "tensorstore"])
def test_shards_of_one_dimension_are_the_same_files_with_the_same_bytes(chain: str, peer: Peer, tmp_path: Path) -> None:
    case = Case(shape=(21,), chunks=(8,), chain=chain)
    OURS.write(tmp_path / "ours", case)
    peer.write(tmp_path / "theirs", case)
    assert stored(tmp_path / "ours") == stored(tmp_path / "theirs")


def _meaning(document: dict[str, Any]) -> dict[str, Any]:
    """The document without what may be left out."""
    absent: dict[str, Any] = {"attributes": {}, "storage_transformers": [], "dimension_names": None}
    return {name: value for name, value in document.items() if name not in absent or value != absent[name]}


DOCUMENTS = [
    case
    for topic in ("chain", "keys", "big-endian", "fill", "v2-compressor", "v2-fill")
    for case in CASES[topic]
    if not refuses("zarr-python", case) and case.dtype[0] != ">"
]


@pytest.mark.parametrize("case", DOCUMENTS, ids=lambda case: f"{case.zarr_format}-{case.dtype}-{case.chain}")
def test_our_document_says_what_theirs_does(case: Case, tmp_path: Path) -> None:
    OURS.write(tmp_path / "ours", case)
    OTHERS["zarr-python"].write(tmp_path / "theirs", case)
    name = "zarr.json" if case.zarr_format == 3 else ".zarray"
    ours, theirs = (_meaning(documents(tmp_path / who)[name]) for who in ("ours", "theirs"))
    if case.numpy.itemsize == 1 and case.zarr_format == 3:  # zarr-python leaves out what has no effect
        ours["codecs"], theirs["codecs"] = _without_endian(ours["codecs"]), _without_endian(theirs["codecs"])
    assert ours == theirs


def _without_endian(codecs: list[dict[str, Any]]) -> str:
    return str(codecs).replace(", 'configuration': {'endian': 'little'}", "")


@pytest.mark.parametrize("dtype", [">i2", "<i2", ">f8", ">c16"])
def test_statement_252_the_byte_order_that_was_asked_for_is_stored_in_format_2(dtype: str, tmp_path: Path) -> None:
    case = _v2(dtype=dtype, **_fill(np.dtype(dtype).name, np.dtype(dtype).type(1), 2))
    for name, peer in PEERS.items():
        if not refuses(name, case):
            peer.write(tmp_path / name, case)
            assert documents(tmp_path / name)[".zarray"]["dtype"] == dtype, name
